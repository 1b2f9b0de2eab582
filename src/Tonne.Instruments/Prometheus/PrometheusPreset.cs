using System.Collections.Immutable;
using Tonne.Hardware;
using Tonne.Instruments.Rapl;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Instruments.Prometheus;

/// <summary>An exporter that tonne knows: its metrics, and what each series stands for.</summary>
/// <remarks>
/// | exporter | metrics | summed |
/// |---|---|---|
/// | dcgm | DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION (mJ), DCGM_FI_DEV_POWER_USAGE (W) | each GPU once: its counter, or its power where it has
/// no counter |
/// | kepler (0.10 and later) | kepler_node_cpu_joules_total (J) by zone | package (cpu) and dram (memory); core and uncore are inside the
/// package, psys holds all |
/// | scaphandre | scaph_socket_energy_microjoules, scaph_domain_energy_microjoules, scaph_host_energy_microjoules | sockets (cpu) and dram
/// domains (memory); the host's figure holds both |
/// | node-rapl | node_rapl_package_joules_total, node_rapl_dram_joules_total (J) | packages and dram of one control type; intel-rapl-mmio
/// shows the same counters again |
/// Sources: NVIDIA dcgm-exporter, etc/default-counters.csv; Kepler, docs/user/metrics.md; Scaphandre, docs_src/references/metrics.md;
/// Prometheus node_exporter, collector/rapl_linux.go; read 2026.
/// </remarks>
sealed class PrometheusPreset
{
    const double MostJoules = 9e12;

    PrometheusPreset(string name, ImmutableArray<PrometheusMetric> metrics, Func<PrometheusSeries, PrometheusMapping?> slotOf, Func<Component, Factor> accuracyOf, double ceilingWatts, string expectation)
    {
        (Name, Metrics, MapSeries, GetAccuracy, CeilingWatts, Expectation) = (name, metrics, slotOf, accuracyOf, ceilingWatts, expectation);
    }

    /// <summary>Accuracy of what a board reports of itself.</summary>
    static Factor GpuAccuracy { get; } = new(
        "prometheus/dcgm-accuracy", "joules per joule reported by a GPU", "1", new Bounds(0.93, 1, 1.07), Quality.Measured,
        new Source("YANG-2024", "Yang, Adamek, Armour: Part-time Power Measurements: nvidia-smi's Lack of Attention, SC 2024, arXiv 2312.02741", 2024),
        "on A100 and H100 a quarter of the time is sampled; the width is our reading of what good practice leaves");

    /// <summary>Each GPU board, by NVIDIA's exporter.</summary>
    internal static PrometheusPreset Dcgm { get; } = new(
        "dcgm",
        [
            // A blank of DCGM is a number near 2^63: beyond the most.
            new("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", MeterKind.EnergyCounter, 1e3, "mJ", MostJoules * 1e3),
            new("DCGM_FI_DEV_POWER_USAGE", MeterKind.Power, 1e3, "W", 10_000),
        ],
        series => series["gpu"].Length == 0 ? null : new PrometheusMapping($"gpu-{series["gpu"]}", Component.Gpu, series["gpu"], MeterRole.Machine, "a GPU board", NullIfEmpty(series["modelName"]))
        {
            Uuid = NullIfEmpty(series["UUID"]),
            PciBus = NullIfEmpty(series["pci_bus_id"]),
        },
        static _ => GpuAccuracy, 2_500, "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION with a label gpu");

    /// <summary>Processor and memory, by Kepler.</summary>
    internal static PrometheusPreset Kepler { get; } = new(
        "kepler",
        [new("kepler_node_cpu_joules_total", MeterKind.EnergyCounter, 1e6, "J", MostJoules)],
        series => series["zone"] switch
        {
            ['p', 'a', 'c', 'k', 'a', 'g', 'e', ..] => new PrometheusMapping(series["zone"] + FormatPathSuffix(series), Component.Cpu, null, MeterRole.Machine, "processor packages"),
            "dram" => new PrometheusMapping("dram" + FormatPathSuffix(series), Component.Memory, null, MeterRole.Machine, "memory, outside the packages"),
            "psys" => new PrometheusMapping("psys", Component.Platform, null, MeterRole.Contained, "it holds the packages"),
            { Length: > 0 } part => new PrometheusMapping(part + FormatPathSuffix(series), Component.Cpu, null, MeterRole.Contained, "part of the package"),
            _ => null,
        },
        GetCounterAccuracy, 5_000, "kepler_node_cpu_joules_total with a label zone (Kepler 0.10 or later)");

