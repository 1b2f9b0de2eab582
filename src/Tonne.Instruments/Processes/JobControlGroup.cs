using System.Globalization;
using Tonne.Instruments.Files;

namespace Tonne.Instruments.Processes;

/// <summary>
/// A control group for one job, below tonne's own group. In it the kernel counts the CPU time of every descendant exactly, however short
/// its
/// life and whichever process waited for it.
/// </summary>
/// <remarks>
/// A <c>cpuacct</c> hierarchy of version 1 is preferred, because its <c>tasks</c> file moves a single thread (about 20 µs), while version 2
/// moves the whole process. A <c>cpuacct</c> that shares its hierarchy with <c>cpu</c> is not used, because a group there would change how
/// the kernel divides the processor among processes.
/// A group of version 2 counts CPU time without any controller. Not thread safe.
/// </remarks>
sealed class JobControlGroup : IDisposable
{
    const string Prefix = "tonne-";

    readonly PersistentFile _usage;
    readonly PersistentFile? _openMemberFile;
    readonly string _memberFile;
    readonly byte[] _buffer = new byte[4096];
    readonly bool _isVersion1;
    string[] _childGroups = [];
    IReadOnlyList<int> _latestIds = [];
    int _listCount;
    bool _isFollowed;

    JobControlGroup(ControlGroupMembership place, string folder)
    {
        _isVersion1 = place.Version == 1;
        Folder = folder;
        Version = place.Version;
        var list = _isVersion1 ? "tasks" : "cgroup.procs";
        EnterFiles = [Path.Join(folder, list)];
        ReturnFiles = [Path.Join(place.Folder, list)];
        _memberFile = Path.Join(folder, "cgroup.procs");
        // In version 1 a file that stays open returns its former list if it is read again within a second, so it is opened for each
        // reading.
        _openMemberFile = _isVersion1 ? null : FileTree.Local.OpenPersistent(_memberFile);
        _usage = FileTree.Local.OpenPersistent(Path.Join(folder, _isVersion1 ? "cpuacct.usage" : "cpu.stat"));
    }

    /// <summary>Opens the group of another tonne to read it. It is not removed when this is disposed.</summary>
    /// <returns>Null if it is not there.</returns>
    internal static JobControlGroup? TryFollow(string folder, int version)
    {
        if (!Directory.Exists(folder))
            return null;
        var parent = Path.GetDirectoryName(folder) ?? "/";
        var group = new JobControlGroup(new ControlGroupMembership(version, parent, parent, []), folder) { _isFollowed = true };
        if (group.TryReadCpu(out _, out _))
            return group;
        group.Dispose();
        return null;
    }

    /// <summary>The group's folder.</summary>
    public string Folder { get; }

    /// <summary>Whether another program has made it.</summary>
    public bool IsFollowed => _isFollowed;

    /// <summary>Version of the hierarchy: 1 counts in ns, 2 in µs.</summary>
    public int Version { get; }

    /// <summary>Files to which a process id, or <c>0</c> for the writer itself, is written to enter the group.</summary>
    public IReadOnlyList<string> EnterFiles { get; }

    /// <summary>The same files of the group in which tonne was started, to return to it.</summary>
    public IReadOnlyList<string> ReturnFiles { get; }

    /// <summary>Creates a group for a run.</summary>
    /// <param name="runId">Id of the run; its letters, digits and hyphens become part of the folder's name.</param>
    /// <param name="refusalReasons">Why no group was created in each hierarchy that was tried before.</param>
    /// <returns>The group, or null if none can be created; then the processes must be polled.</returns>
    public static JobControlGroup? TryCreate(string runId, out IReadOnlyList<string> refusalReasons) =>
        TryCreate(runId, ControlGroupLocator.ReadOwn(), out refusalReasons);

