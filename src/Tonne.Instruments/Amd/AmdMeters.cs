using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.GpuDevices;
using Tonne.Instruments.Hwmon;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Amd;

/// <summary>Finds meters of AMD GPUs: the kernel's sensors, and AMD's library if installed; counted per board, not per die.</summary>
sealed class AmdMeters : Instrument
{
    readonly List<IMeter> _meters = [];
    readonly List<MeteredPart> _parts = [];
    readonly List<MissingMeter> _missing = [];
    readonly AmdSmi? _library;
    readonly DrmProcessUsage _usage;

    /// <summary>Looks for AMD's devices.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="options">Variables that hide devices, and where the library is.</param>
    /// <param name="firstDevice">Number of the first board found here.</param>
    internal AmdMeters(FileTree tree, DiscoveryOptions options, int firstDevice)
    {
        _usage = new DrmProcessUsage(tree);
        var all = AmdDie.FindAll(tree);
        if (all.Count == 0)
            return;
        foreach (var die in all.FindAll(die => die.Integrated))
            AddIntegratedGraphics(tree, die);
        var dies = all.FindAll(die => !die.Integrated);
        if (dies.Count == 0)
            return;
        if (options.AmdSmiLibrary is not null || !tree.IsSysroot)
            _library = AmdSmi.TryLoad(options.AmdSmiLibrary, out var why) is { } loaded ? loaded : NotLoaded(why);

        var visible = VisibleDies.SelectVisible([.. dies.SelectMany(die => Enumerable.Repeat(die, die.CountPartitions(tree)))], options.EnvironmentVariable);
        var hiding = VisibleDies.FindVariableName(options.EnvironmentVariable);
        var powers = dies.ConvertAll(die => ReadPower(tree, die));
        var boards = AmdBoards.GroupDies(dies, die => powers[dies.IndexOf(die)] is { IsGap: false, Value: > 0 });
        for (var i = 0; i < boards.Count; i++)
        {
            var device = (firstDevice + i).ToString(CultureInfo.InvariantCulture);
            var isVisible = boards[i].Exists(visible.Contains);
            AddBoard(tree, boards[i], device, isVisible, isVisible ? "" : $" {hiding} hides it from the job.");
        }

        AmdSmi? NotLoaded(string? reason)
        {
            if (reason is not null)
                _missing.Add(new MissingMeter("amdgpu:energy", options.AmdSmiLibrary ?? AmdSmi.LibraryNames[0], reason, null, []));
            return null;
        }
    }

    /// <summary>Accuracy of what a card's firmware reports of its power.</summary>
    internal static Factor CardAccuracy { get; } = new(
        "amdgpu/card-accuracy", "joules per joule reported by a card's firmware", "1", new Bounds(0.93, 1, 1.07), Quality.Assumed,
        new Source("KERNEL-AMDGPU", "Linux kernel documentation, gpu/amdgpu/thermal"), "no accuracy is stated; the width is assumed");

    /// <inheritdoc/>
    public override IReadOnlyList<IMeter> Meters => _meters;

    /// <inheritdoc/>
    public override IReadOnlyList<MeteredPart> Parts => _parts;

    /// <inheritdoc/>
    public override IReadOnlyList<MissingMeter> Missing => _missing;

    /// <inheritdoc/>
    public override void TrackJob(IJobProcesses job) => _usage.TrackJob(job);

    /// <inheritdoc/>
    public override void PrepareFinalSample()
    {
        foreach (var meter in _meters)
            (meter as NonBlockingMeter)?.WaitForFreshReading(TimeSpan.FromSeconds(1.0 / _meters.Count));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var meter in _meters)
            (meter as IDisposable)?.Dispose();
        _library?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Graphics inside a processor: its power is the whole package's, which the processor's own counter holds.</summary>
    void AddIntegratedGraphics(FileTree tree, AmdDie die)
    {
        if (FindPowerChannel(tree, die) is not { } channel)
            return;
        _meters.Add(new NonBlockingMeter(new AmdPowerMeter(tree, die.Card.Folder, channel.Path, new MeterDescription(
            $"amdgpu:{die.Card.Name}/power", Component.Cpu, MeterKind.Power, MeterRole.Contained,
            Note: $"{tree.GetFullPath(channel.Path)}: not summed: graphics inside a processor, whose power it includes (docs.kernel.org, gpu/amdgpu/thermal)"))));
    }

    void AddBoard(FileTree tree, List<AmdDie> board, string device, bool visible, string hidden)
    {
        var name = board[0].Name ?? (board[0].Card.Product is { } product ? string.Create(CultureInfo.InvariantCulture, $"AMD {product:x4}") : null);
        var energies = CreateEnergyMeters(board, device);
        var powers = CreatePowerMeters(tree, board, device, energies.Count > 0);
        var summed = energies.Count > 0 ? energies : powers.FindAll(meter => meter.Description.Role == MeterRole.Machine);
        foreach (var meter in energies)
            _meters.Add(new NonBlockingMeter(meter));
        foreach (var meter in powers)
            _meters.Add(new NonBlockingMeter(meter));
        List<string> busy = [.. board.Select(die => $"{die.Card.Folder}/gpu_busy_percent").Where(tree.Exists)];
        if (busy.Count > 0)
        {
            var time = new AmdBusyTimeMeter(tree, busy, new MeterDescription(
                $"amdgpu:{device}/busy", Component.Gpu, MeterKind.DeviceTime, MeterRole.Busy, Device: device, Note: $"{tree.GetFullPath(busy[0])}: the share of time that the firmware saw it at work, integrated"));
            _meters.Add(new NonBlockingMeter(time));
            if (tree.Exists("proc"))
                _meters.AddRange(_usage.AddDevice([.. board.Select(die => die.Card.Slot).OfType<string>()], () => time.Nanoseconds).CreateMeters("amdgpu", device, reportsTime: true));
        }

        var dies = board.Count > 1 ? $" Its {board.Count} dies are one board: what the first reports is for all." : "";
        _parts.Add(new MeteredPart(Component.Gpu, device, [.. summed.Select(meter => meter.Description.Id)], summed.Count > 0 ? CardAccuracy : null,
            energies.Count > 0 ? $"The card's own energy counter, by AMD's library.{dies}{hidden}" : summed.Count > 0 ? $"The card's power, read at each sample and integrated.{dies}{hidden}" : $"The card reports no power.{dies}{hidden}")
        {
            Name = name,
            Visible = visible,
            PowerLimitWatts = board.Max(die => die.Card.SensorFolder is { } sensors && tree.ReadNumber($"{sensors}/power1_cap") is { } cap and > 0 ? cap / 1e6 : (double?)null),
        });
    }

