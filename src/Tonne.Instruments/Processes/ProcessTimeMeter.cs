using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>CPU time of all processes of the machine in ns, those that have ended included, as the kernel's scheduler counts it.</summary>
/// <remarks>
/// The account of processes, unlike that of the processors (<c>/proc/stat</c>), which also holds interrupts and is kept by ticks. From the first of:
/// the top of a <c>cpuacct</c> hierarchy of version 1 (exact); the groups below the top of version 2, of which the top itself only repeats
/// <c>/proc/stat</c> (without kernel threads); <c>/proc/schedstat</c> (a process is counted when it leaves a processor). A top that is a container's own is not
/// the machine's and is not used. Not thread safe, as <see cref="IMeter"/>.
/// Sources: Linux, Documentation/admin-guide/cgroup-v1/cpuacct.rst, admin-guide/cgroup-v2.rst, scheduler/sched-stats.rst.
/// </remarks>
sealed class ProcessTimeMeter : IMeter, IDisposable
{
    /// <summary>Id of the meter.</summary>
    public const string MeterId = "proc:processes";

    const long ListInterval = 950_000_000;

    readonly FileTree _tree;
    readonly PersistentFile? _file;
    readonly bool _isSchedule;
    readonly string? _groupsFolder;
    readonly Dictionary<string, (PersistentFile File, long Nanoseconds)> _groups = new(StringComparer.Ordinal);
    long _ended;
    long _listedAt = long.MinValue / 2;

    ProcessTimeMeter(FileTree tree, string note, PersistentFile? file = null, bool isSchedule = false, string? groupsFolder = null)
    {
        (_tree, _file, _isSchedule, _groupsFolder) = (tree, file, isSchedule, groupsFolder);
        Description = new MeterDescription(MeterId, Component.Cpu, MeterKind.CpuTime, MeterRole.Processes, Note: note);
    }

    /// <inheritdoc/>
    public MeterDescription Description { get; }

    /// <summary>Whether the machine has an account of all processes.</summary>
    internal bool IsAvailable => _file is not null || _groupsFolder is not null;

    /// <summary>A meter by the best account that the files have.</summary>
    /// <param name="tree">The machine's files.</param>
    internal static ProcessTimeMeter Open(FileTree tree)
    {
        var places = ControlGroupLocator.Parse(tree.ReadText("proc/self/mountinfo") ?? "", tree.ReadText("proc/self/cgroup") ?? "");
        foreach (var place in places.Where(place => place.Controllers.Contains("cpuacct")))
        {
            var path = $"{place.Mount.TrimStart('/')}/cpuacct.usage";
            // Only the top of the whole hierarchy has this file.
            if (tree.Exists($"{place.Mount.TrimStart('/')}/release_agent") && tree.ReadNumber(path) is not null)
                return new ProcessTimeMeter(tree, $"{tree.GetFullPath(path)}: all processes, ended ones included", tree.OpenPersistent(path));
        }

        foreach (var place in places.Where(place => place.Version == 2 && place.Folder != place.Mount))
        {
            var folder = place.Mount.TrimStart('/');
            // Every group has this file, except the top of the whole hierarchy.
            if (!tree.Exists($"{folder}/cgroup.events") && ListGroups(tree, folder).Any())
                return new ProcessTimeMeter(tree, $"{tree.GetFullPath(folder)}: cpu.stat of the groups below the top, ended processes included, kernel threads not", groupsFolder: folder);
        }

        if (TryReadSchedule(tree.ReadBytes("proc/schedstat", out _), out _))
            return new ProcessTimeMeter(tree, $"{tree.GetFullPath("proc/schedstat")}: time that tasks ran, all processors", tree.OpenPersistent("proc/schedstat"), isSchedule: true);
        return new ProcessTimeMeter(tree, "nothing here counts the CPU time of all processes: that of others is unexplained");
    }

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (_groupsFolder is not null)
            return Reading.FromValue(ReadGroups(timestamp));
        if (_file is null)
            return Reading.FromGapReason(ReadFailure.Missing);
        if (!_isSchedule)
            return _file.TryReadNumber(out var nanoseconds, out var why) ? Reading.FromValue(nanoseconds) : Reading.FromGapReason(why ?? ReadFailure.Failed);
        var text = _file.Read(out var reason);
        return reason is not null ? Reading.FromGapReason(reason)
            : TryReadSchedule(text, out var sum) ? Reading.FromValue(sum) : Reading.FromGapReason(ReadFailure.Malformed);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        foreach (var (file, _) in _groups.Values)
            file.Dispose();
    }

    /// <summary>Reads the time that tasks ran, from the lines <c>cpuN</c>: the seventh number after the name, ns since version 15.</summary>
    internal static bool TryReadSchedule(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        var found = false;
        // version 15, or later: before it the unit was another.
        if (!text.StartsWith("version "u8))
            return false;
        var head = text["version "u8.Length..];
        if (!KernelText.TryReadNumber(ref head, out var version) || version < 15)
            return false;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (!line.StartsWith("cpu"u8))
                continue;
            KernelText.ReadWord(ref line);
            long value = 0;
            for (var i = 0; i < 7; i++)
            {
                if (!KernelText.TryReadNumber(ref line, out value))
                    return false;
            }

            if (value > long.MaxValue - nanoseconds)
                return false;
            (nanoseconds, found) = (nanoseconds + value, true);
        }

        return found;
    }

    static IEnumerable<string> ListGroups(FileTree tree, string folder) =>
        tree.ListNames(folder).Where(name => tree.Exists($"{folder}/{name}/cpu.stat"));

    long ReadGroups(long timestamp)
    {
        if (timestamp - _listedAt >= ListInterval)
        {
            _listedAt = timestamp;
            foreach (var name in ListGroups(_tree, _groupsFolder!))
            {
                if (!_groups.ContainsKey(name))
                    _groups[name] = (_tree.OpenPersistent($"{_groupsFolder}/{name}/cpu.stat"), 0);
            }
        }

        var sum = _ended;
        List<string>? gone = null;
        foreach (var (name, (file, last)) in _groups)
        {
            var bytes = file.Read(out var reason);
            if (reason is null && KernelText.TryReadKeyed(bytes, "usage_usec"u8, out var microseconds) && microseconds <= long.MaxValue / 4000)
            {
                // A group of the same name that was made anew counts from 0.
                if (microseconds * 1000 < last)
                    (_ended, sum) = (_ended + last, sum + last);
                _groups[name] = (file, microseconds * 1000);
                sum += microseconds * 1000;
            }
            else
            {
                sum += last;
                (gone ??= []).Add(name);
            }
        }

        foreach (var name in gone ?? [])
        {
            _groups.Remove(name, out var group);
            group.File.Dispose();
            _ended += group.Nanoseconds;
        }

        return sum;
    }
}
