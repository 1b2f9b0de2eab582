using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Passes one stream of the child on, byte for byte, and lets a listener hear it afterwards.</summary>
/// <remarks>
/// One thread, one block of memory outside the garbage collector. When little came it waits a millisecond before it looks again, so that a
/// child that writes line by line does not wake us for each; a child's end cuts the wait short.
/// </remarks>
sealed unsafe class StreamRelay : IDisposable
{
    const int BlockBytes = 256 * 1024;

    /// <summary>Room in front of the block for the byte that says what follows.</summary>
    const int HeadBytes = 64;

    /// <summary>What a terminal holds before its writer has to wait.</summary>
    const int TerminalBytes = 64 * 1024;

    const int PauseMilliseconds = 1;

    /// <summary>How long the streams may stay silent after the child's end before somebody else takes them over.</summary>
    const int SilenceMilliseconds = 50;

    static readonly TimeSpan _maxDrainTime = TimeSpan.FromMilliseconds(250);

    readonly int _from;
    readonly int _to;
    readonly OutputStream _stream;
    readonly Pseudoterminal? _terminal;
    readonly TimeProvider _clock;
    readonly int _wakeEvent;

    /// <summary>Less than this at a time is worth waiting for more: a small part of what fits, so that the child does not wait for us.</summary>
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
        /// <summary>Everybody closed it.</summary>
        Closed,

        /// <summary>Our own side failed: the reader went away, or the disk is full. The child has been told the same way.</summary>
        WriteFailed,

        /// <summary>Somebody the child left behind still holds it.</summary>
        StillOpen,
    }

    internal RelayResult Result { get; private set; }

    internal int From => _from;

    internal int To => _to;

    /// <summary>The terminal it reads, as long as it is open.</summary>
    internal Pseudoterminal? Terminal => _ended ? null : _terminal;

    internal void Start() => _thread.Start();

    /// <summary>Returns when all that has been written so far has been passed on, or after a while.</summary>
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

    /// <summary>The child has ended: pass on the rest, then stop.</summary>
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
            // Both asked before reading: "nothing there" then means nothing since.
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

    /// <summary>Gathers what is there: a terminal gives 4 KiB at a time, each with a byte in front that says what it is.</summary>
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

    /// <summary>Bytes read, 0 at the end, -1 when there is nothing now.</summary>
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
                    // A terminal whose other side is closed everywhere says so with an error.
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
            // Whatever is wrong with the listener, the child's output goes on.
            _listener = null;
        }
    }

    /// <summary>Whether anything happened before the time was over; a negative time is for ever.</summary>
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
