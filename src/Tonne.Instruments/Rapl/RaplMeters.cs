using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Rapl;

/// <summary>The power zones of one machine as meters, with what is missing and why.</summary>
public sealed class RaplMeters : Instrument
{
    /// <summary>The advisory behind the access rights of energy counters.</summary>
    public const string Advisory = "CVE-2020-8694 (PLATYPUS, INTEL-SA-00389): fine energy readings can tell what other processes compute, so since 2020 only root may read them. Let in a group you trust, not everybody.";

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

    /// <summary>Looks for zones and reads each twice, to tell mirrors; opens the same counters as performance events, to compare.</summary>
    public RaplMeters(FileTree tree, MachineDescription description)
        : this(tree, description, tree.IsStandIn ? null : new KernelPerfEvents())
    {
    }

    /// <summary>The same, with performance events given.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="description">What they say of the machine.</param>
    /// <param name="events">Performance events; null to open none.</param>
    internal RaplMeters(FileTree tree, MachineDescription description, IPerfEvents? events)
    {
        var zones = RaplZones.List(tree);
        var missing = new List<MissingMeter>();
        var doubts = new List<Doubt>();
        var looks = new Dictionary<string, TwoLooks>(StringComparer.Ordinal);
        foreach (var zone in zones)
            looks[zone.Id] = new TwoLooks(Look(tree, zone));
        foreach (var zone in zones)
            looks[zone.Id].Second = Look(tree, zone);

        var perf = new PerfSource(tree, description, events);
        Domains = Safest(DomainTable.Select(zones, zone => !looks[zone.Id].Second.IsGap, AreMirrors));
        foreach (var domain in Domains)
        {
            var zone = domain.Zone;
            if (looks[zone.Id].Second.Reason is { } reason)
            {
                missing.Add(new MissingMeter(zone.MeterId, tree.PathOf(zone.Counter), Explain(tree, zone, reason), reason == Unreadable.Denied ? Advisory : null, reason == Unreadable.Denied ? Remedies(perf.IsHere) : []));
                continue;
            }

            var taken = _meters.Exists(meter => meter.Description.Id == zone.MeterId);
            _meters.Add(new RaplMeter(tree, zone, new MeterDescription(
                taken ? $"{zone.MeterId}@{zone.Id}" : zone.MeterId, domain.Component, MeterKind.EnergyCounter, domain.Role, Range: zone.Range, CeilingWatts: zone.CeilingWatts,
                Note: $"{tree.PathOf(zone.Counter)}: {(domain.Role == MeterRole.Machine ? "summed" : "not summed")}: {domain.Why}")));
        }

        _perf = perf.Decide(tree, Domains, zone => !looks[zone.Id].Second.IsGap);
        Meters = [.. _meters, .. _perf];
        missing.AddRange(perf.Problems);
        if (zones.Count == 0 && Packages.IsEmpty)
            missing.Add(Absent(tree, description));
        if (perf is { IsHere: true, Refusal: { } refusal } && Packages.IsEmpty)
        {
            missing.Add(new MissingMeter("perf:package", tree.PathOf(PowerUnit.Folders[0]), refusal, refusal.StartsWith(Unreadable.Denied, StringComparison.Ordinal) ? Advisory : null,
                refusal.StartsWith(Unreadable.Denied, StringComparison.Ordinal) && zones.Count == 0 ? PerfRemedies : []));
        }

        foreach (var counted in _meters.Where(meter => meter.Description.Role == MeterRole.Machine && meter.Zone.IsPackage))
        {
            _mirrors.AddRange(_meters.Where(meter => meter.Description.Role == MeterRole.Contained && meter.Zone.IsPackage && meter.Zone.ControlType == counted.Zone.ControlType
                && meter.Zone.Package == counted.Zone.Package).Select(mirror => (counted, mirror)));
        }

        var lost = Domains.Where(domain => domain.Role == MeterRole.Machine && looks[domain.Zone.Id].Second.IsGap && domain.Zone.IsPackage
            && !_perf.Exists(meter => meter.Description is { Role: MeterRole.Machine, Component: Component.Cpu } && meter.Counted.Package.ToString(CultureInfo.InvariantCulture) == domain.Zone.Package)).Select(domain => domain.Zone.Name).ToArray();
        if (lost.Length > 0)
            doubts.Add(new Doubt("package-missing", $"{string.Join(", ", lost)} cannot be read while other packages can: the processor's energy lacks it."));
        (Missing, Doubts) = (missing, doubts);

        // A zone that already surprises gives way to the event that counts the same.
        IReadOnlyList<RaplDomain> Safest(IReadOnlyList<RaplDomain> domains)
        {
            if (!perf.IsHere)
                return domains;
            var kept = new List<RaplDomain>(domains.Count);
            foreach (var domain in domains)
            {
                kept.Add(domain.Role == MeterRole.Machine && Surprise(domain.Zone) is { } surprise && perf.Has(domain.Component, domain.Zone.Around)
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
                return "it does not tell its range, so that a wrap could not be corrected";
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

    /// <summary>What was decided for each zone.</summary>
    public IReadOnlyList<RaplDomain> Domains { get; }

    /// <summary>Every zone that can be read, then every performance event that was opened.</summary>
    public override IReadOnlyList<IMeter> Meters { get; }

    /// <summary>Ids of the package meters that are summed.</summary>
    public ImmutableArray<string> Packages => Summed(Component.Cpu);

    /// <summary>Ids of the memory meters that are summed.</summary>
    public ImmutableArray<string> Memory => Summed(Component.Memory);

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

    /// <summary>Doubts known before the first sample.</summary>
    public override IReadOnlyList<Doubt> Doubts { get; }

    /// <summary>Doubts after a run: what dies counted since does not agree with what was decided at the start.</summary>
    public override IEnumerable<Doubt> ClosingDoubts()
    {
        foreach (var (counted, mirror) in _mirrors)
        {
            if (MirrorCheck.AreOneBySince(counted.Moved, mirror.Moved) is false)
                yield return new Doubt("not-a-mirror", $"{mirror.Zone.Name} was taken for a mirror of {counted.Zone.Name}, but counted {mirror.Moved / 1e6:0.0} J where that counted {counted.Moved / 1e6:0.0} J; it was not summed.");
        }

        foreach (var doubt in Comparisons())
            yield return doubt;

        var summed = _meters.Where(meter => meter.Description.Role == MeterRole.Machine && meter.Zone.IsPackage).ToArray();
        for (var i = 0; i < summed.Length; i++)
        {
            for (var j = i + 1; j < summed.Length; j++)
            {
                // Two dies of one socket under the same load come near each other, but not as near as one counter read twice.
                if (summed[i].Zone.Package == summed[j].Zone.Package && Math.Abs(summed[i].Moved - summed[j].Moved) * 1000 < summed[i].Moved && summed[i].Moved > 100_000_000)
                    yield return new Doubt("perhaps-a-mirror", $"{summed[i].Zone.Name} and {summed[j].Zone.Name} counted the same {summed[i].Moved / 1e6:0.0} J within 0.1 %; if they are one counter, the processor was counted twice.");
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

    /// <summary>A component of a package counted both ways must have come to the same.</summary>
    IEnumerable<Doubt> Comparisons()
    {
        foreach (var group in _perf.Where(meter => meter.Counted.Name is "energy-pkg" or "energy-ram").GroupBy(meter => (meter.Counted.Component, meter.Counted.Package)))
        {
            var package = group.Key.Package.ToString(CultureInfo.InvariantCulture);
            var zones = _meters.Where(meter => meter.Description.Component == group.Key.Component && meter.Zone.Around == package && (meter.Zone.IsPackage || meter.Zone.Name == "dram")
                && (meter.Description.Role == MeterRole.Machine || group.Any(other => other.Description.Role == MeterRole.Machine))).ToArray();
            var events = group.Where(meter => !meter.IsMirror).ToArray();
            if (zones.Length == 0 || zones.Any(meter => meter.Zone.ControlType != zones[0].Zone.ControlType))
                continue;
            var (byZone, byEvent) = (zones.Sum(meter => meter.Moved), events.Sum(meter => meter.Moved));
            if (MirrorCheck.AreOneBySince(byZone, byEvent) is false)
            {
                yield return new Doubt("ways-disagree", string.Create(CultureInfo.InvariantCulture,
                    $"{string.Join(" + ", zones.Select(meter => meter.Description.Id))} counted {byZone / 1e6:0.0} J where {string.Join(" + ", events.Select(meter => meter.Description.Id))} counted {byEvent / 1e6:0.0} J; {(events.Any(meter => meter.Description.Role == MeterRole.Machine) ? "the second" : "the first")} was summed."));
            }
        }
    }

    static bool IsPerf(string id) => id.StartsWith("perf:", StringComparison.Ordinal);

    ImmutableArray<string> Summed(Component component) =>
        [.. Meters.Where(meter => meter.Description.Role == MeterRole.Machine && meter.Description.Component == component).Select(meter => meter.Description.Id)];

    sealed class TwoLooks(Reading first)
    {
        public Reading First { get; } = first;

        public Reading Second { get; set; }
    }

    static Reading Look(FileTree tree, RaplZone zone)
    {
        using var file = tree.Keep(zone.Counter);
        return file.TryReadNumber(out var value, out var reason) ? Reading.Of(value) : Reading.Gap(reason ?? Unreadable.Failed);
    }

    static string Explain(FileTree tree, RaplZone zone, string reason)
    {
        if (reason != Unreadable.Denied)
            return reason;
        return tree.ModeOf(zone.Counter) is { } mode ? $"{reason}: its mode is {Convert.ToString((int)mode, 8).PadLeft(4, '0')}, for its owner root alone" : reason;
    }

    static IReadOnlyList<Remedy> PerfRemedies { get; } =
    [
        new Remedy("let one copy of tonne count performance events (CAP_PERFMON, Linux 5.8); whoever may run that copy sees the energy of all, so keep it to a group you trust", "sudo setcap cap_perfmon=ep \"$(readlink -f \"$(command -v tonne)\")\"", LastsAcrossBoots: true),
        new Remedy("let everybody count performance events of the whole machine until the next boot: also what others' programs do, a wider door than the counters' files", "sudo sysctl kernel.perf_event_paranoid=0", LastsAcrossBoots: false),
    ];

    static IReadOnlyList<Remedy> Remedies(bool perf) => perf ? [.. Remedies(), .. PerfRemedies] : Remedies();

    static IReadOnlyList<Remedy> Remedies() =>
    [
        new Remedy(
            "let the group powercap read the counters, from every boot on (udev rule)",
            """sudo groupadd -f powercap && sudo usermod -aG powercap "$USER" && echo 'SUBSYSTEM=="powercap", ACTION=="add", TEST=="energy_uj", RUN+="/bin/chgrp powercap /sys%p/energy_uj", RUN+="/bin/chmod 0440 /sys%p/energy_uj"' | sudo tee /etc/udev/rules.d/60-tonne-powercap.rules && sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=powercap --action=add""",
            LastsAcrossBoots: true),
        new Remedy("let one copy of tonne read any file (CAP_DAC_READ_SEARCH); only for a copy that nobody else may change", "sudo setcap cap_dac_read_search=ep \"$(readlink -f \"$(command -v tonne)\")\"", LastsAcrossBoots: true),
        new Remedy("measure this run as root", "sudo tonne run -- COMMAND", LastsAcrossBoots: false),
        new Remedy("until the next boot, for one group", "sudo groupadd -f powercap && sudo find /sys/devices/virtual/powercap -name energy_uj -exec chgrp powercap {} + -exec chmod 0440 {} +", LastsAcrossBoots: false),
    ];

    static MissingMeter Absent(FileTree tree, MachineDescription description)
    {
        var path = tree.PathOf(RaplZones.Folders[0]);
        if (description.Machine.Virtual)
            return new MissingMeter("rapl", path, "a virtual machine: hosts keep their energy counters to themselves", null, []);
        if (description.Cpu.VendorId is null)
            return new MissingMeter("rapl", path, "the processor is not known to have energy counters (Intel since 2011, AMD since Zen have)", null, []);
        if (RaplZones.Folders.Any(tree.Exists))
        {
            return new MissingMeter("rapl", path, "the folder is there and holds no zone: a container hides it, or the driver is not loaded", Advisory,
            [
                new Remedy("load the driver", "sudo modprobe intel_rapl_msr", LastsAcrossBoots: false),
                new Remedy("in a container: run tonne on its host, or show it the host's counters", "docker run --security-opt systempaths=unconfined …", LastsAcrossBoots: false),
            ]);
        }

        return new MissingMeter("rapl", path, "no power zones: the driver is not loaded, or the kernel is without it (AMD needs Linux 5.8)", null, [new Remedy("load the driver", "sudo modprobe intel_rapl_msr", LastsAcrossBoots: false)]);
    }
}