    /// <summary>Energy counters of those dies that count: the second of an MI250 stays at 0.</summary>
    List<IMeter> CreateEnergyMeters(List<AmdDie> board, string device)
    {
        var meters = new List<IMeter>();
        foreach (var die in board)
        {
            if (_library is null || _library.FindDevice(die.Card.Slot) is not { } handle)
                continue;
            var energy = _library.ReadMicrojoules(handle, out var status);
            if (energy is > 0)
            {
                meters.Add(new AmdEnergyMeter(_library, handle, new MeterDescription(
                    FormatMeterId(device, "energy", meters.Count), Component.Gpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: device, Note: $"amdsmi_get_energy_count of {die.Card.Slot}, µJ since its driver was loaded: summed")));
            }
            else if (die == board[0])
            {
                _missing.Add(new MissingMeter($"amdgpu:{device}/energy", $"amdsmi {die.Card.Slot}", energy is null ? AmdEnergyMeter.DescribeStatus(status) : "the accumulator is 0: the card does not count", null, []));
            }
        }

        return meters;
    }

    /// <summary>Powers of the dies; those that report 0 beside another die of the board, and all beside an energy counter, are shown only.</summary>
    List<IMeter> CreatePowerMeters(FileTree tree, List<AmdDie> board, string device, bool hasEnergy)
    {
        var meters = new List<IMeter>();
        foreach (var die in board)
        {
            if (FindPowerChannel(tree, die) is not { } channel)
            {
                if (die == board[0])
                    _missing.Add(new MissingMeter($"amdgpu:{device}/power", tree.GetFullPath($"{die.Card.Folder}/hwmon"), "the driver reports no power for this card (a virtual function, or too old a kernel)", null, []));
                continue;
            }

            var look = ReadPower(tree, die);
            if (look is { IsGap: false, Value: 0 } && die == board[0])
            {
                _missing.Add(new MissingMeter($"amdgpu:{device}/power", tree.GetFullPath(channel.Path), "the driver reports 0 W for a card that is awake: rejected", null, []));
                continue;
            }

            if (look.Reason is { } reason && reason != AmdPowerMeter.DeviceSuspended)
            {
                _missing.Add(new MissingMeter($"amdgpu:{device}/power", tree.GetFullPath(channel.Path), reason, null, []));
                continue;
            }

            var (role, why) = hasEnergy ? (MeterRole.Contained, "not summed: its energy counter is")
                : look is { IsGap: false, Value: 0 } ? (MeterRole.Contained, "not summed: a die whose power the first of its board reports")
                : (MeterRole.Machine, "summed");
            meters.Add(new AmdPowerMeter(tree, die.Card.Folder, channel.Path, new MeterDescription(
                FormatMeterId(device, "power", meters.Count), Component.Gpu, MeterKind.Power, role, Device: device, CeilingWatts: GetCeilingWatts(tree, die), LimitWatts: ReadPowerCapWatts(tree, die), Note: $"{tree.GetFullPath(channel.Path)}{(channel.IsAverage ? ", the firmware's own mean" : "")}: {why}")));
        }

        return meters;
    }

    static string FormatMeterId(string device, string what, int index) => index == 0 ? $"amdgpu:{device}/{what}" : string.Create(CultureInfo.InvariantCulture, $"amdgpu:{device}/{what}{index + 1}");

    static Reading ReadPower(FileTree tree, AmdDie die)
    {
        if (FindPowerChannel(tree, die) is not { } channel)
            return Reading.FromGapReason(ReadFailure.Missing);
        using var meter = new AmdPowerMeter(tree, die.Card.Folder, channel.Path, new MeterDescription("look", Component.Gpu, MeterKind.Power, MeterRole.Contained, CeilingWatts: GetCeilingWatts(tree, die)));
        return meter.Read(0);
    }

    static SensorChannel? FindPowerChannel(FileTree tree, AmdDie die) =>
        die.Card.SensorFolder is { } sensors ? SensorChannel.FindAll(tree, sensors).Find(channel => channel is { Name: "power1", Kind: MeterKind.Power }) : null;

    /// <summary>Four times the highest cap the card reports, at least 1,000 W.</summary>
    static double GetCeilingWatts(FileTree tree, AmdDie die) => ReadWatts(tree, die, "power1_cap_max") is { } cap ? Math.Clamp(4 * cap, 1_000, 5_000) : 5_000;

    /// <summary>The power the card holds itself to.</summary>
    static double? ReadPowerCapWatts(FileTree tree, AmdDie die) => ReadWatts(tree, die, "power1_cap") ?? ReadWatts(tree, die, "power1_cap_max");

    static double? ReadWatts(FileTree tree, AmdDie die, string file) => die.Card.SensorFolder is { } sensors && tree.ReadNumber($"{sensors}/{file}") is { } microwatts and > 0 ? microwatts / 1e6 : null;
}
