using System.Buffers;
using System.Text;

namespace Tonne.Services.Imports;

/// <summary>A file of a log while it is read: its complete lines one by one, and what is skipped.</summary>
/// <remarks>
/// The last line counts only if it ends in a line feed: until then the agent may still be writing it. A line longer than
/// <see cref="MaxLineBytes"/> is skipped without being kept in memory.
/// </remarks>
/// <param name="stream">The file, at the place where reading begins.</param>
/// <param name="name">Name of the file, for messages.</param>
/// <param name="lines">Lines before that place.</param>
/// <param name="skip">Receives each line that is not counted.</param>
/// <param name="mostBytes">Bytes after which no further line is begun. Default: null, all are read.</param>
public sealed class TokenLogStream(Stream stream, string name, long lines, Action<SkippedLine> skip, long? mostBytes = null)
{
    /// <summary>Longest line that is read, in bytes.</summary>
    public const int MaxLineBytes = 32 * 1024 * 1024;

    const int FirstBuffer = 64 * 1024;

    byte[] _buffer = new byte[FirstBuffer];
    int _start;
    int _end;

    /// <summary>Bytes of the complete lines that were read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Whether reading ended before the end of the file, because enough was read.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Number of the line that was read last, from 1.</summary>
    public long Line { get; private set; } = lines;

    /// <summary>Reads the next complete line.</summary>
    /// <param name="line">The line without its end; valid until the next call.</param>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        if (BytesRead >= mostBytes)
        {
            HasMore = true;
            line = default;
            return false;
        }

        var searched = _start;
        while (true)
        {
            var at = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (at >= 0)
            {
                line = _buffer.AsSpan(_start, searched + at - _start);
                BytesRead += line.Length + 1;
                Line++;
                _start = searched + at + 1;
                if (line is [.., (byte)'\r'])
                    line = line[..^1];
                return true;
            }

            searched = _end;
            if (_end - _start >= MaxLineBytes)
            {
                if (!SkipLine())
                    break;
                searched = _start;
                continue;
            }

            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (searched, _end, _start) = (searched - _start, _end - _start, 0);
            }

            if (_end == _buffer.Length)
                Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, MaxLineBytes + 1));
            var read = stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
                break;
            _end += read;
        }

        line = default;
        return false;
    }

    /// <summary>Counts the line that was read last as skipped.</summary>
    /// <param name="reason">Why.</param>
    public void Skip(SkipReason reason) => Skip(Line, reason);

    /// <summary>Counts a line as skipped.</summary>
    /// <param name="line">Its number, from 1; 0 for the whole file.</param>
    /// <param name="reason">Why.</param>
    public void Skip(long line, SkipReason reason) => skip(new SkippedLine(name, line, reason));

    /// <summary>Opens the whole file as UTF-8 text instead of line by line.</summary>
    public TextReader OpenText() => new StreamReader(stream, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, leaveOpen: true);

    /// <summary>Passes over a line that is too long.</summary>
    /// <returns>Whether it ended.</returns>
    bool SkipLine()
    {
        var length = (long)(_end - _start);
        var part = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            while (true)
            {
                var read = stream.Read(part, 0, FirstBuffer);
                if (read == 0)
                {
                    (_start, _end) = (0, 0);
                    return false;
                }

                var at = part.AsSpan(0, read).IndexOf((byte)'\n');
                if (at < 0)
                {
                    length += read;
                    continue;
                }

                BytesRead += length + at + 1;
                Line++;
                Skip(SkipReason.TooLong);
                part.AsSpan(at + 1, read - at - 1).CopyTo(_buffer);
                (_start, _end) = (0, read - at - 1);
                return true;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }
    }
}
