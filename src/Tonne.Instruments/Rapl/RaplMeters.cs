using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Rapl;

/// <summary>Meters for the RAPL power zones of one machine, and the meters that are not available, with the reasons.</summary>
sealed class RaplMeters : Instrument
{
    /// <summary>The security advisory that explains why only root may read energy counters.</summary>
    public const string Advisory = "CVE-2020-8694 (PLATYPUS, INTEL-SA-00389): fine energy readings can reveal what other processes compute, so since 2020 only root may read them. Let in a group you trust, not everybody.";

    /// <summary>Accuracy of package counters: they are taken at their word, within 3 %.</summary>
    public static Factor PackageAccuracy { get; } = new(
        "rapl/package-accuracy", "joules per joule counted by a processor package", "1", new Bounds(0.97, 1, 1.03), Quality.Measured,
        new Source("KHAN-2018", "Khan, Hirki, Niemi, Nurminen, Ou: RAPL in Action, ACM TOMPECS 3(2), 2018", 2018),
        "the counter is taken as it is; the width is our reading of the agreement reported");

    /// <summary>Accuracy of memory counters.</summary>
    public static Factor MemoryAccuracy { get; } = new(
        "rapl/dram-accuracy", "joules per joule counted by a memory domain", "1", new Bounds(0.8, 1, 1.2), Quality.Measured,
        new Source("DESROCHERS-2016", "Desrochers, Paradis, Weaver: A validation of DRAM RAPL power measurements, MEMSYS 2016", 2016),
        "measured since Haswell-EP, with a constant offset that is worst when idle; the width is assumed");

    readonly List<RaplMeter> _meters = [];
    readonly List<PerfMeter> _perf;
    readonly List<(RaplMeter Counted, RaplMeter Mirror)> _mirrors = [];

    /// <summary>Looks for zones and reads each twice, to detect mirrors; opens the same counters as performance events, to
    /// compare.</summary>
    public RaplMeters(FileTree tree, MachineDescription description)
        : this(tree, description, tree.IsSysroot ? null : new KernelPerfEvents())
    {
    }

