using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Writes to one of our standard streams, without any other effect on it.</summary>
/// <remarks>
/// Console's own streams send the terminal a mode change with their first byte and restore its modes at exit, which undoes what the child
/// has set. A file stream has its own position and would overwrite what the child has written to the same file.
/// </remarks>
/// <param name="descriptor">1 or 2.</param>
sealed class FileDescriptorStream(int descriptor) : Stream
{
    /// <summary>Whether nobody reads any more: a closed pipe, as after <c>| head -1</c>.</summary>
    public bool IsReaderGone { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What a file holds to which this appends (<c>>></c> in a shell); null if it does not append to one, or the file is empty or cannot be
    /// read.</summary>
    /// <param name="start">The bytes that the file may begin with.</param>
    public (bool BeginsWithStart, bool EndsInLine)? InspectAppended(ReadOnlySpan<byte> start)
    {
        var flags = Libc.FileControl(descriptor, Libc.GetStatusFlags, 0);
        if (flags < 0 || (flags & Libc.Append) == 0)
            return null;
        try
        {
            using var file = new FileStream($"/proc/self/fd/{descriptor}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (!file.CanSeek || file.Length == 0)
                return null;
            var found = new byte[start.Length];
            var begins = file.ReadAtLeast(found, found.Length, throwOnEndOfStream: false) == found.Length && start.SequenceEqual(found);
            _ = file.Seek(-1, SeekOrigin.End);
            return (begins, file.ReadByte() == '\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    public override void Flush()
    {
    }

    public override unsafe void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            for (nint done = 0; done < buffer.Length;)
            {
                var written = Libc.Write(descriptor, bytes + done, buffer.Length - done);
                if (written >= 0)
                {
                    done += written;
                }
                else if (Errno.Last == Errno.Interrupted)
                {
                    continue;
                }
                else if (Errno.Last == Errno.TryAgain)
                {
                    var request = new Libc.PollRequest { Descriptor = descriptor, RequestedEvents = Libc.PollOut };
                    _ = Libc.Poll(&request, 1, -1);
                }
                else if (Errno.Last == Errno.BrokenPipe || descriptor == Libc.StandardError)
                {
                    // The reader is gone, or there is nowhere to report the error.
                    IsReaderGone = true;
                    return;
                }
                else
                {
                    throw new IOException($"standard stream {descriptor}: {Errno.GetMessage(Errno.Last)}");
                }
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
