using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>
/// Reads one output stream of the child, writes it unchanged to the corresponding stream of tonne, and passes it to a listener.
/// </summary>
/// <remarks>
/// It uses one thread and one block of memory outside the garbage collector. After a small read it waits a millisecond, so that a child
/// which writes line by line does not wake tonne for each line. The end of the child ends the wait.
/// </remarks>
sealed unsafe class StreamRelay : IDisposable
{
    const int BlockBytes = 256 * 1024;

    /// <summary>
    /// Space before the block. A terminal in packet mode puts one byte before the data, which states the kind of the packet.
    /// </summary>
    const int PacketHeaderBytes = 64;

    /// <summary>Number of bytes that a terminal stores before its writer has to wait.</summary>
    const int TerminalCapacityBytes = 64 * 1024;

    const int PauseMilliseconds = 1;

    /// <summary>
    /// If another process still has the stream open and writes nothing for this time after the child's end, the relay stops.
    /// </summary>
    const int SilenceMilliseconds = 50;

    static readonly TimeSpan _maxDrainTime = TimeSpan.FromMilliseconds(250);

    readonly int _source;
    readonly int _target;
    readonly OutputStream _stream;
    readonly Pseudoterminal? _terminal;
    readonly TimeProvider _clock;
    readonly int _wakeEvent;

    /// <summary>
    /// If fewer bytes than this were read, the relay waits for more. The number is a small part of the capacity, so that the child never
    /// waits for tonne.
    /// </summary>
    readonly int _batchBytes;
    readonly Thread _thread;
    readonly ManualResetEventSlim _drained = new();
    IOutputListener? _listener;
    volatile bool _drainWanted;
    volatile bool _childEnded;
    volatile bool _ended;
    long _childEndedAt;

