using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Tonne.Services.Logs;

/// <summary>Reads the lines that are appended to a log file, also when the file is rotated.</summary>
/// <remarks>
/// A file is recognised by its first bytes. A file that was renamed and followed by another is read to its end first; one that was emptied
/// (<c>copytruncate</c>) is read from its beginning, and what was appended between the last reading and the emptying is lost. Only whole
/// lines are returned; the last line of a file that was renamed counts as whole. Not thread safe.
/// </remarks>
/// <param name="path">Path of a regular file. It may be missing, now or later.</param>
/// <param name="position">Where an earlier reading ended. Default: null, the beginning of the file.</param>
public sealed class LogFollower(string path, LogPosition? position = null) : IDisposable
{
    /// <summary>Longest line that is returned, bytes; a longer one is left out.</summary>
    public const int MaxLineBytes = 1024 * 1024;

    const int HeadBytes = 1_024;
    const int MostBytes = 8 * MaxLineBytes;

    SafeFileHandle? _file;
    byte[] _head = position?.Head.ToArray() ?? [];
    long _offset = position?.Offset ?? 0;
    bool _isInLongLine;
    int _longLines;

    /// <summary>How far the file was read.</summary>
    public LogPosition Position => new(_offset, _head.ToArray());

    /// <summary>Moves behind the last whole line that is in the file now: it and the lines before it are not returned.</summary>
    /// <returns>Why the file cannot be read; null if it was, or is missing.</returns>
    public string? SkipToEnd()
    {
        SafeFileHandle? now = null;
        try
        {
            now = Open();
            if (now is null)
                return null;
            var begin = Math.Max(0, RandomAccess.GetLength(now) - MaxLineBytes);
            var buffer = new byte[MaxLineBytes];
            var count = RandomAccess.Read(now, buffer, begin);
            var whole = buffer.AsSpan(0, count).LastIndexOf((byte)'\n') + 1;
            _isInLongLine = whole == 0 && begin > 0;
            (_offset, _head) = (begin + (_isInLongLine ? count : whole), []);
            Replace(ref now);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return Describe(error);
        }
        finally
        {
            now?.Dispose();
        }
    }

    /// <summary>Reads the lines that were appended since the last time, at most some 8 MiB at once.</summary>
    public LogLines Read()
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        string? reason = null;
        var (isReplaced, hasMore) = (false, false);
        _longLines = 0;
        SafeFileHandle? now = null;
        try
        {
            now = Open();
            if (now is not null && IsSame(now))
            {
                Replace(ref now);
                hasMore = ReadTo(_file!, lines, isEnd: false);
            }
            else
            {
                // The file was renamed, removed or emptied: first what is left of it.
                if (_file is not null && IsSame(_file))
                    hasMore = ReadTo(_file, lines, isEnd: now is not null);
                else if (_offset > 0)
                    reason = "The file was replaced; what was appended to the one before since the last reading is unknown.";
                if (now is not null && !hasMore)
                {
                    (_offset, _head, _isInLongLine, isReplaced) = (0, [], false, true);
                    Replace(ref now);
                    hasMore = ReadTo(_file!, lines, isEnd: false);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            reason = Describe(error);
        }
        finally
        {
            now?.Dispose();
        }

        if (_longLines > 0)
            reason ??= string.Create(CultureInfo.InvariantCulture, $"{_longLines} lines of more than 1 MiB are left out.");
        return new LogLines(lines.ToImmutable(), isReplaced, hasMore, reason);
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    static string Describe(Exception error) => $"The file cannot be read: {error.Message}";

    SafeFileHandle? Open() => !File.Exists(path) ? null
        : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    void Replace(ref SafeFileHandle? now)
    {
        _file?.Dispose();
        (_file, now) = (now, null);
        if (_head.Length < HeadBytes)
            _head = ReadHead(_file!);
    }

    /// <summary>Whether a file begins as the one that was read, and is not shorter than what was read of it.</summary>
    bool IsSame(SafeFileHandle file) => RandomAccess.GetLength(file) >= _offset && ReadHead(file).AsSpan().StartsWith(_head);

    static byte[] ReadHead(SafeFileHandle file)
    {
        var head = new byte[HeadBytes];
        return head[..RandomAccess.Read(file, head, 0)];
    }

    /// <summary>Reads whole lines.</summary>
    /// <returns>Whether there is more.</returns>
    bool ReadTo(SafeFileHandle file, ImmutableArray<string>.Builder lines, bool isEnd)
    {
        var buffer = new byte[MaxLineBytes + 1];
        for (var total = 0; total < MostBytes;)
        {
            var count = RandomAccess.Read(file, buffer, _offset);
            if (count == 0)
                return false;
            var whole = buffer.AsSpan(0, count).LastIndexOf((byte)'\n') + 1;
            if (whole == 0 && count == buffer.Length)
            {
                // The line goes on beyond what is kept of a line.
                _longLines += _isInLongLine ? 0 : 1;
                _isInLongLine = true;
                whole = count;
            }
            else if (whole == 0 && isEnd)
            {
                AddLines(buffer.AsSpan(0, count), lines);
                whole = count;
            }
            else if (whole == 0)
            {
                return false;
            }
            else
            {
                AddLines(buffer.AsSpan(0, whole - 1), lines);
            }

            _offset += whole;
            total += whole;
        }

        return true;
    }

    void AddLines(ReadOnlySpan<byte> content, ImmutableArray<string>.Builder lines)
    {
        foreach (var range in content.Split((byte)'\n'))
        {
            var line = content[range];
            if (_isInLongLine)
                _isInLongLine = false;
            else if (line.TrimEnd((byte)'\r') is { IsEmpty: false } text)
                lines.Add(Encoding.UTF8.GetString(text));
        }
    }
}
