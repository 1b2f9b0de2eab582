using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;

namespace Tonne.Ledgers.Pushing;

/// <summary>Sends what waits in a <see cref="PushQueue"/> to its server, for weeks if the server is away.</summary>
/// <remarks>
/// Each request is <c>POST SERVER/api/v1/fleet/push</c> with a <see cref="PushBatch"/>, compressed by gzip. A line counts as sent only when
/// the server has
/// answered for it; whatever happens before, it is sent again, and the server knows it. Not thread safe.
/// </remarks>
public sealed class PushClient
{
    /// <summary>Header with the <see cref="NodeReport"/> as JSON in base64url.</summary>
    public const string ReportHeader = "tonne-node-report";

    const int MaxAnswerBytes = 4 << 20;
    const int MaxRefusedKept = 100;
    const int MaxProblemLength = 300;

    static readonly TimeSpan _timeout = TimeSpan.FromMinutes(2);
    static readonly TimeSpan _shortestWait = TimeSpan.FromSeconds(2);
    static readonly TimeSpan _longestWait = TimeSpan.FromMinutes(10);
    static readonly TimeSpan _longestRetryAfter = TimeSpan.FromHours(1);

    readonly HttpClient _http;
    readonly PushQueue _queue;
    readonly TimeProvider _time;
    readonly Random _random;
    readonly Uri _address;
    readonly AuthenticationHeaderValue _key;
    int _maxLines = PushQueue.MaxBatchLines;
    long _maxBytes = PushQueue.MaxBatchBytes;
    int _failures;

