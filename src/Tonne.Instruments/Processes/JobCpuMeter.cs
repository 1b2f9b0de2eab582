using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.MacAndWindows;
using Tonne.Instruments.Slurm;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>CPU time of the job in ns: the control group's account, else what was reaped and what lives.</summary>
/// <remarks>Always from the running kernel. Safe for one sampling thread and one that settles.</remarks>
sealed class JobCpuMeter : IMeter
{
    /// <summary>Id of the meter.</summary>
    public const string MeterId = "job:cpu";

    const long PublishInterval = 900_000_000;

    // So few are read at once when one of them has ended, whatever a reading cost on a busy machine: else its last CPU time would come samples later.
    const int FewProcesses = 64;

    readonly JobControlGroup? _group;
    readonly ProcessTree? _descendants;
    readonly SlurmJobProcesses? _slurm;
    readonly IJobAccount? _account;
    readonly Func<long>? _reaped;
    readonly Func<long>? _own;
    readonly LiveRunRegistry? _liveRuns;
    readonly Lock _gate = new();
    // The search for new processes is the most expensive part, so between two searches only known processes are read.
    readonly CostThrottle _search = new(TimeSpan.FromSeconds(0.9), initialRuns: 2);
    readonly CostThrottle _refreshPace = new(TimeSpan.Zero, initialRuns: 0);
    readonly Action _find;
    readonly Action _refresh;
    long _last;
    long _reapedBefore;
    long _publishedAt = long.MinValue / 2;

    /// <summary>A meter over a control group.</summary>
    /// <param name="group">The job's group.</param>
    /// <param name="liveRuns">Registry of other live runs; null if they are not needed.</param>
    public JobCpuMeter(JobControlGroup group, LiveRunRegistry? liveRuns = null)
    {
        ArgumentNullException.ThrowIfNull(group);
        (_group, _liveRuns) = (group, liveRuns);
        _find = _refresh = static () => { };
        Description = new MeterDescription(MeterId, Component.Cpu, MeterKind.CpuTime, MeterRole.Job, Note: $"{group.Folder}: control group version {group.Version}, every descendant however short-lived");
    }

    /// <summary>A meter over the living descendants and what has been reaped.</summary>
    /// <param name="descendants">The descendants.</param>
    /// <param name="reapedNanoseconds">CPU time of everything this process has reaped, in ns; any thread may ask.</param>
    /// <param name="liveRuns">Registry of other live runs; null if they are not needed.</param>
    /// <param name="ownNanoseconds">CPU time of this process in ns, if it is part of the job. Default: null, because it is not.</param>
    public JobCpuMeter(ProcessTree descendants, Func<long> reapedNanoseconds, LiveRunRegistry? liveRuns = null, Func<long>? ownNanoseconds = null)
    {
        (_descendants, _reaped, _liveRuns, _own) = (descendants, reapedNanoseconds, liveRuns, ownNanoseconds);
        _find = () => _descendants.Update(_reapedBefore = _reaped());
        _refresh = () => _descendants.Update(_reapedBefore = _reaped(), findNew: false);
        Description = new MeterDescription(MeterId, Component.Cpu, MeterKind.CpuTime, MeterRole.Job,
            Note: (ownNanoseconds is null ? "" : "CLOCK_PROCESS_CPUTIME_ID of this process; ") + "/proc: living descendants (ticks of 10 ms) and rusage of reaped ones; misses children whose parent ignores SIGCHLD");
    }

    /// <summary>A meter over the processes of a job of Slurm.</summary>
    /// <param name="job">The processes.</param>
    /// <param name="liveRuns">Registry of other live runs.</param>
    public JobCpuMeter(SlurmJobProcesses job, LiveRunRegistry liveRuns)
    {
        (_slurm, _liveRuns) = (job, liveRuns);
        _find = () => job.Update(findNew: true);
        _refresh = () => job.Update(findNew: false);
        Description = new MeterDescription(MeterId, Component.Cpu, MeterKind.CpuTime, MeterRole.Job,
            Note: "the job's control group where Slurm makes one, else the processes below its step daemons; the end of a step after the last reading is not seen");
    }

