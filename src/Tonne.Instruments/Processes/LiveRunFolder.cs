using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tonne.Instruments.Files;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>The folder in which the live runs of one machine find each other: names and contents of its files.</summary>
/// <remarks>
/// It has one small file for each run, named by boot, process namespace, process id and start time. The file contains the CPU time of the run's job
/// in ns, as 19 digits; a line of what the run says of itself (<see cref="LiveRunClaim"/>); and, if a scheduler has allocated a share of the
/// machine to it, a line with the time of its first sample and of its last one, ns of the monotonic clock, 0 if not yet.
/// Runs of all users share <see cref="DefaultLocation"/> if it is root's (a run of root makes it, mode 1777, or the administrator). Otherwise
/// each user has a folder of their own beside it, mode 0700. No link is followed, and another user's folder is refused
/// (<see cref="TrustedFolder"/>). Deleted are only files of this user with such a name and such a content.
/// </remarks>
sealed class LiveRunFolder : IDisposable
{
    /// <summary>The default folder, for all users. It is not in the user's own temporary folder, so that all find it.</summary>
    public const string DefaultLocation = "/tmp/tonne-live";

    /// <summary>Length of a number in a file, in bytes.</summary>
    public const int NumberLength = 19;

    /// <summary>Length of the line of times, in bytes.</summary>
    public const int TimesLength = (2 * NumberLength) + 2;

    /// <summary>Where the line of what a run says of itself begins.</summary>
    public const int ClaimOffset = NumberLength + 1;

    const int MaxLength = 512;
    const int OwnerOnly = 0x1C0;
    const int StickyMode = 0x3FF;

    static readonly SearchValues<byte> _timesBytes = SearchValues.Create(" 0123456789"u8);

    readonly TrustedFolder _folder;
    readonly string _namespace = ReadProcessNamespace();

    LiveRunFolder(TrustedFolder folder, string location) => (_folder, Location) = (folder, location);

    /// <summary>Its path.</summary>
    public string Location { get; }

    /// <summary>Its status; null if the system cannot say.</summary>
    public FileStatus? Status => _folder.Status;

    /// <summary>Opens the folder for all users, else this user's own; makes it if it is missing.</summary>
    /// <param name="path">Its path. Default: <see cref="DefaultLocation"/>.</param>
    /// <param name="location">The path of the folder that was tried last.</param>
    /// <param name="refusal">Why it cannot be used; null if it is open.</param>
    public static LiveRunFolder? TryOpen(string path, out string location, out string? refusal)
    {
        (location, refusal) = (Path.GetFullPath(path), null);
        if (!OperatingSystem.IsLinux())
            return null;
        var isShared = location == DefaultLocation;
        // An error shows when the folder is opened.
        if (!isShared)
            _ = Libc.CreateFolder(location, OwnerOnly);
        else if (Libc.GetUser() == 0)
            _ = Libc.CreateFolder(location, StickyMode);
        var opened = TrustedFolder.TryOpen(location, out refusal);
        if (opened is null && isShared)
        {
            location = string.Create(CultureInfo.InvariantCulture, $"{DefaultLocation}-{Libc.GetUser()}");
            _ = Libc.CreateFolder(location, OwnerOnly);
            opened = TrustedFolder.TryOpen(location, out refusal);
        }

        return opened is null ? null : new LiveRunFolder(opened, location);
    }

    /// <summary>The name of the file of a run of this process namespace.</summary>
    public string CreateName(RunHolder holder) =>
        string.Create(CultureInfo.InvariantCulture, $"{SafeFileName.FromText(holder.BootId)}_{_namespace}_{holder.ProcessId}_{holder.ProcessStart}");

    /// <summary>Names of its files, in ordinal order.</summary>
    public IReadOnlyList<string> ListNames() => _folder.ListNames();

    /// <summary>Makes the file of a run; null if that is not possible.</summary>
    public (SafeFileHandle File, FileStatus Status)? TryCreate(string name)
    {
        var file = _folder.CreateNew(name);
        if (!file.IsInvalid && _folder.GetStatus(name) is { } status)
            return (file, status);
        file.Dispose();
        return null;
    }

    /// <summary>Opens the file of a run; the handle is invalid if there is none.</summary>
    public SafeFileHandle OpenToRead(string name) => _folder.OpenToRead(name);

    /// <summary>Deletes a file if it is the one that was looked at.</summary>
    public void Delete(string name, in FileStatus expected) => _folder.Delete(name, expected);

    /// <summary>Deletes a file that a run of this user has made: by its name, its owner, its type and its content.</summary>
    public void DeleteIfOwn(string name)
    {
        if (!IsName(name) || _folder.GetStatus(name) is not { IsRegular: true, Links: 1, Size: >= ClaimOffset and < MaxLength } status || status.Owner != Libc.GetUser())
            return;
        using var file = _folder.OpenToRead(name);
        if (!file.IsInvalid && IsOfRun(file, (int)status.Size))
            _folder.Delete(name, status);
    }

    /// <summary>Whether a name is one of a run's file.</summary>
    public static bool IsName(string name) => Parse(name) is not null;

    /// <summary>Whether the process that a file name identifies is alive on this boot. One in another namespace is invisible and counts as alive.</summary>
    /// <param name="name">The name.</param>
    /// <param name="own">The name of this run's file, which has the boot.</param>
    public bool IsAlive(string name, string own) =>
        Parse(name) is { } one && one.Boot == Parse(own)?.Boot && (one.Namespace != _namespace || ProcessIdentity.GetStartTicks(one.Id) == one.Start);

