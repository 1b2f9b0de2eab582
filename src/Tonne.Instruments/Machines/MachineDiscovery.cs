using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Amd;
using Tonne.Instruments.Batteries;
using Tonne.Instruments.Files;
using Tonne.Instruments.HttpPolling;
using Tonne.Instruments.Hwmon;
using Tonne.Instruments.IntelGpus;
using Tonne.Instruments.MachineCalibration;
using Tonne.Instruments.Modelled;
using Tonne.Instruments.Nvidia;
using Tonne.Instruments.Processes;
using Tonne.Instruments.Rapl;
using Tonne.Instruments.MacAndWindows;
using Tonne.Quantities;

namespace Tonne.Instruments.Machines;

/// <summary>Discovers a machine by its files: what is metered, what is modelled, and why.</summary>
/// <remarks>Never throws for what it finds, writes nothing, asks no network but the addresses that the options name.</remarks>
public static class MachineDiscovery
{
    /// <summary>Looks below a root.</summary>
    /// <param name="tree">The machine's files, or a folder that stands in for them.</param>
    /// <param name="options">What is known beforehand.</param>
    public static DiscoveryResult Discover(FileTree tree, DiscoveryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tree);
        options ??= new DiscoveryOptions();
        var description = MachineDescription.Read(tree);
        var warnings = new List<Warning>(description.Warnings);
        var missing = new List<MissingMeter>();
        var identity = CreateCpuIdentity(description);
        var cpu = CpuCatalog.Identify(identity);
        var machine = description.Machine with
        {
            Kind = DetermineKind(description, identity, cpu),
            Microarchitecture = cpu.Microarchitecture == "unknown" ? null : cpu.Microarchitecture,
            Cpu = description.Machine.Cpu == "unknown" && cpu.Model is { } model ? model.Name : description.Machine.Cpu,
            HostThreads = description.Machine.Virtual ? cpu.HostThreads : null,
        };
        var instruments = CreateInstruments(tree, description, options).ToList();
        foreach (var instrument in instruments)
        {
            missing.AddRange(instrument.Missing);
            warnings.AddRange(instrument.Warnings);
        }

