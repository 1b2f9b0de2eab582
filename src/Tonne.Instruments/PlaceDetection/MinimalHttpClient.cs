using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tonne.Instruments.PlaceDetection;

/// <summary>One small HTTP exchange over one connection.</summary>
/// <remarks>
/// Not HttpClient: its first request costs 60 to 110 ms of start-up here, a socket 7 to 10 ms, and an instance's metadata must have answered within 50 ms.
/// Answers of up to 4 KB with a length or until the end of the connection; anything else is no answer.
/// </remarks>
static class MinimalHttpClient
{
    const int Most = 4096;

    /// <summary>Asks, and returns the body of a 200; null for anything else.</summary>
    /// <param name="server">Address and port.</param>
    /// <param name="method">GET or PUT.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="header">One header line, without its end.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal static async Task<string?> RequestAsync(IPEndPoint server, string method, string path, string header, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
            var length = method == "PUT" ? "Content-Length: 0\r\n" : "";
            await socket.SendAsync(Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {server.Address}\r\n{header}\r\n{length}Connection: close\r\n\r\n"), cancellationToken).ConfigureAwait(false);
            var buffer = new byte[Most];
            var received = 0;
            while (received < Most)
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(received), cancellationToken).ConfigureAwait(false);
                received += count;
                if (count == 0 || ParseBody(buffer.AsSpan(0, received), ended: false) is not null)
                    break;
            }

            return ParseBody(buffer.AsSpan(0, received), ended: true);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException)
        {
            return null;
        }
    }

    /// <summary>The body of an answer; null if it is not a 200, not understood, or not whole yet.</summary>
    internal static string? ParseBody(ReadOnlySpan<byte> answer, bool ended)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0 || !(answer.StartsWith("HTTP/1.1 200 "u8) || answer.StartsWith("HTTP/1.0 200 "u8)))
            return null;
        int? length = null;
        foreach (var line in Encoding.ASCII.GetString(answer[..end]).AsSpan().EnumerateLines())
        {
            if (line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase))
                return null;
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = int.TryParse(line[15..].Trim(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var reported) ? reported : -1;
        }

        var body = answer[(end + 4)..];
        if (length is < 0 or > Most || (length is null && !ended) || body.Length < length)
            return null;
        return Encoding.UTF8.GetString(length is { } whole ? body[..whole] : body);
    }
}
