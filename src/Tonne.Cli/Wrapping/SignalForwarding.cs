using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Keeps signals from ending us, and passes on to the child those that it did not get itself, once each.</summary>
/// <remarks>
/// The child is in our process group, so the terminal's signals and those for the whole group reach it without us (<see cref="Bystander"/>).
/// Signals that were ignored when we started (`nohup`) are still ignored when the child starts, and only then listened to and passed on: the child
/// ignores them too, unless it has decided otherwise.
/// </remarks>
sealed class SignalForwarding : IDisposable
{
    /// <summary>All that could end or stop us and that can be caught, but for SIGTTOU: writing to a terminal that refuses it has to stop us.</summary>
    static readonly int[] _signals =
    [
        Libc.HangUp, Libc.Interrupt, Libc.Quit, Libc.User1, Libc.User2, Libc.Alarm, Libc.Terminate, Libc.StackFault, Libc.Continue,
        Libc.TerminalStop, Libc.TerminalInput, Libc.VirtualAlarm, Libc.Profile, Libc.WindowChanged, Libc.InputOutput, Libc.PowerFailure,
    ];

    readonly Lock _gate = new();
    readonly List<PosixSignalRegistration> _registrations = [];
    readonly List<int> _early = [];
    readonly HashSet<int> _bystanders = [];
    readonly Action<int> _noticed;
    readonly Inheritance _inheritance;
    Bystander? _bystander;
    ulong _groupWide;
    ulong _settled;
    int _child;
    bool _disposed;

    /// <summary>Takes over the signals and starts the bystander.</summary>
    /// <param name="inheritance">What was ignored when we started.</param>
    /// <param name="noticed">Called with every signal we get, before it is passed on.</param>
    internal SignalForwarding(Inheritance inheritance, Action<int> noticed)
    {
        _noticed = noticed;
        _inheritance = inheritance;
        Register(ignored: false);
        _bystander = Bystander.Start();
        Remember(_bystander);
    }

    /// <summary>Signals that reached us together with the whole group: bit n - 1 for signal n.</summary>
    internal ulong GroupWide
    {
        get
        {
            lock (_gate)
            {
                return _groupWide;
            }
        }
    }

    /// <summary>From now on signals go to this process; those that came before it existed go to it now.</summary>
    internal void To(int child)
    {
        Register(ignored: true);
        lock (_gate)
        {
            _child = child;
            foreach (var signal in _early)
            {
                _ = Libc.Send(child, signal);
            }
        }
    }

    /// <summary>The child has been reaped: its number may be somebody else's soon.</summary>
    internal void ToNobody()
    {
        lock (_gate)
        {
            _child = 0;
            _early.Clear();
        }
    }

    /// <summary>Whether a reaped process was one of our own and no part of the job.</summary>
    internal bool IsBystander(int pid)
    {
        lock (_gate)
        {
            return _bystanders.Contains(pid);
        }
    }

    /// <summary>Judges now a signal that the child has felt and that may still be on its way to us: whether the whole group got it.</summary>
    /// <remarks>Before we stop, because continuing the group takes the stop back from the bystander; before we end, because then it is too late.</remarks>
    internal void Settle(int signal)
    {
        lock (_gate)
        {
            if (_bystander?.Got(signal) is true)
            {
                _settled |= Inheritance.Bit(signal);
                _groupWide |= Inheritance.Bit(signal);
                Renew();
            }
        }
    }

    void Arrived(int signal)
    {
        _noticed(signal);
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            if ((_settled & Inheritance.Bit(signal)) != 0)
            {
                _settled &= ~Inheritance.Bit(signal);
                return;
            }

            if (_child == 0)
            {
                _early.Add(signal);
            }
            else if (WasForTheGroup(signal))
            {
                _groupWide |= Inheritance.Bit(signal);
            }
            else
            {
                _ = Libc.Send(_child, signal);
            }
        }
    }

    void Register(bool ignored)
    {
        foreach (var signal in _signals)
        {
            if (_inheritance.Ignores(signal) == ignored)
            {
                _registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
                {
                    context.Cancel = true;
                    Arrived(signal);
                }));
            }
        }
    }

    bool WasForTheGroup(int signal)
    {
        switch (_bystander?.Got(signal))
        {
            case true:
                // A resized terminal signals often and harmlessly, so that one is believed for good; any other is forgotten by starting afresh.
                if (signal != Libc.WindowChanged)
                {
                    Renew();
                }

                return true;
            case false:
                return false;
            default:
                Renew();
                return signal is Libc.Interrupt or Libc.Quit or Libc.TerminalStop or Libc.WindowChanged && InForeground();
        }
    }

    void Renew()
    {
        var fresh = Bystander.Start();
        Remember(fresh);
        _bystander?.Dispose();
        _bystander = fresh;
    }

    void Remember(Bystander? bystander)
    {
        if (bystander is not null)
        {
            _bystanders.Add(bystander.Pid);
        }
    }

    static bool InForeground()
    {
        var terminal = Libc.Open("/dev/tty", Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec);
        if (terminal < 0)
        {
            return false;
        }

        var group = Libc.ForegroundGroup(terminal);
        _ = Libc.Close(terminal);
        return group == Libc.OwnGroup();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        lock (_gate)
        {
            _disposed = true;
            _child = 0;
            _bystander?.Dispose();
            _bystander = null;
        }
    }
}