    /// <summary>The same as the other constructor, with the given performance events.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="description">The description of the machine, from these files.</param>
    /// <param name="events">Performance events; null to open none.</param>
    internal RaplMeters(FileTree tree, MachineDescription description, IPerfEvents? events)
    {
        var zones = RaplZones.List(tree);
        var missing = new List<MissingMeter>();
        var warnings = new List<Warning>();
        var looks = new Dictionary<string, ReadingPair>(StringComparer.Ordinal);
        foreach (var zone in zones)
            looks[zone.Id] = new ReadingPair(ReadZone(tree, zone));
        foreach (var zone in zones)
            looks[zone.Id].Second = ReadZone(tree, zone);

        var perf = new PerfEnergyCounters(tree, description, events);
        Domains = Safest(RaplDomainSelector.Select(zones, zone => !looks[zone.Id].Second.IsGap, AreMirrors));
        foreach (var domain in Domains)
        {
            var zone = domain.Zone;
            if (looks[zone.Id].Second.Reason is { } reason)
            {
                missing.Add(new MissingMeter(zone.MeterId, tree.GetFullPath(zone.Counter), Explain(tree, zone, reason), reason == ReadFailure.Denied ? Advisory : null, reason == ReadFailure.Denied ? GetRemedies(perf.IsAvailable) : []));
                continue;
            }

            var taken = _meters.Exists(meter => meter.Description.Id == zone.MeterId);
            _meters.Add(new RaplMeter(tree, zone, new MeterDescription(
                taken ? $"{zone.MeterId}@{zone.Id}" : zone.MeterId, domain.Component, MeterKind.EnergyCounter, domain.Role, Range: zone.Range, CeilingWatts: zone.CeilingWatts,
                Note: $"{tree.GetFullPath(zone.Counter)}: {(domain.Role == MeterRole.Machine ? "summed" : "not summed")}: {domain.Why}")));
        }

        _perf = perf.CreateMeters(tree, Domains, zone => !looks[zone.Id].Second.IsGap);
        Meters = [.. _meters, .. _perf];
        missing.AddRange(perf.Problems);
        if (zones.Count == 0 && Packages.IsEmpty)
            missing.Add(CreateAbsent(tree, description));
        if (perf is { IsAvailable: true, OpenFailure: { } refusal } && Packages.IsEmpty)
        {
            missing.Add(new MissingMeter("perf:package", tree.GetFullPath(PowerPmu.Folders[0]), refusal, perf.IsDenied ? Advisory : null,
                perf.IsDenied && zones.Count == 0 ? PerfRemedies : []));
        }

        foreach (var counted in _meters.Where(meter => meter.Description.Role == MeterRole.Machine && meter.Zone.IsPackage))
        {
            _mirrors.AddRange(_meters.Where(meter => meter.Description.Role == MeterRole.Contained && meter.Zone.IsPackage && meter.Zone.ControlType == counted.Zone.ControlType
                && meter.Zone.Package == counted.Zone.Package).Select(mirror => (counted, mirror)));
        }

        var lost = Domains.Where(domain => domain.Role == MeterRole.Machine && looks[domain.Zone.Id].Second.IsGap && domain.Zone.IsPackage
            && !_perf.Exists(meter => meter.Description is { Role: MeterRole.Machine, Component: Component.Cpu } && meter.Event.Package.ToString(CultureInfo.InvariantCulture) == domain.Zone.Package)).Select(domain => domain.Zone.Name).ToArray();
        if (lost.Length > 0)
            warnings.Add(new Warning("package-missing", $"{string.Join(", ", lost)} cannot be read while other packages can: the processor's energy lacks it."));
        (Missing, Warnings) = (missing, warnings);

        // A zone with implausible first readings is replaced by the performance event that counts the same energy.
        IReadOnlyList<RaplDomain> Safest(IReadOnlyList<RaplDomain> domains)
        {
            if (!perf.IsAvailable)
                return domains;
            var kept = new List<RaplDomain>(domains.Count);
            foreach (var domain in domains)
            {
                kept.Add(domain.Role == MeterRole.Machine && Surprise(domain.Zone) is { } surprise && perf.CanRead(domain.Component, domain.Zone.EnclosingPackage)
                    ? domain with { Role = MeterRole.Contained, Why = $"{surprise}: its performance event is summed instead" }
                    : domain);
            }

            return kept;
        }

        string? Surprise(RaplZone zone)
        {
            var (first, second) = (looks[zone.Id].First, looks[zone.Id].Second);
            if (first.IsGap || second.IsGap)
                return first.IsGap && !second.IsGap ? "it could not be read at the first look" : null;
            if (zone.Range is not { } range)
                return "it does not report its range, so a wrap could not be corrected";
            if (second.Value > range)
                return "it is beyond its own range";
            return second.Value < first.Value && first.Value - second.Value < range / 2 ? "it ran backwards between two looks" : null;
        }

        bool AreMirrors(RaplZone a, RaplZone b)
        {
            var (ofA, ofB) = (looks[a.Id], looks[b.Id]);
            return !ofA.First.IsGap && !ofB.First.IsGap && !ofA.Second.IsGap && !ofB.Second.IsGap
                && MirrorCheck.AreEqual(ofA.First.Value, ofB.First.Value, a.Range) && MirrorCheck.AreEqual(ofA.Second.Value, ofB.Second.Value, a.Range);
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
                parts.Add(new MeteredPart(Component.Cpu, null, Packages, PackageAccuracy, $"The counters of {Packages.Length} processor package{(Packages.Length == 1 ? "" : "s")}{(Packages.Any(IsPerf) ? ", by performance events" : "")}."));
            if (!Memory.IsEmpty)
                parts.Add(new MeteredPart(Component.Memory, null, Memory, MemoryAccuracy, "The memory has counters of its own, outside the packages'."));
            return parts;
        }
    }

