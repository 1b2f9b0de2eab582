namespace Tonne.Lab.Collecting;

/// <summary>A file up to the length it had when it was opened: what is appended later is not read, and reported.</summary>
sealed class FixedLengthStream : Stream
{
    readonly FileStream _file;
    long _left;
    byte _last;

    FixedLengthStream(FileStream file) => (_file, Length, _left) = (file, file.Length, file.Length);

    /// <summary>Opens a file of UTF-8 text.</summary>
    /// <exception cref="UnusableDataException">It does not exist, is empty, or begins like UTF-16 or UTF-32.</exception>
    public static FixedLengthStream Open(string path)
    {
        FixedLengthStream stream;
        try
        {
            stream = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16, FileOptions.SequentialScan));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UnusableDataException($"{path}: cannot be opened: {e.Message}", e);
        }
        if (stream.Length == 0)
        {
            stream.Dispose();
            throw new UnusableDataException(path, 0, "is empty.");
        }
        Span<byte> first = stackalloc byte[4];
        var read = stream._file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        stream._file.Position = 0;
        if (read >= 2 && (first[..2].SequenceEqual((ReadOnlySpan<byte>)[0xFF, 0xFE]) || first[..2].SequenceEqual((ReadOnlySpan<byte>)[0xFE, 0xFF])))
        {
            stream.Dispose();
            throw new UnusableDataException(path, 1, "is UTF-16; convert it to UTF-8 first: iconv -f UTF-16 -t UTF-8.");
        }
        return stream;
    }

    /// <summary>Whether the file has become longer since.</summary>
    public bool HasGrown => RandomAccess.GetLength(_file.SafeFileHandle) > Length;

    /// <summary>Whether the file has become shorter since.</summary>
    public bool HasShrunk => RandomAccess.GetLength(_file.SafeFileHandle) < Length;

    /// <summary>Whether the last character read ends a line.</summary>
    public bool EndsWithNewline => _last is (byte)'\n' or (byte)'\r';

    /// <summary>Length at opening, in bytes.</summary>
    public override long Length { get; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Position
    {
        get => Length - _left;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = _file.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
        _left -= read;
        if (read > 0)
            _last = buffer[read - 1];
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }
}
