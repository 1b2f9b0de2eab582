using System.Net.Sockets;
using System.Text;
using Tonne.Runs;

namespace Tonne.Instruments.Marks;

/// <summary>Sends a mark to the run this process is in.</summary>
public static class MarkClient
{
    const int Level = 1; // SOL_SOCKET
    const int SendLimit = 21; // SO_SNDTIMEO, which on Linux also bounds connect (socket(7))

    /// <summary>Sends one line and waits for the answer. Never throws.</summary>
    /// <param name="path">Path of the socket, as found in <see cref="MarkAddress.Variable"/>; null or empty if there is none.</param>
    /// <param name="line">The line, as <see cref="MarkLine.Format"/> writes it.</param>
    /// <param name="timeout">Longest wait for each of connecting, sending and the answer.</param>
    public static MarkReply Send(string? path, string line, TimeSpan timeout)
    {
        if (string.IsNullOrEmpty(path))
            return new(MarkFate.NoRun, $"not inside a run: {MarkAddress.Variable} is not set. Start the command with: tonne run -- COMMAND");
        if (Encoding.UTF8.GetByteCount(path) > MarkAddress.Longest)
            return new(MarkFate.Unreachable, $"{MarkAddress.Variable}='{path}' is too long for a socket");
        if (line.AsSpan().ContainsAny('\n', '\r'))
            return new(MarkFate.Refused, "a mark is one line");
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            Span<byte> limit = stackalloc byte[16];
            BitConverter.TryWriteBytes(limit, (long)timeout.TotalSeconds);
            BitConverter.TryWriteBytes(limit[8..], timeout.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
            socket.SetRawSocketOption(Level, SendLimit, limit);
            socket.SendTimeout = socket.ReceiveTimeout = Math.Max(1, (int)timeout.TotalMilliseconds);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Encoding.UTF8.GetBytes(line + "\n"));
            return Read(socket);
        }
        catch (SocketException error)
        {
            return new(MarkFate.Unreachable, error.SocketErrorCode switch
            {
                SocketError.TimedOut or SocketError.WouldBlock or SocketError.TryAgain => $"the run at {path} did not answer in {timeout.TotalSeconds:0.#} s",
                SocketError.AccessDenied => $"the run at {path} belongs to another user",
                _ => $"the run at {path} is over ({error.Message})",
            });
        }
    }

    static MarkReply Read(Socket socket)
    {
        var bytes = new byte[1024];
        var length = 0;
        while (length < bytes.Length && bytes.AsSpan(0, length).IndexOf((byte)'\n') < 0)
        {
            var count = socket.Receive(bytes.AsSpan(length));
            if (count == 0)
                break;
            length += count;
        }

        var answer = Encoding.UTF8.GetString(bytes, 0, length).Trim();
        return answer switch
        {
            "ok" => new(MarkFate.Taken, ""),
            "" => new(MarkFate.Unreachable, "the run ended before it answered"),
            _ => new(MarkFate.Refused, answer.StartsWith("error: ", StringComparison.Ordinal) ? answer[7..] : answer),
        };
    }
}