    /// <summary>Zones that cannot be read, or why there are none.</summary>
    public override IReadOnlyList<MissingMeter> Missing { get; }

    /// <summary>Warnings known before the first sample.</summary>
    public override IReadOnlyList<Warning> Warnings { get; }

    /// <summary>Warnings after a run: what dies counted since does not agree with what was decided at the start.</summary>
    public override IEnumerable<Warning> GetFinalWarnings()
    {
        foreach (var (counted, mirror) in _mirrors)
        {
            if (MirrorCheck.HaveEqualGrowth(counted.CountedMicrojoules, mirror.CountedMicrojoules) is false)
                yield return new Warning("not-a-mirror", $"{mirror.Zone.Name} was taken for a mirror of {counted.Zone.Name}, but counted {mirror.CountedMicrojoules / 1e6:0.0} J where that counted {counted.CountedMicrojoules / 1e6:0.0} J; it was not summed.");
        }

        foreach (var warning in CompareCounters())
            yield return warning;

        var summed = _meters.Where(meter => meter.Description.Role == MeterRole.Machine && meter.Zone.IsPackage).ToArray();
        for (var i = 0; i < summed.Length; i++)
        {
            for (var j = i + 1; j < summed.Length; j++)
            {
                // Two dies of one socket under the same load come near each other, but not as near as one counter read twice.
                if (summed[i].Zone.Package == summed[j].Zone.Package && Math.Abs(summed[i].CountedMicrojoules - summed[j].CountedMicrojoules) * 1000 < summed[i].CountedMicrojoules && summed[i].CountedMicrojoules > 100_000_000)
                    yield return new Warning("perhaps-a-mirror", $"{summed[i].Zone.Name} and {summed[j].Zone.Name} counted the same {summed[i].CountedMicrojoules / 1e6:0.0} J within 0.1 %; if they are one counter, the processor was counted twice.");
            }
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var meter in _meters)
            meter.Dispose();
        foreach (var meter in _perf)
            meter.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Compares components that a zone and a performance event both counted: the two energies must agree.</summary>
    IEnumerable<Warning> CompareCounters()
    {
        foreach (var group in _perf.Where(meter => meter.Event.Name is "energy-pkg" or "energy-ram").GroupBy(meter => (meter.Event.Component, meter.Event.Package)))
        {
            var package = group.Key.Package.ToString(CultureInfo.InvariantCulture);
            var zones = _meters.Where(meter => meter.Description.Component == group.Key.Component && meter.Zone.EnclosingPackage == package && (meter.Zone.IsPackage || meter.Zone.Name == "dram")
                && (meter.Description.Role == MeterRole.Machine || group.Any(other => other.Description.Role == MeterRole.Machine))).ToArray();
            var events = group.Where(meter => !meter.IsMirror).ToArray();
            if (zones.Length == 0 || zones.Any(meter => meter.Zone.ControlType != zones[0].Zone.ControlType))
                continue;
            var (byZone, byEvent) = (zones.Sum(meter => meter.CountedMicrojoules), events.Sum(meter => meter.CountedMicrojoules));
            if (MirrorCheck.HaveEqualGrowth(byZone, byEvent) is false)
            {
                yield return new Warning("ways-disagree", string.Create(CultureInfo.InvariantCulture,
                    $"{string.Join(" + ", zones.Select(meter => meter.Description.Id))} counted {byZone / 1e6:0.0} J where {string.Join(" + ", events.Select(meter => meter.Description.Id))} counted {byEvent / 1e6:0.0} J; {(events.Any(meter => meter.Description.Role == MeterRole.Machine) ? "the second" : "the first")} was summed."));
            }
        }
    }

    static bool IsPerf(string id) => id.StartsWith("perf:", StringComparison.Ordinal);

    ImmutableArray<string> GetSummedMeters(Component component) =>
        [.. Meters.Where(meter => meter.Description.Role == MeterRole.Machine && meter.Description.Component == component).Select(meter => meter.Description.Id)];

    sealed class ReadingPair(Reading first)
    {
        public Reading First { get; } = first;

        public Reading Second { get; set; }
    }

    static Reading ReadZone(FileTree tree, RaplZone zone)
    {
        using var file = tree.OpenPersistent(zone.Counter);
        return file.TryReadNumber(out var value, out var reason) ? Reading.FromValue(value) : Reading.FromGapReason(reason ?? ReadFailure.Failed);
    }

    static string Explain(FileTree tree, RaplZone zone, string reason)
    {
        if (reason != ReadFailure.Denied)
            return reason;
        return tree.GetMode(zone.Counter) is { } mode ? $"{reason}: its mode is {Convert.ToString((int)mode, 8).PadLeft(4, '0')}, for its owner root alone" : reason;
    }

    static IReadOnlyList<Remedy> PerfRemedies { get; } =
    [
        new Remedy("let one copy of tonne count performance events (CAP_PERFMON, Linux 5.8); whoever may run that copy sees the energy of all, so keep it to a group you trust", "sudo setcap cap_perfmon=ep \"$(readlink -f \"$(command -v tonne)\")\"", PersistsAcrossReboots: true),
        new Remedy("let everybody count performance events of the whole machine until the next boot: also what others' programs do, a wider permission than the counters' files", "sudo sysctl kernel.perf_event_paranoid=0", PersistsAcrossReboots: false),
    ];

    static IReadOnlyList<Remedy> GetRemedies(bool perf) => perf ? [.. GetRemedies(), .. PerfRemedies] : GetRemedies();

    static IReadOnlyList<Remedy> GetRemedies() =>
    [
        new Remedy(
            "let the group powercap read the counters, from every boot on (udev rule)",
            """sudo groupadd -f powercap && sudo usermod -aG powercap "$USER" && echo 'SUBSYSTEM=="powercap", ACTION=="add", TEST=="energy_uj", RUN+="/bin/chgrp powercap /sys%p/energy_uj", RUN+="/bin/chmod 0440 /sys%p/energy_uj"' | sudo tee /etc/udev/rules.d/60-tonne-powercap.rules && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=powercap --action=add""",
            PersistsAcrossReboots: true),
        new Remedy("let one copy of tonne read any file (CAP_DAC_READ_SEARCH); only for a copy that nobody else may change", "sudo setcap cap_dac_read_search=ep \"$(readlink -f \"$(command -v tonne)\")\"", PersistsAcrossReboots: true),
        new Remedy("measure this run as root", "sudo tonne run -- COMMAND", PersistsAcrossReboots: false),
        new Remedy("until the next boot, for one group", "sudo groupadd -f powercap && sudo find /sys/devices/virtual/powercap -name energy_uj -exec chgrp powercap {} + -exec chmod 0440 {} +", PersistsAcrossReboots: false),
    ];

    static MissingMeter CreateAbsent(FileTree tree, MachineDescription description)
    {
        var path = tree.GetFullPath(RaplZones.Folders[0]);
        if (description.Machine.Virtual)
            return new MissingMeter("rapl", path, "a virtual machine: hosts keep their energy counters to themselves", null, []);
        if (description.Cpu.VendorId is null)
            return new MissingMeter("rapl", path, "the processor is not known to have energy counters (Intel since 2011, AMD since Zen have)", null, []);
        if (RaplZones.Folders.Any(tree.Exists))
        {
            return new MissingMeter("rapl", path, "the folder is there and holds no zone: a container hides it, or the driver is not loaded", Advisory,
            [
                new Remedy("load the driver", "sudo modprobe intel_rapl_msr", PersistsAcrossReboots: false),
                new Remedy("in a container: run tonne on its host, or show it the host's counters", "docker run --security-opt systempaths=unconfined …", PersistsAcrossReboots: false),
            ]);
        }

        return new MissingMeter("rapl", path, "no power zones: the driver is not loaded, or the kernel is without it (AMD needs Linux 5.8)", null, [new Remedy("load the driver", "sudo modprobe intel_rapl_msr", PersistsAcrossReboots: false)]);
    }
}
