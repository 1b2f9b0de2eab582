using System.Runtime.InteropServices;
using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>Prevents signals from ending tonne, and sends the child those signals that the child did not get itself.</summary>
/// <remarks>
/// The child is in tonne's process group. So a signal of the terminal, or to the whole group, reaches the child directly, and tonne must
/// not
/// send it again. A <see cref="SignalProbe"/>, a process in the same group, shows whether the whole group got a signal.
/// Signals that were ignored when tonne started (`nohup`) stay ignored until the child has started, so that the child inherits this. After
/// that, tonne handles them and sends them on.
/// </remarks>
sealed class SignalForwarder : IDisposable
{
    /// <summary>
    /// All signals that can end or stop tonne and that can be caught, except SIGTTOU: if a background process may not write to the
    /// terminal,
    /// this signal must stop tonne too.
    /// </summary>
    static readonly int[] _signals =
    [
        Libc.HangUp, Libc.Interrupt, Libc.Quit, Libc.User1, Libc.User2, Libc.Alarm, Libc.Terminate, Libc.StackFault, Libc.Continue,
        Libc.TerminalStop, Libc.TerminalInput, Libc.VirtualAlarm, Libc.Profile, Libc.WindowChanged, Libc.InputOutput, Libc.PowerFailure,
    ];

    readonly Lock _lock = new();
    readonly List<PosixSignalRegistration> _registrations = [];
    readonly List<int> _earlySignals = [];
    readonly HashSet<int> _probePids = [];
    readonly Action<int> _onSignal;
    readonly InheritedState _inheritance;
    SignalProbe? _probe;
    // Sets of signals: bit n - 1 for signal n.
    ulong _groupSignals;
    // Signals that the probe had before tonne did; they are ignored when they arrive at tonne.
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

    /// <summary>Signals that the whole process group got: bit n - 1 for signal n.</summary>
    internal ulong GroupSignals
    {
        get
        {
            lock (_lock)
            {
                return _groupSignals;
            }
        }
    }

    /// <summary>Sends signals to this process from now on, first those that came before it existed.</summary>
    internal void ForwardTo(int child)
    {
        Register(ignored: true);
        lock (_lock)
        {
            _child = child;
            foreach (var signal in _earlySignals)
            {
                _ = Libc.Send(child, signal);
            }
        }
    }

    /// <summary>
    /// Stops sending signals. Called when the child has ended, because its process id may soon belong to another process.
    /// </summary>
    internal void StopForwarding()
    {
        lock (_lock)
        {
            _child = 0;
            _earlySignals.Clear();
        }
    }

    /// <summary>Whether an ended process was a probe, and so a helper of tonne and not part of the job.</summary>
    internal bool IsProbe(int pid)
    {
        lock (_lock)
        {
            return _probePids.Contains(pid);
        }
    }

    /// <summary>
    /// Finds out whether a signal that the child got went to the whole group. The signal may not have arrived at tonne yet.
    /// </summary>
    /// <remarks>
    /// Called before tonne stops, because the probe loses the stop signal when the group continues; and before tonne ends.
    /// </remarks>
    internal void CheckGroupDelivery(int signal)
    {
        lock (_lock)
        {
            if (_probe?.HasReceived(signal) is true)
            {
                _handledSignals |= InheritedState.ToMask(signal);
                _groupSignals |= InheritedState.ToMask(signal);
                RestartProbe();
            }
        }
    }

    void OnSignal(int signal)
    {
        _onSignal(signal);
        lock (_lock)
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
                _groupSignals |= InheritedState.ToMask(signal);
            }
            else
            {
                _ = Libc.Send(_child, signal);
            }
        }
    }

    /// <summary>Registers handlers for the signals that were ignored when tonne started, or for the others.</summary>
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

    /// <summary>Whether the whole group got a signal: what the probe shows or, without a probe, what the signal makes likely.</summary>
    bool IsGroupSignal(int signal)
    {
        switch (_probe?.HasReceived(signal))
        {
            case true:
                // Each new signal needs a new probe. Changes of the window size are frequent and harmless, so for them the probe is kept.
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
        var probe = SignalProbe.Start();
        AddProbe(probe);
        _probe?.Dispose();
        _probe = probe;
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

        lock (_lock)
        {
            _disposed = true;
            _child = 0;
            _probe?.Dispose();
            _probe = null;
        }
    }
}
