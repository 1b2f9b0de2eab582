using System.Globalization;
using Tonne.Instruments.Files;

namespace Tonne.Instruments.Processes;

/// <summary>A control group for one job, below our own: the kernel's exact account of every descendant, however short it lived and whoever reaped it.</summary>
/// <remarks>
/// Preferred is <c>cpuacct</c> of version 1 alone, since its <c>tasks</c> file moves one thread (some 20 µs), where version 2 moves the whole process.
/// A <c>cpuacct</c> that shares its hierarchy with <c>cpu</c> is left alone: a group there would change how the kernel shares the processor.
/// A group of version 2 counts without any controller. Not thread safe.
/// </remarks>
sealed class JobControlGroup : IDisposable
{
    const string Prefix = "tonne-";

    readonly PersistentFile _usage;
    readonly PersistentFile? _members;
    readonly string _list;
    readonly byte[] _buffer = new byte[4096];
    readonly bool _isVersion1;
    string[] _childGroups = [];
    IReadOnlyList<int> _latest = [];
    int _asked;

    JobControlGroup(ControlGroupMembership place, string folder)
    {
        _isVersion1 = place.Version == 1;
        Folder = folder;
        Version = place.Version;
        var list = _isVersion1 ? "tasks" : "cgroup.procs";
        EnterFiles = [Path.Join(folder, list)];
        ReturnFiles = [Path.Join(place.Folder, list)];
        _list = Path.Join(folder, "cgroup.procs");
        // Version 1 gives a file that stays open the list it gave before, for as long as it is asked within a second: that one is opened anew each time.
        _members = _isVersion1 ? null : FileTree.Local.OpenPersistent(_list);
        _usage = FileTree.Local.OpenPersistent(Path.Join(folder, _isVersion1 ? "cpuacct.usage" : "cpu.stat"));
    }

    /// <summary>The group's folder.</summary>
    public string Folder { get; }

    /// <summary>Version of the hierarchy: 1 counts in ns, 2 in µs.</summary>
    public int Version { get; }

    /// <summary>Files to write <c>0</c> (ourselves) or a process id to, to step into the group.</summary>
    public IReadOnlyList<string> EnterFiles { get; }

    /// <summary>The same files of the group we came from.</summary>
    public IReadOnlyList<string> ReturnFiles { get; }

    /// <summary>Makes a group for a run.</summary>
    /// <param name="runId">Id of the run; letters, digits and hyphens of it become the folder's name.</param>
    /// <param name="refusalReasons">Why each possible place was not taken; empty on the first success.</param>
    /// <returns>The group, or null if there is no place for one: then polling must do.</returns>
    public static JobControlGroup? TryCreate(string runId, out IReadOnlyList<string> refusalReasons) => TryCreate(runId, ControlGroupLocator.ReadOwn(), out refusalReasons);

    internal static JobControlGroup? TryCreate(string runId, IReadOnlyList<ControlGroupMembership> memberships, out IReadOnlyList<string> refusalReasons)
    {
        var said = new List<string>();
        refusalReasons = said;
        // The process id distinguishes the ranks of one run, and identifies groups left over.
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{SafeFileName.FromText(runId)}-{Environment.ProcessId}");
        var possible = memberships.Where(place => place.Version == 2 || place.Controllers.Contains("cpuacct")).OrderBy(place => place.Version).ToArray();
        if (possible.Length == 0)
            said.Add("no hierarchy of control groups that counts CPU time is mounted");
        foreach (var place in possible)
        {
            if (place is { Version: 1 } && place.Controllers.Contains("cpu"))
            {
                said.Add($"{place.Mount}: cpuacct shares its hierarchy with cpu; a group there would change how the kernel shares the processor");
                continue;
            }

            RemoveStaleGroups(place);
            var folder = Path.Join(place.Folder, name);
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                said.Add($"{place.Folder}: {(e is UnauthorizedAccessException ? "no group may be made here by this user" : e.Message)}");
                continue;
            }

            var group = new JobControlGroup(place, folder);
            if (!group.TryReadCpu(out _, out var reason))
                said.Add($"{folder}: its CPU time cannot be read ({reason})");
            else if (Array.Find([.. group.EnterFiles, .. group.ReturnFiles], file => !IsWritable(file)) is { } closed)
                said.Add($"{closed}: may not be written");
            else
                return group;
            group.Dispose();
        }

