using System.Collections.Immutable;
using System.Globalization;

namespace Tonne.Instruments.Prometheus;

/// <summary>Which machine a series is of, by its labels.</summary>
/// <remarks>
/// <c>instance</c> is the target of a scrape, which need not be one machine: exporters may be read through a gateway, a federation or a
/// Kubernetes service. Then the exporter's own labels name the machine: <c>exported_instance</c> (Prometheus renames a label that it sets
/// itself unless <c>honor_labels</c> is set), <c>Hostname</c> (DCGM exporter), or a label of the node.
/// Sources: Prometheus documentation, configuration, scrape_config (honor_labels); NVIDIA dcgm-exporter, README; Kepler, docs/user/metrics.md.
/// </remarks>
static class PrometheusMachine
{
    const int MaxNamed = 6;

    /// <summary>An older answer of a counter may be this much older, in s.</summary>
    const double MaxAge = 90;

    /// <summary>Labels of which each machine has one value.</summary>
    static readonly ImmutableArray<string> Names =
    [
        "instance", "exported_instance", "Hostname", "exported_Hostname", "hostname", "exported_hostname", "host", "exported_host",
        "node", "exported_node", "nodename", "node_name", "kubernetes_node", "kubernetes_io_hostname",
    ];

    /// <summary>Labels that change with the job, the slice of a GPU, the scrape or the driver, and not with the machine.</summary>
    static readonly ImmutableHashSet<string> Changing = ImmutableHashSet.Create(
        StringComparer.Ordinal, "pod", "pod_name", "pod_uid", "namespace", "pod_namespace", "container", "container_name",
        "exported_pod", "exported_namespace", "exported_container", "hpc_job", "GPU_I_ID", "GPU_I_PROFILE",
        "job", "exported_job", "endpoint", "service", "vgpu",
        "DCGM_FI_DRIVER_VERSION", "DCGM_FI_CUDA_DRIVER_VERSION", "err_code", "err_msg", "modelName");

    /// <summary>Whether a label names a machine as the user does.</summary>
    internal static bool IsNamed(PrometheusSeries series, string host)
    {
        foreach (var name in Names)
        {
            if (series[name] == host)
                return true;
        }

        return false;
    }

    /// <summary>What to say if the series are of several machines; null if their labels name one at most.</summary>
    internal static string? FindSeveral(IReadOnlyList<PrometheusSeries> found)
    {
        foreach (var name in Names)
        {
            var machines = found.Select(series => series[name]).Where(value => name == "instance" || value.Length > 0)
                .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            if (machines.Count < 2 || (name != "instance" && HaveSameGpus(found, name)))
                continue;
            var listed = $"{string.Join(", ", machines.Take(MaxNamed))}{(machines.Count > MaxNamed ? ", …" : "")}";
            var count = machines.Count.ToString(CultureInfo.InvariantCulture);
            return name == "instance"
                ? $"knows {count} machines ({listed}): name this one with instance=…"
                : $"knows {count} machines behind one instance ({name} {listed}): name this one with host=…";
        }

        return null;
    }

    /// <summary>What shows that two series of one device are of different machines; null if they can be of one.</summary>
    /// <param name="one">A series.</param>
    /// <param name="other">Another series with the same device.</param>
    /// <param name="counterCeilingWatts">For counters: a power that the device cannot exceed, W; null for powers.</param>
    internal static string? FindDifference(PrometheusSeries one, PrometheusSeries other, double? counterCeilingWatts)
    {
        var (uuid, otherUuid) = (one["UUID"], other["UUID"]);
        if (uuid.Length > 0 && otherUuid.Length > 0)
            return uuid == otherUuid ? null : $"UUID {uuid}, {otherUuid}";
        foreach (var name in one.Labels.Keys.Union(other.Labels.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (one[name] != other[name] && !Changing.Contains(name) && one[name].Length > 0 && other[name].Length > 0)
                return $"{name} {one[name]}, {other[name]}";
        }

        if (counterCeilingWatts is not { } watts || one.Metric != other.Metric)
            return null;
        if (one.Value.Reason is not null || other.Value.Reason is not null)
            return null;
        // Two readings of one counter differ by no more than the device can have used between them.
        var seconds = MaxAge + Math.Abs((one.Value.Age - other.Value.Age).TotalSeconds);
        var joules = Math.Abs((double)one.Value.Value - other.Value.Value) / 1e6;
        return joules <= watts * seconds ? null
            : string.Create(CultureInfo.InvariantCulture, $"counters {joules:0} J apart");
    }

    /// <summary>
    /// Whether all values of a label go with the same GPUs, by UUID: an exporter that was started again reports its new pod as the host, for
    /// some minutes beside the old one.
    /// </summary>
    static bool HaveSameGpus(IReadOnlyList<PrometheusSeries> found, string name)
    {
        var sets = found.Where(series => series[name].Length > 0)
            .GroupBy(series => series[name], series => series["UUID"], StringComparer.Ordinal)
            .Select(group => group.ToHashSet(StringComparer.Ordinal)).ToList();
        return sets.TrueForAll(set => !set.Contains("") && set.SetEquals(sets[0]));
    }
}
