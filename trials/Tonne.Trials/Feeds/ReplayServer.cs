using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tonne.Instruments.Feeds;
using Tonne.Instruments.Feeds.Replay;

namespace Tonne.Trials.Feeds;

/// <summary>
/// A server on the loopback that plays all providers: each below <c>/ID/</c>, with an answer of its own in place of the documented one
/// where a trial wants that.
/// </summary>
sealed class ReplayServer : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly PlayedFeeds _played;
    readonly Func<string, int, PlayedReply, PlayedReply?> _trap;
    int _calls;

    /// <summary>Starts the server.</summary>
    /// <param name="now">The time at which the providers are asked.</param>
    /// <param name="trap">From path, number of the call (from 0) and the proper answer to what is sent; null to close the
    /// connection.</param>
    /// <param name="played">The providers; null for the usual ones.</param>
    internal ReplayServer(DateTimeOffset now, Func<string, int, PlayedReply, PlayedReply?>? trap = null, PlayedFeeds? played = null)
    {
        (_played, _trap) = (played ?? new PlayedFeeds(now), trap ?? ((_, _, reply) => reply));
        _listener.Start();
        _ = ServeAsync();
    }

    internal PlayedFeeds Played => _played;

    /// <summary>Whether anything else than the proper answer was sent.</summary>
    internal bool Trapped { get; private set; }

    internal int Calls => Volatile.Read(ref _calls);

    internal string Address => $"http://{_listener.LocalEndpoint}";

    internal FeedOptions Options(TimeProvider time) => new()
    {
        Time = time,
        Timeout = TimeSpan.FromSeconds(2),
        TotalTimeout = TimeSpan.FromSeconds(10),
        RetryDelay = TimeSpan.FromMilliseconds(20),
        LongestWait = TimeSpan.FromSeconds(1.5),
        Random = new Random(1),
        Setting = name => name.EndsWith(".url", StringComparison.Ordinal) ? $"{Address}/{name.Split('.')[1]}/" : name.Contains("watttime",
            StringComparison.Ordinal) ? "user:password" : PlayedFeeds.Key,
    };

    public void Dispose() => _listener.Dispose();

    async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = TalkAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The trial is over.
        }
    }

    async Task TalkAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var stream = client.GetStream();
                while (await HeadAsync(stream) is { } head)
                {
                    var path = head.Split(' ')[1];
                    var proper = _played.Answer(path);
                    var sent = _trap(path, Interlocked.Increment(ref _calls) - 1, proper);
                    Trapped |= sent != proper;
                    if (sent is not { } reply)
                        return;
                    if (reply.Delay > TimeSpan.Zero)
                        await Task.Delay(reply.Delay, TimeProvider.System);
                    var wait = reply.RetryAfter is { } text ? $"Retry-After: {text}\r\n" : "";
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                        $"HTTP/1.1 {reply.Status} As Played\r\n{wait}Content-Type: {reply.Type}\r\nContent-Length: {reply.Content.Length}\r\n\r\n")));
                    await stream.WriteAsync(reply.Content);
                }
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            // The client closed the connection.
        }
    }

    static async Task<string?> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[8192];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0)
                return null;
            head.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return head.ToString();
    }
}