        var parts = SelectParts(instruments);
        var gpus = parts.Where(part => part.Component == Component.Gpu).Select(part => part.Name ?? "unknown").ToList();
        if (gpus.Count > 0)
            machine = machine with { Gpus = gpus };
        var energy = instruments.SelectMany(instrument => instrument.Meters).ToList();
        var power = new MachinePower(
            cpu,
            MemoryCatalog.WattsPerGigabyte(cpu.Memory),
            options.OtherFraction ?? OtherPower.Fraction(DetermineOtherPowerKind(machine, identity, cpu)),
            machine.Threads,
            machine.Sockets,
            machine.MemoryBytes);
        var calibration = CalibrationStore.FindFor(options.Calibrations, machine, out var warning);
        if (warning is not null)
            warnings.Add(warning);
        power = calibration?.ApplyTo(power) ?? power;
        var rates = MachineModel.CreateRates(power, parts, options.CpuIdlePower ?? calibration?.PackageIdlePower, [.. energy.Select(meter => meter.Description)], options.OnlyMeasured);
        var clock = OpenCpuTime(tree, warnings, missing);
        return new DiscoveryResult
        {
            Machine = machine,
            Description = description,
            Power = power,
            EnergyMeters = energy,
            CpuTimeMeters = clock is null ? [] : [clock.Busy, clock.Idle],
            Bases = rates.Bases,
            Rates = rates.Rates,
            Missing = missing,
            Warnings = [.. warnings],
            CpuTime = clock,
            Instruments = instruments,
        };
    }

    /// <summary>The first offer for each component and device.</summary>
    internal static List<MeteredPart> SelectParts(IReadOnlyList<Instrument> instruments)
    {
        var chosen = new List<MeteredPart>();
        foreach (var instrument in instruments)
        {
            foreach (var part in instrument.Parts)
            {
                if (!chosen.Exists(other => other.Component == part.Component && other.Device == part.Device))
                    chosen.Add(part);
            }
        }

        return chosen;
    }

    /// <summary>Every way to read a machine, in the order in which their offers are taken.</summary>
    static IEnumerable<Instrument> CreateInstruments(FileTree tree, MachineDescription description, DiscoveryOptions options)
    {
        // GPUs are numbered across their makers, in the order in which they are looked for.
        var gpus = 0;
        yield return new RaplMeters(tree, description);
        yield return Counted(new NvidiaMeters(tree, options));
        yield return Counted(new AmdMeters(tree, options, gpus));
        yield return Counted(new IntelGpuMeters(tree, gpus));
        // What a server reports of a device counts only where the device itself reports nothing; a plug that somebody named counts before what a firmware says of the whole.
        if (!options.MeterAddresses.IsDefaultOrEmpty)
            yield return new NetworkMeters(options);
        yield return new HwmonMeters(tree, description.Machine.Virtual);
        yield return new BatteryMeters(tree, description.Machine.Virtual);
        yield return new UnsupportedSystemMeters(tree);

        Instrument Counted(Instrument instrument)
        {
            // Behind the highest: a maker's GPUs may have gaps, of those that may not be read.
            foreach (var part in instrument.Parts)
            {
                if (part.Component == Component.Gpu && int.TryParse(part.Device, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                    gpus = Math.Max(gpus, number + 1);
            }

            return instrument;
        }
    }

    internal static CpuIdentity CreateCpuIdentity(MachineDescription description)
    {
        var cpu = description.Cpu;
        return new CpuIdentity
        {
            Name = cpu.Name,
            VendorId = cpu.VendorId,
            Family = cpu.Family,
            Model = cpu.Model,
            Stepping = cpu.Stepping,
            Implementer = cpu.Implementer,
            Part = cpu.Part,
            Hypervisor = description.Machine.Virtual,
            Threads = description.Machine.Threads,
            ThreadsPerCore = cpu.ThreadsPerCore,
            Laptop = description.Machine.Kind == HostKind.Laptop || description.Battery,
        };
    }

    /// <summary>Busy and idle time. A tree that holds no <c>proc/stat</c> stands in for sensors only: then the running kernel's is used, since the job runs there.</summary>
    static MachineCpuMeters? OpenCpuTime(FileTree tree, List<Warning> warnings, List<MissingMeter> missing)
    {
        foreach (var candidate in tree.IsSysroot ? new[] { tree, FileTree.Local } : [tree])
        {
            var clock = new MachineCpuMeters(candidate);
            var reading = clock.Busy.Read(long.MinValue + 1);
            if (!reading.IsGap)
            {
                if (candidate != tree)
                    warnings.Add(new Warning("cpu-time-from-kernel", $"{tree.GetFullPath("proc/stat")} is not there: the busy time of the running kernel was used."));
                return clock;
            }

            clock.Dispose();
            missing.Add(new MissingMeter(MachineCpuMeters.BusyId, candidate.GetFullPath("proc/stat"), reading.Reason ?? ReadFailure.Failed, null, []));
        }

        warnings.Add(new Warning("cpu-time-unknown", "The machine's busy time cannot be read: it was taken to be as busy as its known jobs."));
        return null;
    }

    /// <summary>What the firmware reports, else what the processor's segment reports.</summary>
    static HostKind DetermineKind(MachineDescription description, CpuIdentity identity, CpuPowerModel cpu)
    {
        var machine = description.Machine;
        if (machine.Kind != HostKind.Unknown)
            return machine.Kind;
        // The catalog's watts of a single-board computer are those of the board itself.
        if (identity.Part is not null && cpu.InServiceIdleRatio.Bounds.IsExact)
            return HostKind.Board;
        return cpu.Model?.Segment switch
        {
            "server" or "edge" or "edge/server" => HostKind.Server,
            "desktop" => HostKind.Desktop,
            "mobile" => HostKind.Laptop,
            _ => HostKind.Unknown,
        };
    }

    /// <summary>The kind whose rest (fans, board, supply) this machine has. The catalog's watts of a small machine come without a real-host factor.</summary>
    static MachineKind DetermineOtherPowerKind(Machine machine, CpuIdentity identity, CpuPowerModel cpu) => machine.Kind switch
    {
        HostKind.Laptop => MachineKind.Laptop,
        HostKind.Desktop => MachineKind.Desktop,
        // A small server idles like a desktop: most of its power is not the processor's.
        HostKind.Server when cpu.InServiceIdleRatio.Bounds.IsExact && machine.Gpus is not { Count: > 0 } => MachineKind.Desktop,
        HostKind.Server => machine.Gpus is { Count: > 0 } ? MachineKind.GpuServer : MachineKind.Server,
        HostKind.Board => MachineKind.Board,
        _ when !cpu.InServiceIdleRatio.Bounds.IsExact => machine.Gpus is { Count: > 0 } ? MachineKind.GpuServer : MachineKind.Server,
        _ when identity.Part is not null => MachineKind.Board,
        _ when identity.Laptop || cpu.Model?.Segment == "mobile" => MachineKind.Laptop,
        _ => MachineKind.Desktop,
    };
}
