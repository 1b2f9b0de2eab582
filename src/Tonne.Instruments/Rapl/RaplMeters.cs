using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Rapl;

/// <summary>The energy counters (RAPL) of one machine's processors and memory: which are summed, and why others are missing.</summary>
/// <remarks>
/// A counter can be read as a zone (a file of the power capping framework) or as a performance event. A mirror is a zone that shows the
/// same counter as another zone. It must not be summed too.
/// </remarks>
sealed class RaplMeters : Instrument
{
    /// <summary>The security advisory that explains why only root may read energy counters.</summary>
    public const string Advisory =
        "CVE-2020-8694 (PLATYPUS, INTEL-SA-00389): fine energy readings can reveal what other processes compute, so since 2020 "
        + "only root may read them. Allow a group that you trust, not everybody.";

    /// <summary>Accuracy of package counters: their value is used without a correction, with bounds of ±3 %.</summary>
    public static Factor PackageAccuracy { get; } = new(
        "rapl/package-accuracy", "joules per joule counted by a processor package", "1", new Bounds(0.97, 1, 1.03), Quality.Measured,
        new Source("KHAN-2018", "Khan, Hirki, Niemi, Nurminen, Ou: RAPL in Action, ACM TOMPECS 3(2), 2018", 2018),
        "the counter is taken as it is; the width is our reading of the agreement reported");

    /// <summary>Accuracy of memory counters: bounds of ±20 %.</summary>
    public static Factor MemoryAccuracy { get; } = new(
        "rapl/dram-accuracy", "joules per joule counted by a memory domain", "1", new Bounds(0.8, 1, 1.2), Quality.Measured,
        new Source("DESROCHERS-2016", "Desrochers, Paradis, Weaver: A validation of DRAM RAPL power measurements, MEMSYS 2016", 2016),
        "measured since Haswell-EP, with a constant offset that is worst when idle; the width is assumed");

    readonly List<RaplMeter> _meters = [];
    readonly List<PerfMeter> _perfMeters;
    readonly List<(RaplMeter Summed, RaplMeter Mirror)> _mirrors = [];

    /// <summary>
    /// Finds the zones and reads each twice, to detect mirrors. Opens the same counters as performance events, to compare both at the
    /// end of the run.
    /// </summary>
    public RaplMeters(FileTree tree, MachineDescription description)
        : this(tree, description, tree.IsSysroot ? null : new KernelPerfEvents())
    {
    }

