namespace Tonne.Ledgers.RunFolders;

/// <summary>
/// The trace of a run in progress as a stream: every write goes to the system at once, and to the disk within five seconds.
/// </summary>
/// <remarks>
/// A thread of its own synchronises to the disk, so that a slow disk does not delay a sample. Its failure is thrown by the next write. A
/// thread of the pool is not used, because waking the pool every few seconds costs a millisecond, and this thread a few microseconds.
/// </remarks>
sealed class TraceFile : Stream
{
    static readonly TimeSpan SyncInterval = TimeSpan.FromSeconds(4);

    readonly FileStream _file;
    readonly TimeProvider _time;
    readonly AutoResetEvent _due = new(false);
    Thread? _syncer;
    long _synced;
    volatile bool _closed;
    volatile IOException? _failure;

    /// <summary>Creates a trace, or opens one to append to it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="time">The clock.</param>
    /// <param name="length">Length of a trace that exists, after which it is cut; null to create one.</param>
    internal TraceFile(string path, TimeProvider time, long? length = null)
    {
        _file = LedgerPermissions.Open(path, length is null ? FileMode.CreateNew : FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        if (length is { } kept)
        {
            _file.SetLength(kept);
            _file.Position = kept;
        }

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
        set => throw new NotSupportedException("A trace can only be appended to.");
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
        if (_time.GetElapsedTime(_synced) < SyncInterval)
            return;
        _synced = _time.GetTimestamp();
        if (_syncer is null)
        {
            _syncer = new Thread(SyncWhenDue, 128 * 1024) { IsBackground = true, Name = "tonne sync" };
            _syncer.Start();
        }

        _due.Set();
    }

    /// <summary>Waits until all that was written is on the disk.</summary>
    internal void Sync() => _file.Flush(flushToDisk: true);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A trace in progress cannot be read through its writer.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A trace can only be appended to.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A trace can only be appended to.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closed)
        {
            _closed = true;
            _file.Dispose();
            // The thread may be waiting for the disk, and this does not wait for it; the event is released by its finalizer.
            _due.Set();
        }

        base.Dispose(disposing);
    }

    void SyncWhenDue()
    {
        var handle = _file.SafeFileHandle;
        while (_due.WaitOne() && !_closed)
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
                // The run has ended, and its last synchronisation has completed.
            }
        }
    }
}
