using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Hwmon;

/// <summary>Powers and energies of the kernel's sensor chips (hwmon). Those known to cover a whole part of the machine are summed; the others are only shown.</summary>
/// <remarks>
/// | driver | channel | component | offered |
/// |---|---|---|---|
/// | power_meter (ACPI) | power1_average, unless of a battery | platform | yes, if it is the only one |
/// | power_meter of NVIDIA Grace | Module Power Socket N | platform | yes, all sockets together |
/// | | CPU Power Socket N, without Module: Grace Power Socket N | cpu | yes |
/// | ina3221, ina238, … | the rail of a module's input, or the rails that sum to it | platform | yes |
/// | | the rail of the processor beside it | cpu | yes |
/// | ibmpowernv | power labelled System | platform | yes |
/// | amd_hsmp_hwmon, fam15h_power | power1_input, one chip for each socket | cpu | yes |
/// | apm_xgene | power labelled CPU power | cpu | yes |
/// | amd_energy | energy of Esocket* | cpu | yes; cores are not read |
/// | amdgpu, i915, xe | | gpu | by their own instruments |
/// | anything else | | other | no: shown, named by driver and label |
/// What the names of sensors mean: <see cref="SensorName"/>.
/// Source: Linux, Documentation/hwmon/acpi_power_meter.rst, amd_energy.rst, fam15h_power.rst, xgene-hwmon.rst, ibmpowernv.rst, ina3221.rst;
/// drivers/platform/x86/amd/hsmp/hwmon.c.
/// </remarks>
sealed class HwmonMeters : Instrument
{
    const string Root = "sys/class/hwmon";
    const string Firmware = "power_meter";

    /// <summary>Why a power is rejected: 0 W.</summary>
    internal const string NoPower = "it reports 0 W, which nothing that runs draws";

    /// <summary>More channels than this are some other machine's rack.</summary>
    const int MaxChannels = 64;

    readonly FileTree _tree;
    readonly bool _isVirtual;
    readonly List<NonBlockingMeter> _meters = [];
    readonly List<MeteredPart> _parts = [];
    readonly List<MissingMeter> _missing = [];
    readonly List<Warning> _warnings = [];

    /// <summary>What each sensor is summed for, by the sensor's id.</summary>
    readonly Dictionary<string, Component> _summed = new(StringComparer.Ordinal);

