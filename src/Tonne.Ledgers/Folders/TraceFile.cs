using Microsoft.Win32.SafeHandles;

namespace Tonne.Ledgers.Folders;

/// <summary>The trace of a run in progress as a stream to append to: every write goes to the system at once, and to the disk within five seconds.</summary>
/// <remarks>The disk is waited for on another thread, so that a slow one does not delay a sample. Its failure is thrown by the next write.</remarks>
sealed class TraceFile : Stream
{
    static readonly TimeSpan Between = TimeSpan.FromSeconds(4);

    readonly FileStream _file;
    readonly TimeProvider _time;
    long _synced;
    int _syncing;
    volatile IOException? _failure;

    internal TraceFile(string path, TimeProvider time)
    {
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
        _time = time;
        _synced = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _file.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _file.Position;
        set => throw new NotSupportedException("A trace is appended to.");
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_failure is { } failure)
            throw failure;
        DurableFile.WriteAll(_file, buffer);
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        if (_time.GetElapsedTime(_synced) < Between || Interlocked.Exchange(ref _syncing, 1) == 1)
            return;
        _synced = _time.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(static file => file.SyncBehind(file._file.SafeFileHandle), this, preferLocal: false);
    }

    /// <summary>Waits until all that was written is on the disk.</summary>
    internal void Sync() => _file.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A trace in progress is not read through its writer.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A trace is appended to.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A trace is appended to.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }

    void SyncBehind(SafeFileHandle handle)
    {
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (IOException error)
        {
            _failure = error;
        }
        catch (ObjectDisposedException)
        {
            // The run has ended; its last sync was waited for.
        }
        finally
        {
            Volatile.Write(ref _syncing, 0);
        }
    }
}