    internal static JobControlGroup? TryCreate(
        string runId, IReadOnlyList<ControlGroupMembership> memberships, out IReadOnlyList<string> refusalReasons)
    {
        var reasons = new List<string>();
        refusalReasons = reasons;
        // The process id makes the name unique among the ranks of one run. Later runs recognise by it that the group's owner has ended.
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{SafeFileName.FromText(runId)}-{Environment.ProcessId}");
        var candidates = memberships.Where(place => place.Version == 2 || place.Controllers.Contains("cpuacct"))
            .OrderBy(place => place.Version).ToArray();
        if (candidates.Length == 0)
            reasons.Add("no hierarchy of control groups that counts CPU time is mounted");
        foreach (var place in candidates)
        {
            if (place is { Version: 1 } && place.Controllers.Contains("cpu"))
            {
                reasons.Add($"{place.Mount}: cpuacct shares its hierarchy with cpu; "
                    + "a group there would change how the kernel shares the processor");
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
                reasons.Add($"{place.Folder}: {(e is UnauthorizedAccessException ? "this user may not create a group here" : e.Message)}");
                continue;
            }

            var group = new JobControlGroup(place, folder);
            if (!group.TryReadCpu(out _, out var reason))
                reasons.Add($"{folder}: its CPU time cannot be read ({reason})");
            else if (Array.Find([.. group.EnterFiles, .. group.ReturnFiles], file => !IsWritable(file)) is { } readOnlyFile)
                reasons.Add($"{readOnlyFile}: this user may not write to it");
            else
                return group;
            group.Dispose();
        }

        return null;
    }

    /// <summary>Reads the CPU time of all processes that are or were in the group, in ns.</summary>
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

    /// <summary>Lists the ids of the processes in the group and in groups below it, without tonne's own.</summary>
    /// <remarks>
    /// Called at every sample. Groups below it are rare, so they are searched for at every sixteenth call only.
    /// </remarks>
    public IReadOnlyList<int> ListProcessIds()
    {
        var ids = new List<int>();
        ParseIds(ReadMembers(), ids);
        if (_listCount++ % 16 == 0)
            _childGroups = [.. ListChildGroups(Folder)];
        foreach (var folder in _childGroups)
            ParseIds(FileTree.Local.ReadBytes(Path.Join(folder, "cgroup.procs"), out _), ids);
        return _latestIds = ids;
    }

    ReadOnlySpan<byte> ReadMembers()
    {
        if (_openMemberFile is not null)
            return _openMemberFile.Read(out _);
        var length = FileTree.Local.ReadInto(_memberFile, _buffer, out _);
        return length < _buffer.Length ? _buffer.AsSpan(0, length) : FileTree.Local.ReadBytes(_memberFile, out _);
    }

    /// <summary>Whether a process is in the group. If it was not in the last list, the list is read again.</summary>
    public bool Contains(int processId) => _latestIds.Contains(processId) || ListProcessIds().Contains(processId);

    internal static void ParseIds(ReadOnlySpan<byte> list, List<int> ids)
    {
        while (!list.IsEmpty)
        {
            // The kernel writes one id per line.
            if (list[0] == (byte)'\n')
            {
                list = list[1..];
                continue;
            }

            if (!KernelText.TryReadNumber(ref list, out var id))
                return;
            // The kernel writes 0 for a process outside tonne's process namespace.
            if (id is > 0 and <= int.MaxValue && id != Environment.ProcessId)
                ids.Add((int)id);
        }
    }

    /// <summary>Closes the files and removes the group and those below it, deepest first.</summary>
    /// <returns>False if the group was not removed because processes are still alive in it.</returns>
    public bool Remove()
    {
        _usage.Dispose();
        _openMemberFile?.Dispose();
        return _isFollowed || Remove(Folder);
    }

    /// <inheritdoc/>
    public void Dispose() => Remove();

    /// <summary>Removes groups of tonne processes that were killed. The kernel keeps a group in which processes are still alive.</summary>
    static void RemoveStaleGroups(ControlGroupMembership place)
    {
        foreach (var name in FileTree.Local.ListNames(place.Folder))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && int.TryParse(
                    name.AsSpan(name.LastIndexOf('-') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ownerId)
                && ownerId != Environment.ProcessId
                && ProcessIdentity.GetStartTicks(ownerId) is null)
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
