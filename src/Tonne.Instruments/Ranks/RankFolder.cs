using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;
using Tonne.Runs;

namespace Tonne.Instruments.Ranks;

/// <summary>The folder in which the ranks of one job on one node find each other, elect the recorder, and report to it.</summary>
/// <remarks>
/// It is <c>/tmp/tonne-ranks-USER/GROUP</c>, for the user only; a folder of another user or a link in its place is refused. It has <c>lock</c>
/// (held by the recorder), <c>group</c> (the run), <c>wake</c> (a pipe that asks the recorder for a sample), <c>stop</c> (why all are to stop), and of each rank <c>rank-ID</c> and
/// <c>marks-ID</c>. Files are replaced by renaming, so they are never read half written. The last rank removes it.
/// The group's name is made of the boot, the process namespace, the meters found and the job's key: ranks that do not see each other's
/// processes, or not the same devices, are different groups. Safe for one process per rank; within a process, not thread safe except
/// for <see cref="Wake"/>.
/// </remarks>
public sealed class RankFolder : IDisposable
{
    /// <summary>Changes when files of two versions could not be read by each other: such versions then make two groups.</summary>
    const string Protocol = "1";

    const int OwnerOnly = 0x1C0;
    const string GroupName = "group";
    const string HiddenGroupName = "group-closing";
    const string LockName = "lock";
    const string WakeName = "wake";
    const string StopName = "stop";
    const string RankPrefix = "rank-";
    const string MarksPrefix = "marks-";

    static readonly byte[] _wake = [1];

    readonly string _parent;
    readonly Dictionary<string, (FileStatus Status, RankState State)> _known = new(StringComparer.Ordinal);
    readonly SafeFileHandle _pipe;

    RankFolder(string parent, string path)
    {
        (_parent, Location) = (parent, path);
        _ = Libc.CreatePipe(At(WakeName));
        // If it cannot be opened, samples are taken by the clock alone.
        _pipe = Libc.OpenPipe(At(WakeName));
    }

    /// <summary>The folder.</summary>
    public string Location { get; }

    /// <summary>Opens the folder of a group, and makes it if it is not there.</summary>
    /// <param name="key">What the ranks have in common, on all nodes.</param>
    /// <param name="meters">Identifies the machine's meters as this process finds them.</param>
    /// <param name="refusal">Why there is none; null if there is.</param>
    /// <param name="parent">Folder of all groups of this user. Default: null, <c>/tmp/tonne-ranks-USER</c>.</param>
    /// <returns>Null if it cannot be made, or is not to be trusted.</returns>
    public static RankFolder? TryOpen(string key, string meters, out string? refusal, string? parent = null)
    {
        refusal = "there are no such locks on this system";
        if (!OperatingSystem.IsLinux())
            return null;
        parent ??= string.Create(CultureInfo.InvariantCulture, $"/tmp/tonne-ranks-{Libc.GetUser()}");
        _ = Libc.CreateFolder(parent, OwnerOnly);
        using (var trusted = TrustedFolder.TryOpen(parent, out var reason))
        {
            if (trusted?.Status is not { } status || status.Owner != Libc.GetUser() || status.IsWritableByOthers)
            {
                refusal = $"{parent}: {reason ?? "it is not this user's alone"}";
                return null;
            }
        }

        var path = Path.Join(parent, CreateName(key, meters));
        var error = Libc.CreateFolder(path, OwnerOnly);
        if (!Directory.Exists(path))
        {
            refusal = string.Create(CultureInfo.InvariantCulture, $"{path}: it cannot be made (error {error})");
            return null;
        }

        refusal = null;
        return new RankFolder(parent, path);
    }

