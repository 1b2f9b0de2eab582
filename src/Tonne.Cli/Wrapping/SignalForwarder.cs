using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Prevents signals from ending tonne, and passes on to the child, once each, those that the child did not get itself.</summary>
/// <remarks>
/// The child is in our process group, so signals of the terminal and of the whole group reach it directly (<see cref="SignalProbe"/>).
/// Signals that were ignored when tonne started (`nohup`) are still ignored when the child starts; only then does tonne handle them and
/// pass them on. The child ignores them too, unless it has decided otherwise.
/// </remarks>
sealed class SignalForwarder : IDisposable
{
    /// <summary>
    /// All signals that could end or stop tonne and that can be caught, except SIGTTOU: writing to a terminal that refuses it must stop
    /// tonne.
    /// </summary>
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

    /// <summary>Starts to handle the signals and starts the probe.</summary>
    /// <param name="inheritance">Signals that were ignored when tonne started.</param>
    /// <param name="onSignal">Called with every signal, before it is passed on.</param>
    internal SignalForwarder(InheritedState inheritance, Action<int> onSignal)
    {
        _onSignal = onSignal;
        _inheritance = inheritance;
        Register(ignored: false);
        _probe = SignalProbe.Start();
        AddProbe(_probe);
    }

    /// <summary>Signals that tonne got together with the whole group: bit n - 1 for signal n.</summary>
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

    /// <summary>Passes signals to this process from now on; those that came before it existed are passed now.</summary>
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

    /// <summary>Stops passing signals: the child has been reaped, and its process id may soon belong to another process.</summary>
    internal void StopForwarding()
    {
        lock (_gate)
        {
            _child = 0;
            _earlySignals.Clear();
        }
    }

    /// <summary>Whether a reaped process was a helper of tonne and not part of the job.</summary>
    internal bool IsProbe(int pid)
    {
        lock (_gate)
        {
            return _probePids.Contains(pid);
        }
    }

    /// <summary>Decides whether the whole group got a signal that the child has got and that may still be on its way to tonne.</summary>
    /// <remarks>
    /// Called before tonne stops, because continuing the group removes the stop signal from the probe; and before tonne ends, because then
    /// it is too late.
    /// </remarks>
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
                // A resized terminal signals often and without harm, so the answer for that signal is kept; for any other signal a new
                // probe is started.
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

    void AddProbe(SignalProbe? probe)
    {
        if (probe is not null)
        {
            _probePids.Add(probe.Pid);
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
