namespace Tonne.Recording.Traces;

/// <summary>Reads the first bytes of a stream, then bytes of memory: a trace whose disk was full, and the later blocks.</summary>
sealed class ConcatenatedStream(Stream first, long length, ReadOnlyMemory<byte> rest) : Stream
{
    long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length + rest.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("This stream is read from its start.");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count;
        if (_position < length)
        {
            count = first.Read(buffer[..(int)Math.Min(buffer.Length, length - _position)]);
        }
        else
        {
            var left = rest.Span[(int)(_position - length)..];
            count = Math.Min(buffer.Length, left.Length);
            left[..count].CopyTo(buffer);
        }

        _position += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("This stream is read from its start.");

    public override void SetLength(long value) => throw new NotSupportedException("This stream is only read.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is only read.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            first.Dispose();
        base.Dispose(disposing);
    }
}
