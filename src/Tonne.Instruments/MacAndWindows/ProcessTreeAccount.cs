using Tonne.Quantities;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Counts a process tree by looking at it again and again.</summary>
/// <remarks>
/// At each look the descendants of the known processes are found, and each is read. One that has ended keeps its last CPU time, unless
/// its parent lives and the system adds
/// it to the parent's account of children (macOS). What starts and ends between two looks is seen only where there is such an account.
/// </remarks>
public sealed class ProcessTreeAccount : IJobAccount
{
    readonly HostSystem _system;
    readonly int _rootId;
    readonly bool _isRootPartOfJob;
    readonly Lock _gate = new();
    readonly Dictionary<int, Member> _members = [];
    readonly FollowedProcess? _root;
    readonly long _before;
    readonly long _rootReapedBefore;
    long _ended;
    long _highest;

    /// <summary>An account that begins now: what was used before is not part of it.</summary>
    /// <param name="system">The system.</param>
    /// <param name="rootId">The process whose descendants are the job.</param>
    /// <param name="isRootPartOfJob">Whether that process is part of the job; not if it only starts the job.</param>
    public ProcessTreeAccount(HostSystem system, int rootId, bool isRootPartOfJob)
    {
        ArgumentNullException.ThrowIfNull(system);
        (_system, _rootId, _isRootPartOfJob) = (system, rootId, isRootPartOfJob);
        _root = system.OpenProcess(rootId);
        _rootReapedBefore = _root?.Read()?.ReapedCpuNanoseconds ?? 0;
        Look();
        _before = Sum() ?? 0;
    }

    ProcessTreeAccount(HostSystem system, int rootId)
    {
        (_system, _rootId, _isRootPartOfJob) = (system, rootId, true);
        _root = system.OpenProcess(rootId);
    }

    /// <summary>An account of a process that was just created: all that it uses is part of it.</summary>
    /// <param name="system">The system.</param>
    /// <param name="rootId">The process.</param>
    internal static ProcessTreeAccount OfNewProcess(HostSystem system, int rootId) => new(system, rootId);

    /// <inheritdoc/>
    public string Note =>
        $"{_system.Name}: CPU time of the processes seen at each sample, and of children that were waited for where the system counts them; "
        + "others that live shorter than a sample are missed";

    /// <inheritdoc/>
    public IReadOnlyList<Warning> Warnings => [];

    /// <inheritdoc/>
    public void Add(int processId, nint handle)
    {
        lock (_gate)
            Follow(processId, _rootId);
    }

    /// <inheritdoc/>
    public long? ReadCpuNanoseconds()
    {
        lock (_gate)
        {
            Look();
            // Between the end of a child and its parent's wait it is in no account.
            return Sum() is { } sum ? _highest = Math.Max(_highest, sum - _before) : _highest > 0 ? _highest : null;
        }
    }

    /// <inheritdoc/>
    public long? ReadResidentBytes()
    {
        lock (_gate)
        {
            var sum = _members.Values.Sum(static member => member.Usage.ResidentBytes);
            return _isRootPartOfJob && _root?.Read() is { HasEnded: false } root ? sum + root.ResidentBytes : sum;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> ListProcessIds()
    {
        lock (_gate)
        {
            Look();
            return [.. _members.Keys, .. _isRootPartOfJob && _root?.Read() is { HasEnded: false } ? [_rootId] : Array.Empty<int>()];
        }
    }

    /// <inheritdoc/>
    public bool Contains(int processId)
    {
        lock (_gate)
            return (_isRootPartOfJob && processId == _rootId) || _members.ContainsKey(processId);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var member in _members.Values)
                member.Process.Dispose();
            _members.Clear();
            _root?.Dispose();
        }
    }

    /// <summary>Sum of all accounts; null if not one process could be read.</summary>
    long? Sum()
    {
        var root = _root?.Read();
        if (root is null && _members.Count == 0 && _ended == 0)
            return null;
        var sum = _ended + Math.Max(0, (root?.ReapedCpuNanoseconds ?? 0) - _rootReapedBefore);
        if (_isRootPartOfJob)
            sum += root?.CpuNanoseconds ?? 0;
        foreach (var member in _members.Values)
            sum += member.Usage.CpuNanoseconds + member.Usage.ReapedCpuNanoseconds;
        return sum;
    }

    void Look()
    {
        RefreshMembers();
        var children = _system.ListProcesses().ToLookup(static process => process.ParentId, static process => process.Id);
        var known = new Queue<int>([_rootId, .. _members.Keys]);
        while (known.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                if (child != _rootId && child != Environment.ProcessId && !_members.ContainsKey(child) && Follow(child, parent))
                    known.Enqueue(child);
            }
        }
    }

    void RefreshMembers()
    {
        foreach (var (id, member) in _members.ToArray())
        {
            var usage = member.Process.Read();
            if (usage is { HasEnded: false } living)
            {
                _members[id] = member with { Usage = living };
                continue;
            }

            _members.Remove(id);
            member.Process.Dispose();
            var last = usage ?? member.Usage;
            // Where the system counts children that were waited for, the time is in the parent's account, or in that of the parent's
            // parent.
            var isCountedByParent = usage is null && _system.CountsReapedChildren
                && (member.ParentId == _rootId || _members.ContainsKey(member.ParentId));
            if (!isCountedByParent)
                _ended += last.CpuNanoseconds + last.ReapedCpuNanoseconds;
        }
    }

    bool Follow(int id, int parentId)
    {
        if (_members.ContainsKey(id) || _system.OpenProcess(id) is not { } process)
            return false;
        var parentStart = parentId == _rootId ? _root?.Start : _members.TryGetValue(parentId, out var parent) ? parent.Process.Start : null;
        // A process cannot be older than its parent: then the parent has ended, and another process has its id.
        if (process.Read() is not { HasEnded: false } usage || process.Start < parentStart)
        {
            process.Dispose();
            return false;
        }

        _members[id] = new Member(process, parentId, usage);
        return true;
    }

    readonly record struct Member(FollowedProcess Process, int ParentId, ProcessUsage Usage);
}