    /// <summary>Processor and memory, by Scaphandre.</summary>
    internal static PrometheusPreset Scaphandre { get; } = new(
        "scaphandre",
        [
            new("scaph_socket_energy_microjoules", MeterKind.EnergyCounter, 1, "µJ", MostJoules * 1e6),
            new("scaph_domain_energy_microjoules", MeterKind.EnergyCounter, 1, "µJ", MostJoules * 1e6),
            new("scaph_host_energy_microjoules", MeterKind.EnergyCounter, 1, "µJ", MostJoules * 1e6),
        ],
        series => series.Metric switch
        {
            "scaph_socket_energy_microjoules" => new PrometheusMapping($"socket-{series["socket_id"]}", Component.Cpu, null, MeterRole.Machine, "a processor package"),
            "scaph_domain_energy_microjoules" when series["domain_name"] == "dram" => new PrometheusMapping($"dram-{series["socket_id"]}", Component.Memory, null, MeterRole.Machine, "memory, outside the packages"),
            "scaph_domain_energy_microjoules" => new PrometheusMapping($"{series["domain_name"]}-{series["socket_id"]}", Component.Cpu, null, MeterRole.Contained, "part of a package"),
            _ => new PrometheusMapping("host", Component.Platform, null, MeterRole.Contained, "sockets and memory, or psys where there is one: it holds the others"),
        },
        GetCounterAccuracy, 5_000, "scaph_socket_energy_microjoules");