    static string CreateName(string key, string meters)
    {
        var text = string.Join('\n', Protocol, FileTree.Local.ReadLine("proc/sys/kernel/random/boot_id"),
            FileTree.Local.ReadLinkTarget("proc/self/ns/pid"), FileTree.Local.ReadLinkTarget("proc/self/ns/time"), meters, key);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..24];
    }

    /// <summary>Tries to become the recorder.</summary>
    /// <returns>Null if another rank is, or the folder has just been removed.</returns>
    public RankLock? TryLock() => Lock(wait: false);

    /// <summary>Waits until this process is the recorder.</summary>
    /// <returns>Null if the group has ended meanwhile.</returns>
    public RankLock? WaitForLock() => Lock(wait: true);

    RankLock? Lock(bool wait)
    {
        var file = Libc.OpenToLock(At(LockName));
        // A lock on a file that the last rank has removed is no lock.
        if (!file.IsInvalid && Libc.Lock(file, wait) == 0 && IsStillThere(file))
            return new RankLock(file);
        file.Dispose();
        return null;
    }

    bool IsStillThere(SafeFileHandle file)
    {
        using var named = FileTreeHandle(At(LockName));
        return named is not null && Libc.GetStatus(named, "") is { } there && Libc.GetStatus(file, "") is { } held && there.IsSameFile(held);
    }

    static SafeFileHandle? FileTreeHandle(string path)
    {
        var handle = Libc.OpenToRead(path, out _);
        if (!handle.IsInvalid)
            return handle;
        handle.Dispose();
        return null;
    }

    /// <summary>The run of the group; null if no recorder has begun one, or it is being closed.</summary>
    public RankGroupState? ReadGroup() => Read(At(GroupName), RankJson.Default.RankGroupState);

    /// <summary>Publishes the run of the group. Only for the recorder.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteGroup(RankGroupState state) => Write(At(GroupName), JsonSerializer.SerializeToUtf8Bytes(state, RankJson.Default.RankGroupState));

    /// <summary>Hides the run, so that a rank that comes from here on waits, and starts another if this one is closed.</summary>
    public void HideGroup() => TryMove(At(GroupName), At(HiddenGroupName));

    /// <summary>Shows the run again.</summary>
    public void ShowGroup() => TryMove(At(HiddenGroupName), At(GroupName));

    /// <summary>Says to all ranks that their commands are to be stopped.</summary>
    /// <param name="reason">Why, for people.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteStop(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        Write(At(StopName), Encoding.UTF8.GetBytes(reason));
    }

    /// <summary>Why all ranks are to stop their commands; null if they are not.</summary>
    public string? ReadStop() => FileTree.Local.ReadBytes(At(StopName), out var reason) is var bytes && reason is null ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Takes back that all are to stop: another run begins. Only for the recorder.</summary>
    public void RemoveStop() => TryDelete(At(StopName));

    /// <summary>Whether the group has a run that is not closed yet.</summary>
    public bool HasRun => File.Exists(At(GroupName)) || File.Exists(At(HiddenGroupName));

    /// <summary>Writes what this rank is and does.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void WriteRank(RankState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Write(At(RankPrefix + GetId(state.Holder)), JsonSerializer.SerializeToUtf8Bytes(state, RankJson.Default.RankState));
    }

    /// <summary>Removes what this rank wrote: it does not take part.</summary>
    public void RemoveRank(RunHolder holder)
    {
        ArgumentNullException.ThrowIfNull(holder);
        TryDelete(At(RankPrefix + GetId(holder)));
        TryDelete(At(MarksPrefix + GetId(holder)));
    }

    /// <summary>Reads all ranks, in the order of joining.</summary>
    public IReadOnlyList<RankState> ReadRanks()
    {
        var found = new List<RankState>();
        foreach (var name in FileTree.Local.ListNames(Location))
        {
            if (!name.StartsWith(RankPrefix, StringComparison.Ordinal) || name.EndsWith(TemporarySuffix, StringComparison.Ordinal))
                continue;
            using var handle = FileTreeHandle(At(name));
            if (handle is null || Libc.GetStatus(handle, "") is not { } status)
                continue;
            if (!_known.TryGetValue(name, out var known) || known.Status != status)
            {
                if (Read(At(name), RankJson.Default.RankState) is not { } state)
                    continue;
                _known[name] = known = (status, state);
            }

            found.Add(known.State);
        }

        found.Sort(static (a, b) => a.JoinedAt != b.JoinedAt ? a.JoinedAt.CompareTo(b.JoinedAt) : a.Rank.CompareTo(b.Rank));
        return found;
    }

    /// <summary>Adds a mark of a rank that is not the recorder.</summary>
    /// <param name="holder">The rank's tonne.</param>
    /// <param name="mark">The mark.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void AddMark(RunHolder holder, Mark mark)
    {
        ArgumentNullException.ThrowIfNull(holder);
        ArgumentNullException.ThrowIfNull(mark);
        using var file = File.OpenHandle(At(MarksPrefix + GetId(holder)), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(mark, RankJson.Default.Mark), (byte)'\n'];
        RandomAccess.Write(file, line, RandomAccess.GetLength(file));
    }

    /// <summary>Reads the marks of a rank from a position in bytes.</summary>
    /// <param name="holder">The rank's tonne.</param>
    /// <param name="position">Where to begin; moved to the end of what was read.</param>
    public IReadOnlyList<Mark> ReadMarks(RunHolder holder, ref long position)
    {
        ArgumentNullException.ThrowIfNull(holder);
        var marks = new List<Mark>();
        using var handle = FileTreeHandle(At(MarksPrefix + GetId(holder)));
        if (handle is null || Libc.GetStatus(handle, "") is not { } status || status.Size <= position)
            return marks;
        var bytes = new byte[(int)Math.Min(status.Size - position, 16 * 1024 * 1024)];
        var count = Libc.ReadAt(handle, bytes, position);
        ReadOnlySpan<byte> rest = bytes.AsSpan(0, Math.Max(0, count));
        while (rest.IndexOf((byte)'\n') is >= 0 and var end)
        {
            position += end + 1;
            try
            {
                if (JsonSerializer.Deserialize(rest[..end], RankJson.Default.Mark) is { } mark)
                    marks.Add(mark);
            }
            catch (JsonException)
            {
                // A line of which its writer was killed; the next ones are whole.
            }

            rest = rest[(end + 1)..];
        }

        return marks;
    }

    /// <summary>Asks the recorder for a sample now. Never waits.</summary>
    public void Wake()
    {
        if (!_pipe.IsInvalid)
            _ = Libc.Write(_pipe, _wake);
    }

    /// <summary>Waits until a sample is asked for.</summary>
    /// <param name="milliseconds">Longest wait, ms.</param>
    /// <returns>Whether one was asked for.</returns>
    public bool WaitForWake(int milliseconds)
    {
        Span<byte> bytes = stackalloc byte[256];
        return !_pipe.IsInvalid && Libc.WaitToRead(_pipe, milliseconds) == 0 && Libc.Read(_pipe, bytes) > 0;
    }

    /// <summary>Removes the group, and old groups whose ranks were all killed. Only for the recorder, before it releases the lock.</summary>
    /// <param name="now">The time: a group that was changed in the last minute may be that of ranks which are about to join.</param>
    public void Remove(DateTimeOffset now)
    {
        TryDelete(At(HiddenGroupName));
        Remove(Location);
        foreach (var name in FileTree.Local.ListNames(_parent))
        {
            var path = Path.Join(_parent, name);
            using (var handle = FileTreeHandle(path))
            {
                if (path == Location || handle is null || Libc.GetStatus(handle, "") is not { } status || now.ToUnixTimeSeconds() - status.ModifiedSeconds < 60)
                    continue;
            }

            using var other = new RankFolder(_parent, path);
            using var taken = other.TryLock();
            if (taken is not null && !other.ReadRanks().Any(state => ProcessIdentity.IsAlive(state.Holder)))
                Remove(path);
        }
    }

    static void Remove(string path)
    {
        try
        {
            // The lock comes last: until then a rank that comes waits for it.
            foreach (var file in Directory.GetFiles(path).OrderBy(static file => Path.GetFileName(file) == LockName))
                TryDelete(file);
            Directory.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A rank has just come and made a file: it starts anew in the same folder.
        }
    }

    /// <summary>Closes the folder, without removing anything.</summary>
    public void Dispose() => _pipe.Dispose();

    const string TemporarySuffix = ".part";

    string At(string name) => Path.Join(Location, name);

    static string GetId(RunHolder holder) => string.Create(CultureInfo.InvariantCulture, $"{holder.ProcessId}-{holder.ProcessStart}");

    static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        var bytes = FileTree.Local.ReadBytes(path, out var reason);
        if (reason is not null)
            return null;
        try
        {
            return JsonSerializer.Deserialize(bytes, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static void Write(string path, byte[] bytes)
    {
        try
        {
            File.WriteAllBytes(path + TemporarySuffix, bytes);
            File.Move(path + TemporarySuffix, path, overwrite: true);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    static void TryMove(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is not there.
        }
    }

    static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It does no harm.
        }
    }
}
