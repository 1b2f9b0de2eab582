using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Passes one stream of the child on, byte for byte, and lets a listener hear it afterwards.</summary>
/// <remarks>
/// One thread, one block of memory outside the garbage collector. When little came it waits a millisecond before it looks again, so that a
/// child that writes line by line does not wake us for each; a child's end cuts the wait short.
/// </remarks>
sealed unsafe class Relay : IDisposable
{
    const int BlockBytes = 256 * 1024;

    /// <summary>Room in front of the block for the byte that says what follows.</summary>
    const int HeadBytes = 64;

    /// <summary>What a terminal holds before its writer has to wait.</summary>
    const int TerminalBytes = 64 * 1024;

    const int PauseMilliseconds = 1;

    /// <summary>How long the streams may stay silent after the child's end before somebody else takes them over.</summary>
    const int SilenceMilliseconds = 50;

    static readonly TimeSpan _longestGoodbye = TimeSpan.FromMilliseconds(250);

    readonly int _from;
    readonly int _to;
    readonly OutputStream _stream;
    readonly Pseudoterminal? _terminal;
    readonly TimeProvider _clock;
    readonly int _bell;

    /// <summary>Less than this at a time is worth waiting for more: a small part of what fits, so that the child does not wait for us.</summary>
    readonly int _plenty;
    readonly Thread _thread;
    readonly ManualResetEventSlim _drained = new();
    IOutputListener? _listener;
    volatile bool _drainWanted;
    volatile bool _gone;
    volatile bool _ended;
    long _goneAt;

    internal Relay(int from, int to, OutputStream stream, Pseudoterminal? terminal, IOutputListener listener, TimeProvider clock)
    {
        (_from, _to, _stream, _terminal, _listener, _clock) = (from, to, stream, terminal, listener, clock);
        Pipe.SetBlocking(from, blocking: false);
        var room = terminal is null ? Libc.Control(from, Libc.GetPipeSize, 0) : TerminalBytes;
        _plenty = Math.Clamp(room / 16, 4096, BlockBytes / 4);
        _bell = Libc.EventDescriptor(0, Libc.CloseOnExec | Libc.NonBlocking);
        _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = $"relay {stream}" };
    }

    /// <summary>Why the relay stopped.</summary>
    internal enum Ending
    {
        /// <summary>Everybody closed it.</summary>
        Closed,

        /// <summary>Our own side failed: the reader went away, or the disk is full. The child has been told the same way.</summary>
        Broken,

        /// <summary>Somebody the child left behind still holds it.</summary>
        StillHeld,
    }

    internal Ending How { get; private set; }

    internal int From => _from;

    internal int To => _to;

    /// <summary>The terminal it reads, as long as it is open.</summary>
    internal Pseudoterminal? Terminal => _ended ? null : _terminal;

    internal void Start() => _thread.Start();

    /// <summary>Returns when all that has been written so far has been passed on, or after a while.</summary>
    internal void Drain(TimeSpan patience)
    {
        if (!_ended)
        {
            _drained.Reset();
            _drainWanted = true;
            Ring();
            _drained.Wait(patience);
        }
    }

    /// <summary>The child has ended: pass on the rest, then stop.</summary>
    internal Ending Finish()
    {
        Volatile.Write(ref _goneAt, _clock.GetTimestamp());
        _gone = true;
        Ring();
        _thread.Join();
        return How;
    }

    public void Dispose()
    {
        _ = Libc.Close(_bell);
        _drained.Dispose();
    }

    void Ring()
    {
        var one = 1UL;
        _ = Libc.Write(_bell, &one, sizeof(ulong));
    }

    void Run()
    {
        var block = (byte*)NativeMemory.AlignedAlloc(HeadBytes + BlockBytes, HeadBytes);
        try
        {
            How = Pass(block + HeadBytes);
        }
        finally
        {
            NativeMemory.AlignedFree(block);
            if (How is Ending.StillHeld)
            {
                _terminal?.Plain();
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

    Ending Pass(byte* block)
    {
        while (true)
        {
            // Both asked before reading: "nothing there" then means nothing since.
            var gone = _gone;
            var drainWanted = _drainWanted;
            var count = _terminal is null ? ReadPipe(block, out var closed) : ReadTerminal(block, out closed);
            if (count > 0)
            {
                if (!WriteAll(block, count))
                {
                    return Ending.Broken;
                }

                Tell(new ReadOnlySpan<byte>(block, count));
            }

            if (closed)
            {
                return Ending.Closed;
            }

            if (count == 0)
            {
                if (drainWanted)
                {
                    _drainWanted = false;
                    _drained.Set();
                }

                var heard = Await(gone ? SilenceMilliseconds : -1);
                if (gone && !heard)
                {
                    return Ending.StillHeld;
                }
            }
            else if (count < _plenty && !gone)
            {
                Pause();
            }

            if (gone && _clock.GetElapsedTime(Volatile.Read(ref _goneAt)) > _longestGoodbye)
            {
                return Ending.StillHeld;
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
                _terminal!.FollowModes();
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

            switch (Errors.Last)
            {
                case Errors.Interrupted:
                    continue;
                case Errors.TryAgain:
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

            switch (Errors.Last)
            {
                case Errors.Interrupted:
                    continue;
                case Errors.TryAgain:
                    var request = new Libc.PollRequest { Descriptor = _to, Wanted = Libc.PollOut };
                    _ = Libc.Poll(&request, 1, -1);
                    continue;
                default:
                    return false;
            }
        }

        return true;
    }

    void Tell(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _listener?.Hear(_stream, bytes);
        }
        catch (Exception)
        {
            // Whatever is wrong with the listener, the child's output goes on.
            _listener = null;
        }
    }

    /// <summary>Whether anything happened before the time was over; a negative time is for ever.</summary>
    bool Await(int milliseconds)
    {
        var requests = stackalloc Libc.PollRequest[2];
        requests[0] = new Libc.PollRequest { Descriptor = _from, Wanted = Libc.PollIn };
        requests[1] = new Libc.PollRequest { Descriptor = _bell, Wanted = Libc.PollIn };
        var ready = Libc.Poll(requests, 2, milliseconds);
        Hush(requests[1]);
        return ready != 0;
    }

    void Pause()
    {
        var request = new Libc.PollRequest { Descriptor = _bell, Wanted = Libc.PollIn };
        _ = Libc.Poll(&request, 1, PauseMilliseconds);
        Hush(request);
    }

    void Hush(Libc.PollRequest bell)
    {
        if (bell.Happened != 0)
        {
            ulong rings;
            _ = Libc.Read(_bell, &rings, sizeof(ulong));
        }
    }
}
