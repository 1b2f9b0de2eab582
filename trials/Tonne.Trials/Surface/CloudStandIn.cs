using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tonne.Trials.Surface;

/// <summary>A small web server on the loopback that replaces a cloud's metadata service; unknown addresses get a 404.</summary>
sealed class CloudStandIn : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    int _asked;

    internal CloudStandIn(Func<string, string?> answer)
    {
        _listener.Start();
        _ = ServeAsync(answer);
    }

    /// <summary>How often it was asked.</summary>
    internal int Asked => Volatile.Read(ref _asked);

    internal string Address => _listener.LocalEndpoint.ToString()!;

    public void Dispose() => _listener.Dispose();

    async Task ServeAsync(Func<string, string?> answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _asked);
                var buffer = new byte[4096];
                var length = await client.GetStream().ReadAsync(buffer);
                var body = answer(Encoding.ASCII.GetString(buffer, 0, length));
                var head = body is null ? "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n" : $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n";
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{head}Connection: close\r\n\r\n{body}"));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The trial is over.
        }
    }
}
