using System.Text;
using Tonne.Recording.Marks;

namespace Tonne.Instruments.Marks;

/// <summary>One open connection of a <see cref="MarkServer"/>: gathers bytes into lines and answers each.</summary>
sealed class MarkConnection(UnixSocket socket) : IDisposable
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    readonly byte[] _bytes = new byte[MarkLine.MaxBytes + 1];
    int _length;

    public UnixSocket Socket => socket;

    /// <summary>Takes what has come.</summary>
    /// <param name="handleLine">Takes a line and gives the answer.</param>
    /// <returns>Whether the connection may stay.</returns>
    public bool Receive(Func<string, string> handleLine)
    {
        if (socket.Receive(_bytes.AsSpan(_length)) is not { } count)
            return true;
        if (count == 0)
        {
            // The last line may lack its end.
            if (_length > 0)
                ProcessLine(handleLine, _bytes.AsSpan(0, _length));
            return false;
        }

        _length += count;
        var from = 0;
        while (_bytes.AsSpan(from, _length - from).IndexOf((byte)'\n') is >= 0 and var end)
        {
            if (!ProcessLine(handleLine, _bytes.AsSpan(from, end)))
                return false;
            from += end + 1;
        }

        _bytes.AsSpan(from, _length - from).CopyTo(_bytes);
        _length -= from;
        return _length <= MarkLine.MaxBytes || Reject($"the line is longer than {MarkLine.MaxBytes} bytes");
    }

    /// <summary>Says why, and that this was the last word.</summary>
    public bool Reject(string why)
    {
        Send("error: " + why);
        return false;
    }

    public void Dispose() => socket.Dispose();

    bool ProcessLine(Func<string, string> handleLine, ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd((byte)'\r');
        string text;
        try
        {
            text = Strict.GetString(line);
        }
        catch (DecoderFallbackException)
        {
            return Reject("the line is not UTF-8");
        }

        return Send(handleLine(text));
    }

    /// <summary>Sends an answer; who does not read theirs is not waited for.</summary>
    bool Send(string answer) => socket.Send(Encoding.UTF8.GetBytes(answer + "\n"));
}
