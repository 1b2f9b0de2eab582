using System.Globalization;
using Tonne.Runs;

namespace Tonne.Ledgers.RunFolders;

/// <summary>
/// Checks whether the process that holds a run is alive, by boot id, process id and start time. Source: proc(5), fields 3 and 22 of
/// /proc/PID/stat.
/// </summary>
/// <param name="proc">The proc file system; replaced in tests.</param>
public sealed class HolderProcessChecker(string proc = "/proc")
{
    /// <summary>Identity of this boot; null if the system has none.</summary>
    public string? BootId => ReadText(Path.Combine(proc, "sys/kernel/random/boot_id"))?.Trim();

    /// <summary>Describes this process as the holder of a run.</summary>
    public RunHolder GetCurrent() => GetHolder(Environment.ProcessId);

    /// <summary>Describes a living process as the holder of a run; its start is 0 if the system does not report it.</summary>
    public RunHolder GetHolder(int processId) => new(BootId ?? "", processId, ReadStart(processId) ?? 0);

    /// <summary>
    /// Whether the holder is alive on this machine; null if it belongs to another boot or machine, or if that is unknown.
    /// </summary>
    public bool? IsAlive(RunHolder holder)
    {
        if (BootId is not { Length: > 0 } boot || boot != holder.BootId)
            return null;
        return ReadStart(holder.ProcessId) is { } start && start == holder.ProcessStart;
    }

    long? ReadStart(int processId)
    {
        // The name, in parentheses, may contain anything: fields are counted from the last closing one. Field 3 (state) follows it.
        var stat = ReadText(Path.Combine(proc, processId.ToString(CultureInfo.InvariantCulture), "stat"));
        var after = stat?.LastIndexOf(')') ?? -1;
        if (stat is null || after < 0)
            return null;
        var fields = stat[(after + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 20 || fields[0] is "Z" or "X")
            return null;
        return long.TryParse(fields[19], NumberStyles.None, CultureInfo.InvariantCulture, out var start) ? start : null;
    }

    static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
