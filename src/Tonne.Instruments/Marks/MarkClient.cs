using System.Globalization;
using System.Text;
using Tonne.Recording.Marks;

namespace Tonne.Instruments.Marks;

/// <summary>Sends a mark to the run this process is in.</summary>
public static class MarkClient
{
    // errno of Linux.
    const int WouldBlock = 11;
    const int Denied = 13;

    /// <summary>Sends one line and waits for the answer. Never throws.</summary>
    /// <param name="path">Path of the socket, as found in <see cref="MarkAddress.EnvironmentVariable"/>; null or empty if there is none.</param>
    /// <param name="line">The line, as <see cref="MarkLine.Format"/> writes it.</param>
    /// <param name="timeout">Longest wait for each of connecting, sending and the answer.</param>
    public static MarkReply Send(string? path, string line, TimeSpan timeout)
    {
        if (string.IsNullOrEmpty(path))
            return new(MarkStatus.NoRun, $"not inside a run: {MarkAddress.EnvironmentVariable} is not set. Start the command with: tonne run -- COMMAND");
        if (Encoding.UTF8.GetByteCount(path) > MarkAddress.MaxPathBytes)
            return new(MarkStatus.Unreachable, $"{MarkAddress.EnvironmentVariable}='{path}' is too long for a socket");
        if (line.AsSpan().ContainsAny('\n', '\r'))
            return new(MarkStatus.Rejected, "a mark is one line");
        try
        {
            using var socket = UnixSocket.Connect(path, timeout);
            return socket.Send(Encoding.UTF8.GetBytes(line + "\n")) ? Read(socket) : new(MarkStatus.Unreachable, $"the run at {path} is over");
        }
        catch (IOException error)
        {
            return new(MarkStatus.Unreachable, error.HResult switch
            {
                WouldBlock => DescribeTimeout(path, timeout),
                Denied => $"the run at {path} belongs to another user",
                _ => $"the run at {path} is over ({error.Message})",
            });
        }

        MarkReply Read(UnixSocket connection) => ReadReply(connection) ?? new(MarkStatus.Unreachable, DescribeTimeout(path, timeout));
    }

    static string DescribeTimeout(string path, TimeSpan timeout) => string.Create(CultureInfo.InvariantCulture, $"the run at {path} did not answer in {timeout.TotalSeconds:0.##} s");

    static MarkReply? ReadReply(UnixSocket socket)
    {
        var bytes = new byte[1024];
        var length = 0;
        while (length < bytes.Length && bytes.AsSpan(0, length).IndexOf((byte)'\n') < 0)
        {
            if (socket.Receive(bytes.AsSpan(length)) is not { } count)
                return null;
            if (count == 0)
                break;
            length += count;
        }

        var answer = Encoding.UTF8.GetString(bytes, 0, length).Trim();
        return answer switch
        {
            "ok" => new(MarkStatus.Accepted, ""),
            "" => new(MarkStatus.Unreachable, "the run ended before it answered"),
            _ => new(MarkStatus.Rejected, answer.StartsWith("error: ", StringComparison.Ordinal) ? answer[7..] : answer),
        };
    }
}
