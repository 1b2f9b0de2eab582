using System.Runtime.Versioning;

namespace Tonne.Trials.Slurm;

/// <summary>A <see cref="SlurmCluster"/> whose jobs have control groups of version 1, on a machine that has them.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ControlGroupCluster : IAsyncLifetime
{
    internal const string CpuAccounting = "/sys/fs/cgroup/cpuacct";

    internal SlurmCluster Cluster { get; } = new(hasControlGroups: true);

    /// <summary>Why the trials are skipped; null if the cluster runs.</summary>
    internal string? SkipReason => Directory.Exists(CpuAccounting) ? Cluster.SkipReason
        : $"{CpuAccounting} is missing: this machine has no control groups of version 1";

    public async ValueTask InitializeAsync()
    {
        if (SkipReason is null)
            await Cluster.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        // Slurm leaves the groups of its nodes behind: the deepest go first.
        foreach (var top in SkipReason is null ? Directory.GetDirectories("/sys/fs/cgroup") : [])
        {
            foreach (var node in SlurmCluster.Watts.Keys.Select(node => Path.Combine(top, "slurm_" + node)).Where(Directory.Exists))
            {
                foreach (var folder in Directory.GetDirectories(node, "*", SearchOption.AllDirectories)
                    .OrderByDescending(static folder => folder.Length).Append(node))
                    TryDelete(folder);
            }
        }
    }

    static void TryDelete(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (IOException)
        {
            // A process is still in it.
        }
    }
}