    /// <summary>Ids of sensors that cover a part and cannot be read.</summary>
    readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);

    /// <summary>Looks for sensor chips.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="isVirtual">Whether it is a virtual machine: a power meter of its firmware is an invention of the hypervisor's, or the host's.</param>
    internal HwmonMeters(FileTree tree, bool isVirtual = false)
    {
        (_tree, _isVirtual) = (tree, isVirtual);
        var sensors = FindSensors();
        AddFirmware([.. sensors.Where(IsOfFirmware)]);
        AddRails([.. sensors.Where(sensor => SensorName.IsCurrentMonitor(sensor.Chip))]);
        AddSystem([.. sensors.Where(sensor => sensor is { Chip: "ibmpowernv", Channel: { Kind: MeterKind.Power, Label: "System" } })]);
        AddSockets([.. sensors.Where(IsSocket)]);
        var sums = _meters.ToList();
        _meters.Clear();
        foreach (var sensor in sensors.Where(sensor => !_unreadable.Contains(sensor.Id)))
            _meters.Add(new NonBlockingMeter(CreateMeter(sensor)));
        _meters.AddRange(sums);
    }

    /// <summary>Accuracy of what AMD's firmware reports of a socket.</summary>
    internal static Factor SocketAccuracy { get; } = new(
        "hwmon/socket-accuracy", "joules per joule reported by a processor socket's firmware", "1", new Bounds(0.93, 1, 1.07), Quality.Assumed,
        new Source("KERNEL-HWMON", "Linux kernel documentation, hwmon: amd_energy, amd_hsmp_hwmon"), "no accuracy is stated; twice as wide as that of package counters");

    /// <summary>Accuracy of a rail of a current monitor: amplifier, shunt and resolution.</summary>
    static Factor RailAccuracy { get; } = new(
        "hwmon/rail-accuracy", "joules per joule of a current monitor's voltage × current", "1", new Bounds(0.95, 1, 1.05), Quality.Assumed,
        new Source("KERNEL-HWMON", "Linux kernel documentation, hwmon: ina3221, ina238"),
        "the board's shunts and layout state no accuracy: the width is assumed");

    /// <inheritdoc/>
    public override IReadOnlyList<IMeter> Meters => _meters;

    /// <inheritdoc/>
    public override IReadOnlyList<Warning> Warnings => _warnings;

    /// <inheritdoc/>
    public override IReadOnlyList<MeteredPart> Parts => _parts;

    /// <inheritdoc/>
    public override IReadOnlyList<MissingMeter> Missing => _missing;

    /// <inheritdoc/>
    public override void PrepareFinalSample()
    {
        foreach (var meter in _meters)
            meter.WaitForFreshReading(TimeSpan.FromSeconds(1.0 / Math.Max(1, _meters.Count)));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var meter in _meters)
            meter.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Drivers of cards that have instruments of their own; <c>i915_gt0</c> is a part of <c>i915</c>.</summary>
    static bool IsGraphics(string name) => name is "amdgpu" or "xe" || name.StartsWith("i915", StringComparison.Ordinal);

    List<Sensor> FindSensors()
    {
        var sensors = new List<Sensor>();
        foreach (var chip in _tree.ListNames(Root))
        {
            var folder = $"{Root}/{chip}";
            if (_tree.ReadLine($"{folder}/name") is not { } name || IsGraphics(name))
                continue;
            var channels = SensorName.IsCurrentMonitor(name) ? SensorChannel.FindRails(_tree, folder) : SensorChannel.FindAll(_tree, folder);
            foreach (var channel in channels)
            {
                if (sensors.Count >= MaxChannels)
                    return sensors;
                if (name != "amd_energy" || channel.Label?.StartsWith("Esocket", StringComparison.Ordinal) == true)
                    sensors.Add(new Sensor(name, folder, channel, CreateMeterId(sensors, name, channel.Name)));
            }
        }

        return sensors;
    }

    bool IsOfFirmware(Sensor sensor) => sensor is { Chip: Firmware, Channel: { Name: "power1", Kind: MeterKind.Power } }
        && _tree.ReadNumber($"{sensor.Folder}/power1_is_battery") is null or 0;

    static bool IsSocket(Sensor sensor) => sensor.Chip switch
    {
        "amd_hsmp_hwmon" or "fam15h_power" => sensor.Channel is { Name: "power1", Kind: MeterKind.Power },
        "apm_xgene" => sensor.Channel is { Kind: MeterKind.Power, Label: "CPU power" },
        "amd_energy" => sensor.Channel.Kind == MeterKind.EnergyCounter,
        _ => false,
    };

    /// <summary>Power meters of the firmware: named by socket, or one for the machine.</summary>
    void AddFirmware(List<Sensor> meters)
    {
        var named = meters.FindAll(meter => SensorName.ParseSocket(meter.Channel.Label) is not null);
        if (named.Count == 0)
        {
            AddWhole(meters, "The firmware's own power meter (ACPI): the whole machine, as its maker measures it.", count =>
                $"{count} power meters of the firmware: which of them holds which is not reported, so none is taken for the machine");
            return;
        }

        if (_isVirtual)
        {
            AddMissing(Firmware, "a virtual machine: the power meters that its firmware shows are not its own");
            return;
        }

        var sockets = named.Select(meter => SensorName.ParseSocket(meter.Channel.Label)!.Value.Socket).Distinct().Count();
        var modules = SelectOfAllSockets("Module");
        var processors = SelectOfAllSockets("Grace");
        var cores = SelectOfAllSockets("CPU");
        if (modules is not null)
        {
            AddModule(
                modules, $"{Firmware}/module",
                $"The power that the firmware reports of {FormatCount(modules.Count, "module")}: processors, memory and GPUs.",
                ReadAccuracy(_tree, modules[0].Folder), MachineKind.GpuServer);
        }

        // Inside a module's power the memory has its own share of the rest; without one it would be missing beside the cores.
        if (modules is null && processors is not null)
        {
            AddProcessors(
                processors, $"The power that the firmware reports of {FormatCount(processors.Count, "processor")} with memory and regulators.",
                ReadAccuracy(_tree, processors[0].Folder), includesMemory: true);
        }
        else if (cores is not null)
        {
            AddProcessors(
                cores, $"The power that the firmware reports of the cores of {FormatCount(cores.Count, "processor")}.",
                ReadAccuracy(_tree, cores[0].Folder));
        }

        List<Sensor>? SelectOfAllSockets(string what)
        {
            var found = named.FindAll(meter =>
                SensorName.ParseSocket(meter.Channel.Label)!.Value.What.Equals(what, StringComparison.OrdinalIgnoreCase));
            if (found.Count == 0)
                return null;
            var id = $"{Firmware}/{what.ToLowerInvariant()}";
            var own = found.Select(meter => SensorName.ParseSocket(meter.Channel.Label)!.Value.Socket).Distinct().Count();
            if (own == sockets && own == found.Count)
                return AreReadable(found) ? found : null;
            AddMissing(id, own < found.Count
                ? $"{found.Count} meters are named {what} Power Socket, some alike: which holds which is not known, so none is summed"
                : $"only {own} of {sockets} sockets have a meter named {what} Power Socket, so none is summed");
            return null;
        }
    }

    /// <summary>Rails of current monitors: a module's input, and the processor's rail in it.</summary>
    void AddRails(List<Sensor> rails)
    {
        if (_isVirtual || rails.Count == 0)
            return;
        var inputs = rails.FindAll(rail => SensorName.IsModuleInput(rail.Channel.Label));
        if (inputs.Count == 0)
        {
            inputs = SensorName.ModuleInputSets.Select(set => set.Select(FindRails).ToList())
                .FirstOrDefault(set => set.TrueForAll(same => same.Count == 1))?.ConvertAll(same => same[0]) ?? [];
        }
        else if (inputs.Count > 1)
        {
            AddMissing(
                rails[0].Chip, $"{inputs.Count} rails ({FormatLabels(inputs)}) are each a module's whole input: none is taken for the machine");
            return;
        }

        if (inputs.Count == 0)
        {
            // A monitor without a label says nothing at all; that it is shown is enough.
            var labelled = rails.FindAll(rail => rail.Channel.Label is not null);
            if (labelled.Count > 1)
            {
                AddMissing(
                    rails[0].Chip,
                    $"the rails of its current monitors ({FormatLabels(labelled)}) are shown: that they hold the whole machine is not known");
            }

            return;
        }

        // One of several rails may be off; the whole cannot.
        if (!AreReadable(inputs, allowZero: inputs.Count > 1))
            return;
        AddModule(inputs, $"{inputs[0].Chip}/module", inputs.Count == 1
            ? $"The power of the rail {inputs[0].Channel.Label}: the module's whole input."
            : $"The power of the rails {FormatLabels(inputs)}, which together are the module's input.", RailAccuracy, MachineKind.Board);
        var processors = rails.FindAll(rail => SensorName.IsProcessorRail(rail.Channel.Label));
        if (processors.Count == 1 && AreReadable(processors))
            AddProcessors(processors, $"The power of the processor's rail, {processors[0].Channel.Label}.", RailAccuracy);

        List<Sensor> FindRails(string label) => rails.FindAll(rail => label.Equals(rail.Channel.Label, StringComparison.OrdinalIgnoreCase));
    }

    void AddSystem(List<Sensor> meters) =>
        AddWhole(
            meters, "The system's power, as the service processor reports it.", count => $"{count} meters are named System: none is taken for the machine");

    /// <summary>Powers or energies of processor sockets.</summary>
    void AddSockets(List<Sensor> sockets)
    {
        sockets.RemoveAll(socket => !AreReadable([socket]));
        if (sockets.Count == 0)
            return;
        var why = sockets.Count == 1
            ? "The power that the processor socket reports to the kernel."
            : $"The power that {sockets.Count} processor sockets report to the kernel.";
        AddProcessors(sockets, why, SocketAccuracy);
    }

    /// <summary>A meter of the whole machine, if there is one only.</summary>
    void AddWhole(List<Sensor> meters, string why, Func<int, string> describeSeveral)
    {
        meters.RemoveAll(meter => !AreReadable([meter]));
        if (meters.Count == 0)
            return;
        if (_isVirtual)
        {
            AddMissing(meters[0].Chip, "a virtual machine: the power meter that its firmware shows is not its own");
        }
        else if (meters.Count > 1)
        {
            AddMissing(meters[0].Chip, describeSeveral(meters.Count));
        }
        else
        {
            _summed[meters[0].Id] = Component.Platform;
            _parts.Add(new MeteredPart(Component.Platform, null, [meters[0].Id], ReadAccuracy(_tree, meters[0].Folder), why));
        }
    }

    /// <summary>The power of one or several modules, taken for the machine: what is outside them widens the bounds.</summary>
    void AddModule(List<Sensor> sensors, string sumId, string why, Factor accuracy, MachineKind kind)
    {
        var id = sensors[0].Id;
        if (sensors.Count == 1)
        {
            _summed[id] = Component.Platform;
        }
        else
        {
            id = $"hwmon:{sumId}";
            var description = new MeterDescription(
                id, Component.Platform, MeterKind.Power, MeterRole.Machine, CeilingWatts: 5_000 * sensors.Count,
                Note: $"sum of {string.Join(", ", sensors.Select(sensor => sensor.Id))}: reported as a part of the machine",
                RefreshSeconds: ReadInterval(_tree, sensors[0].Folder));
            _meters.Add(new NonBlockingMeter(new SensorSum([.. sensors.Select(CreateMeter)], description)));
        }

        var outside = OtherPower.Fraction(kind).Bounds.High;
        var bounds = accuracy.Bounds;
        _parts.Add(new MeteredPart(Component.Platform, null, [id], accuracy with
        {
            Id = "hwmon/module-accuracy",
            Label = "joules at the plug per joule that a module's meter reports",
            Bounds = new Bounds(bounds.Low, bounds.Best, bounds.High * (1 + outside)),
            Quality = Quality.Assumed,
            Note = "the meter's own accuracy; upwards also fans, drives, network cards and the supply's losses, which are outside the module: "
                + string.Create(CultureInfo.InvariantCulture, $"up to {outside:0.##} of it"),
        }, why)
        {
            // A board draws some watts, which the model of its memory may exceed: there it is a part of all others.
            IncludesMemory = kind == MachineKind.Board,
        });
        _warnings.Add(new Warning("meter-of-module",
            $"{id} measures the module, without fans, drives, network cards and the supply's losses: the machine draws more at the plug.",
            "Name a plug meter or a management controller with --meter."));
    }

    void AddProcessors(List<Sensor> sensors, string why, Factor accuracy, bool includesMemory = false)
    {
        foreach (var sensor in sensors)
            _summed[sensor.Id] = Component.Cpu;
        _parts.Add(new MeteredPart(Component.Cpu, null, [.. sensors.Select(sensor => sensor.Id)], accuracy, why)
        {
            IncludesMemory = includesMemory,
        });
    }

    /// <summary>Whether all can be read now and none reports nothing; those that cannot be are missing meters.</summary>
    bool AreReadable(List<Sensor> sensors, bool allowZero = false)
    {
        var readable = true;
        foreach (var sensor in sensors)
        {
            using var meter = CreateMeter(sensor);
            var reading = meter.Read(0);
            var isZero = reading.Value == 0 && !allowZero && sensor.Channel.Kind == MeterKind.Power;
            if ((reading.Reason ?? (isZero ? NoPower : null)) is not { } reason)
                continue;
            readable = false;
            if (_unreadable.Add(sensor.Id))
                _missing.Add(new MissingMeter(sensor.Id, _tree.GetFullPath(sensor.Channel.Path), reason, null, []));
        }

        return readable;
    }

    SensorMeter CreateMeter(Sensor sensor)
    {
        Component? component = _summed.TryGetValue(sensor.Id, out var summed) ? summed : null;
        return new SensorMeter(_tree, sensor.Channel.Path, new MeterDescription(
            sensor.Id, component ?? Component.Other, sensor.Channel.Kind, component is null ? MeterRole.Contained : MeterRole.Machine,
            Note: FormatNote(sensor, component),
            RefreshSeconds: sensor.Chip == Firmware ? ReadInterval(_tree, sensor.Folder) : null), sensor.Channel.CurrentPath);
    }

    void AddMissing(string id, string reason) => _missing.Add(new MissingMeter($"hwmon:{id}", _tree.GetFullPath(Root), reason, null, []));

    string FormatNote(Sensor sensor, Component? component)
    {
        var channel = sensor.Channel;
        var what = channel.Label is { } label ? $"{sensor.Chip} \"{label}\"" : sensor.Chip;
        var how = component is null ? "not summed" : "reported as a part of the machine";
        var factors = channel.CurrentPath is { } current ? $" × {Path.GetFileName(current)}" : "";
        return $"{_tree.GetFullPath(channel.Path)}{factors}: {what}{(channel.IsAverage ? ", the chip's own mean" : "")}: {how}";
    }

    /// <summary>The driver's name and the channel; a second chip of the same driver gets a number, in the order of the kernel's.</summary>
    static string CreateMeterId(List<Sensor> sensors, string name, string channel)
    {
        var id = $"hwmon:{name}/{channel}";
        for (var i = 2; sensors.Exists(sensor => sensor.Id == id); i++)
            id = string.Create(CultureInfo.InvariantCulture, $"hwmon:{name}#{i}/{channel}");
        return id;
    }

    static string FormatCount(int count, string noun) =>
        count == 1 ? $"one {noun}" : string.Create(CultureInfo.InvariantCulture, $"{count} {noun}s");

    static string FormatLabels(List<Sensor> sensors) => string.Join(", ", sensors.Select(sensor => sensor.Channel.Label));

    /// <summary>Over how long the firmware takes its mean, in s; null if it does not report it.</summary>
    static double? ReadInterval(FileTree tree, string folder) => tree.ReadNumber($"{folder}/power1_average_interval") is { } milliseconds and > 0 and < 3_600_000 ? milliseconds / 1e3 : null;

    /// <summary>The accuracy that the firmware states, <c>95.0%</c>; else 5 %, assumed.</summary>
    static Factor ReadAccuracy(FileTree tree, string folder)
    {
        var stated = tree.ReadLine($"{folder}/power1_accuracy") is { } text && double.TryParse(text.AsSpan().TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 50 and < 100 ? 1 - (percent / 100) : (double?)null;
        var width = stated ?? 0.05;
        return new Factor("hwmon/acpi-accuracy", "joules at the plug per joule reported by the firmware's power meter", "1", new Bounds(1 - width, 1, 1 + width), stated is null ? Quality.Assumed : Quality.Measured,
            new Source("ACPI-POWER-METER", "Advanced Configuration and Power Interface Specification, Power Meters"), stated is null ? "the firmware states no accuracy; 5 % was assumed" : "as the firmware states it");
    }

    /// <summary>A channel of a chip.</summary>
    /// <param name="Chip">Name of the driver.</param>
    /// <param name="Folder">Its folder.</param>
    /// <param name="Channel">The channel.</param>
    /// <param name="Id">Id of its meter.</param>
    sealed record Sensor(string Chip, string Folder, SensorChannel Channel, string Id);
}