    /// <summary>Creates the meters as the other constructor does, but with given performance events.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="description">The description of the machine, from these files.</param>
    /// <param name="events">Performance events; null to open none.</param>
    internal RaplMeters(FileTree tree, MachineDescription description, IPerfEvents? events)
    {
        var zones = RaplZones.List(tree);
        var missing = new List<MissingMeter>();
        var warnings = new List<Warning>();
        var readings = new Dictionary<string, ReadingPair>(StringComparer.Ordinal);
        foreach (var zone in zones)
            readings[zone.Id] = new ReadingPair(ReadZone(tree, zone));
        foreach (var zone in zones)
            readings[zone.Id].Second = ReadZone(tree, zone);

        var perf = new PerfEnergyCounters(tree, description, events);
        Domains = ReplaceImplausibleZones(RaplDomainSelector.Select(zones, zone => !readings[zone.Id].Second.IsGap, AreMirrors));
        foreach (var domain in Domains)
        {
            var zone = domain.Zone;
            if (readings[zone.Id].Second.Reason is { } reason)
            {
                missing.Add(CreateUnreadable(tree, zone, reason, perf.IsAvailable));
                continue;
            }

            var isIdUsed = _meters.Exists(meter => meter.Description.Id == zone.MeterId);
            _meters.Add(new RaplMeter(tree, zone, new MeterDescription(
                isIdUsed ? $"{zone.MeterId}@{zone.Id}" : zone.MeterId, domain.Component, MeterKind.EnergyCounter, domain.Role,
                Range: zone.Range, CeilingWatts: zone.CeilingWatts,
                Note: $"{tree.GetFullPath(zone.Counter)}: {(domain.Role == MeterRole.Machine ? "summed" : "not summed")}: {domain.Why}")));
        }

        _perfMeters = perf.CreateMeters(tree, Domains, zone => !readings[zone.Id].Second.IsGap);
        Meters = [.. _meters, .. _perfMeters];
        missing.AddRange(perf.Problems);
        if (zones.Count == 0 && Packages.IsEmpty)
            missing.Add(CreateAbsent(tree, description));
        if (perf is { IsAvailable: true, OpenFailure: { } refusal } && Packages.IsEmpty)
        {
            missing.Add(new MissingMeter("perf:package", tree.GetFullPath(PowerPmu.Folders[0]), refusal, perf.IsDenied ? Advisory : null,
                perf.IsDenied && zones.Count == 0 ? PerfRemedies : []));
        }

        foreach (var summed in _meters.Where(meter => meter.Description.Role == MeterRole.Machine && meter.Zone.IsPackage))
        {
            _mirrors.AddRange(_meters
                .Where(meter => meter.Description.Role == MeterRole.Contained && meter.Zone.IsPackage
                    && meter.Zone.ControlType == summed.Zone.ControlType && meter.Zone.Package == summed.Zone.Package)
                .Select(mirror => (summed, mirror)));
        }

        var unread = Domains.Where(domain => domain.Role == MeterRole.Machine && domain.Zone.IsPackage
            && readings[domain.Zone.Id].Second.IsGap && !IsSummedByPerfEvent(domain.Zone.Package))
            .Select(domain => domain.Zone.Name).ToArray();
        if (unread.Length > 0)
        {
            warnings.Add(new Warning("package-missing",
                $"{string.Join(", ", unread)} cannot be read, but other packages can: the energy of the processors does not include it."));
        }

        (Missing, Warnings) = (missing, warnings);

        bool IsSummedByPerfEvent(string? package) => _perfMeters.Exists(meter =>
            meter.Description is { Role: MeterRole.Machine, Component: Component.Cpu }
            && meter.Event.Package.ToString(CultureInfo.InvariantCulture) == package);

        // A zone with implausible first readings is replaced by the performance event that counts the same energy.
        IReadOnlyList<RaplDomain> ReplaceImplausibleZones(IReadOnlyList<RaplDomain> domains)
        {
            if (!perf.IsAvailable)
                return domains;
            var replaced = new List<RaplDomain>(domains.Count);
            foreach (var domain in domains)
            {
                replaced.Add(domain.Role == MeterRole.Machine && FindImplausibility(domain.Zone) is { } problem
                    && perf.CanRead(domain.Component, domain.Zone.EnclosingPackage)
                    ? domain with { Role = MeterRole.Contained, Why = $"{problem}: its performance event is summed instead" }
                    : domain);
            }

            return replaced;
        }

        string? FindImplausibility(RaplZone zone)
        {
            var (first, second) = (readings[zone.Id].First, readings[zone.Id].Second);
            if (first.IsGap || second.IsGap)
                return first.IsGap && !second.IsGap ? "it could not be read at first" : null;
            if (zone.Range is not { } range)
                return "it does not report its range, so the counter's wrap-around could not be corrected";
            if (second.Value > range)
                return "its value is above its own range";
            return second.Value < first.Value && first.Value - second.Value < range / 2 ? "its value fell between two readings" : null;
        }

        bool AreMirrors(RaplZone a, RaplZone b)
        {
            var (readingsOfA, readingsOfB) = (readings[a.Id], readings[b.Id]);
            return AreEqual(readingsOfA.First, readingsOfB.First) && AreEqual(readingsOfA.Second, readingsOfB.Second);

            bool AreEqual(Reading one, Reading other) =>
                !one.IsGap && !other.IsGap && MirrorCheck.AreEqual(one.Value, other.Value, a.Range);
        }
    }

    /// <summary>Each zone with its role (summed or not) and the reason.</summary>
    public IReadOnlyList<RaplDomain> Domains { get; }

    /// <summary>Every zone that can be read, then every performance event that was opened.</summary>
    public override IReadOnlyList<IMeter> Meters { get; }

    /// <summary>Ids of the package meters that are summed.</summary>
    public ImmutableArray<string> Packages => GetSummedMeters(Component.Cpu);

    /// <summary>Ids of the memory meters that are summed.</summary>
    public ImmutableArray<string> Memory => GetSummedMeters(Component.Memory);

    /// <inheritdoc/>
    public override IReadOnlyList<MeteredPart> Parts
    {
        get
        {
            var parts = new List<MeteredPart>(2);
            if (!Packages.IsEmpty)
            {
                var way = Packages.Any(IsPerfEvent) ? ", by performance events" : "";
                parts.Add(new MeteredPart(Component.Cpu, null, Packages, PackageAccuracy,
                    $"The counters of {Packages.Length} processor package{(Packages.Length == 1 ? "" : "s")}{way}."));
            }

            if (!Memory.IsEmpty)
            {
                parts.Add(new MeteredPart(Component.Memory, null, Memory, MemoryAccuracy,
                    "The memory has counters of its own, outside the packages'."));
            }

            return parts;
        }
    }

