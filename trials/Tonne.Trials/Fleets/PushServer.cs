using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Tonne.Ledgers.Pushing;

namespace Tonne.Trials.Fleets;

/// <summary>A small server of a fleet on the loopback, that keeps lines in memory and loses as many connections as the trial wants.</summary>
sealed class PushServer : IDisposable
{
    readonly HttpListener _listener = new();
    readonly Random _random;
    readonly Task _serving;
    volatile int _failures;

    /// <summary>Starts it.</summary>
    /// <param name="seed">Which requests fail.</param>
    internal PushServer(int seed)
    {
        _random = new Random(seed);
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
        }

        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    internal Uri Address { get; }

    /// <summary>The lines that it has.</summary>
    internal ConcurrentDictionary<(string Run, int Sequence), string> Lines { get; } = new();

    /// <summary>What it refused: a second line for a run and a sequence. Must stay empty.</summary>
    internal ConcurrentQueue<RefusedLine> Refused { get; } = new();

    /// <summary>Requests that were lost in some way.</summary>
    internal int Lost { get; private set; }

    internal int Requests { get; private set; }

    internal NodeReport? LastReport { get; private set; }

    /// <summary>Percent of the requests that fail.</summary>
    internal int FailurePercent
    {
        get => _failures;
        set => _failures = value;
    }

    async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException or FormatException)
            {
                // The agent was killed while it sent, or this server ends.
            }
        }
    }

    async Task AnswerAsync(HttpListenerContext context)
    {
        Requests++;
        if (context.Request.Headers["Authorization"] != "Bearer trial-key" || context.Request.Url!.AbsolutePath != "/api/v1/fleet/push")
        {
            context.Response.StatusCode = 401;
            context.Response.Close();
            return;
        }

        var fault = _random.Next(100) < _failures ? _random.Next(4) : -1;
        Lost += fault >= 0 ? 1 : 0;
        if (fault is 0 or 1)
        {
            if (fault == 0)
            {
                context.Response.Abort();
            }
            else
            {
                context.Response.StatusCode = 503;
                context.Response.Close();
            }

            return;
        }

        LastReport = JsonSerializer.Deserialize(System.Buffers.Text.Base64Url.DecodeFromChars(context.Request.Headers[PushClient.ReportHeader]), PushJson.Default.NodeReport);
        var lines = new List<PushedLine>();
        await using (var zip = new GZipStream(context.Request.InputStream, CompressionMode.Decompress))
        {
            await foreach (var line in PushBatch.ReadAsync(zip))
                lines.Add(line);
        }

        var answer = JsonSerializer.SerializeToUtf8Bytes(Keep(lines), PushJson.Default.PushAnswer);
        if (fault == 2)
        {
            // Kept, and the node does not know it.
            context.Response.Abort();
            return;
        }

        context.Response.ContentLength64 = answer.Length;
        await context.Response.OutputStream.WriteAsync(answer.AsMemory(0, fault == 3 ? answer.Length / 2 : answer.Length));
        if (fault == 3)
            context.Response.Abort();
        else
            context.Response.Close();
    }

    PushAnswer Keep(List<PushedLine> lines)
    {
        var (accepted, known, refused) = (0, 0, new List<RefusedLine>());
        foreach (var line in lines)
        {
            // Its checksum and form, as a real server looks at them.
            if (line.Sequence == 0)
                _ = PushedRun.ReadRecord(line);
            else
                _ = PushedRun.ReadStatement(line);
            var text = Encoding.UTF8.GetString(line.Line.Span);
            if (Lines.TryAdd((line.Run, line.Sequence), text))
                accepted++;
            else if (Lines[(line.Run, line.Sequence)] == text)
                known++;
            else
                refused.Add(new RefusedLine(line.Run, line.Sequence, "another line is known"));
        }

        foreach (var line in refused)
            Refused.Enqueue(line);
        return new PushAnswer { Accepted = accepted, Known = known, Refused = [.. refused] };
    }

    public void Dispose()
    {
        _listener.Stop();
        _listener.Close();
        _ = _serving.Wait(TimeSpan.FromSeconds(5));
    }
}
