using System.Globalization;
using Tonne.Instruments.Files;

namespace Tonne.Instruments.Processes;

/// <summary>
/// Polls the descendants of this process in <c>/proc</c> and adds up the CPU time of the job. Used if no control group can be created.
/// </summary>
/// <remarks>
/// A process is identified by id and start time, because ids are reused.
/// Total = Σ of the CPU time read of each process + that of children which ended before they were read. The kernel adds the latter to the
/// parent when the parent waits for the child ("reaps" it).
/// The parent's reaped time also includes children that were read before. So when a known child ends, its counted time becomes a credit of
/// its parent, which is subtracted from the growth of the parent's reaped time.
/// Parents are read before their children, so a child that ends in between is counted at the next update, never twice.
/// Not counted: children that start and end between two updates and whose parent ignores SIGCHLD. Not thread safe.
/// </remarks>
sealed class ProcessTree
{
    readonly int _rootId;
    readonly bool _includesRoot;
    long? _rootStart;
    readonly Func<int, bool> _isOwn;
    readonly FileTree _files;
    readonly Dictionary<int, TrackedProcess> _processes = [];
    
    // The same processes, parents before children.
    readonly List<TrackedProcess> _ordered = [];
    readonly byte[] _buffer = new byte[8192];
    long _reapedNanoseconds;
    long _reapedCreditNanoseconds;
    bool _listsChildren = true;

    /// <summary>Creates a tree of the descendants of this process.</summary>
    /// <param name="isOwn">Whether a process is a helper of tonne and not part of the job.</param>
    public ProcessTree(Func<int, bool> isOwn)
        : this(Environment.ProcessId, isOwn, FileTree.Local)
    {
    }

    internal ProcessTree(int rootId, Func<int, bool> isOwn, FileTree files, bool includesRoot = false) =>
        (_rootId, _isOwn, _files, _includesRoot) = (rootId, isOwn, files, includesRoot);

    /// <summary>A tree of another process and its descendants. The process is identified by id and start; if the id is given to another one, the tree is empty.</summary>
    /// <param name="rootId">Id of the process.</param>
    /// <param name="recorder">Id of the tonne that follows it: a process that starts its own recorder is not charged with it. Default: 0, none.</param>
    /// <returns>Null if there is no such process.</returns>
    public static ProcessTree? OfProcess(int rootId, int recorder = 0) =>
        ProcessIdentity.GetStartTicks(rootId) is { } start
            ? new ProcessTree(rootId, id => id == recorder, FileTree.Local, includesRoot: true) { _rootStart = start } : null;

    /// <summary>CPU time of the job so far, in ns; never falls.</summary>
    public long CpuNanoseconds { get; private set; }

    /// <summary>Number of living processes that were found.</summary>
    internal int Count => _ordered.Count;

    /// <summary>Ids of the processes that were alive at the last update, parents before children.</summary>
    public IEnumerable<int> LiveIds => _ordered.Select(member => member.Id);

    /// <summary>Whether a process was a living descendant at the last update.</summary>
    public bool Contains(int processId) => _processes.ContainsKey(processId);

    /// <summary>Reads the processes again and adds their new CPU time.</summary>
    /// <param name="reapedNanoseconds">CPU time of all ended children for which this process has waited, in ns (getrusage,
    /// RUSAGE_CHILDREN).</param>
    /// <param name="findNew">Whether to search for new processes too. Otherwise only known ones are read, at a few µs each.</param>
    public void Update(long reapedNanoseconds, bool findNew = true)
    {
        var found = findNew ? FindDescendants() : ReadKnownProcesses();
        var living = new HashSet<int>();
        foreach (var (id, stat) in found)
        {
            if (_processes.TryGetValue(id, out var known) && known.StartTicks == stat.StartTicks)
            {
                (known.ParentId, known.NewOwn, known.NewReaped) = (stat.ParentId, stat.OwnNanoseconds, stat.ReapedNanoseconds);
            }
            else
            {
                if (known is not null)
                    HandleExit(known);
                _processes[id] = new TrackedProcess(id, stat.StartTicks)
                {
                    ParentId = stat.ParentId,
                    NewOwn = stat.OwnNanoseconds,
                    NewReaped = stat.ReapedNanoseconds,
                };
            }

            living.Add(id);
        }

        // First the processes that have ended give their credit to their parents, children before parents. Then growth is counted.
        for (var i = _ordered.Count - 1; i >= 0; i--)
        {
            if (living.Contains(_ordered[i].Id))
                continue;
            HandleExit(_ordered[i]);
            _processes.Remove(_ordered[i].Id);
        }

        _ordered.Clear();
        foreach (var (id, _) in found)
        {
            var member = _processes[id];
            _ordered.Add(member);
            CpuNanoseconds += Math.Max(0, member.NewOwn - member.Own);
            CpuNanoseconds += SubtractCredit(Math.Max(0, member.NewReaped - member.Reaped), ref member.Credit);
            (member.Own, member.Reaped) = (Math.Max(member.Own, member.NewOwn), Math.Max(member.Reaped, member.NewReaped));
        }

        CpuNanoseconds += SubtractCredit(Math.Max(0, reapedNanoseconds - _reapedNanoseconds), ref _reapedCreditNanoseconds);
        _reapedNanoseconds = Math.Max(_reapedNanoseconds, reapedNanoseconds);
    }

