namespace Tonne.Recording.EpochPatterns;

/// <summary>Hears one stream of a program's output, block by block, and hands the few lines worth reading to its <see cref="EpochWatcher"/>.</summary>
/// <remarks>
/// Blocks without the words that matter cost one vector pass and the copy of an unfinished last line. A line ends at LF or CR. Of many states of progress of one epoch
/// in a row, overwritten by CR or alike but for their digits, only the first and the last are read. Lines above <see cref="LongestLine"/> bytes are not read.
/// One thread at a time.
/// </remarks>
public sealed class LineListener
{
    /// <summary>Longest line read, in bytes.</summary>
    public const int LongestLine = 4096;

    const int NoKey = -2;
    const int OpenEpoch = -1;

    readonly EpochWatcher _watcher;
    readonly byte[] _unfinished = new byte[LongestLine];
    readonly byte[] _waiting = new byte[LongestLine];
    int _length;
    long _heardAt;
    bool _tooLong;
    int _waitingLength;
    long _waitingAt;
    int _key = NoKey;
    uint _form;

    internal LineListener(EpochWatcher watcher) => _watcher = watcher;

    /// <summary>Hears a block of raw output.</summary>
    /// <param name="bytes">The bytes as they came, in any pieces.</param>
    /// <param name="timestamp">Monotonic time in ns from the start of the run.</param>
    public void Hear(ReadOnlySpan<byte> bytes, long timestamp)
    {
        if (!_watcher.Listens)
            return;
        if (_length > 0 || _tooLong)
        {
            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                Keep(bytes, timestamp);
                return;
            }

            if (end > 0)
                Keep(bytes[..end], timestamp);
            if (!_tooLong)
            {
                var line = _unfinished.AsSpan(0, _length);
                if (_watcher.NeedsEveryLine || EpochWords.IndexIn(line, _watcher.IsOpen) >= 0)
                    Take(line, IsOverwritten(bytes, end), _heardAt);
            }

            (_length, _tooLong) = (0, false);
            bytes = bytes[(end + 1)..];
        }

        var last = bytes.LastIndexOfAny((byte)'\n', (byte)'\r');
        if (last >= 0)
            Search(bytes[..(last + 1)], timestamp);
        Keep(bytes[(last + 1)..], timestamp);
    }

    /// <summary>Reads what is unfinished: nothing more will come.</summary>
    internal void Finish()
    {
        if (_length > 0 && !_tooLong && (_watcher.NeedsEveryLine || EpochWords.IndexIn(_unfinished.AsSpan(0, _length), _watcher.IsOpen) >= 0))
            Take(_unfinished.AsSpan(0, _length), overwritten: false, _heardAt);
        (_length, _tooLong) = (0, false);
    }

    /// <summary>Reads the last state of progress, if one waits.</summary>
    internal void Settle()
    {
        if (_waitingLength == 0)
            return;
        var line = _waiting.AsSpan(0, _waitingLength);
        _waitingLength = 0;
        _watcher.Read(line, _waitingAt);
    }

    /// <summary>Goes through whole lines.</summary>
    void Search(ReadOnlySpan<byte> lines, long timestamp)
    {
        while (!lines.IsEmpty)
        {
            var at = _watcher.NeedsEveryLine ? 0 : EpochWords.IndexIn(lines, _watcher.IsOpen);
            if (at < 0)
                return;
            var start = lines[..at].LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
            var end = at + lines[at..].IndexOfAny((byte)'\n', (byte)'\r');
            if (end - start is > 0 and <= LongestLine)
                Take(lines[start..end], IsOverwritten(lines, end), timestamp);
            lines = lines[(end + 1)..];
        }
    }

    void Take(ReadOnlySpan<byte> line, bool overwritten, long timestamp)
    {
        var key = _watcher.NeedsEveryLine ? NoKey : KeyOf(line);
        var form = overwritten ? 0 : FormOf(line);
        if (key == NoKey || key != _key || form != _form)
        {
            (_key, _form) = (key, form);
            _watcher.Take(line, timestamp);
            return;
        }

        lock (_watcher.Gate)
        {
            line.CopyTo(_waiting);
            (_waitingLength, _waitingAt) = (line.Length, timestamp);
        }
    }

    void Keep(ReadOnlySpan<byte> bytes, long timestamp)
    {
        if (bytes.IsEmpty || _tooLong)
            return;
        _heardAt = timestamp;
        if (_length + bytes.Length > LongestLine)
        {
            (_length, _tooLong) = (0, true);
            return;
        }

        bytes.CopyTo(_unfinished.AsSpan(_length));
        _length += bytes.Length;
    }

    static bool IsOverwritten(ReadOnlySpan<byte> bytes, int end) =>
        bytes[end] == '\r' && end + 1 < bytes.Length && bytes[end + 1] is not ((byte)'\n' or (byte)'\r');

    /// <summary>What a line looks like but for its digits: two of the same form have the same metrics, and the later one counts.</summary>
    static uint FormOf(ReadOnlySpan<byte> line)
    {
        // FNV-1a, 32 bit, over all but digits and blanks.
        var form = 2_166_136_261u;
        foreach (var letter in line)
        {
            if (letter is not ((>= (byte)'0' and <= (byte)'9') or (byte)' '))
                form = unchecked((form ^ letter) * 16_777_619u);
        }

        return form == 0 ? 1 : form;
    }

    /// <summary>Number of the epoch a state of progress speaks of, without reading the line; <see cref="NoKey"/> where that is not sure.</summary>
    static int KeyOf(ReadOnlySpan<byte> line)
    {
        var at = EpochWords.IndexIn(line, loss: false);
        if (at < 0)
            return OpenEpoch;
        var rest = line[(at + 4)..];
        var skipped = 0;
        while (skipped < Math.Min(rest.Length, 6) && rest[skipped] is (byte)' ' or (byte)':' or (byte)'[' or (byte)'=' or (byte)'#' or (byte)'(')
            skipped++;
        rest = rest[skipped..];
        var key = 0;
        var digits = 0;
        for (; digits < Math.Min(rest.Length, 9) && char.IsAsciiDigit((char)rest[digits]); digits++)
            key = (key * 10) + rest[digits] - '0';
        return digits == 0 || (digits < rest.Length && rest[digits] is (byte)'%' or (byte)'.') ? NoKey : key;
    }
}
