using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Runs;

namespace Tonne.Instruments.Rapl;

/// <summary>
/// The processor's energy counters by another way than power zones: as performance events, opened and, beside zones, compared.
/// </summary>
/// <remarks>
/// What is summed: a package, or the memory beside it, for which no zone is. Everything else is contained: the same counters by another
/// way, parts of a package, the platform.
/// AMD's package counters are one for each package, whichever die is asked (Linux, arch/x86/events/rapl.c): further dies mirror the first.
/// </remarks>
sealed class PerfEnergyCounters
{
    /// <summary>Each core's counter is asked on that core, which wakes it: beyond so many the sum of cores is not read.</summary>
    const int MaxCores = 16;

    readonly List<(PerfEnergyEvent Counted, List<IPerfCounter> Counters)> _open = [];
    readonly bool _onePerPackage;

    /// <summary>Lists the events and opens what may be opened.</summary>
    internal PerfEnergyCounters(FileTree tree, MachineDescription description, IPerfEvents? events)
    {
        _onePerPackage = description.Cpu.VendorId is "AuthenticAMD" or "HygonGenuine";
        foreach (var folder in PowerPmu.Folders)
        {
            var listed = PowerPmu.ListEvents(tree, folder, Problems);
            IsAvailable |= listed.Count > 0;
            if (folder == PowerPmu.Folders[0])
                Open(tree, listed, events);
            else
                OpenCores(tree, listed, events);
        }
    }

    /// <summary>Whether the kernel lists energy events at all.</summary>
    internal bool IsAvailable { get; }

    /// <summary>Why an event could not be opened; null if all could.</summary>
    internal string? OpenFailure { get; private set; }

    /// <summary>Whether the kernel refused to open an event for lack of permission.</summary>
    internal bool IsDenied { get; private set; }

    /// <summary>Events that are described wrongly or that may not be opened.</summary>
    internal List<MissingMeter> Problems { get; } = [];

    /// <summary>Whether a component of a package, by number, can be read by one counter alone.</summary>
    internal bool CanRead(Component component, string? package)
    {
        var found = 0;
        foreach (var (counted, _) in _open)
        {
            if (IsWholeComponent(counted) && counted.Component == component && FormatPackage(counted) == package)
                found++;
        }

        return found == 1;
    }

    /// <summary>The meters, each with what becomes of it.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="zones">The power zones with their roles, and whether they can be read.</param>
    /// <param name="isReadable">Whether a zone can be read.</param>
    internal List<PerfMeter> CreateMeters(FileTree tree, IReadOnlyList<RaplDomain> zones, Func<RaplZone, bool> isReadable)
    {
        var meters = new List<PerfMeter>(_open.Count);
        foreach (var (counted, counters) in _open)
        {
            var (role, why) = RoleOf(counted);
            meters.Add(new PerfMeter(counted, counters, new MeterDescription(
                counted.MeterId, counted.Component, MeterKind.EnergyCounter, role,
                Note: $"{tree.GetFullPath($"sys/devices/{counted.Unit}/events/{counted.Name}")} at processor {counted.Cpu.ToString(CultureInfo.InvariantCulture)}: {(role == MeterRole.Machine ? "summed" : "not summed")}: {why}")) { IsMirror = IsMirror(counted) });
        }

        return meters;

        (MeterRole, string) RoleOf(PerfEnergyEvent counted)
        {
            if (counted.Component == Component.Platform)
                return (MeterRole.Contained, "the whole platform: it holds the packages and is never added to them");
            if (!IsWholeComponent(counted))
                return (MeterRole.Contained, $"part of package-{counted.Package}");
            var number = FormatPackage(counted);
            if (IsMirror(counted))
                return (MeterRole.Contained, "mirrors the first of its package: this maker's counters are one for each package");
            foreach (var zone in zones)
            {
                if (zone.Role == MeterRole.Machine && zone.Component == counted.Component && zone.Zone.EnclosingPackage == number && isReadable(zone.Zone))
                    return (MeterRole.Contained, $"the same counter as {zone.Zone.MeterId}, which is summed; what both count is compared at the end");
            }

            if (counted.Component == Component.Memory && !IsPackageSummed(number))
                return (MeterRole.Contained, $"its package-{number} is not summed");
            return (MeterRole.Machine, zones.Count == 0 ? "there are no power zones" : "no power zone can be summed for it");
        }

        bool IsMirror(PerfEnergyEvent counted) => _onePerPackage && IsWholeComponent(counted) && meters.Exists(meter => meter.Event.Name == counted.Name && meter.Event.Package == counted.Package);

        bool IsPackageSummed(string number)
        {
            foreach (var zone in zones)
            {
                if (zone is { Role: MeterRole.Machine, Zone.IsPackage: true } && zone.Zone.Package == number && isReadable(zone.Zone))
                    return true;
            }

            return _open.Exists(other => other.Counted.IsPackage && FormatPackage(other.Counted) == number);
        }
    }

    /// <summary>Whether an event counts the whole component, not a part that another counter includes.</summary>
    static bool IsWholeComponent(PerfEnergyEvent counted) => counted.Name is "energy-pkg" or "energy-ram";

    static string FormatPackage(PerfEnergyEvent counted) => counted.Package.ToString(CultureInfo.InvariantCulture);

    void Open(FileTree tree, List<PerfEnergyEvent> listed, IPerfEvents? events)
    {
        foreach (var counted in listed)
        {
            if (TryOpen(tree, counted, events) is { } counter)
                _open.Add((counted, [counter]));
        }
    }

    /// <summary>The cores of a package are one meter, their sum.</summary>
    void OpenCores(FileTree tree, List<PerfEnergyEvent> listed, IPerfEvents? events)
    {
        if (listed.Count == 0 || OpenFailure is not null)
            return;
        if (listed.Count > MaxCores)
        {
            Problems.Add(new MissingMeter("perf:power_core", tree.GetFullPath(PowerPmu.Folders[1]), $"{listed.Count} cores: asking each would wake it at every sample; the package's counter holds them", null, []));
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

    IPerfCounter? TryOpen(FileTree tree, PerfEnergyEvent counted, IPerfEvents? events)
    {
        if (events is null)
        {
            OpenFailure ??= "a stand-in: events are the running kernel's own and are not opened for it";
            return null;
        }

        if (events.Open(counted.Type, counted.Config, counted.Cpu, out var error) is { } counter)
        {
            if (counter.TryRead(out _, out error))
                return counter;
            counter.Dispose();
        }

        if (OpenFailure is not null)
            return null;
        var reason = ReadFailure.Describe(error);
        IsDenied = reason == ReadFailure.Denied;
        OpenFailure = IsDenied && tree.ReadLine("proc/sys/kernel/perf_event_paranoid") is { } level
            ? $"{reason}: kernel.perf_event_paranoid is {level}, and counting for all processes needs 0 or less, or CAP_PERFMON"
            : reason;
        return null;
    }
}
