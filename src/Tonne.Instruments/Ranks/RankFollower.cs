using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Ranks;

/// <summary>Reads the CPU time and memory of one rank from the kernel, whichever process of tonne wraps it.</summary>
/// <remarks>
/// By its control group, else by the descendants of its tonne, or by the process to which its tonne is attached. If a tonne that has started a command
/// is killed, the command goes on: then by the descendants of the command. Values never fall.
/// </remarks>
sealed class RankFollower : IDisposable
{
    readonly IMeter? _ownCpu;
    readonly IMeter? _ownMemory;
    readonly Func<int, bool>? _ownContains;
    JobControlGroup? _group;
    ProcessTree? _tree;
    JobMemoryMeter? _memory;
    long _treeBase;
    long _before;
    bool _followsChild;

    /// <summary>Follows a rank of another process, or one that has been followed before.</summary>
    /// <param name="state">The rank.</param>
    /// <param name="cpuBefore">CPU time that was counted before, in ns.</param>
    internal RankFollower(RankState state, long cpuBefore = 0) => (State, CpuNanoseconds) = (state, cpuBefore);

    /// <summary>Follows the rank of this process by its own meters.</summary>
    internal RankFollower(RankState state, JobInstruments own)
    {
        State = state;
        (_ownCpu, _ownMemory, _ownContains) = (own.Meters[0], own.Meters[1], own.Contains);
    }

    /// <summary>The rank, as last read.</summary>
    internal RankState State { get; set; }

    /// <summary>Whether it has left; its values stay then.</summary>
    internal bool HasLeft { get; set; }

    /// <summary>CPU time of the rank in ns since the run began, or since it joined.</summary>
    internal long CpuNanoseconds { get; private set; }

    /// <summary>CPU time so far belongs to another run.</summary>
    internal void BeginHere()
    {
        _before += CpuNanoseconds;
        CpuNanoseconds = 0;
    }

    /// <summary>Resident memory of the rank in bytes.</summary>
    internal long MemoryBytes { get; private set; }

    /// <summary>Time of each device that another recorder counted for it, ns.</summary>
    internal long[] DevicesBefore { get; set; } = [];

    /// <summary>Position in the file of its marks.</summary>
    internal long MarksPosition;

    /// <summary>Marks at the start of the file that the trace has already.</summary>
    internal int MarksToSkip { get; set; }

    /// <summary>Whether a process belongs to the rank.</summary>
    internal bool Contains(int processId) => !HasLeft
        && (_ownContains?.Invoke(processId) ?? (_group?.Contains(processId) == true || _tree?.Contains(processId) == true || State.Child?.ProcessId == processId));

    /// <summary>Whether its command may still run, though its tonne does not.</summary>
    internal bool IsChildAlive => State.Child is { } child && ProcessIdentity.IsAlive(child);

    /// <summary>Reads it.</summary>
    internal void Update(long timestamp)
    {
        if (HasLeft)
        {
            MemoryBytes = 0;
            return;
        }

        if (_ownCpu is not null)
        {
            if (_ownCpu.Read(timestamp) is { IsGap: false } cpu)
                CpuNanoseconds = Math.Max(CpuNanoseconds, cpu.Value - _before);
            MemoryBytes = _ownMemory!.Read(timestamp) is { IsGap: false } memory ? memory.Value : MemoryBytes;
            return;
        }

        if (_group is null && _tree is null)
            Open();
        var counted = _group is not null ? _group.TryReadCpu(out var value, out _) ? value - State.ChargedNanoseconds : 0
            : State.AttachedNanoseconds is { } before ? ReadAttached(before)
            : ReadTree();
        CpuNanoseconds = Math.Max(CpuNanoseconds, counted - _before);
        if (_memory?.Read(timestamp) is { IsGap: false } resident)
            MemoryBytes = resident.Value;
    }

    /// <summary>The rank has left: its CPU time stays as its tonne last knew it. The memory of the last sample is what it held until then.</summary>
    internal void Leave()
    {
        HasLeft = true;
        CpuNanoseconds = Math.Max(CpuNanoseconds, (State.CpuNanoseconds ?? 0) - _before);
    }

    void Open()
    {
        if (State.ControlGroup is { } folder && (_group = JobControlGroup.TryFollow(folder, State.ControlGroupVersion)) is not null)
        {
            _memory = new JobMemoryMeter(_group);
            return;
        }

        if (State.AttachedNanoseconds is null)
            FollowTree(State.Holder.ProcessId);
        else if (State.Child is { } attached && ProcessIdentity.IsAlive(attached) && ProcessTree.OfProcess(attached.ProcessId, State.Holder.ProcessId) is { } tree)
            (_tree, _memory) = (tree, new JobMemoryMeter(tree));
    }

    long ReadAttached(long before)
    {
        if (_tree is null)
            return 0;
        _tree.Update(0);
        return _tree.CpuNanoseconds - before;
    }

    void FollowTree(int root)
    {
        var tree = new ProcessTree(root, static _ => false, FileTree.Local);
        (_tree, _memory) = (tree, new JobMemoryMeter(tree));
    }

    long ReadTree()
    {
        if (!_followsChild && !ProcessIdentity.IsAlive(State.Holder))
        {
            if (State.Child is not { } orphan)
                return 0;
            // The command counts from its own start; what it has reaped was counted as its own or its tonne's before.
            _followsChild = true;
            FollowTree(orphan.ProcessId);
            _treeBase = CpuNanoseconds + _before - ReadTreeOf(orphan);
        }

        return _followsChild ? _treeBase + ReadTreeOf(State.Child!) : ReadTreeOf(State.Holder);
    }

    /// <summary>CPU time of the descendants of a process with what it has reaped, and of the process itself if it is the command.</summary>
    long ReadTreeOf(RunHolder root)
    {
        var bytes = FileTree.Local.ReadBytes($"proc/{root.ProcessId.ToString(CultureInfo.InvariantCulture)}/stat", out var reason);
        if (reason is not null || !ProcessStat.TryParse(bytes, out var stat) || stat.StartTicks != root.ProcessStart)
            return 0;
        _tree!.Update(stat.ReapedNanoseconds);
        return _tree.CpuNanoseconds + (_followsChild ? stat.OwnNanoseconds : 0);
    }

    /// <inheritdoc/>
    public void Dispose() => _group?.Dispose();
}
