using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;

namespace Tonne.Instruments.Processes;

/// <summary>The part of the machine that is reserved for this process and its children, as the running kernel reports it.</summary>
/// <remarks>The smallest of: allowed processors (cpuset, Slurm, taskset) and CPU quota (<c>cpu.max</c>, <c>cpu.cfs_quota_us</c>) of our
/// group or one above it; and the smallest memory limit.</remarks>
/// <param name="ThreadShare">Share of the machine's hardware threads, above 0 and below 1; null if all may be used.</param>
/// <param name="MemoryBytes">Memory limit in bytes, below the machine's memory; null if none.</param>
/// <param name="Description">Files from which the limits were read, as text.</param>
public sealed record ResourceReservation(double? ThreadShare, long? MemoryBytes, string Description)
{
    /// <summary>Identifies what is reserved: processes with the same name share one reservation. The processors that may be used, and the limits.</summary>
    public string Name { get; init; } = "";

    /// <summary>Reads the limits of this process.</summary>
    public static ResourceReservation ReadOwn()
    {
        var machine = MachineDescription.Read(FileTree.Local).Machine;
        return Read(FileTree.Local, ControlGroupLocator.ReadOwn(), machine.Threads, machine.MemoryBytes);
    }

    internal static ResourceReservation Read(FileTree files, IReadOnlyList<ControlGroupMembership> places, int threads, long memoryBytes)
    {
        var (share, memory) = (1d, long.MaxValue);
        var how = new List<string>();
        if (CountAllowedProcessors(files) is { } allowed && allowed > 0 && allowed < threads)
            Smaller((double)allowed / threads, $"{allowed} of {threads} hardware threads allowed");
        foreach (var place in places)
        {
            foreach (var folder in place.EnumerateAncestors())
            {
                if (ReadQuota(files, place, folder) is { } processors && processors > 0 && processors < threads)
                    Smaller(processors / threads, string.Create(CultureInfo.InvariantCulture, $"{folder}: quota of {processors:0.##} processors"));
                var limit = files.ReadNumber(Path.Join(folder, place.Version == 2 ? "memory.max" : "memory.limit_in_bytes"));
                if (limit is { } bytes && bytes > 0 && bytes < Math.Min(memory, memoryBytes))
                {
                    memory = bytes;
                    how.Add(string.Create(CultureInfo.InvariantCulture, $"{folder}: memory limit of {bytes / 1e9:0.##} GB"));
                }
            }
        }

        return new ResourceReservation(share < 1 ? share : null, memory < long.MaxValue ? memory : null, how.Count == 0 ? "nothing is set aside" : string.Join("; ", how))
        {
            Name = share < 1 ? $"{ReadAllowedProcessors(files)}; {string.Join("; ", how)}" : "",
        };

        void Smaller(double candidate, string reason)
        {
            if (candidate >= share)
                return;
            share = candidate;
            how.Add(reason);
        }
    }

    static int? CountAllowedProcessors(FileTree files) => ReadAllowedProcessors(files) is { } list ? CpuList.Count(list) : null;

    static string? ReadAllowedProcessors(FileTree files)
    {
        foreach (var line in new LineEnumerator(files.ReadText("proc/self/status") ?? ""))
        {
            if (line.StartsWith("Cpus_allowed_list:"))
                return line[18..].Trim().ToString();
        }

        return null;
    }

    static double? ReadQuota(FileTree files, ControlGroupMembership place, string folder)
    {
        if (place.Version == 2)
        {
            // "max 100000" or "200000 100000"
            ReadOnlySpan<byte> text = files.ReadBytes(Path.Join(folder, "cpu.max"), out _);
            return KernelText.TryReadNumber(ref text, out var both) && KernelText.TryReadNumber(ref text, out var each) && each > 0 ? (double)both / each : null;
        }

        return files.ReadNumber(Path.Join(folder, "cpu.cfs_quota_us")) is { } quota && files.ReadNumber(Path.Join(folder, "cpu.cfs_period_us")) is { } period and > 0 ? (double)quota / period : null;
    }
}
