using System.Buffers;

namespace Tonne.Server.Proxying;

/// <summary>Reads a streamed reply as it passes, cut anywhere: server-sent events, or a JSON object on each line (Ollama).</summary>
/// <remarks>Memory is bounded: a line, or an event, of more than 1 MB is left out and counted.</remarks>
/// <param name="reader">Receives the JSON of each part.</param>
/// <param name="isLines">Whether it is an object on each line; else server-sent events (WHATWG HTML, section 9.2).</param>
sealed class StreamedReplyReader(ReplyReader reader, bool isLines)
{
    internal const int MostBytes = 1024 * 1024;

    readonly ArrayBufferWriter<byte> _line = new();
    readonly ArrayBufferWriter<byte> _event = new();
    bool _isLineTooLong, _isEventTooLong, _skipsLineFeed, _hasBegun;

    /// <summary>Parts that were too long to be read.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Whether the stream said that it is complete: <c>[DONE]</c>.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_skipsLineFeed && bytes[0] == (byte)'\n')
            {
                _skipsLineFeed = false;
                bytes = bytes[1..];
                continue;
            }

            _skipsLineFeed = false;
            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                Keep(bytes);
                return;
            }

            _skipsLineFeed = bytes[end] == (byte)'\r';
            if (_line.WrittenCount == 0 && !_isLineTooLong && end <= MostBytes)
            {
                EndLine(bytes[..end]);
            }
            else
            {
                Keep(bytes[..end]);
                if (_isLineTooLong)
                    LeftOut++;
                else
                    EndLine(_line.WrittenSpan);
                _line.ResetWrittenCount();
                _isLineTooLong = false;
            }

            bytes = bytes[(end + 1)..];
        }
    }

    /// <summary>The stream has ended: what came last may lack the end of its line.</summary>
    public void End()
    {
        if (_line.WrittenCount > 0 && !_isLineTooLong)
            EndLine(_line.WrittenSpan);
        _line.ResetWrittenCount();
        if (!isLines)
            EndEvent();
    }

    void Keep(ReadOnlySpan<byte> bytes)
    {
        _isLineTooLong |= _line.WrittenCount + bytes.Length > MostBytes;
        if (!_isLineTooLong)
            _line.Write(bytes);
    }

    void EndLine(ReadOnlySpan<byte> line)
    {
        if (!_hasBegun && line.StartsWith("\uFEFF"u8))
            line = line[3..];
        _hasBegun = true;
        if (isLines)
        {
            if (line.Length > 0)
                reader.Read(line);
        }
        else if (line.Length == 0)
        {
            EndEvent();
        }
        else if (line.StartsWith("data"u8) && (line.Length == 4 || line[4] == (byte)':'))
        {
            AddData(line.Length == 4 ? [] : line[5..]);
        }
    }

    void AddData(ReadOnlySpan<byte> data)
    {
        if (data.Length > 0 && data[0] == (byte)' ')
            data = data[1..];
        _isEventTooLong |= _event.WrittenCount + data.Length + 1 > MostBytes;
        if (_isEventTooLong)
            return;
        if (_event.WrittenCount > 0)
            _event.Write("\n"u8);
        _event.Write(data);
    }

    void EndEvent()
    {
        if (_isEventTooLong)
            LeftOut++;
        else if (_event.WrittenSpan.SequenceEqual("[DONE]"u8))
            IsDone = true;
        else if (_event.WrittenCount > 0)
            reader.Read(_event.WrittenSpan);
        _event.ResetWrittenCount();
        _isEventTooLong = false;
    }
}