    internal StreamRelay(
        int source, int target, OutputStream stream, Pseudoterminal? terminal, IOutputListener listener, TimeProvider clock)
    {
        (_source, _target, _stream, _terminal, _listener, _clock) = (source, target, stream, terminal, listener, clock);
        Pipe.SetBlocking(source, blocking: false);
        var capacityBytes = terminal is null ? Libc.FileControl(source, Libc.GetPipeSize, 0) : TerminalCapacityBytes;
        _batchBytes = Math.Clamp(capacityBytes / 16, 4096, BlockBytes / 4);
        _wakeEvent = Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlocking);
        _thread = new Thread(RunThread, 256 * 1024) { IsBackground = true, Name = $"relay {stream}" };
    }

    /// <summary>Why the relay stopped.</summary>
    internal enum RelayResult
    {
        /// <summary>Every process that had the stream open has closed it.</summary>
        Closed,

        /// <summary>Writing failed: the reader of tonne's output has ended, or the disk is full. The child gets the same error.</summary>
        WriteFailed,

        /// <summary>The child has ended, but one of its descendants still has the stream open.</summary>
        StillOpen,
    }

    internal RelayResult Result { get; private set; }

    /// <summary>File descriptor that the relay reads.</summary>
    internal int Source => _source;

    /// <summary>File descriptor that the relay writes.</summary>
    internal int Target => _target;

    /// <summary>The terminal from which the stream is read; null if it is a pipe, or after the relay has stopped.</summary>
    internal Pseudoterminal? Terminal => _ended ? null : _terminal;

    internal void Start() => _thread.Start();

    /// <summary>Waits until all output that exists now has been written.</summary>
    /// <param name="timeout">Longest time to wait.</param>
    internal void Drain(TimeSpan timeout)
    {
        if (!_ended)
        {
            _drained.Reset();
            _drainWanted = true;
            Wake();
            _drained.Wait(timeout);
        }
    }

    /// <summary>Why the output could not be written (<see cref="Errno"/>); 0 if it could, or its reader went away, as in <c>| head</c>.</summary>
    internal int LostOutputError => Result is RelayResult.WriteFailed && WriteError != Errno.BrokenPipe ? WriteError : 0;

    int WriteError { get; set; }

    /// <summary>Writes the rest of the output and stops. Called when the child has ended.</summary>
    internal RelayResult Finish()
    {
        Volatile.Write(ref _childEndedAt, _clock.GetTimestamp());
        _childEnded = true;
        Wake();
        _thread.Join();
        return Result;
    }

    public void Dispose()
    {
        _ = Libc.Close(_wakeEvent);
        _drained.Dispose();
    }

    void Wake()
    {
        var one = 1UL;
        _ = Libc.Write(_wakeEvent, &one, sizeof(ulong));
    }

    void RunThread()
    {
        var block = (byte*)NativeMemory.AlignedAlloc(PacketHeaderBytes + BlockBytes, PacketHeaderBytes);
        try
        {
            Result = RelayLoop(block + PacketHeaderBytes);
        }
        finally
        {
            NativeMemory.AlignedFree(block);
            if (Result is RelayResult.StillOpen)
            {
                _terminal?.DisablePacketMode();
                Pipe.SetBlocking(_source, blocking: true);
            }
            else
            {
                _ = Libc.Close(_source);
            }

            _ended = true;
            _drained.Set();
        }
    }

    RelayResult RelayLoop(byte* block)
    {
        while (true)
        {
            // Both are read before the stream. If the stream is then empty, it has been empty since they were set.
            var childEnded = _childEnded;
            var drainWanted = _drainWanted;
            var count = _terminal is null ? ReadPipe(block, out var closed) : ReadTerminal(block, out closed);
            if (count > 0)
            {
                if (!WriteAll(block, count))
                {
                    return RelayResult.WriteFailed;
                }

                NotifyListener(new ReadOnlySpan<byte>(block, count));
            }

            if (closed)
            {
                return RelayResult.Closed;
            }

            if (count == 0)
            {
                if (drainWanted)
                {
                    _drainWanted = false;
                    _drained.Set();
                }

                var hasData = WaitForData(childEnded ? SilenceMilliseconds : -1);
                if (childEnded && !hasData)
                {
                    return RelayResult.StillOpen;
                }
            }
            else if (count < _batchBytes && !childEnded)
            {
                Pause();
            }

            if (childEnded && _clock.GetElapsedTime(Volatile.Read(ref _childEndedAt)) > _maxDrainTime)
            {
                return RelayResult.StillOpen;
            }
        }
    }

    int ReadPipe(byte* block, out bool closed)
    {
        var count = Read(block, BlockBytes);
        closed = count == 0;
        return (int)Math.Max(count, 0);
    }

    /// <summary>
    /// Reads all packets that a terminal has: at most 4 KiB each, with one byte before the data that states the kind of the packet.
    /// </summary>
    int ReadTerminal(byte* block, out bool closed)
    {
        var filled = 0;
        closed = false;
        while (filled < TerminalCapacityBytes)
        {
            // The packet's first byte overwrites the last byte of the packet before, which is restored.
            var packet = block + filled - 1;
            var overwritten = *packet;
            var count = Read(packet, BlockBytes - filled);
            var kind = *packet;
            *packet = overwritten;
            if (count <= 0)
            {
                closed = count == 0;
                break;
            }

            if (kind == 0)
            {
                filled += (int)count - 1;
            }
            else if ((kind & Libc.PacketModesChanged) != 0)
            {
                _terminal!.CopyModes();
            }
        }

        return filled;
    }

    /// <summary>Reads bytes; returns their number, 0 at the end of the stream, -1 if there are none now.</summary>
    nint Read(byte* buffer, nint capacity)
    {
        while (true)
        {
            var count = Libc.Read(_source, buffer, capacity);
            if (count >= 0)
            {
                return count;
            }

            switch (Errno.Last)
            {
                case Errno.Interrupted:
                    continue;
                case Errno.TryAgain:
                    return -1;
                default:
                    // A terminal returns an error when all processes have closed its other side.
                    return 0;
            }
        }
    }

    bool WriteAll(byte* bytes, nint count)
    {
        while (count > 0)
        {
            var written = Libc.Write(_target, bytes, count);
            if (written >= 0)
            {
                bytes += written;
                count -= written;
                continue;
            }

            switch (Errno.Last)
            {
                case Errno.Interrupted:
                    continue;
                case Errno.TryAgain:
                    var request = new Libc.PollRequest { Descriptor = _target, RequestedEvents = Libc.PollOut };
                    _ = Libc.Poll(&request, 1, -1);
                    continue;
                default:
                    WriteError = Errno.Last;
                    return false;
            }
        }

        return true;
    }

    void NotifyListener(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _listener?.OnOutput(_stream, bytes);
        }
        catch (Exception)
        {
            // A failing listener must not stop the child's output.
            _listener = null;
        }
    }

    /// <summary>Waits for output or a wake-up; returns whether one of them came in time. A negative time is unlimited.</summary>
    bool WaitForData(int milliseconds)
    {
        var requests = stackalloc Libc.PollRequest[2];
        requests[0] = new Libc.PollRequest { Descriptor = _source, RequestedEvents = Libc.PollIn };
        requests[1] = new Libc.PollRequest { Descriptor = _wakeEvent, RequestedEvents = Libc.PollIn };
        var ready = Libc.Poll(requests, 2, milliseconds);
        ClearWakeEvent(requests[1]);
        return ready != 0;
    }

    void Pause()
    {
        var request = new Libc.PollRequest { Descriptor = _wakeEvent, RequestedEvents = Libc.PollIn };
        _ = Libc.Poll(&request, 1, PauseMilliseconds);
        ClearWakeEvent(request);
    }

    void ClearWakeEvent(Libc.PollRequest wakeEvent)
    {
        if (wakeEvent.ReturnedEvents != 0)
        {
            ulong wakeUps;
            _ = Libc.Read(_wakeEvent, &wakeUps, sizeof(ulong));
        }
    }
}
