using Tonne.Cli.Wrapping.Native;

namespace Tonne.Cli.Wrapping;

/// <summary>The user's command, which runs as if tonne were not there.</summary>
/// <remarks>
/// The child is in our process group and session and has our standard input, so the kernel handles the terminal and its keys. It gets the
/// arguments, environment, signal dispositions and limits that tonne got. Its output goes through tonne only if there is a listener. There
/// is one child at a time, and nothing else in the process may start or wait for processes meanwhile.
/// </remarks>
sealed class ChildProcess : IRunningCommand
{
    static readonly TimeSpan _drainTimeout = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan _maxOrphanWait = TimeSpan.FromMilliseconds(300);

    readonly TimeProvider _clock;
    readonly OutputRedirection _redirection;
    readonly SignalForwarder _signals;
    readonly Reaper _reaper;
    readonly PausableCommand? _pausable;
    readonly int _helperPid;
    readonly List<string> _warnings = [];
    readonly TaskCompletionSource<ChildExit> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    ChildProcess(ChildCommand command, TimeProvider clock)
    {
        (_clock, _pausable, _helperPid) = (clock, command.Pausable, command.HelperPid);
        var inheritance = command.Inheritance ?? InheritedState.Read();
        Reaper.AdoptOrphans();
        RestoreChildSignal(inheritance);
        _redirection = command.Streams == ChildStreams.Inherited ? OutputRedirection.Create(command.Listener, clock) : OutputRedirection.CreateDetached(command.Streams);
        _signals = new SignalForwarder(inheritance, OnSignal);
        _reaper = new Reaper(IsHelperProcess, OnChildStopped, clock);
        try
        {
            var arguments = RawCommand.GetArguments(command.Arguments);
            var launch = new LaunchSpec(_pausable?.GetArguments(arguments, inheritance) ?? arguments, RawCommand.BuildEnvironment(command.Environment))
            {
                Descriptors = [.. _redirection.Descriptors, .. _pausable?.Descriptors ?? []],
                DefaultSignals = ~inheritance.Ignored,
                BlockedSignals = inheritance.Blocked,
            };
            StartedAt = clock.GetUtcNow();
            StartedTimestamp = clock.GetTimestamp();
            Pid = Start(launch, inheritance, command.Placement);
            _signals.ForwardTo(Pid);
            _pausable?.WaitForStart();
            _redirection.StartRelays();
        }
        catch
        {
            _redirection.CloseAll();
            _signals.Dispose();
            throw;
        }

        new Thread(Wait, 256 * 1024) { IsBackground = true, Name = "wait" }.Start();
    }

