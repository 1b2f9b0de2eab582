using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Snappier;
using Tonne.OpenTelemetry.RemoteWrite;

namespace Tonne.OpenTelemetry.Tests.RemoteWrite;

/// <summary>Answers four of five requests with something that is no success, until it has done so often enough; the others with 204.</summary>
sealed class GarbageServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Random _random;
    readonly int _answers;
    readonly Task _loop;

    public GarbageServer(int seed, int answers)
    {
        (_random, _answers) = (new Random(seed), answers);
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/api/v1/write");
        _loop = Task.Run(ServeAsync);
    }

    public Uri Endpoint { get; }

    public int Garbage { get; private set; }

    public List<ReceivedRequest> Accepted { get; } = [];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _loop;
        _listener.Dispose();
    }

    // One connection for each request.
    async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync();
                await using var stream = client.GetStream();
                var body = await ReadAsync(stream);
                if (Garbage < _answers && (_random.Next(5) > 0 || _answers - Garbage > 40))
                {
                    Garbage++;
                    await stream.WriteAsync(CreateGarbage());
                    continue;
                }

                Accepted.Add(new ReceivedRequest(WriteRequest.Parser.ParseFrom(Snappy.DecompressToArray(body)), new Dictionary<string, string>(StringComparer.Ordinal)));
                await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
            }
            catch (IOException)
            {
                // The sender closed the connection, perhaps one that it opened and did not need.
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    static async Task<byte[]> ReadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one);
            head.Append((char)one[0]);
        }

        var length = head.ToString().Split("\r\n").Single(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase))["Content-Length: ".Length..];
        var body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return body;
    }

    byte[] CreateGarbage()
    {
        var noise = new byte[_random.Next(1, 300)];
        _random.NextBytes(noise);
        // No noise begins as an answer does.
        noise[0] = 0;
        return _random.Next(10) switch
        {
            0 => noise,
            1 => [],
            2 => "HTTP/1.1 2"u8.ToArray(),
            3 => "HTTP/1.1 204 No Content\r\nX: half a head"u8.ToArray(),
            4 => "HTTP/1.1 999 Odd\r\nConnection: close\r\n\r\n"u8.ToArray(),
            5 => "HTTP/1.1 503 Full\r\nRetry-After: never\r\nConnection: close\r\n\r\n"u8.ToArray(),
            6 => "HTTP/1.1 429 Slow\r\nRetry-After: -5\r\nConnection: close\r\n\r\n"u8.ToArray(),
            7 => "HTTP/1.1 500 Wrong\r\nRetry-After: 99999999999999999999\r\nContent-Length: 1000000\r\n\r\nshort"u8.ToArray(),
            8 => Encoding.ASCII.GetBytes("HTTP/1.1 204 No Content\r\nX: " + new string('x', 100_000) + "\r\n\r\n"),
            _ => "<html>a proxy's page</html>"u8.ToArray(),
        };
    }
}
