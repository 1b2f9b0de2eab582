using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Nvidia;

/// <summary>Tells of the processes that the driver names which are the job's, and remembers it: one that has ended is still asked for.</summary>
/// <remarks>
/// The driver counts in the machine's own process ids. From a process namespace of its own (a container) they mean nothing, unless one of them is found to be the job's.
/// </remarks>
sealed class GpuProcesses
{
    /// <summary>Inode of the machine's own process namespace (Linux, include/linux/proc_ns.h: PROC_PID_INIT_INO, 0xEFFFFFFC).</summary>
    const string Hosts = "pid:[4026531836]";

    /// <summary>Asked so often, a process that is not the job's is asked again only now and then: the job's own processes may be found late.</summary>
    const int Sure = 5;

    readonly List<Known> _known = [];
    readonly Func<int, bool> _isAlive;
    IJobProcesses? _job;
    int _look;

    bool? _idsAreOurs;

    internal GpuProcesses(bool? idsAreOurs = null, Func<int, bool>? isAlive = null)
    {
        _idsAreOurs = idsAreOurs;
        _isAlive = isAlive ?? (static id => FileTree.Own.Exists($"proc/{id}"));
    }

    /// <summary>Whether the driver's ids are this process's.</summary>
    internal bool IdsAreOurs => _idsAreOurs ??= FileTree.Own.LinkTarget("proc/self/ns/pid") == Hosts;

    /// <summary>Whether there is a job to tell from others.</summary>
    internal bool IsFollowing => _job is not null;

    internal void Follow(IJobProcesses job) => _job = job;

    /// <summary>A new look at all GPUs begins: those not named for a while are forgotten, since ids are used again.</summary>
    internal void Begin()
    {
        _look++;
        for (var i = _known.Count - 1; i >= 0; i--)
        {
            if (_look - _known[i].Look > 3)
                _known.RemoveAt(i);
        }
    }

    /// <summary>Whether a process is the job's; null if it ended before it was first asked for, and nobody knows.</summary>
    internal bool? IsJobs(int id)
    {
        if (_job is null)
            return false;
        var known = Find(id);
        if (known is null)
            _known.Add(known = new Known(id));
        known.Look = _look;
        if (known.IsJobs is not true && (known.Asked < Sure || known.Asked % 16 == 0))
        {
            var isJobs = _job.Contains(id);
            if (isJobs)
                known.IsJobs = _idsAreOurs = true;
            else if (known.Asked == 0)
                known.IsJobs = _isAlive(id) ? false : null;
        }

        known.Asked++;
        return known.IsJobs;
    }

    Known? Find(int id)
    {
        foreach (var known in _known)
        {
            if (known.Id == id)
                return known;
        }

        return null;
    }

    sealed class Known(int id)
    {
        internal int Id { get; } = id;

        internal bool? IsJobs { get; set; }

        internal int Asked { get; set; }

        internal int Look { get; set; }
    }
}
