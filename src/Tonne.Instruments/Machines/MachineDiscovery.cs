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
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Machines;

/// <summary>Discovers a machine and its meters: which components are metered, which are modelled, and why.</summary>
/// <remarks>
/// A missing or malformed file is never an exception. Discovery writes no file and uses no network except for the addresses in the options.
/// </remarks>
public static class MachineDiscovery
{
    /// <summary>Discovers the machine whose files are below a root.</summary>
    /// <param name="tree">The files of the machine, or a folder with copies of them.</param>
    /// <param name="options">What the caller knows of the machine; null if nothing.</param>
    public static DiscoveryResult Discover(FileTree tree, DiscoveryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tree);
        options ??= new DiscoveryOptions();
        var system = options.HostSystem ?? (tree.IsSysroot ? null : HostSystem.Current);
        var description = system?.Describe() ?? MachineDescription.Read(tree);
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
        var instruments = (system is null ? CreateInstruments(tree, description, options) : CreateInstruments(system, tree, description, options)).ToList();
        foreach (var instrument in instruments)
        {
            missing.AddRange(instrument.Missing);
            warnings.AddRange(instrument.Warnings);
        }

        var parts = SelectParts(instruments);
        var gpus = parts.Where(part => part.Component == Component.Gpu).Select(part => part.Name ?? "unknown").ToList();
        if (gpus.Count > 0)
            machine = machine with { Gpus = gpus };
        var energyMeters = instruments.SelectMany(instrument => instrument.Meters).ToList();
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
        parts = ApplyIdlePowers(parts, tree, machine, options);
        var rates = MachineModel.CreateRates(
            power, parts, options.CpuIdlePower ?? calibration?.PackageIdlePower ?? parts.Find(part => part.Component == Component.Cpu)?.IdlePower,
            [.. energyMeters.Select(meter => meter.Description)], options.OnlyMeasured);
        var cpuTime = system is null ? OpenCpuTime(tree, warnings, missing) : null;
        return new DiscoveryResult
        {
            Machine = machine,
            Description = description,
            Power = power,
            EnergyMeters = energyMeters,
            CpuTimeMeters = system is not null ? OpenCpuTime(system, warnings, missing)
                : cpuTime is null ? [] : OpenProcessTime(cpuTime) is { } processes ? [cpuTime.Busy, cpuTime.Idle, processes] : [cpuTime.Busy, cpuTime.Idle],
            MemoryMeters = system is not null ? (system.ReadMemory() is null ? [] : [new SystemMemoryMeter(system)])
                : OpenMemory(tree) is { } memory ? [memory] : [],
            Bases = rates.Bases,
            Rates = rates.Rates,
            Fallback = CreateFallback(power, parts, [.. energyMeters.Select(meter => meter.Description)]),
            Missing = missing,
            Warnings = [.. warnings],
            CpuTime = cpuTime,
            Instruments = instruments,
        };
    }

    /// <summary>Gives each metered part the idle power that was seen of it on this machine, in place of that of a catalog.</summary>
    static List<MeteredPart> ApplyIdlePowers(List<MeteredPart> parts, FileTree tree, Machine machine, DiscoveryOptions options)
    {
        if (options.IdlePowers.Count == 0 || IdlePowerStore.IdentifyMachine(tree) is not { } id)
            return parts;
        var now = options.Time.GetUtcNow();
        return parts.ConvertAll(part => part.IdlePower is null && part.Component is Component.Cpu or Component.Gpu && !part.Meters.IsDefaultOrEmpty
            && IdlePowerStore.Find(options.IdlePowers, id, machine, part.Meters, part.PowerLimitWatts ?? EstimateMaxWatts(part, machine), now) is { } seen ? part with { IdlePower = seen } : part);
    }

    /// <summary>What a part cannot idle at, W: several times what it draws at most.</summary>
    static double EstimateMaxWatts(MeteredPart part, Machine machine) => part.Component == Component.Gpu ? MaxWattsPerGpu : MaxWattsPerThread * machine.Threads;

    // An eight-GPU node is specified at 10 to 15 kW (NVIDIA DGX H100: 10.2 kW at most; DGX B200: 14.3 kW).
    const double MaxWattsOfNode = 20_000;
    const double MaxWattsOfBoard = 2_000;
    const double MaxWattsPerThread = 50;
    const double MaxWattsPerGpu = 3_000;

    /// <summary>Selects the meters of each component and device: those of the first instrument that has some.</summary>
    internal static List<MeteredPart> SelectParts(IReadOnlyList<Instrument> instruments)
    {
        var selected = new List<MeteredPart>();
        foreach (var instrument in instruments)
        {
            foreach (var part in instrument.Parts)
            {
                if (!selected.Exists(other => other.Component == part.Component && other.Device == part.Device))
                    selected.Add(part);
            }
        }

        return selected;
    }

    /// <summary>
    /// A power that a machine cannot exceed, W: several times what its parts draw at most. Of a virtual machine the host is unknown, and
    /// may be a node of eight GPUs.
    /// </summary>
    static double EstimateMaxWatts(Machine machine, int gpus) =>
        machine.Virtual ? MaxWattsOfNode : MaxWattsOfBoard + (MaxWattsPerThread * machine.Threads) + (MaxWattsPerGpu * gpus);

    /// <summary>Creates all instruments, in the order in which <see cref="SelectParts"/> prefers them.</summary>
    static IEnumerable<Instrument> CreateInstruments(FileTree tree, MachineDescription description, DiscoveryOptions options)
    {
        // GPUs of all makers are numbered in one sequence, in the order of the instruments.
        var nextGpuNumber = 0;
        var local = new List<MeteredPart>();
        var rapl = new RaplMeters(tree, description);
        local.AddRange(rapl.Parts);
        yield return rapl;
        yield return SkipGpuNumbers(new NvidiaMeters(tree, options));
        yield return SkipGpuNumbers(new AmdMeters(tree, options, nextGpuNumber));
        yield return SkipGpuNumbers(new IntelGpuMeters(tree, options, nextGpuNumber));
        // Readings of a device from a server are used only if the device itself reports none, so the network comes after the devices. A
        // plug meter that the user named is preferred to the readings of the machine's firmware, so the network comes before these.
        if (!options.MeterAddresses.IsDefaultOrEmpty)
            yield return new NetworkMeters(options, EstimateMaxWatts(description.Machine, nextGpuNumber), local: local);
        yield return new HwmonMeters(tree, description.Machine.Virtual);
        yield return new BatteryMeters(tree, description.Machine.Virtual);
        yield return new OtherSystemMeters(tree);

        Instrument SkipGpuNumbers(Instrument instrument)
        {
            // The next number follows the highest one used, because the numbers of one maker have gaps where a GPU cannot be read.
            local.AddRange(instrument.Parts);
            foreach (var part in instrument.Parts)
            {
                if (part.Component == Component.Gpu
                    && int.TryParse(part.Device, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                {
                        nextGpuNumber = Math.Max(nextGpuNumber, number + 1);
                }
            }

            return instrument;
        }
    }

    /// <summary>Creates the instruments of another system than Linux, in the order in which <see cref="SelectParts"/> prefers them.</summary>
    static IEnumerable<Instrument> CreateInstruments(HostSystem system, FileTree tree, MachineDescription description, DiscoveryOptions options)
    {
        var gpus = 0;
        IReadOnlyList<MeteredPart> local = [];
        // NVIDIA's library for macOS has not been made since 2019.
        if (system is not MacSystem)
        {
            var nvidia = new NvidiaMeters(tree, options);
            gpus = nvidia.Parts.Count;
            local = nvidia.Parts;
            yield return nvidia;
        }

        if (!options.MeterAddresses.IsDefaultOrEmpty)
            yield return new NetworkMeters(options, EstimateMaxWatts(description.Machine, gpus), local: local);
        yield return new OtherSystemMeters(tree, system);
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

    /// <summary>
    /// Opens the meters of the processors' busy and idle time. A folder of copied files may lack <c>proc/stat</c>; then that of the running
    /// kernel is used, because the job runs there.
    /// </summary>
    static MachineCpuMeters? OpenCpuTime(FileTree tree, List<Warning> warnings, List<MissingMeter> missing)
    {
        foreach (var candidate in tree.IsSysroot ? new[] { tree, FileTree.Local } : [tree])
        {
            var meters = new MachineCpuMeters(candidate);
            var reading = meters.Busy.Read(long.MinValue + 1);
            if (!reading.IsGap)
            {
                if (candidate != tree)
                {
                    warnings.Add(new Warning("cpu-time-from-kernel",
                        $"{tree.GetFullPath("proc/stat")} does not exist: the busy time of the running kernel was used."));
                }

                return meters;
            }

            meters.Dispose();
            missing.Add(new MissingMeter(
                MachineCpuMeters.BusyId, candidate.GetFullPath("proc/stat"), reading.Reason ?? ReadFailure.Failed, null, []));
        }

        warnings.Add(new Warning("cpu-time-unknown",
            "The machine's busy time cannot be read: it was assumed that nothing but the known jobs used the processors."));
        return null;
    }

    /// <summary>Opens the meters of the processors' busy and idle time by another system than Linux; none if it does not report them.</summary>
    static IReadOnlyList<IMeter> OpenCpuTime(HostSystem system, List<Warning> warnings, List<MissingMeter> missing)
    {
        if (system.ReadCpuTime() is not null)
        {
            var meters = new SystemCpuMeters(system);
            return [meters.Busy, meters.Idle];
        }

        if (!missing.Exists(static meter => meter.Id == SystemCpuMeters.BusyId))
            missing.Add(new MissingMeter(SystemCpuMeters.BusyId, system.Name, HostSystem.NotReported, null, []));
        warnings.Add(new Warning("cpu-time-unknown",
            "The machine's busy time cannot be read: it was assumed that nothing but the known jobs used the processors."));
        return [];
    }

    /// <summary>
    /// Opens the account of all processes beside that of the processors; null if a folder of copied files has none. The running kernel may have none either: then
    /// nothing is known of other processes.
    /// </summary>
    static ProcessTimeMeter? OpenProcessTime(MachineCpuMeters cpuTime)
    {
        var meter = ProcessTimeMeter.Open(cpuTime.Tree);
        return meter.IsAvailable || !cpuTime.Tree.IsSysroot ? meter : null;
    }

    /// <summary>
    /// What models the metered parts if their meters do not change: the machine without meters, and GPUs by the time they work.
    /// </summary>
    static RunFallback? CreateFallback(MachinePower power, List<MeteredPart> parts, IReadOnlyList<MeterDescription> meters)
    {
        if (parts.TrueForAll(part => part.Meters.IsDefaultOrEmpty))
            return null;
        var gpus = parts.Where(part => part.Component == Component.Gpu && ReportsTime(part.Device)).Select(part => part with
        {
            Meters = [],
            Accuracy = null,
            Why = "Its meter did not change: modelled by the time the GPU is at work.",
        });
        var modelled = MachineModel.CreateRates(power, [.. gpus]);
        return new RunFallback(modelled.Bases, modelled.Rates);

        bool ReportsTime(string? device) =>
            meters.Any(meter => meter is { Kind: MeterKind.DeviceTime, Role: MeterRole.Busy } && meter.Device == device);
    }

    /// <summary>Opens the meter of memory in use; null if the machine does not report it.</summary>
    static MachineMemoryMeter? OpenMemory(FileTree tree)
    {
        var meter = new MachineMemoryMeter(tree);
        if (!meter.Read(0).IsGap)
            return meter;
        meter.Dispose();
        return null;
    }

    /// <summary>Determines the kind of machine from its firmware, else from the market segment of its processor.</summary>
    static HostKind DetermineKind(MachineDescription description, CpuIdentity identity, CpuPowerModel cpu)
    {
        var machine = description.Machine;
        if (machine.Kind != HostKind.Unknown)
            return machine.Kind;
        // The catalog gives an exact ratio only for processors of single-board computers, whose power is that of the whole board.
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

    /// <summary>
    /// Determines the kind of machine whose factor for other power (fans, board, power supply) applies. If the kind is unknown, the
    /// catalog's processor decides: only server processors have an idle ratio in service with bounds.
    /// </summary>
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
