using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>Stops a command before its run uses more than it may.</summary>
/// <remarks>
/// At the end of each epoch, and every second, the run is accounted as if it ended then. Where there are epochs the command is stopped at the
/// end of one, when the next one, using the same as the last, would pass the limit; without epochs as soon as the limit is passed. Accounting takes at
/// most a twentieth of the time.
/// Stopping: processes of the job that handle SIGUSR1 get it, which asks for a checkpoint (as under Slurm, submitit and PyTorch Lightning); after the
/// grace, or at once where no process handles it, the job gets SIGTERM; after the grace again SIGKILL.
/// Ranks of one run have a watcher each. The one of the recorder accounts and decides, and each stops its own command.
/// </remarks>
sealed class LimitWatcher : IRunObserver, IDisposable
{
    const int MaxCostShare = 20;
    const int FirstLooks = 2;

    static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);
    static readonly TimeSpan _processInterval = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan _shortestInterval = TimeSpan.FromMilliseconds(200);

    readonly RunLimits _limits;
    readonly TimeProvider _time;
    readonly Action<string> _onMessage;
    readonly AutoResetEvent _wake = new(false);
    readonly CancellationTokenSource _ended = new();
    volatile bool _epochEnded;
    volatile string? _reason;
    int? _epochMember;
    Thread? _thread;
    bool _disposed;

    /// <summary>Creates a watcher; it watches from <see cref="Start"/>.</summary>
    /// <param name="limits">The limits; <see cref="RunLimits.Max"/> is given.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onMessage">Receives what the user must know.</param>
    public LimitWatcher(RunLimits limits, TimeProvider time, Action<string> onMessage) => (_limits, _time, _onMessage) = (limits, time, onMessage);

    /// <summary>Why this watcher has decided to stop the command; null if it has not.</summary>
    public string? StopReason => _reason;

    /// <inheritdoc/>
    public void OnMark(string runId, Mark mark)
    {
        // Marks are still taken when the command has ended.
        if (mark.Kind != MarkKind.Epoch || _ended.IsCancellationRequested)
            return;
        // Each rank may print the same epochs: those of the first that does are taken.
        _epochMember ??= mark.Member ?? 0;
        if ((mark.Member ?? 0) != _epochMember)
            return;
        _epochEnded = true;
        _wake.Set();
    }

    /// <summary>Starts to watch.</summary>
    /// <param name="account">What the run has used so far, in the unit of the limit; null if it is not known.</param>
    /// <param name="listProcesses">The processes of the job.</param>
    /// <param name="shared">What the ranks of a run share. Default: null, the run has no ranks.</param>
    public void Start(Func<Bounds?> account, Func<IReadOnlyList<int>> listProcesses, SharedStop? shared = null)
    {
        _thread = new Thread(() => Watch(account, listProcesses, shared), 512 * 1024) { IsBackground = true, Name = "limit" };
        _thread.Start();
    }

    void Watch(Func<Bounds?> account, Func<IReadOnlyList<int>> listProcesses, SharedStop? shared)
    {
        var max = _limits.Max!;
        var (seenEpochs, atLastEpoch, looks) = (false, 0d, 0);
        WaitHandle[] handles = [_ended.Token.WaitHandle, _wake];
        while (WaitHandle.WaitAny(handles, _interval) != 0)
        {
            if (shared?.Read() is not null)
            {
                Stop(listProcesses, static _ => { });
                return;
            }

            var atEpoch = _epochEnded;
            _epochEnded = false;
            seenEpochs |= atEpoch;
            var began = _time.GetTimestamp();
            var used = account();
            var cost = _time.GetElapsedTime(began);
            // Marks that come meanwhile are looked at together. The first looks load code and tables, and say nothing of the later ones.
            var pause = ++looks > FirstLooks && cost * MaxCostShare > _shortestInterval ? cost * MaxCostShare : _shortestInterval;
            if (used is not { } bounds)
            {
                if (_ended.Token.WaitHandle.WaitOne(pause))
                    return;
                continue;
            }

            var next = atEpoch ? bounds.Best + (bounds.Best - atLastEpoch) : bounds.Best;
            if (atEpoch)
                atLastEpoch = bounds.Best;
            if (next <= max.Value || (seenEpochs && !atEpoch))
            {
                if (_ended.Token.WaitHandle.WaitOne(pause))
                    return;
                continue;
            }

            _reason = $"--max {max}: {DisplayValue.Format(bounds, max.Unit).FormatWithInterval()} used"
                + (bounds.Best > max.Value ? "" : ", and another epoch like the last would pass it")
                + $"; chance that it is passed already: {DisplayValue.FormatPercent(max.ChanceExceeded(bounds))}";
            shared?.Publish(_reason);
            Stop(listProcesses, _onMessage);
            return;
        }
    }

    void Stop(Func<IReadOnlyList<int>> listProcesses, Action<string> onMessage)
    {
        var asked = JobSignals.RequestCheckpoint(listProcesses());
        onMessage(asked > 0
            ? $"{_reason}. Asked for a checkpoint (SIGUSR1); SIGTERM follows in {DisplayValue.FormatDuration(_limits.Grace.TotalSeconds)}."
            : OperatingSystem.IsWindows() ? $"{_reason}. The command is ended; Windows has no signal that would ask it for a checkpoint first."
            : $"{_reason}. The command is ended (SIGTERM); a program that handles SIGUSR1 would be asked for a checkpoint first.");
        if (asked > 0 && WaitForEnd(listProcesses))
            return;
        JobSignals.Terminate(listProcesses());
        if (!WaitForEnd(listProcesses))
            JobSignals.Kill(listProcesses());
    }

    /// <summary>Waits until the command and all its descendants have ended, for the grace at most.</summary>
    bool WaitForEnd(Func<IReadOnlyList<int>> listProcesses)
    {
        var began = _time.GetTimestamp();
        _ended.Token.WaitHandle.WaitOne(_limits.Grace);
        using var never = new ManualResetEventSlim();
        while (listProcesses().Count > 0)
        {
            if (_time.GetElapsedTime(began) >= _limits.Grace)
                return false;
            never.Wait(_processInterval);
        }

        return true;
    }

    /// <summary>Stops watching: the command has ended. Called once more it does nothing; handles are left to the finalizer, because marks may still come.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _ended.Cancel();
        _thread?.Join();
    }
}
