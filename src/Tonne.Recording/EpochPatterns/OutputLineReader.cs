namespace Tonne.Recording.EpochPatterns;

/// <summary>Reads one stream of a program's output block by block, and passes relevant lines to its <see cref="EpochDetector"/>.</summary>
/// <remarks>
/// A block without keywords needs one vector pass and the copy of an unfinished last line. A line ends at LF or CR. Of many progress
/// lines of one epoch
/// in a row, overwritten by CR or alike but for their digits, only the first and the last are read. Lines above <see cref="MaxLineBytes"/> bytes are not read.
/// One thread at a time.
/// </remarks>
public sealed class OutputLineReader
{
    /// <summary>Longest line read, in bytes.</summary>
    public const int MaxLineBytes = 4096;

    const int NoKey = -2;
    const int OpenEpoch = -1;

    readonly EpochDetector _watcher;
    readonly byte[] _unfinished = new byte[MaxLineBytes];
    readonly byte[] _waiting = new byte[MaxLineBytes];
    int _length;
    long _receivedAt;
    bool _tooLong;
    int _waitingLength;
    long _waitingAt;
    int _key = NoKey;
    uint _form;

    internal OutputLineReader(EpochDetector watcher) => _watcher = watcher;

    /// <summary>Reads a block of raw output.</summary>
    /// <param name="bytes">The bytes as received, split anywhere.</param>
    /// <param name="timestamp">Monotonic time in ns from the start of the run.</param>
    public void Process(ReadOnlySpan<byte> bytes, long timestamp)
    {
        if (!_watcher.IsEnabled)
            return;
        if (_length > 0 || _tooLong)
        {
            var end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                AppendUnfinished(bytes, timestamp);
                return;
            }

            if (end > 0)
                AppendUnfinished(bytes[..end], timestamp);
            if (!_tooLong)
            {
                var line = _unfinished.AsSpan(0, _length);
                if (IsRelevant(line))
                    ProcessLine(line, IsOverwritten(bytes, end), _receivedAt);
            }

            (_length, _tooLong) = (0, false);
            bytes = bytes[(end + 1)..];
        }

        var last = bytes.LastIndexOfAny((byte)'\n', (byte)'\r');
        if (last >= 0)
            ScanLines(bytes[..(last + 1)], timestamp);
        AppendUnfinished(bytes[(last + 1)..], timestamp);
    }

    /// <summary>Reads the unfinished line at the end of the stream.</summary>
    internal void Finish()
    {
        if (_length > 0 && !_tooLong && IsRelevant(_unfinished.AsSpan(0, _length)))
            ProcessLine(_unfinished.AsSpan(0, _length), overwritten: false, _receivedAt);
        (_length, _tooLong) = (0, false);
    }

    /// <summary>Reads the last progress line, if one is pending.</summary>
    internal void FlushPending()
    {
        if (_waitingLength == 0)
            return;
        var line = _waiting.AsSpan(0, _waitingLength);
        _waitingLength = 0;
        _watcher.MatchLine(line, _waitingAt);
    }

    bool IsRelevant(ReadOnlySpan<byte> line) =>
        _watcher.NeedsEveryLine || EpochKeywords.FindIndex(line, loss: true) >= 0 || (_watcher.HasOpenTable && OutputTable.MayBeRow(line));

    /// <summary>Index in a line that is relevant: of a keyword, or of the next line that may be a row of the open table; −1 if there is
    /// none.</summary>
    int FindRelevant(ReadOnlySpan<byte> lines)
    {
        if (_watcher.NeedsEveryLine)
            return 0;
        var keyword = EpochKeywords.FindIndex(lines, loss: true);
        if (!_watcher.HasOpenTable)
            return keyword;
        for (var at = 0; at < lines.Length && (keyword < 0 || at < keyword);)
        {
            if (OutputTable.MayBeRow(lines[at..]))
                return at;
            var end = lines[at..].IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
                break;
            at += end + 1;
        }

        return keyword;
    }

    /// <summary>Processes whole lines.</summary>
    void ScanLines(ReadOnlySpan<byte> lines, long timestamp)
    {
        while (!lines.IsEmpty)
        {
            var at = FindRelevant(lines);
            if (at < 0)
                return;
            var start = lines[..at].LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
            var end = at + lines[at..].IndexOfAny((byte)'\n', (byte)'\r');
            if (end - start is > 0 and <= MaxLineBytes)
                ProcessLine(lines[start..end], IsOverwritten(lines, end), timestamp);
            lines = lines[(end + 1)..];
        }
    }

    void ProcessLine(ReadOnlySpan<byte> line, bool overwritten, long timestamp)
    {
        var key = _watcher.NeedsEveryLine ? NoKey : FindEpochKey(line);
        // Without an open epoch, lines of one form are steps, and each counts.
        if (key == OpenEpoch && !_watcher.IsOpen)
            key = NoKey;
        var form = overwritten ? 0 : ComputeFormHash(line);
        if (key == NoKey || key != _key || form != _form)
        {
            (_key, _form) = (key, form);
            _watcher.ProcessLine(line, timestamp);
            return;
        }

        lock (_watcher.Gate)
        {
            line.CopyTo(_waiting);
            (_waitingLength, _waitingAt) = (line.Length, timestamp);
        }
    }

    void AppendUnfinished(ReadOnlySpan<byte> bytes, long timestamp)
    {
        if (bytes.IsEmpty || _tooLong)
            return;
        _receivedAt = timestamp;
        if (_length + bytes.Length > MaxLineBytes)
        {
            (_length, _tooLong) = (0, true);
            return;
        }

        bytes.CopyTo(_unfinished.AsSpan(_length));
        _length += bytes.Length;
    }

    static bool IsOverwritten(ReadOnlySpan<byte> bytes, int end) =>
        bytes[end] == '\r' && end + 1 < bytes.Length && bytes[end + 1] is not ((byte)'\n' or (byte)'\r');

    /// <summary>
    /// The form of a line without its digits: two lines of the same form have the same metrics, and the later one counts.
    /// </summary>
    static uint ComputeFormHash(ReadOnlySpan<byte> line)
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

    /// <summary>Number of the epoch of a progress line, without parsing the line; <see cref="NoKey"/> if uncertain.</summary>
    static int FindEpochKey(ReadOnlySpan<byte> line)
    {
        var at = EpochKeywords.FindIndex(line, loss: false);
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
