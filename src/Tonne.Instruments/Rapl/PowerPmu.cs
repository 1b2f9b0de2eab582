using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;

namespace Tonne.Instruments.Rapl;

/// <summary>
/// A unit of the processor that counts energy, as perf sees it: <c>sys/devices/power</c>, and by core <c>sys/devices/power_core</c>.
/// </summary>
/// <remarks>
/// Its files: <c>type</c>, <c>cpumask</c> (one processor for each package, die or core), <c>events/NAME</c> (<c>event=0x02</c>),
/// <c>NAME.scale</c>, <c>NAME.unit</c>.
/// Counts are 64 bits wide, so the kernel handles wraps. Source: Linux, arch/x86/events/rapl.c.
/// </remarks>
static class PowerPmu
{
    /// <summary>Folders of the units that count energy.</summary>
    internal static readonly string[] Folders = ["sys/devices/power", "sys/devices/power_core"];

    /// <summary>
    /// Lists the events, each with the processors at which it is counted. Malformed descriptions are added to <paramref name="problems"/>.
    /// </summary>
    internal static List<PerfEnergyEvent> ListEvents(FileTree tree, string folder, List<MissingMeter> problems)
    {
        var events = new List<PerfEnergyEvent>();
        var typeText = tree.ReadLine($"{folder}/type");
        if (typeText is null)
            return events;
        var unit = folder[(folder.LastIndexOf('/') + 1)..];
        if (!int.TryParse(typeText, NumberStyles.None, CultureInfo.InvariantCulture, out var type))
            return Broken("type");
        if (CpuList.ParseMembers(tree.ReadLine($"{folder}/cpumask")) is not { Count: > 0 } processors)
            return Broken("cpumask");
        var places = processors.ConvertAll(cpu => (Cpu: cpu, Package: Topology(cpu, "physical_package_id"), Die: Topology(cpu, "die_id")));
        if (places.Count == 1 && places[0].Package is null)
            places[0] = places[0] with { Package = 0 };
        if (places.Exists(place => place.Package is null))
            return Broken("cpumask", "which package each processor is in is reported nowhere");
        foreach (var name in tree.ListNames($"{folder}/events"))
        {
            if (!name.StartsWith("energy-", StringComparison.Ordinal) || name.Contains('.'))
                continue;
            if (ParseConfig(tree.ReadLine($"{folder}/events/{name}")) is not { } config)
            {
                Broken($"events/{name}");
                continue;
            }

            if (tree.ReadLine($"{folder}/events/{name}.unit") != "Joules")
            {
                Broken($"events/{name}.unit", "the unit is not Joules");
                continue;
            }

            if (!double.TryParse(tree.ReadLine($"{folder}/events/{name}.scale"), NumberStyles.Float, CultureInfo.InvariantCulture, out var joules) || !(joules > 0 && joules < 1e6))
            {
                Broken($"events/{name}.scale");
                continue;
            }

            for (var i = 0; i < places.Count; i++)
            {
                var (cpu, package, die) = places[i];
                // The kernel lists the counter of the whole platform at every package, but it is one counter.
                if (name == "energy-psys" && i > 0)
                    break;
                var others = places.FindAll(place => place.Package == package).Count > 1;
                events.Add(new PerfEnergyEvent(unit, name, type, config, joules * 1e6, cpu, package ?? 0, others && unit == "power" ? die ?? i : null));
            }
        }

        return events;

        int? Topology(int cpu, string file) => tree.ReadNumber($"sys/devices/system/cpu/cpu{cpu}/topology/{file}") is { } number and <= int.MaxValue ? (int)number : null;

        List<PerfEnergyEvent> Broken(string file, string reason = ReadFailure.Malformed)
        {
            problems.Add(new MissingMeter($"perf:{unit}", tree.GetFullPath($"{folder}/{file}"), reason, null, []));
            return events;
        }
    }

    /// <summary>The number in <c>event=0x02</c>, which goes into the lowest eight bits; null if it is not one.</summary>
    static long? ParseConfig(string? text)
    {
        if (text is null || !text.StartsWith("event=", StringComparison.Ordinal))
            return null;
        var number = text.AsSpan(6);
        return number.StartsWith("0x") && byte.TryParse(number[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) ? code : null;
    }
}
