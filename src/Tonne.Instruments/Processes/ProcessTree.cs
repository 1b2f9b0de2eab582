using System.Globalization;
using Tonne.Instruments.Files;

namespace Tonne.Instruments.Processes;

/// <summary>The living descendants of this process and the CPU time of the job they are, from <c>/proc</c>: what remains where no control group may be made.</summary>
/// <remarks>
/// A process is (id, start time), since ids are used again. Total = Σ of what each process was seen to use itself + what was reaped of children never seen.
/// A child that vanishes leaves a credit with its parent: when the parent's account of reaped children grows, that credit is not counted again.
/// Parents are read before their children, so a child that ends in between is counted at the next look, never twice.
/// What is lost: children that live shorter than a look and whose parent ignores SIGCHLD. Not thread safe.
/// </remarks>
sealed class ProcessTree
{
    readonly int _self;
    readonly Func<int, bool> _isOwn;
    readonly FileTree _files;
    readonly Dictionary<int, TrackedProcess> _members = [];
    readonly List<TrackedProcess> _order = [];
    readonly byte[] _buffer = new byte[8192];
    long _reaped;
    long _reapedCredit;
    bool _listsChildren = true;

    /// <summary>The family of this process.</summary>
    /// <param name="isOwn">Processes that are tonne's own and no part of the job.</param>
    public ProcessTree(Func<int, bool> isOwn)
        : this(Environment.ProcessId, isOwn, FileTree.Local)
    {
    }

    internal ProcessTree(int self, Func<int, bool> isOwn, FileTree files) => (_self, _isOwn, _files) = (self, isOwn, files);

    /// <summary>CPU time of the job so far, in ns; never falls.</summary>
    public long CpuNanoseconds { get; private set; }

    /// <summary>Ids of those that live, parents before children.</summary>
    public IEnumerable<int> LiveIds => _order.Select(member => member.Id);

    /// <summary>Whether a process was alive and of the family at the last look.</summary>
    public bool Contains(int processId) => _members.ContainsKey(processId);

    /// <summary>Looks again.</summary>
    /// <param name="reapedNanoseconds">CPU time of all processes that this process has reaped, in ns: its rusage of children.</param>
    /// <param name="findNew">Whether to look for new processes too; without, only those known are read, which costs some µs each.</param>
    public void Update(long reapedNanoseconds, bool findNew = true)
    {
        var found = findNew ? FindDescendants() : ReadKnown();
        var living = new HashSet<int>();
        foreach (var (id, stat) in found)
        {
            if (_members.TryGetValue(id, out var known) && known.StartTicks == stat.StartTicks)
            {
                (known.ParentId, known.NewOwn, known.NewReaped) = (stat.ParentId, stat.OwnNanoseconds, stat.ReapedNanoseconds);
            }
            else
            {
                if (known is not null)
                    HandleExit(known);
                _members[id] = new TrackedProcess(id, stat.StartTicks) { ParentId = stat.ParentId, NewOwn = stat.OwnNanoseconds, NewReaped = stat.ReapedNanoseconds };
            }

            living.Add(id);
        }

        // First everything that has gone leaves its credit, children before parents; then what has grown is counted against it.
        for (var i = _order.Count - 1; i >= 0; i--)
        {
            if (living.Contains(_order[i].Id))
                continue;
            HandleExit(_order[i]);
            _members.Remove(_order[i].Id);
        }

        _order.Clear();
        foreach (var (id, _) in found)
        {
            var member = _members[id];
            _order.Add(member);
            CpuNanoseconds += Math.Max(0, member.NewOwn - member.Own);
            CpuNanoseconds += SubtractCredit(Math.Max(0, member.NewReaped - member.Reaped), ref member.Credit);
            (member.Own, member.Reaped) = (Math.Max(member.Own, member.NewOwn), Math.Max(member.Reaped, member.NewReaped));
        }

        CpuNanoseconds += SubtractCredit(Math.Max(0, reapedNanoseconds - _reaped), ref _reapedCredit);
        _reaped = Math.Max(_reaped, reapedNanoseconds);
    }

    static long SubtractCredit(long growth, ref long credit)
    {
        var known = Math.Min(growth, credit);
        credit -= known;
        return growth - known;
    }

    void HandleExit(TrackedProcess gone)
    {
        var left = gone.Own + gone.Reaped + gone.Credit;
        if (_members.TryGetValue(gone.ParentId, out var parent) && parent != gone)
            parent.Credit += left;
        else
            _reapedCredit += left;
    }

    List<(int Id, ProcessStat Stat)> ReadKnown()
    {
        var found = new List<(int, ProcessStat)>(_order.Count);
        foreach (var member in _order)
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
        var seen = new HashSet<int> { _self };
        if (_listsChildren)
        {
            _listsChildren = _files.Exists($"proc/{_self.ToString(CultureInfo.InvariantCulture)}/task/{_self.ToString(CultureInfo.InvariantCulture)}/children");
            var queue = new Queue<int>([_self]);
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

        // A kernel without lists of children: all processes, by their parents.
        var byParent = new Dictionary<int, List<(int, ProcessStat)>>();
        foreach (var name in _files.ListNames("proc"))
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || !TryReadStat(id, out var stat))
                continue;
            if (!byParent.TryGetValue(stat.ParentId, out var siblings))
                byParent[stat.ParentId] = siblings = [];
            siblings.Add((id, stat));
        }

        var parents = new Queue<int>([_self]);
        while (parents.TryDequeue(out var parent))
        {
            foreach (var child in byParent.GetValueOrDefault(parent, []))
            {
                if (seen.Add(child.Item1) && !_isOwn(child.Item1))
                {
                    found.Add(child);
                    parents.Enqueue(child.Item1);
                }
            }
        }

        return found;
    }

    bool TryReadStat(int id, out ProcessStat stat)
    {
        // A line of some 350 bytes.
        Span<byte> buffer = stackalloc byte[2048];
        var length = _files.ReadInto($"proc/{id.ToString(CultureInfo.InvariantCulture)}/stat", buffer, out var reason);
        stat = default;
        return reason is null && ProcessStat.TryParse(buffer[..length], out stat);
    }

    /// <summary>Children of all threads of a process: the kernel lists them with the thread that made them.</summary>
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

    sealed class TrackedProcess(int id, long startTicks)
    {
        public int Id { get; } = id;

        public long StartTicks { get; } = startTicks;

        public int ParentId { get; set; }

        public long Own { get; set; }

        public long Reaped { get; set; }

        public long NewOwn { get; set; }

        public long NewReaped { get; set; }

        public long Credit;
    }
}