    /// <summary>Creates a client.</summary>
    /// <param name="http">Sends the requests; see <see cref="PushConnection"/>. It stays the caller's to dispose.</param>
    /// <param name="settings">Server and key.</param>
    /// <param name="queue">What waits; it stays the caller's to dispose.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Spreads the tries of many nodes over time.</param>
    public PushClient(HttpClient http, FleetSettings settings, PushQueue queue, TimeProvider time, Random random)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (_http, _queue, _time, _random) = (http, queue, time, random);
        _address = new Uri(settings.Server.AbsoluteUri.TrimEnd('/') + "/api/v1/fleet/push");
        _key = new AuthenticationHeaderValue("Bearer", settings.Key);
    }

    /// <summary>Sends what waits, batch by batch, until nothing does or the server cannot take more now. Never throws for the network's or
    /// the server's faults.</summary>
    /// <param name="report">What the node says of itself, given what waits; asked before each request.</param>
    /// <param name="greets">Whether a request without lines is sent if nothing waits, so that the server knows that the node lives.</param>
    /// <param name="cancellationToken">Stops it; what was not answered for is sent again later.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public async Task<PushOutcome> PushAsync(Func<PushBacklog, NodeReport> report, bool greets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(report);
        var outcome = new PushOutcome();
        var (tooLarge, noted) = ((string?)null, (string?)null);
        while (true)
        {
            var lines = _queue.ReadBatch(_maxLines, _maxBytes);
            if (lines.Count == 0 && (!greets || outcome.Batches > 0 || tooLarge is not null))
                break;
            var (status, answer, problem, retryAfter, bytes) = await SendAsync(lines, report(_queue.Backlog), cancellationToken)
                .ConfigureAwait(false);
            if (answer is not null)
            {
                _failures = 0;
                outcome = Count(outcome, answer, bytes);
                try
                {
                    if (answer.Receipt is { } receipt)
                        _queue.Keep(lines, receipt);
                    _queue.Acknowledge(lines, answer);
                }
                catch (LedgerUnavailableException error)
                {
                    noted = error.Message;
                }

                if (lines.Count == 0)
                    break;
            }
            else if (status == HttpStatusCode.RequestEntityTooLarge && lines.Count > 0)
            {
                if (lines.Count == 1)
                {
                    _queue.Defer(lines[0].Run);
                    tooLarge = string.Create(CultureInfo.InvariantCulture,
                        $"The server takes no request of {bytes} bytes, the size of one line of run {lines[0].Run}; raise its limit on "
                            + $"the size of a request.");
                }
                else
                {
                    _maxLines = Math.Max(1, lines.Count / 2);
                    _maxBytes = Math.Max(1, lines.Sum(static line => (long)line.Line.Length) / 2);
                }
            }
            else
            {
                _failures++;
                return outcome with { Problem = Shorten(problem!), RetryAfter = retryAfter,
                    IsKeyRefused = status == HttpStatusCode.Unauthorized };
            }
        }

        return outcome with { Problem = tooLarge ?? noted };
    }

    /// <summary>Time until the next try after a failed one: exponential with full jitter, 2 s to 10 min at most, or later if the server
    /// asks for it.</summary>
    /// <param name="retryAfter">What the server asked for; null if nothing. More than an hour counts as one.</param>
    public TimeSpan ComputeWait(TimeSpan? retryAfter)
    {
        var limit = TimeSpan.FromTicks(Math.Min(_longestWait.Ticks, _shortestWait.Ticks << Math.Clamp(_failures - 1, 0, 20)));
        var wait = limit * _random.NextDouble();
        return retryAfter is { } asked && asked > TimeSpan.Zero
            ? (asked < _longestRetryAfter ? asked : _longestRetryAfter) + (wait < _shortestWait ? wait : _shortestWait) : wait;
    }

    async Task<(HttpStatusCode? Status, PushAnswer? Answer, string? Problem, TimeSpan? RetryAfter, long Bytes)> SendAsync(
        IReadOnlyList<PushedLine> lines, NodeReport report, CancellationToken cancellationToken)
    {
        var body = await CompressAsync(lines, cancellationToken).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _address);
            request.Headers.Authorization = _key;
            request.Headers.Add(ReportHeader, Encode(report));
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(PushBatch.MediaType);
            request.Content.Headers.ContentEncoding.Add("gzip");
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
                return (response.StatusCode, null, Explain(response.StatusCode), GetRetryAfter(response.Headers.RetryAfter), body.Length);
            var answer = await ReadAsync(response, both.Token).ConfigureAwait(false);
            return FindProblem(answer, lines) is { } wrong
                ? (null, null, $"The server's answer is not used: {wrong}.", null, body.Length)
                : (HttpStatusCode.OK, answer, null, null, body.Length);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, null, $"The server did not answer within {_timeout.TotalMinutes:0} minutes.", null, body.Length);
        }
        catch (HttpRequestException error)
        {
            return (null, null, Explain(error), null, body.Length);
        }
        catch (SocketException error)
        {
            // HttpClient passes it on as it is when a connection is reset while it notes the address of the other side.
            return (null, null, $"The server cannot be reached ({error.Message.TrimEnd('.')}).", null, body.Length);
        }
        catch (Exception error) when (
            error is IOException or InvalidDataException or JsonException or NotSupportedException or InvalidOperationException)
        {
            return (null, null, $"The server's answer cannot be read: {error.Message}", null, body.Length);
        }
    }

    static async Task<ReadOnlyMemory<byte>> CompressAsync(IReadOnlyList<PushedLine> lines, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var zip = new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true);
        await using (zip.ConfigureAwait(false))
            await PushBatch.WriteAsync(zip, lines, cancellationToken).ConfigureAwait(false);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    static async Task<PushAnswer?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[16 * 1024];
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                if (kept.Length + count > MaxAnswerBytes)
                    throw new InvalidDataException($"it has more than {MaxAnswerBytes} bytes.");
                kept.Write(buffer, 0, count);
            }
        }

        return JsonSerializer.Deserialize(kept.GetBuffer().AsSpan(0, (int)kept.Length), PushJson.Default.PushAnswer);
    }

    /// <summary>A page of a proxy in between must not count as an answer of the server.</summary>
    static string? FindProblem(PushAnswer? answer, IReadOnlyList<PushedLine> lines)
    {
        if (answer is null)
            return "it is empty";
        var refused = answer.Refused.IsDefault ? [] : answer.Refused;
        if (answer is { Accepted: < 0 } or { Known: < 0 } || (long)answer.Accepted + answer.Known + refused.Length != lines.Count)
            return string.Create(
                CultureInfo.InvariantCulture,
                    $"it is for {(long)answer.Accepted + answer.Known + refused.Length} lines, and {lines.Count} were sent");
        var sent = lines.Select(static line => (line.Run, line.Sequence)).ToHashSet();
        return refused.All(line => sent.Remove((line.Run, line.Sequence))) ? null : "it refuses a line that was not sent, or one twice";
    }

    static PushOutcome Count(PushOutcome outcome, PushAnswer answer, long bytes)
    {
        var refused = answer.Refused.IsDefault ? [] : answer.Refused;
        return outcome with
        {
            Accepted = outcome.Accepted + answer.Accepted,
            Known = outcome.Known + answer.Known,
            Refused = refused.Length > 0 ? [.. outcome.Refused.Concat(refused).Take(MaxRefusedKept)] : outcome.Refused,
            RefusedCount = outcome.RefusedCount + refused.Length,
            Batches = outcome.Batches + 1,
            Bytes = outcome.Bytes + bytes,
        };
    }

    static string Encode(NodeReport report)
    {
        var bounded = report with { Problem = report.Problem is { } problem ? Shorten(problem) : null };
        return System.Buffers.Text.Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(bounded, PushJson.Default.NodeReport));
    }

    static string Shorten(string text) => text.Length <= MaxProblemLength ? text : text[..MaxProblemLength] + "…";

    TimeSpan? GetRetryAfter(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - _time.GetUtcNow(),
        _ => null,
    };

    static string Explain(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized =>
            "The server does not take the node's key (401): it was revoked or has expired. `tonne fleet enroll` gets a new one.",
        HttpStatusCode.NotFound => "The server has no /api/v1/fleet/push (404): is it the address of a tonne server of a fleet?",
        HttpStatusCode.TooManyRequests => "The server takes no more requests for now (429).",
        HttpStatusCode.ServiceUnavailable => "The server cannot keep anything for now (503).",
        _ => string.Create(CultureInfo.InvariantCulture, $"The server answered {(int)status}."),
    };

    static string Explain(HttpRequestException error) => error switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => "The server's host name cannot be resolved.",
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "The server refuses the connection.",
        { InnerException: SocketException socket } => $"The server cannot be reached ({socket.Message.TrimEnd('.')}).",
        { InnerException: AuthenticationException } =>
            "The server has a certificate that is not trusted: install its authority, or set certificate_sha256 in fleet.json.",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "The server ended the connection in the middle of its answer.",
        _ => $"The server did not answer as HTTP does ({error.Message.TrimEnd('.')}).",
    };
}
