using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Nvidia;

/// <summary>Says which of the processes that the driver lists belong to the job, and remembers it: one that has ended is still asked for.</summary>
/// <remarks>
/// The driver counts in the machine's own process ids. From a process namespace of its own (a container) they mean nothing, unless one of them is found to be the job's.
/// </remarks>
sealed class GpuProcessFilter
{
    /// <summary>Inode of the machine's own process namespace (Linux, include/linux/proc_ns.h: PROC_PID_INIT_INO, 0xEFFFFFFC).</summary>
    const string HostPidNamespace = "pid:[4026531836]";

    /// <summary>Asked so often, a process that is not the job's is asked again only now and then: the job's own processes may be found late.</summary>
    const int MaxInitialChecks = 5;

    readonly List<KnownProcess> _known = [];
    readonly Func<int, bool> _isAlive;
    IJobProcesses? _job;
    IRankedProcesses? _ranks;
    int _pass;

    bool? _sharesPidNamespace;

    internal GpuProcessFilter(bool? sharesPidNamespace = null, Func<int, bool>? isAlive = null)
    {
        _sharesPidNamespace = sharesPidNamespace;
        _isAlive = isAlive ?? (static id => FileTree.Local.Exists($"proc/{id}"));
    }

    /// <summary>Whether the driver's ids are this process's.</summary>
    internal bool SharesPidNamespace => _sharesPidNamespace ??= FileTree.Local.ReadLinkTarget("proc/self/ns/pid") == HostPidNamespace;

    /// <summary>Whether there is a job to separate from other processes.</summary>
    internal bool HasJob => _job is not null;

    internal void TrackJob(IJobProcesses job) => (_job, _ranks) = (job, job as IRankedProcesses);

    /// <summary>Whether the job has ranks.</summary>
    internal bool HasRanks => _ranks is not null;

    /// <summary>The rank of one of the job's processes; -1 if it is none's.</summary>
    internal int GetMember(int id) => _ranks?.GetMember(id) ?? -1;

    /// <summary>A new look at all GPUs begins: those not named for a while are forgotten, since ids are used again.</summary>
    internal void StartPass()
    {
        _pass++;
        for (var i = _known.Count - 1; i >= 0; i--)
        {
            if (_pass - _known[i].LastPass > 3)
                _known.RemoveAt(i);
        }
    }

    /// <summary>Whether a process is the job's; null if it ended before it was first asked for, and nobody knows.</summary>
    internal bool? BelongsToJob(int id)
    {
        if (_job is null)
            return false;
        var known = Find(id);
        if (known is null)
            _known.Add(known = new KnownProcess(id));
        known.LastPass = _pass;
        if (known.BelongsToJob is not true && (known.CheckCount < MaxInitialChecks || known.CheckCount % 16 == 0))
        {
            var isJobs = _job.Contains(id);
            if (isJobs)
                known.BelongsToJob = _sharesPidNamespace = true;
            else if (known.CheckCount == 0)
                known.BelongsToJob = _isAlive(id) ? false : null;
        }

        known.CheckCount++;
        return known.BelongsToJob;
    }

    KnownProcess? Find(int id)
    {
        foreach (var known in _known)
        {
            if (known.Id == id)
                return known;
        }

        return null;
    }

    sealed class KnownProcess(int id)
    {
        internal int Id { get; } = id;

        internal bool? BelongsToJob { get; set; }

        internal int CheckCount { get; set; }

        internal int LastPass { get; set; }
    }
}
