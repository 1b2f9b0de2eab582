using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.Tests.Pushing;

/// <summary>A server in memory that keeps pushed lines as <see cref="IPushReceiver"/> says, and fails as the test wants.</summary>
sealed class FakeServer : HttpMessageHandler
{
    readonly Queue<ServerFault> _faults = new();

    /// <summary>The lines that it has, as text.</summary>
    public Dictionary<(string Run, int Sequence), string> Lines { get; } = [];

    /// <summary>Lines that it takes to be refused.</summary>
    public HashSet<(string Run, int Sequence)> Refuses { get; } = [];

    /// <summary>How many of its answers said that a line is new, over all answers that arrived or were lost.</summary>
    public int Accepted { get; private set; }

    public List<int> BatchSizes { get; } = [];

    public List<NodeReport> Reports { get; } = [];

    public List<Uri> Addresses { get; } = [];

    public AuthenticationHeaderValue? LastKey { get; private set; }

    /// <summary>Most bytes of a body, uncompressed; above it, 413.</summary>
    public int MaxBody { get; set; } = int.MaxValue;

    /// <summary>Adds a receipt to an answer, given the lines that were new; null for a server that signs nothing.</summary>
    public Func<PushAnswer, IReadOnlyList<PushedLine>, PushAnswer>? Sign { get; set; }

    public void Fail(params ServerFault[] faults)
    {
        foreach (var fault in faults)
            _faults.Enqueue(fault);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var fault = _faults.TryDequeue(out var next) ? next : ServerFault.None;
        LastKey = request.Headers.Authorization;
        Addresses.Add(request.RequestUri!);
        var encoded = request.Headers.GetValues(PushClient.ReportHeader).Single();
        Reports.Add(JsonSerializer.Deserialize(System.Buffers.Text.Base64Url.DecodeFromChars(encoded), PushJson.Default.NodeReport)!);
        switch (fault)
        {
            case ServerFault.Reset:
                throw new SocketException((int)SocketError.NotConnected);
            case ServerFault.RequestLost:
                throw new HttpRequestException("lost");
            case ServerFault.Error:
                return new HttpResponseMessage(HttpStatusCode.InternalServerError);
            case ServerFault.Unauthorized:
                return new HttpResponseMessage(HttpStatusCode.Unauthorized);
            case ServerFault.Busy:
                return new HttpResponseMessage(
                    HttpStatusCode.ServiceUnavailable) { Headers = { RetryAfter = new RetryConditionHeaderValue(
                        TimeSpan.FromSeconds(90)) } };
            case ServerFault.ForeignPage:
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>Please log in</html>") };
            case ServerFault.EmptyAnswer:
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") };
            default:
                break;
        }

        using var body = new MemoryStream();
        await using (var zip = new GZipStream(await request.Content!.ReadAsStreamAsync(cancellationToken), CompressionMode.Decompress))
            await zip.CopyToAsync(body, cancellationToken);
        if (body.Length > MaxBody)
            return new HttpResponseMessage(HttpStatusCode.RequestEntityTooLarge);
        var answer = await KeepAsync(body, cancellationToken);
        // A proxy that repeats a request.
        if (fault == ServerFault.Twice)
            answer = await KeepAsync(body, cancellationToken);
        if (fault == ServerFault.AnswerLost)
            throw new HttpRequestException("lost");
        return new HttpResponseMessage(
            HttpStatusCode.OK) { Content = new StringContent(JsonSerializer.Serialize(answer, PushJson.Default.PushAnswer)) };
    }

    async Task<PushAnswer> KeepAsync(MemoryStream body, CancellationToken cancellationToken)
    {
        body.Position = 0;
        var (accepted, known, size, refused) = (0, 0, 0, new List<RefusedLine>());
        var added = new List<PushedLine>();
        await foreach (var line in PushBatch.ReadAsync(body, cancellationToken: cancellationToken))
        {
            size++;
            var text = Encoding.UTF8.GetString(line.Line.Span);
            if (Refuses.Contains((line.Run, line.Sequence)) || (
                Lines.TryGetValue((line.Run, line.Sequence), out var before) && before != text))
                refused.Add(new RefusedLine(line.Run, line.Sequence, "another line is known"));
            else if (Lines.TryAdd((line.Run, line.Sequence), text))
            {
                accepted++;
                added.Add(line with { Line = line.Line.ToArray() });
            }
            else
                known++;
        }

        BatchSizes.Add(size);
        Accepted += accepted;
        var answer = new PushAnswer { Accepted = accepted, Known = known, Refused = [.. refused] };
        return Sign?.Invoke(answer, added) ?? answer;
    }
}