    /// <summary>Zones that cannot be read, or the reason why there are no zones.</summary>
    public override IReadOnlyList<MissingMeter> Missing { get; }

    /// <summary>Warnings known before the first sample.</summary>
    public override IReadOnlyList<Warning> Warnings { get; }

    /// <summary>
    /// Warnings after a run: counters that were taken for mirrors of each other but counted different energies, or the reverse, and zones
    /// that disagree with their performance events.
    /// </summary>
    public override IEnumerable<Warning> GetFinalWarnings()
    {
        foreach (var (counted, mirror) in _mirrors)
        {
            if (MirrorCheck.HaveEqualGrowth(counted.CountedMicrojoules, mirror.CountedMicrojoules) is false)
            {
                yield return new Warning("not-a-mirror",
                    $"{mirror.Zone.Name} was assumed to show the same counter as {counted.Zone.Name}, but counted "
                    + $"{mirror.CountedMicrojoules / 1e6:0.0} J while {counted.Zone.Name} counted "
                    + $"{counted.CountedMicrojoules / 1e6:0.0} J; it was not summed.");
            }
        }

        foreach (var warning in CompareCounters())
            yield return warning;

        var summed = _meters.Where(meter => meter.Description.Role == MeterRole.Machine && meter.Zone.IsPackage).ToArray();
        for (var i = 0; i < summed.Length; i++)
        {
            for (var j = i + 1; j < summed.Length; j++)
            {
                // Two dies of one socket with the same load count similar energies, but not within 0.1 % as one counter read twice does.
                var (one, other) = (summed[i], summed[j]);
                var differsByLessThanThousandth =
                    Math.Abs(one.CountedMicrojoules - other.CountedMicrojoules) * 1000 < one.CountedMicrojoules;
                if (one.Zone.Package == other.Zone.Package && differsByLessThanThousandth && one.CountedMicrojoules > 100_000_000)
                {
                    yield return new Warning("perhaps-a-mirror",
                        $"{one.Zone.Name} and {other.Zone.Name} counted the same {one.CountedMicrojoules / 1e6:0.0} J within 0.1 %; "
                        + "if they are one counter, the processor was counted twice.");
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var meter in _meters)
            meter.Dispose();
        foreach (var meter in _perfMeters)
            meter.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Compares the energies of counters that were read both as a zone and as a performance event.</summary>
    IEnumerable<Warning> CompareCounters()
    {
        var eventsByPackage = _perfMeters.Where(meter => meter.Event.Name is "energy-pkg" or "energy-ram")
            .GroupBy(meter => (meter.Event.Component, meter.Event.Package));
        foreach (var group in eventsByPackage)
        {
            var package = group.Key.Package.ToString(CultureInfo.InvariantCulture);
            var isEventSummed = group.Any(meter => meter.Description.Role == MeterRole.Machine);
            var zones = _meters.Where(meter => meter.Description.Component == group.Key.Component
                && meter.Zone.EnclosingPackage == package
                && (meter.Zone.IsPackage || meter.Zone.Name == "dram")
                && (meter.Description.Role == MeterRole.Machine || isEventSummed)).ToArray();
            var events = group.Where(meter => !meter.IsMirror).ToArray();
            if (zones.Length == 0 || zones.Any(meter => meter.Zone.ControlType != zones[0].Zone.ControlType))
                continue;
            var zoneMicrojoules = zones.Sum(meter => meter.CountedMicrojoules);
            var eventMicrojoules = events.Sum(meter => meter.CountedMicrojoules);
            if (MirrorCheck.HaveEqualGrowth(zoneMicrojoules, eventMicrojoules) is false)
            {
                var zoneIds = string.Join(" + ", zones.Select(meter => meter.Description.Id));
                var eventIds = string.Join(" + ", events.Select(meter => meter.Description.Id));
                var summed = events.Any(meter => meter.Description.Role == MeterRole.Machine) ? "the second" : "the first";
                yield return new Warning("ways-disagree", string.Create(CultureInfo.InvariantCulture,
                    $"{zoneIds} counted {zoneMicrojoules / 1e6:0.0} J where {eventIds} counted {eventMicrojoules / 1e6:0.0} J; "
                    + $"{summed} was summed."));
            }
        }
    }

    static bool IsPerfEvent(string id) => id.StartsWith("perf:", StringComparison.Ordinal);

    ImmutableArray<string> GetSummedMeters(Component component) =>
    [
        .. Meters.Where(meter => meter.Description.Role == MeterRole.Machine && meter.Description.Component == component)
            .Select(meter => meter.Description.Id),
    ];

    sealed class ReadingPair(Reading first)
    {
        public Reading First { get; } = first;

        public Reading Second { get; set; }
    }

    static Reading ReadZone(FileTree tree, RaplZone zone)
    {
        using var file = tree.OpenPersistent(zone.Counter);
        return file.TryReadNumber(out var value, out var reason)
            ? Reading.FromValue(value)
            : Reading.FromGapReason(reason ?? ReadFailure.Failed);
    }

    static MissingMeter CreateUnreadable(FileTree tree, RaplZone zone, string reason, bool isPerfAvailable)
    {
        var path = tree.GetFullPath(zone.Counter);
        if (reason != ReadFailure.Denied)
            return new MissingMeter(zone.MeterId, path, reason, null, []);
        var mode = tree.GetMode(zone.Counter) is { } bits
            ? $": its mode is {Convert.ToString((int)bits, 8).PadLeft(4, '0')}, for its owner root alone"
            : "";
        return new MissingMeter(
            zone.MeterId, path, reason + mode, Advisory, isPerfAvailable ? [.. ZoneRemedies, .. PerfRemedies] : ZoneRemedies);
    }

    static IReadOnlyList<Remedy> PerfRemedies { get; } =
    [
        new Remedy(
            "let one copy of tonne count performance events (CAP_PERFMON, Linux 5.8); everybody who may run that copy sees the energy of "
            + "all processes, so restrict it to a group that you trust",
            "sudo setcap cap_perfmon=ep \"$(readlink -f \"$(command -v tonne)\")\"",
            PersistsAcrossReboots: true),
        new Remedy(
            "let everybody count performance events of the whole machine until the next boot. This includes events of other users' "
            + "programs, so it permits more than the counters' files",
            "sudo sysctl kernel.perf_event_paranoid=0",
            PersistsAcrossReboots: false),
    ];

    static IReadOnlyList<Remedy> ZoneRemedies { get; } =
    [
        new Remedy(
            "let the group powercap read the counters, from every boot on (udev rule)",
            """sudo groupadd -f powercap && sudo usermod -aG powercap "$USER" && echo 'SUBSYSTEM=="powercap", ACTION=="add", TEST=="energy_uj", RUN+="/bin/chgrp powercap /sys%p/energy_uj", RUN+="/bin/chmod 0440 /sys%p/energy_uj"' | sudo tee /etc/udev/rules.d/60-tonne-powercap.rules && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=powercap --action=add""",
            PersistsAcrossReboots: true),
        new Remedy(
            "let one copy of tonne read any file (CAP_DAC_READ_SEARCH); only for a copy that nobody else may change",
            "sudo setcap cap_dac_read_search=ep \"$(readlink -f \"$(command -v tonne)\")\"",
            PersistsAcrossReboots: true),
        new Remedy("measure this run as root", "sudo tonne run -- COMMAND", PersistsAcrossReboots: false),
        new Remedy(
            "let the group powercap read the counters until the next boot",
            "sudo groupadd -f powercap && sudo find /sys/devices/virtual/powercap -name energy_uj -exec chgrp powercap {} + "
            + "-exec chmod 0440 {} +",
            PersistsAcrossReboots: false),
    ];

    static MissingMeter CreateAbsent(FileTree tree, MachineDescription description)
    {
        var path = tree.GetFullPath(RaplZones.Folders[0]);
        if (description.Machine.Virtual)
        {
            return new MissingMeter(
                "rapl", path, "this is a virtual machine, and hosts do not pass their energy counters on to it", null, []);
        }

        if (description.Cpu.VendorId is null)
        {
            return new MissingMeter("rapl", path,
                "the processor is not known to have energy counters (Intel processors since 2011 and AMD processors since Zen have)",
                null, []);
        }

        if (RaplZones.Folders.Any(tree.Exists))
        {
            return new MissingMeter("rapl", path,
                "the folder exists but contains no zone: a container hides the zones, or the driver is not loaded", Advisory,
                [
                    new Remedy("load the driver", "sudo modprobe intel_rapl_msr", PersistsAcrossReboots: false),
                    new Remedy(
                        "in a container: run tonne on the host, or give the container access to the host's counters",
                        "docker run --security-opt systempaths=unconfined …",
                        PersistsAcrossReboots: false),
                ]);
        }

        return new MissingMeter("rapl", path,
            "there are no power zones: the driver is not loaded, or the kernel does not have it (AMD needs Linux 5.8)", null,
            [new Remedy("load the driver", "sudo modprobe intel_rapl_msr", PersistsAcrossReboots: false)]);
    }
}
