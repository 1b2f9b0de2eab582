using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Keeps signals from ending us, and passes on to the child those that it did not get itself, once each.</summary>
/// <remarks>
/// The child is in our process group, so the terminal's signals and those for the whole group reach it without us (<see cref="SignalProbe"/>).
/// Signals that were ignored when we started (`nohup`) are still ignored when the child starts, and only then listened to and passed on: the child
/// ignores them too, unless it has decided otherwise.
/// </remarks>
sealed class SignalForwarder : IDisposable
{
    /// <summary>All that could end or stop us and that can be caught, but for SIGTTOU: writing to a terminal that refuses it has to stop us.</summary>
    static readonly int[] _signals =
    [
        Libc.HangUp, Libc.Interrupt, Libc.Quit, Libc.User1, Libc.User2, Libc.Alarm, Libc.Terminate, Libc.StackFault, Libc.Continue,
        Libc.TerminalStop, Libc.TerminalInput, Libc.VirtualAlarm, Libc.Profile, Libc.WindowChanged, Libc.InputOutput, Libc.PowerFailure,
    ];

    readonly Lock _gate = new();
    readonly List<PosixSignalRegistration> _registrations = [];
    readonly List<int> _earlySignals = [];
    readonly HashSet<int> _probePids = [];
    readonly Action<int> _onSignal;
    readonly InheritedState _inheritance;
    SignalProbe? _probe;
    ulong _groupWide;
    ulong _handledSignals;
    int _child;
    bool _disposed;

    /// <summary>Takes over the signals and starts the bystander.</summary>
    /// <param name="inheritance">What was ignored when we started.</param>
    /// <param name="onSignal">Called with every signal we get, before it is passed on.</param>
    internal SignalForwarder(InheritedState inheritance, Action<int> onSignal)
    {
        _onSignal = onSignal;
        _inheritance = inheritance;
        Register(ignored: false);
        _probe = SignalProbe.Start();
        AddProbe(_probe);
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
    internal void ForwardTo(int child)
    {
        Register(ignored: true);
        lock (_gate)
        {
            _child = child;
            foreach (var signal in _earlySignals)
            {
                _ = Libc.Send(child, signal);
            }
        }
    }

    /// <summary>The child has been reaped: its number may be somebody else's soon.</summary>
    internal void StopForwarding()
    {
        lock (_gate)
        {
            _child = 0;
            _earlySignals.Clear();
        }
    }

    /// <summary>Whether a reaped process was one of our own and no part of the job.</summary>
    internal bool IsProbe(int pid)
    {
        lock (_gate)
        {
            return _probePids.Contains(pid);
        }
    }

    /// <summary>Judges now a signal that the child has felt and that may still be on its way to us: whether the whole group got it.</summary>
    /// <remarks>Before we stop, because continuing the group takes the stop back from the bystander; before we end, because then it is too late.</remarks>
    internal void CheckGroupDelivery(int signal)
    {
        lock (_gate)
        {
            if (_probe?.HasReceived(signal) is true)
            {
                _handledSignals |= InheritedState.ToMask(signal);
                _groupWide |= InheritedState.ToMask(signal);
                RestartProbe();
            }
        }
    }

    void OnSignal(int signal)
    {
        _onSignal(signal);
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            if ((_handledSignals & InheritedState.ToMask(signal)) != 0)
            {
                _handledSignals &= ~InheritedState.ToMask(signal);
                return;
            }

            if (_child == 0)
            {
                _earlySignals.Add(signal);
            }
            else if (IsGroupSignal(signal))
            {
                _groupWide |= InheritedState.ToMask(signal);
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
                    OnSignal(signal);
                }));
            }
        }
    }

    bool IsGroupSignal(int signal)
    {
        switch (_probe?.HasReceived(signal))
        {
            case true:
                // A resized terminal signals often and harmlessly, so that one is believed for good; any other is forgotten by starting afresh.
                if (signal != Libc.WindowChanged)
                {
                    RestartProbe();
                }

                return true;
            case false:
                return false;
            default:
                RestartProbe();
                return signal is Libc.Interrupt or Libc.Quit or Libc.TerminalStop or Libc.WindowChanged && IsInForeground();
        }
    }

    void RestartProbe()
    {
        var fresh = SignalProbe.Start();
        AddProbe(fresh);
        _probe?.Dispose();
        _probe = fresh;
    }

    void AddProbe(SignalProbe? bystander)
    {
        if (bystander is not null)
        {
            _probePids.Add(bystander.Pid);
        }
    }

    static bool IsInForeground()
    {
        var terminal = Libc.Open("/dev/tty", Libc.ReadWrite | Libc.NoControllingTerminal | Libc.CloseOnExec);
        if (terminal < 0)
        {
            return false;
        }

        var group = Libc.GetForegroundGroup(terminal);
        _ = Libc.Close(terminal);
        return group == Libc.GetProcessGroup();
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
            _probe?.Dispose();
            _probe = null;
        }
    }
}
