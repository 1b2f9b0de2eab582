using Tonne.Hardware;

namespace Tonne.Instruments.Rapl;

/// <summary>One energy event of the power unit at one processor, as the kernel describes it.</summary>
/// <param name="Unit">The unit that counts: <c>power</c>, or <c>power_core</c>.</param>
/// <param name="Name">The event: <c>energy-pkg</c>, <c>energy-ram</c>, …</param>
/// <param name="Type">Number of the unit.</param>
/// <param name="Config">Number of the event.</param>
/// <param name="MicrojoulesPerCount">Energy of one count, in µJ.</param>
/// <param name="Cpu">Processor to count at.</param>
/// <param name="Package">The package that processor is in.</param>
/// <param name="Die">The die, where the unit counts at several of a package; null otherwise.</param>
sealed record PerfEnergyEvent(string Unit, string Name, int Type, long Config, double MicrojoulesPerCount, int Cpu, int Package, int? Die)
{
    /// <summary>Whether the event counts a processor package, or one die of a package.</summary>
    internal bool IsPackage => Name == "energy-pkg";

    /// <summary>The part of the machine it counts.</summary>
    internal Component Component => Name switch
    {
        "energy-psys" => Component.Platform,
        "energy-ram" => Component.Memory,
        _ => Component.Cpu,
    };

    /// <summary>The package, or die, in the words of the power zones.</summary>
    internal string PackageName => Die is { } die ? $"package-{Package}-die-{die}" : $"package-{Package}";

    /// <summary>The meter's id, in the words of the power zones: <c>perf:package-0</c>, <c>perf:package-0/dram</c>.</summary>
    internal string MeterId => Name switch
    {
        "energy-pkg" => $"perf:{PackageName}",
        "energy-psys" => "perf:psys",
        "energy-ram" => $"perf:{PackageName}/dram",
        "energy-gpu" => $"perf:{PackageName}/uncore",
        "energy-cores" => $"perf:{PackageName}/core",
        "energy-core" => $"perf:{PackageName}/each-core",
        _ => $"perf:{PackageName}/{Name}",
    };
}