    public int Pid { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary><see cref="TimeProvider.GetTimestamp"/> just before it was started.</summary>
    public long StartedTimestamp { get; }

    /// <summary>CPU time, user and system, of all processes of the job that have ended so far. Safe from any thread.</summary>
    public TimeSpan ReapedCpu => _reaper.UserTime + _reaper.SystemTime;

    /// <summary>Whether a process is a helper of tonne that runs beside the command and is not part of it. Safe from any thread.</summary>
    public bool IsHelperProcess(int pid) => _signals.IsProbe(pid) || (pid == _helperPid && pid != 0);

    /// <summary>CPU time in ns of tonne itself that was charged to the child's control groups while tonne started it there.</summary>
    public long OwnCpuInCgroupNanoseconds { get; private set; }

    /// <summary>
    /// Streams that could not be listened to, and control groups that could not be entered, with the reason; empty if there are none.
    /// </summary>
    public IReadOnlyList<string> Warnings => [.. _redirection.NotCaptured, .. _warnings];

    /// <summary>Starts the command.</summary>
    /// <exception cref="StartFailureException">It cannot be started: 127, 126 or 125.</exception>
    public static ChildProcess Start(ChildCommand command, TimeProvider clock)
    {
        if (command.Arguments.Count == 0)
        {
            throw new ArgumentException("A command has at least one word.", nameof(command));
        }

        return new ChildProcess(command, clock);
    }

    /// <summary>Waits for the end of the child, until all its output has been passed on.</summary>
    public Task<ChildExit> WaitAsync() => _exit.Task;

    /// <summary>Stops signal handling: from now on signals end tonne as usual.</summary>
    public void Dispose() => _signals.Dispose();

    unsafe int Start(LaunchSpec launch, InheritedState inheritance, CgroupPlacement? placement)
    {
        Libc.Limit ours = default;
        var lowered = inheritance.OpenFiles is not null && Libc.GetLimit(Libc.OpenFilesLimit, &ours) == 0;
        if (lowered)
        {
            var given = ours with { Soft = inheritance.OpenFiles!.Value };
            lowered = Libc.SetLimit(Libc.OpenFilesLimit, &given) == 0;
        }

        var ownBefore = placement?.ReadOwnNanoseconds() ?? 0;
        if (placement is not null)
        {
            _warnings.AddRange(placement.MoveIn());
        }

        try
        {
            return CommandSearch.Start(launch);
        }
        finally
        {
            if (placement is not null)
            {
                OwnCpuInCgroupNanoseconds = placement.ReadOwnNanoseconds() - ownBefore;
                _warnings.AddRange(placement.MoveOut());
            }

            if (lowered)
            {
                _ = Libc.SetLimit(Libc.OpenFilesLimit, &ours);
            }
        }
    }

    /// <summary>If the parent ignored SIGCHLD, the kernel would discard the exit code.</summary>
    static unsafe void RestoreChildSignal(InheritedState inheritance)
    {
        if (inheritance.Ignores(Libc.ChildChanged))
        {
            Libc.SignalAction byDefault = default;
            _ = Libc.SetAction(Libc.ChildChanged, &byDefault, null);
        }
    }

    void Wait()
    {
        var status = _reaper.WaitFor(Pid);
        // A guardian that was killed leaves the command to us.
        if (status is { } word && (word & 0x7F) == Libc.Kill && _pausable?.TakeOver() is { } command)
        {
            _signals.ForwardTo(command);
            status = _reaper.WaitFor(command) ?? status;
        }

        _pausable?.NoteEnd();
        var endedAt = _clock.GetTimestamp();
        var (code, signal) = DecodeStatus(status);
        if (signal is { } last)
        {
            _signals.CheckGroupDelivery(last);
        }

        _signals.StopForwarding();
        _reaper.WaitForOrphans(_maxOrphanWait);
        var handedOver = false;
        var lostOutputError = 0;
        foreach (var relay in _redirection.Relays)
        {
            if (relay.Finish() is StreamRelay.RelayResult.StillOpen)
            {
                handedOver |= StreamHandover.TryStart(relay);
            }

            lostOutputError = lostOutputError == 0 ? relay.LostOutputError : lostOutputError;
            relay.Dispose();
        }

        _reaper.ReapRemaining();
        var sawInterrupt = (_signals.GroupSignals & InheritedState.ToMask(Libc.Interrupt)) != 0;
        var interrupted = signal == Libc.Interrupt && sawInterrupt;
        _exit.SetResult(new ChildExit(code, signal, _reaper.UserTime, _reaper.SystemTime, interrupted, handedOver, endedAt)
        {
            LostOutput = lostOutputError == 0 ? null : Errno.GetMessage(lostOutputError),
            StoppedByUser = code != 0 && (sawInterrupt || signal == Libc.Interrupt),
        });
    }

    static (int Code, int? Signal) DecodeStatus(int? status) => status switch
    {
        null => (125, null),
        { } word when (word & 0x7F) is not 0 and var signal => (128 + signal, signal),
        { } word => ((word >> 8) & 0xFF, null),
    };

    void OnSignal(int signal)
    {
        if (signal is not (Libc.WindowChanged or Libc.Continue))
        {
            return;
        }

        // The child may have read the size before it was right: signal the change again to every process that got the first signal.
        var changed = false;
        foreach (var relay in _redirection.Relays)
        {
            changed |= relay.Terminal?.CopySize() ?? false;
        }

        if (changed)
        {
            _ = Libc.Send(0, Libc.WindowChanged);
        }
    }

    /// <summary>The terminal stopped the child, so the shell must see tonne stopped as well; `fg` and `bg` continue both.</summary>
    void OnChildStopped(int signal)
    {
        // SIGSTOP was sent to the child alone; a shell that wants to stop both stops the whole group.
        if (signal is not (Libc.TerminalStop or Libc.TerminalInput or Libc.TerminalOutput))
        {
            return;
        }

        foreach (var relay in _redirection.Relays)
        {
            relay.Drain(_drainTimeout);
        }

        _signals.CheckGroupDelivery(signal);
        SelfStop.StopBySignal(signal);
    }
}
