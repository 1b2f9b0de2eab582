using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>The file that remembers the idle powers which runs have seen, by machine and meter.</summary>
/// <remarks>
/// Schema <c>tonne.idle-power/1</c>. Kept are the newest 20 of each meter. Used are those of the last 90 days; the value is the lowest, so never above what was seen.
/// A file or folder that others may write to, or that is another user's, is not read: a run with more rights would take figures from one with fewer.
/// </remarks>
public static class IdlePowerStore
{
    /// <summary>Observations of a meter that are kept.</summary>
    const int MaxKept = 20;

    /// <summary>Largest file that is read, bytes.</summary>
    const int MaxBytes = 1 << 20;

    const string Schema = "tonne.idle-power/1";

    /// <summary>Busy time of up to 2 % may have added to what was seen.</summary>
    const double LowestOverSeen = 0.9;

    static readonly TimeSpan _maxAge = TimeSpan.FromDays(90);

    /// <summary>Identifies a machine across boots; null if it has no id. The id itself is not kept (machine-id(5)).</summary>
    /// <param name="tree">The machine's files.</param>
    public static string? IdentifyMachine(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return tree.ReadLine("etc/machine-id") is { Length: 32 } id
            ? Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.ASCII.GetBytes(id), "tonne idle power"u8))[..32] : null;
    }

    /// <summary>All observations of a file; none if there is no file, if it is no such file, or if it is refused.</summary>
    /// <param name="path">The file.</param>
    /// <param name="refusal">Why it was refused; null if it was not.</param>
    public static IReadOnlyList<IdleObservation> Read(string path, out string? refusal)
    {
        refusal = null;
        if (!File.Exists(path))
            return [];
        var full = Path.GetFullPath(path);
        if (!IsOwnPath(Path.GetDirectoryName(full)!))
        {
            refusal = "a folder above it is another user's, a link, or others may write to it";
            return [];
        }

        using var folder = TrustedFolder.TryOpen(Path.GetDirectoryName(full) ?? "/", out var why);
        if (folder?.GetStatus(Path.GetFileName(full)) is not { } status)
        {
            refusal = $"its folder: {why}";
            return [];
        }

        if (status.Owner != Libc.GetUser() || status.IsWritableByOthers || !status.IsRegular || folder.Status is not { IsWritableByOthers: false })
        {
            refusal = "it is another user's, or others may write to it";
            return [];
        }

        try
        {
            using var handle = folder.OpenToRead(Path.GetFileName(full));
            if (handle.IsInvalid || RandomAccess.GetLength(handle) > MaxBytes)
                return [];
            var bytes = new byte[RandomAccess.GetLength(handle)];
            var length = RandomAccess.Read(handle, bytes, 0);
            var file = JsonSerializer.Deserialize(bytes.AsSpan(0, length), CalibrationJson.Default.IdlePowerFile);
            return file is { Schema: Schema, Observations: { } all } ? [.. all.Where(IsSound)] : [];
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            // What was seen can be seen again.
            return [];
        }
    }

    /// <summary>Adds what a run has seen. Nothing happens if it has seen nothing, or the machine has no id.</summary>
    /// <param name="path">The file; replaced as a whole by a rename.</param>
    /// <param name="tree">The machine's files.</param>
    /// <param name="record">The run.</param>
    /// <param name="now">Now.</param>
    public static void Add(string path, FileTree tree, RunRecord record, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.IdlePowers is not { Count: > 0 } seen || IdentifyMachine(tree) is not { } machine)
            return;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var cpu = DescribeCpu(record.Opening.Machine);
        var known = Read(path, out var refusal);
        // With more rights, nothing is written into another user's folders either.
        if (refusal is not null || !IsOwnPath(folder))
            return;
        var all = known.Concat(seen.Select(one => new IdleObservation(machine, cpu, one.Meter, one.Watts, one.HighestWatts, one.Seconds, now)).Where(IsSound))
            .GroupBy(one => (one.Machine, one.Meter)).SelectMany(meter => meter.OrderBy(one => one.At).TakeLast(MaxKept));
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var beside = $"{path}.{Guid.NewGuid():N}.new";
        File.WriteAllBytes(beside, JsonSerializer.SerializeToUtf8Bytes(new IdlePowerFile(Schema, [.. all]), CalibrationJson.Default.IdlePowerFile));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(beside, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(beside, path, overwrite: true);
    }

    /// <summary>The idle power of the meters of one part together, as a factor; null if it was not seen on each of them.</summary>
    /// <param name="observations">What was seen, of any machine.</param>
    /// <param name="machineId">The machine (<see cref="IdentifyMachine"/>); null if unknown.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="meters">Ids of the meters that are summed.</param>
    /// <param name="limitWatts">A power that the part cannot idle at, W; more is refused.</param>
    /// <param name="now">Now.</param>
    public static Factor? Find(IReadOnlyList<IdleObservation> observations, string? machineId, Machine machine, IReadOnlyList<string> meters, double limitWatts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(observations);
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(meters);
        if (machineId is null || meters.Count == 0)
            return null;
        var cpu = DescribeCpu(machine);
        var (lowest, highest, newest) = (0d, 0d, DateTimeOffset.MinValue);
        foreach (var meter in meters)
        {
            // A date ahead of now is of a clock that was wrong.
            var seen = observations.Where(one => one.Machine == machineId && one.Cpu == cpu && one.Meter == meter && one.At <= now && now - one.At <= _maxAge).ToList();
            if (seen.Count == 0)
                return null;
            (lowest, highest) = (lowest + seen.Min(one => one.Watts), highest + seen.Max(one => one.HighestWatts));
            newest = seen.Max(one => one.At) is var at && at > newest ? at : newest;
        }

        return lowest >= limitWatts ? null : new Factor(
            "idle-seen/" + string.Join('+', meters), "lowest power seen while it was idle", "W", new Bounds(LowestOverSeen * lowest, lowest, Math.Max(lowest, highest)), Quality.Measured,
            new Source("IDLE-SEEN", "idle stretches of earlier runs on this machine", newest.Year));
    }

    /// <summary>Whether a folder and all above it, as far as they exist, are this user's or root's, no links, and not writable by others.</summary>
    static bool IsOwnPath(string folder)
    {
        for (var path = folder; path is not null; path = Path.GetDirectoryName(path))
        {
            if (!Directory.Exists(path) && new FileInfo(path).LinkTarget is null)
                continue;
            using var opened = TrustedFolder.TryOpen(path, out _);
            if (opened is null)
                return false;
        }

        return true;
    }

    static string DescribeCpu(Machine machine) => $"{machine.Cpu}, {machine.Threads} threads";

    static bool IsSound(IdleObservation one) => one is { Machine.Length: > 0, Cpu.Length: > 0, Meter.Length: > 0, Seconds: > 0, Watts: > 0 and < 100_000 }
        && one.HighestWatts >= one.Watts && one.HighestWatts < 100_000;
}
