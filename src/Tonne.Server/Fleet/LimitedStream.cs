using Tonne.Server.Api;

namespace Tonne.Server.Fleet;

/// <summary>A body that is read only as far as it may be long: a small one can decompress to a very large one.</summary>
/// <param name="inner">What is read.</param>
/// <param name="maxBytes">Most bytes.</param>
/// <param name="reserved">Memory of this push, which each byte is taken from.</param>
sealed class LimitedStream(Stream inner, long maxBytes, ReservedMemory reserved) : Stream
{
    long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _read += count;
        if (_read > maxBytes)
        {
            throw new RequestProblemException(
                StatusCodes.Status413PayloadTooLarge, $"the body has more than {maxBytes} bytes when it is decompressed", "body",
                "Push fewer lines at a time.");
        }

        reserved.Take(count);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
