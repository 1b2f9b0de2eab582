using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Slurm;

namespace Tonne.Instruments.Processes;

/// <summary>The part of the machine that is reserved for this process and its children, as the running kernel reports it.</summary>
/// <remarks>The smallest of: allowed processors (cpuset, Slurm, taskset) and CPU quota (<c>cpu.max</c>, <c>cpu.cfs_quota_us</c>) of our
/// group or one above it; and the smallest memory limit. In a job of Slurm: the CPUs that it has allocated ÷ those of the node, all of them too, whether
/// or not the kernel enforces it.</remarks>
/// <param name="ThreadShare">Share of the machine's hardware threads, above 0 to 1; 1 only if Slurm has allocated the whole node. Null if nothing is reserved.</param>
/// <param name="MemoryBytes">Memory limit in bytes, below the machine's memory; null if none.</param>
/// <param name="Description">Files from which the limits were read, as text.</param>
public sealed record ResourceReservation(double? ThreadShare, long? MemoryBytes, string Description)
{
    /// <summary>Identifies what is reserved: processes with the same name share one reservation. The processors that may be used, and the limits.</summary>
    public string Name { get; init; } = "";

    /// <summary>Whether the share is what a scheduler has allocated, so that it does not depend on what the job does.</summary>
    public bool IsAllocated { get; init; }

    /// <summary>Reads the limits of this process.</summary>
    /// <param name="getVariable">Reads an environment variable; null if it is not set. Default: that of this process.</param>
    public static ResourceReservation ReadOwn(Func<string, string?>? getVariable = null)
    {
        var machine = MachineDescription.Read(FileTree.Local).Machine;
        var limits = Read(FileTree.Local, ControlGroupLocator.ReadOwn(), machine.Threads, machine.MemoryBytes);
        var variables = getVariable ?? Environment.GetEnvironmentVariable;
        return limits.With(SlurmAllocation.Read(variables, machine.Threads, node => SlurmConfiguration.FindCpus(node, variables)));
    }

    /// <summary>The limits of a job that a scheduler's prolog records: this process's own limits are not the job's.</summary>
    /// <param name="getVariable">Reads a variable of the job; null if it is not set.</param>
    /// <param name="threads">Hardware threads of the machine.</param>
    public static ResourceReservation ReadAllocation(Func<string, string?> getVariable, int threads) =>
        new ResourceReservation(null, null, "nothing is set aside").With(SlurmAllocation.Read(getVariable, threads, node => SlurmConfiguration.FindCpus(node, getVariable)));

    internal ResourceReservation With(SlurmAllocation? allocation) => allocation is null ? this : new ResourceReservation(
        allocation.Share, MemoryBytes,
        string.Create(CultureInfo.InvariantCulture, $"Slurm {allocation.Name}: {allocation.Cpus} of {allocation.NodeCpus} CPUs allocated{(MemoryBytes is null ? "" : "; " + Description)}"))
    {
        Name = "slurm " + allocation.Name,
        IsAllocated = true,
    };

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