        return null;
    }

    /// <summary>CPU time of everything that has been in the group, in ns.</summary>
    public bool TryReadCpu(out long nanoseconds, out string? reason)
    {
        if (_isVersion1)
            return _usage.TryReadNumber(out nanoseconds, out reason);
        nanoseconds = 0;
        var bytes = _usage.Read(out reason);
        if (reason is not null)
            return false;
        if (KernelText.TryReadKeyed(bytes, "usage_usec"u8, out var microseconds) && microseconds <= long.MaxValue / 1000)
        {
            nanoseconds = microseconds * 1000;
            return true;
        }

        reason = ReadFailure.Malformed;
        return false;
    }

    /// <summary>Ids of the processes in the group and in groups below it, without our own.</summary>
    /// <remarks>Asked while sampling, so its file is kept open where that gives the newest list, and groups below it, which jobs hardly make, are looked for at every sixteenth call only.</remarks>
    public IReadOnlyList<int> ListProcessIds()
    {
        var all = new List<int>();
        ParseIds(ReadMembers(), all);
        if (_asked++ % 16 == 0)
            _childGroups = [.. ListChildGroups(Folder)];
        foreach (var folder in _childGroups)
            ParseIds(FileTree.Local.ReadBytes(Path.Join(folder, "cgroup.procs"), out _), all);
        return _latest = all;
    }

    ReadOnlySpan<byte> ReadMembers()
    {
        if (_members is not null)
            return _members.Read(out _);
        var length = FileTree.Local.ReadInto(_list, _buffer, out _);
        return length < _buffer.Length ? _buffer.AsSpan(0, length) : FileTree.Local.ReadBytes(_list, out _);
    }

    /// <summary>Whether a process is in the group; the list is read again for one that was not in it.</summary>
    public bool Contains(int processId) => _latest.Contains(processId) || ListProcessIds().Contains(processId);

    internal static void ParseIds(ReadOnlySpan<byte> list, List<int> ids)
    {
        while (!list.IsEmpty)
        {
            // One a line, as the kernel writes them.
            if (list[0] == (byte)'\n')
            {
                list = list[1..];
                continue;
            }

            if (!KernelText.TryReadNumber(ref list, out var id))
                return;
            // 0 is a process outside our process namespace.
            if (id is > 0 and <= int.MaxValue && id != Environment.ProcessId)
                ids.Add((int)id);
        }
    }

    /// <summary>Closes the files and removes the group and those below it, deepest first.</summary>
    /// <returns>False if processes still live in it: then it is left to them.</returns>
    public bool Remove()
    {
        _usage.Dispose();
        _members?.Dispose();
        return Remove(Folder);
    }

    /// <inheritdoc/>
    public void Dispose() => Remove();

    /// <summary>Removes groups whose makers were killed. The kernel refuses where processes still live.</summary>
    static void RemoveStaleGroups(ControlGroupMembership place)
    {
        foreach (var name in FileTree.Local.ListNames(place.Folder))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var maker)
                && maker != Environment.ProcessId && ProcessIdentity.GetStartTicks(maker) is null)
            {
                Remove(Path.Join(place.Folder, name));
            }
        }
    }

    static bool Remove(string group)
    {
        var removed = true;
        foreach (var folder in ListChildGroups(group).OrderByDescending(path => path.Length).Append(group))
        {
            try
            {
                if (Directory.Exists(folder))
                    Directory.Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                removed = false;
            }
        }

        return removed;
    }

    static IEnumerable<string> ListChildGroups(string folder)
    {
        try
        {
            return Directory.GetDirectories(folder, "*", SearchOption.AllDirectories);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static bool IsWritable(string file)
    {
        try
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
