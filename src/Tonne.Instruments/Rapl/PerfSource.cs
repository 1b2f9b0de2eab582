using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Runs;

namespace Tonne.Instruments.Rapl;

/// <summary>The processor's energy counters by another way than power zones: as performance events, opened and, beside zones, compared.</summary>
/// <remarks>
/// What is summed: a package, or the memory beside it, for which no zone is. Everything else is contained: the same counters by another way, parts of a package, the platform.
/// AMD's package counters are one for each package, whichever die is asked (Linux, arch/x86/events/rapl.c): further dies mirror the first.
/// </remarks>
sealed class PerfSource
{
    /// <summary>Each core's counter is asked on that core, which wakes it: beyond so many the sum of cores is not read.</summary>
    const int MostCores = 16;

    readonly List<(PowerEvent Counted, List<IPerfCounter> Counters)> _open = [];
    readonly bool _onePerPackage;

    /// <summary>Lists the events and opens what may be opened.</summary>
    internal PerfSource(FileTree tree, MachineDescription description, IPerfEvents? events)
    {
        _onePerPackage = description.Cpu.VendorId is "AuthenticAMD" or "HygonGenuine";
        foreach (var folder in PowerUnit.Folders)
        {
            var listed = PowerUnit.Events(tree, folder, Problems);
            IsHere |= listed.Count > 0;
            if (folder == PowerUnit.Folders[0])
                Open(tree, listed, events);
            else
                OpenCores(tree, listed, events);
        }
    }

    /// <summary>Whether the kernel lists energy events at all.</summary>
    internal bool IsHere { get; }

    /// <summary>Why an event could not be opened; null if all could.</summary>
    internal string? Refusal { get; private set; }

    /// <summary>What is described wrongly or may not be opened.</summary>
    internal List<MissingMeter> Problems { get; } = [];

    /// <summary>Whether a component of a package, by number, can be read by one counter alone.</summary>
    internal bool Has(Component component, string? package)
    {
        var found = 0;
        foreach (var (counted, _) in _open)
        {
            if (IsWhole(counted) && counted.Component == component && NumberOf(counted) == package)
                found++;
        }

        return found == 1;
    }

    /// <summary>The meters, each with what becomes of it.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="zones">What was decided for each power zone, and whether it can be read.</param>
    /// <param name="isReadable">Whether a zone can be read.</param>
    internal List<PerfMeter> Decide(FileTree tree, IReadOnlyList<RaplDomain> zones, Func<RaplZone, bool> isReadable)
    {
        var meters = new List<PerfMeter>(_open.Count);
        foreach (var (counted, counters) in _open)
        {
            var (role, why) = RoleOf(counted);
            meters.Add(new PerfMeter(counted, counters, new MeterDescription(
                counted.MeterId, counted.Component, MeterKind.EnergyCounter, role,
                Note: $"{tree.PathOf($"sys/devices/{counted.Unit}/events/{counted.Name}")} at processor {counted.Cpu.ToString(CultureInfo.InvariantCulture)}: {(role == MeterRole.Machine ? "summed" : "not summed")}: {why}")) { IsMirror = IsMirror(counted) });
        }

        return meters;

        (MeterRole, string) RoleOf(PowerEvent counted)
        {
            if (counted.Component == Component.Platform)
                return (MeterRole.Contained, "the whole platform: it holds the packages and is never added to them");
            if (!IsWhole(counted))
                return (MeterRole.Contained, $"part of package-{counted.Package}");
            var number = NumberOf(counted);
            if (IsMirror(counted))
                return (MeterRole.Contained, "mirrors the first of its package: this maker's counters are one for each package");
            foreach (var zone in zones)
            {
                if (zone.Role == MeterRole.Machine && zone.Component == counted.Component && zone.Zone.Around == number && isReadable(zone.Zone))
                    return (MeterRole.Contained, $"the same counter as {zone.Zone.MeterId}, which is summed; what both count is compared at the end");
            }

            if (counted.Component == Component.Memory && !IsPackageSummed(number))
                return (MeterRole.Contained, $"its package-{number} is not summed");
            return (MeterRole.Machine, zones.Count == 0 ? "there are no power zones" : "no power zone can be summed for it");
        }

        bool IsMirror(PowerEvent counted) => _onePerPackage && IsWhole(counted) && meters.Exists(meter => meter.Counted.Name == counted.Name && meter.Counted.Package == counted.Package);

        bool IsPackageSummed(string number)
        {
            foreach (var zone in zones)
            {
                if (zone is { Role: MeterRole.Machine, Zone.IsPackage: true } && zone.Zone.Package == number && isReadable(zone.Zone))
                    return true;
            }

            return _open.Exists(other => other.Counted.IsPackage && NumberOf(other.Counted) == number);
        }
    }

    /// <summary>Whether it counts all of a component, not a part that another counter holds.</summary>
    static bool IsWhole(PowerEvent counted) => counted.Name is "energy-pkg" or "energy-ram";

    static string NumberOf(PowerEvent counted) => counted.Package.ToString(CultureInfo.InvariantCulture);

    void Open(FileTree tree, List<PowerEvent> listed, IPerfEvents? events)
    {
        foreach (var counted in listed)
        {
            if (TryOpen(tree, counted, events) is { } counter)
                _open.Add((counted, [counter]));
        }
    }

    /// <summary>The cores of a package are one meter, their sum.</summary>
    void OpenCores(FileTree tree, List<PowerEvent> listed, IPerfEvents? events)
    {
        if (listed.Count == 0 || Refusal is not null)
            return;
        if (listed.Count > MostCores)
        {
            Problems.Add(new MissingMeter("perf:power_core", tree.PathOf(PowerUnit.Folders[1]), $"{listed.Count} cores: asking each would wake it at every sample; the package's counter holds them", null, []));
            return;
        }

        foreach (var counted in listed)
        {
            if (TryOpen(tree, counted, events) is not { } counter)
                continue;
            var package = _open.Find(other => other.Counted.Unit == counted.Unit && other.Counted.Name == counted.Name && other.Counted.Package == counted.Package);
            if (package.Counters is { } others)
                others.Add(counter);
            else
                _open.Add((counted, [counter]));
        }
    }

    IPerfCounter? TryOpen(FileTree tree, PowerEvent counted, IPerfEvents? events)
    {
        if (events is null)
        {
            Refusal ??= "a stand-in: events are the running kernel's own and are not opened for it";
            return null;
        }

        if (events.Open(counted.Type, counted.Config, counted.Cpu, out var error) is { } counter)
        {
            if (counter.TryRead(out _, out error))
                return counter;
            counter.Dispose();
        }

        var reason = Unreadable.Because(error);
        Refusal ??= reason == Unreadable.Denied && tree.ReadLine("proc/sys/kernel/perf_event_paranoid") is { } level
            ? $"{reason}: kernel.perf_event_paranoid is {level}, and counting for all processes needs 0 or less, or CAP_PERFMON"
            : reason;
        return null;
    }
}
