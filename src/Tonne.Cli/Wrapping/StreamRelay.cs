using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Passes one stream of the child on, byte for byte, and then to the listener.</summary>
/// <remarks>
/// One thread, one block of memory outside the garbage collector. After a small read it waits a millisecond, so that a child that writes
/// line by line does not wake tonne for each line; the end of the child cuts the wait short.
/// </remarks>
sealed unsafe class StreamRelay : IDisposable
{
    const int BlockBytes = 256 * 1024;

    /// <summary>Space before the block for the byte that gives the kind of what follows.</summary>
    const int HeadBytes = 64;

    /// <summary>Capacity of a terminal before its writer has to wait.</summary>
    const int TerminalBytes = 64 * 1024;

    const int PauseMilliseconds = 1;

    /// <summary>How long the streams may stay silent after the child's end before they are handed over.</summary>
    const int SilenceMilliseconds = 50;

    static readonly TimeSpan _maxDrainTime = TimeSpan.FromMilliseconds(250);

    readonly int _from;
    readonly int _to;
    readonly OutputStream _stream;
    readonly Pseudoterminal? _terminal;
    readonly TimeProvider _clock;
    readonly int _wakeEvent;

    /// <summary>
    /// After fewer bytes than this, wait for more. It is a small part of the capacity, so that the child does not wait for tonne.
    /// </summary>
    readonly int _batchBytes;
    readonly Thread _thread;
    readonly ManualResetEventSlim _drained = new();
    IOutputListener? _listener;
    volatile bool _drainWanted;
    volatile bool _childEnded;
    volatile bool _ended;
    long _childEndedAt;

    internal StreamRelay(int from, int to, OutputStream stream, Pseudoterminal? terminal, IOutputListener listener, TimeProvider clock)
    {
        (_from, _to, _stream, _terminal, _listener, _clock) = (from, to, stream, terminal, listener, clock);
        Pipe.SetBlocking(from, blocking: false);
        var room = terminal is null ? Libc.FileControl(from, Libc.GetPipeSize, 0) : TerminalBytes;
        _batchBytes = Math.Clamp(room / 16, 4096, BlockBytes / 4);
        _wakeEvent = Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlocking);
        _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = $"relay {stream}" };
    }

    /// <summary>Why the relay stopped.</summary>
    internal enum RelayResult
    {
        /// <summary>Every writer closed it.</summary>
        Closed,

        /// <summary>Our own side failed: the reader went away, or the disk is full. The child gets the same error.</summary>
        WriteFailed,

        /// <summary>A descendant of the child still has it open.</summary>
        StillOpen,
    }

    internal RelayResult Result { get; private set; }

    internal int From => _from;

    internal int To => _to;

    /// <summary>The terminal that the stream is read from, while it is open.</summary>
    internal Pseudoterminal? Terminal => _ended ? null : _terminal;

    internal void Start() => _thread.Start();

    /// <summary>Waits until all output so far has been passed on, at most for a time limit.</summary>
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

    /// <summary>Passes the rest on and stops, because the child has ended.</summary>
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

    void Run()
    {
        var block = (byte*)NativeMemory.AlignedAlloc(HeadBytes + BlockBytes, HeadBytes);
        try
        {
            Result = RelayLoop(block + HeadBytes);
        }
        finally
        {
            NativeMemory.AlignedFree(block);
            if (Result is RelayResult.StillOpen)
            {
                _terminal?.DisablePacketMode();
                Pipe.SetBlocking(_from, blocking: true);
            }
            else
            {
                _ = Libc.Close(_from);
            }

            _ended = true;
            _drained.Set();
        }
    }

    RelayResult RelayLoop(byte* block)
    {
        while (true)
        {
            // Both are read before the stream: "nothing there" then means that nothing came since.
            var gone = _childEnded;
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

                var heard = WaitForData(gone ? SilenceMilliseconds : -1);
                if (gone && !heard)
                {
                    return RelayResult.StillOpen;
                }
            }
            else if (count < _batchBytes && !gone)
            {
                Pause();
            }

            if (gone && _clock.GetElapsedTime(Volatile.Read(ref _childEndedAt)) > _maxDrainTime)
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

    /// <summary>Reads what is there: a terminal returns 4 KiB at a time, each with a byte in front that gives its kind.</summary>
    int ReadTerminal(byte* block, out bool closed)
    {
        var filled = 0;
        closed = false;
        while (filled < TerminalBytes)
        {
            var place = block + filled - 1;
            var covered = *place;
            var count = Read(place, BlockBytes - filled);
            var kind = *place;
            *place = covered;
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

    /// <summary>Bytes read, 0 at the end, -1 if there is nothing now.</summary>
    nint Read(byte* place, nint room)
    {
        while (true)
        {
            var count = Libc.Read(_from, place, room);
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
                    // A terminal whose other side is closed everywhere returns an error.
                    return 0;
            }
        }
    }

    bool WriteAll(byte* bytes, nint count)
    {
        while (count > 0)
        {
            var written = Libc.Write(_to, bytes, count);
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
                    var request = new Libc.PollRequest { Descriptor = _to, RequestedEvents = Libc.PollOut };
                    _ = Libc.Poll(&request, 1, -1);
                    continue;
                default:
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

    /// <summary>Whether anything happened within the time; a negative time is unlimited.</summary>
    bool WaitForData(int milliseconds)
    {
        var requests = stackalloc Libc.PollRequest[2];
        requests[0] = new Libc.PollRequest { Descriptor = _from, RequestedEvents = Libc.PollIn };
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
            ulong rings;
            _ = Libc.Read(_wakeEvent, &rings, sizeof(ulong));
        }
    }
}