    /// <summary>A meter over an account of another system than Linux.</summary>
    /// <param name="account">The account.</param>
    public JobCpuMeter(IJobAccount account)
    {
        _account = account;
        _find = _refresh = static () => { };
        Description = new MeterDescription(MeterId, Component.Cpu, MeterKind.CpuTime, MeterRole.Job, Note: account.Note);
    }

    /// <inheritdoc/>
    public MeterDescription Description { get; }

    /// <summary>CPU time in ns that the group was charged with and that is ours: we stood in it to start the child. Default 0.</summary>
    public long OverheadNanoseconds { get; set; }

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        lock (_gate)
        {
            if (_account is not null)
            {
                if (_account.ReadCpuNanoseconds() is not { } nanoseconds)
                    return Reading.FromGapReason(HostSystem.NotReported);
                _last = Math.Max(_last, nanoseconds);
            }
            else if (_group is not null)
            {
                if (_group.TryReadCpu(out var value, out var reason))
                    _last = Math.Max(_last, value - OverheadNanoseconds);
                // A group of others that is gone has ended: it uses nothing more.
                else if (!_group.IsFollowed || Directory.Exists(_group.Folder))
                    return Reading.FromGapReason(reason ?? ReadFailure.Failed);
            }
            else
            {
                if (_search.IsDue(timestamp))
                    _search.Run(timestamp, _find);
                else if (_descendants?.Count <= FewProcesses && _reaped!() != _reapedBefore)
                    _refresh();
                else
                    _refreshPace.Run(timestamp, _refresh);
                _last = _slurm?.CpuNanoseconds ?? (_descendants!.CpuNanoseconds + (_own?.Invoke() ?? 0));
            }

            // A write costs more than the reading, and the other runs need the number only once a second.
            if (_liveRuns is not null && timestamp - _publishedAt >= PublishInterval)
            {
                _liveRuns.Publish(_last);
                _publishedAt = timestamp;
            }

            return Reading.FromValue(_last);
        }
    }

    /// <summary>The job's CPU time at the end; safe while another thread still samples. From the best account there is, in ns.</summary>
    /// <param name="reapedNanoseconds">CPU time of everything this process has reaped, in ns.</param>
    /// <returns>The time, and a warning if two accounts disagree.</returns>
    public (long Nanoseconds, Quantities.Warning? Warning) GetFinalCpuTime(long reapedNanoseconds)
    {
        long counted;
        lock (_gate)
        {
            _descendants?.Update(reapedNanoseconds);
            _slurm?.Update(findNew: true);
            counted = _account is not null ? Math.Max(_last, _account.ReadCpuNanoseconds() ?? 0)
                : _slurm is not null ? _slurm.CpuNanoseconds
                : _descendants is not null ? Math.Max(_descendants.CpuNanoseconds, reapedNanoseconds) + (_own?.Invoke() ?? 0)
                : _group!.TryReadCpu(out var value, out _) ? Math.Max(_last, value - OverheadNanoseconds) : _last;
            _liveRuns?.Publish(counted);
        }

        if (_descendants is not null || _slurm is not null || _account is not null)
            return (counted, null);

        // A job that moved itself to another group is still our descendant, and rusage saw it. Ticks and our own steps in and out are small.
        const long slack = 100_000_000;
        if (reapedNanoseconds <= counted + (counted / 50) + slack)
            return (counted, null);
        return (reapedNanoseconds, new Quantities.Warning("left-its-group",
            $"The job's control group counted {counted / 1e9:0.00} CPU-seconds, its processes {reapedNanoseconds / 1e9:0.00}: some moved to another group. The larger was taken."));
    }
}