    /// <summary>Processor packages and memory, by the node exporter.</summary>
    internal static PrometheusPreset NodeRapl { get; } = new(
        "node-rapl",
        [
            new("node_rapl_package_joules_total", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
            new("node_rapl_dram_joules_total", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
        ],
        series =>
        {
            var package = series.Metric == "node_rapl_package_joules_total";
            var component = package ? Component.Cpu : Component.Memory;
            var name = package ? "package" : "dram";
            return series["path"].Contains("mmio", StringComparison.Ordinal)
                ? new PrometheusMapping($"mmio-{name}-{series["index"]}", component, null, MeterRole.Contained, "the same counters by another way (intel-rapl-mmio)")
                : new PrometheusMapping($"{name}-{series["index"]}", component, null, MeterRole.Machine, package ? "a processor package" : "memory, outside the packages");
        },
        GetCounterAccuracy, 5_000, "node_rapl_package_joules_total (the exporter must be allowed to read energy_uj, which only root is by default)");

    /// <summary>Processor and memory, by Kepler's own page: also the names that it had before version 0.10.</summary>
    /// <remarks>
    /// Before 0.10: kepler_node_package_joules_total, kepler_node_dram_joules_total, …_core_…, …_uncore_…, …_platform_… (J), with the
    /// labels
    /// package, instance, mode (dynamic, idle: they are added) and source. Source: Kepler, docs/user/metrics.md (0.10 and later) and
    /// the metrics page of its documentation for release 0.7.
    /// </remarks>
    internal static PrometheusPreset KeplerPage { get; } = new(
        "kepler",
        [
            new("kepler_node_cpu_joules_total", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
            new("kepler_node_package_joules_total", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
            new("kepler_node_dram_joules_total", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
            new("kepler_node_core_joules_total", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
            new("kepler_node_uncore_joules_total", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
            new("kepler_node_platform_joules_total", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
        ],
        series => series.Metric switch
        {
            "kepler_node_cpu_joules_total" when series["path"].Contains("mmio", StringComparison.Ordinal) => new PrometheusMapping(
                $"mmio-{series["zone"]}{FormatPathSuffix(series)}", Component.Cpu, null, MeterRole.Contained, "the same counters by another way (intel-rapl-mmio)"),
            "kepler_node_cpu_joules_total" => Kepler!.MapSeries(series),
            "kepler_node_package_joules_total" => new PrometheusMapping($"package-{series["package"]}", Component.Cpu, null, MeterRole.Machine, "a processor package"),
            "kepler_node_dram_joules_total" => new PrometheusMapping($"dram-{series["package"]}", Component.Memory, null, MeterRole.Machine, "memory, outside the packages"),
            "kepler_node_platform_joules_total" => new PrometheusMapping("platform", Component.Platform, null, MeterRole.Contained,
                "it holds the packages"),
            "kepler_node_core_joules_total" => new PrometheusMapping($"core-{series["package"]}", Component.Cpu, null, MeterRole.Contained, "part of the package"),
            _ => new PrometheusMapping($"uncore-{series["package"]}", Component.Cpu, null, MeterRole.Contained, "part of the package"),
        },
        GetCounterAccuracy, 5_000, "kepler_node_cpu_joules_total with a label zone, or kepler_node_package_joules_total");

    /// <summary>Metrics of the OpenTelemetry semantic conventions for hardware (1.44), with their attributes as labels.</summary>
    internal static PrometheusPreset Otlp { get; } = new(
        "otlp",
        [
            new("hw.host.energy", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
            new("hw.host.power", MeterKind.Power, 1e3, "W", HttpPolling.PolledValue.MaxMachineWatts),
            new("hw.energy", MeterKind.EnergyCounter, 1e6, "J", MostJoules),
            new("hw.power", MeterKind.Power, 1e3, "W", 20_000),
        ],
        MapHardware, static _ => Configured!, 20_000, "hw.energy, hw.power or hw.host.energy");

    /// <summary>All presets.</summary>
    internal static ImmutableArray<PrometheusPreset> All { get; } = [Dcgm, Kepler, Scaphandre, NodeRapl];

    /// <summary>Name of the preset in an address.</summary>
    internal string Name { get; }

    /// <summary>The metrics that are queried.</summary>
    internal ImmutableArray<PrometheusMetric> Metrics { get; }

    /// <summary>Maps a series to a device and metric; null if the series is not used.</summary>
    internal Func<PrometheusSeries, PrometheusMapping?> MapSeries { get; }

    /// <summary>Joules per joule reported.</summary>
    internal Func<Component, Factor> GetAccuracy { get; }

    /// <summary>The power that none of its devices exceeds, in W.</summary>
    internal double CeilingWatts { get; }

    /// <summary>Description of the required exporter, for the message if it is missing.</summary>
    internal string Expectation { get; }

    /// <summary>A query that the user wrote in the address.</summary>
    internal static PrometheusPreset CreateCustom(PrometheusMetric metric, Component component, string? device) => new(
        "query", [metric], series => new PrometheusMapping("query", component, device, MeterRole.Machine, "as the configuration says"),
        static _ => Configured, component == Component.Platform ? HttpPolling.PolledValue.MaxMachineWatts : 20_000, "what the query asks for");

    static Factor Configured { get; } = new(
        "prometheus/query-accuracy", "joules per joule reported by a query", "1", new Bounds(0.9, 1, 1.1), Quality.Measured,
        new Source("ASSUMED", "Assumed by tonne; no published measurement of this kind of meter was found that holds for a model not known"),
        "the width is assumed: give accuracy=2% in the address if you know it");

    /// <summary>Parts by <c>hw.type</c>; one whose <c>hw.parent</c> is of the same type is inside it.</summary>
    static PrometheusMapping? MapHardware(PrometheusSeries series)
    {
        if (series.Metric is "hw.host.energy" or "hw.host.power")
            return new PrometheusMapping("host", Component.Platform, null, MeterRole.Machine, "the whole machine");
        var (id, type) = (series["hw.id"], series["hw.type"]);
        if (id.Length == 0)
            return null;
        var name = id.StartsWith(type, StringComparison.OrdinalIgnoreCase) ? id : $"{type}-{id}";
        var inside = series["tonne.inside"].Length > 0;
        return type switch
        {
            "cpu" => Map(Component.Cpu, null, "a processor package"),
            "memory" => Map(Component.Memory, null, "memory"),
            "gpu" => Map(Component.Gpu, GetDevice(id), "a GPU board") with
            {
                Uuid = id.StartsWith("GPU-", StringComparison.Ordinal) ? id : null,
                Product = NullIfEmpty(series["hw.name"]),
            },
            _ => new PrometheusMapping(name, Component.Other, null, MeterRole.Contained,
                $"hw.type {type} is not summed: tonne has it in other"),
        };

        PrometheusMapping Map(Component component, string? device, string why) => new(
            name, component, device, inside ? MeterRole.Contained : MeterRole.Machine, inside ? "part of its hw.parent" : why);
    }

    /// <summary>The number at the end of <c>gpu-1</c>; a UUID stays as it is.</summary>
    static string GetDevice(string id)
    {
        if (id.StartsWith("GPU-", StringComparison.Ordinal))
            return id;
        var start = id.Length;
        while (start > 0 && char.IsAsciiDigit(id[start - 1]))
            start--;
        return start < id.Length ? id[start..] : id;
    }

    static string? NullIfEmpty(string label) => label.Length > 0 ? label : null;

    static Factor GetCounterAccuracy(Component component) => component == Component.Memory ? RaplMeters.MemoryAccuracy : RaplMeters.PackageAccuracy;

    /// <summary>Zones of several sockets have the same name and differ in their path, which ends with their number.</summary>
    static string FormatPathSuffix(PrometheusSeries series)
    {
        var path = series["path"];
        var colon = path.IndexOf(':');
        return colon < 0 ? "" : $"@{path[(colon + 1)..].Replace('/', '-')}";
    }
}