    /// <summary>The process whose job a run is; null if it has ended or is in another namespace.</summary>
    /// <param name="name">The name of the run's file.</param>
    /// <param name="claim">What the run says of itself.</param>
    public int? FindFollowed(string name, LiveRunClaim claim)
    {
        if (Parse(name) is not { } registered || registered.Namespace != _namespace)
            return null;
        var (id, start) = claim.Follows ?? (registered.Id, registered.Start);
        return ProcessIdentity.GetStartTicks(id) == start ? id : null;
    }

    /// <summary>Id of a live run that this process records already; null if there is none.</summary>
    /// <param name="own">The name of this process's file.</param>
    public string? FindRunOfThisProcess(string own)
    {
        using var file = _folder.OpenToRead(own);
        return file.IsInvalid ? null : ReadTrustedClaim(file)?.Run;
    }

    /// <summary>Id of a live run of this user or of root that follows a process or one of its parents; null if there is none.</summary>
    /// <param name="processId">The process.</param>
    /// <param name="machine">Boot of the machine that is measured; null if unknown.</param>
    /// <param name="own">The name of the asking run's file, which is left out.</param>
    public string? FindEnclosingRun(int processId, string? machine, string own)
    {
        foreach (var name in ListNames())
        {
            if (name == own || !IsAlive(name, own))
                continue;
            using var file = _folder.OpenToRead(name);
            if (!file.IsInvalid && ReadTrustedClaim(file) is { Run: { } run } claim && (machine is null || claim.Machine == machine)
                && FindFollowed(name, claim) is { } followed && IsSameOrParent(followed, processId))
                return run;
        }

        return null;
    }

    /// <summary>Whether a run that a variable names may measure a process: not if it is live here and follows none of its parents.</summary>
    /// <remarks>A batch script under <c>tonne run</c> hands its variables to the tasks of <c>srun</c>, which are children of Slurm's daemon.</remarks>
    /// <param name="runId">Id of the run.</param>
    /// <param name="processId">The process.</param>
    /// <param name="path">The folder of the live runs. Default: <see cref="DefaultLocation"/>, else this user's own.</param>
    public static bool MayMeasure(string runId, int processId, string path = DefaultLocation)
    {
        using var folder = TryOpen(path, out _, out _);
        foreach (var name in folder?.ListNames() ?? [])
        {
            if (!IsName(name))
                continue;
            using var file = folder!.OpenToRead(name);
            // The recorder of several ranks follows the commands of all of them, not only what descends from it.
            if (!file.IsInvalid && ReadTrustedClaim(file) is { IsRanked: false } claim && claim.Run == runId && folder.FindFollowed(name, claim) is { } followed)
                return IsSameOrParent(followed, processId);
        }

        return true;
    }

    /// <summary>Whether a process is another one or one of its parents.</summary>
    public static bool IsSameOrParent(int process, int other) => process == other || ProcessIdentity.IsAncestor(process, other);

    /// <summary>Reads what a run says of itself.</summary>
    /// <param name="file">Its file.</param>
    /// <param name="timesOffset">Where the line of times would begin.</param>
    public static LiveRunClaim ReadClaim(SafeFileHandle file, out int timesOffset)
    {
        Span<byte> content = stackalloc byte[MaxLength];
        var line = content[..Math.Max(0, Libc.ReadAt(file, content, ClaimOffset))];
        var length = line.IndexOf((byte)'\n') + 1;
        timesOffset = ClaimOffset + length;
        return LiveRunClaim.Parse(Encoding.ASCII.GetString(length > 0 ? line[..length] : line));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <summary>What a run of this user or of root says of itself; null if the file is another user's, who could make runs vanish from sums.</summary>
    static LiveRunClaim? ReadTrustedClaim(SafeFileHandle file) =>
        Libc.GetStatus(file, "") is { } status && (status.Owner == 0 || status.Owner == Libc.GetUser()) ? ReadClaim(file, out _) : null;

    static (string Boot, string Namespace, int Id, long Start)? Parse(string name)
    {
        var parts = name.Split('_');
        return parts.Length == 4
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            ? (parts[0], parts[1], id, start)
            : null;
    }

    /// <summary>Reads the process namespace, as in <c>pid:[4026531836]</c>, as a safe part of a file name.</summary>
    static string ReadProcessNamespace() => SafeFileName.FromText(FileTree.Local.ReadLinkTarget("proc/self/ns/pid") ?? "0");

    /// <summary>Whether a file is a number with a line feed, and no more or the lines that a run writes.</summary>
    static bool IsOfRun(SafeFileHandle file, int length)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        if (Libc.ReadAt(file, buffer, 0) != length || buffer[NumberLength] != '\n' || buffer[..NumberLength].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        var rest = buffer[ClaimOffset..length];
        if (rest.IsEmpty)
            return true;
        var end = rest.IndexOf((byte)'\n');
        if (end < 0 || rest[..end].ContainsAnyExceptInRange((byte)' ', (byte)'~') || rest[..end].IndexOf("machine="u8) < 0)
            return false;
        var times = rest[(end + 1)..];
        return times.IsEmpty || (times.Length == TimesLength && times[^1] == '\n' && !times[..^1].ContainsAnyExcept(_timesBytes));
    }
}