    static long SubtractCredit(long growth, ref long credit)
    {
        var countedBefore = Math.Min(growth, credit);
        credit -= countedBefore;
        return growth - countedBefore;
    }

    void HandleExit(TrackedProcess ended)
    {
        var counted = ended.Own + ended.Reaped + ended.Credit;
        if (_processes.TryGetValue(ended.ParentId, out var parent) && parent != ended)
            parent.Credit += counted;
        else
            _reapedCreditNanoseconds += counted;
    }

    List<(int Id, ProcessStat Stat)> ReadKnownProcesses()
    {
        var found = new List<(int, ProcessStat)>(_ordered.Count);
        foreach (var member in _ordered)
        {
            if (TryReadStat(member.Id, out var stat) && stat.StartTicks == member.StartTicks)
                found.Add((member.Id, stat));
        }

        return found;
    }

    /// <summary>All living descendants, parents before children.</summary>
    List<(int Id, ProcessStat Stat)> FindDescendants()
    {
        var found = new List<(int, ProcessStat)>();
        var seen = new HashSet<int> { _rootId };
        if (_includesRoot)
        {
            if (!TryReadStat(_rootId, out var root) || (_rootStart is { } start && start != root.StartTicks))
                return found;
            found.Add((_rootId, root));
        }

        if (_listsChildren)
        {
            var root = _rootId.ToString(CultureInfo.InvariantCulture);
            _listsChildren = _files.Exists($"proc/{root}/task/{root}/children");
            var queue = new Queue<int>([_rootId]);
            while (_listsChildren && queue.TryDequeue(out var parent))
            {
                foreach (var child in ListChildren(parent))
                {
                    if (seen.Add(child) && !_isOwn(child) && TryReadStat(child, out var stat))
                    {
                        found.Add((child, stat));
                        queue.Enqueue(child);
                    }
                }
            }

            if (_listsChildren)
                return found;
        }

        AddDescendantsByParentId(found, seen);
        return found;
    }

    /// <summary>Finds the descendants by the parent id of all processes, for kernels that do not list the children of a process.</summary>
    void AddDescendantsByParentId(List<(int Id, ProcessStat Stat)> found, HashSet<int> seen)
    {
        var byParent = new Dictionary<int, List<(int Id, ProcessStat Stat)>>();
        foreach (var name in _files.ListNames("proc"))
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !TryReadStat(id, out var stat))
                continue;

            if (!byParent.TryGetValue(stat.ParentId, out var siblings))
                byParent[stat.ParentId] = siblings = [];
            siblings.Add((id, stat));
        }

        var parents = new Queue<int>([_rootId]);
        while (parents.TryDequeue(out var parent))
        {
            foreach (var child in byParent.GetValueOrDefault(parent, []))
            {
                if (seen.Add(child.Id) && !_isOwn(child.Id))
                {
                    found.Add(child);
                    parents.Enqueue(child.Id);
                }
            }
        }
    }

    bool TryReadStat(int id, out ProcessStat stat)
    {
        // The file has one line of about 350 bytes.
        Span<byte> buffer = stackalloc byte[2048];
        var length = _files.ReadInto($"proc/{id.ToString(CultureInfo.InvariantCulture)}/stat", buffer, out var reason);
        stat = default;
        return reason is null && ProcessStat.TryParse(buffer[..length], out stat);
    }

    /// <summary>Lists the children of all threads of a process. The kernel lists a child with the thread that created it.</summary>
    List<int> ListChildren(int id)
    {
        var children = new List<int>();
        var tasks = $"proc/{id.ToString(CultureInfo.InvariantCulture)}/task";
        foreach (var thread in _files.ListNames(tasks))
        {
            var path = $"{tasks}/{thread}/children";
            var length = _files.ReadInto(path, _buffer, out _);
            ReadOnlySpan<byte> rest = length < _buffer.Length ? _buffer.AsSpan(0, length) : _files.ReadBytes(path, out _);
            while (KernelText.TryReadNumber(ref rest, out var child))
            {
                if (child is > 0 and <= int.MaxValue)
                    children.Add((int)child);
            }
        }

        return children;
    }

    /// <summary>A process with its CPU times in ns: as counted, and as read by the update in progress.</summary>
    sealed class TrackedProcess(int id, long startTicks)
    {
        public int Id { get; } = id;

        public long StartTicks { get; } = startTicks;

        public int ParentId { get; set; }

        public long Own { get; set; }

        public long Reaped { get; set; }

        public long NewOwn { get; set; }

        public long NewReaped { get; set; }

        /// <summary>Counted time of ended children that the reaped time of this process will include.</summary>
        public long Credit;
    }
}
