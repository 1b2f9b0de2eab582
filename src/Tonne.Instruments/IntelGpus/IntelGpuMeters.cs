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

namespace Tonne.Instruments.IntelGpus;

/// <summary>
/// Intel's cards by the energy counters of the kernel's sensors (i915, xe). Graphics inside a processor have none: they are in its
/// package's counter.
/// </summary>
sealed class IntelGpuMeters : Instrument
{
    const int Vendor = 0x8086;

    /// <summary>PCI address of the graphics unit in Intel processors; its virtual functions have the addresses after it.</summary>
    const string IntegratedSlot = "0000:00:02.";

    readonly List<IMeter> _meters = [];
    readonly List<MeteredPart> _parts = [];
    readonly List<MissingMeter> _missing = [];
    readonly DrmProcessUsage _usage;

    /// <summary>Looks for Intel's devices.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="firstDevice">Number of the first card found here.</param>
    /// <param name="options">Variables that hide devices.</param>
    internal IntelGpuMeters(FileTree tree, DiscoveryOptions options, int firstDevice)
    {
        _usage = new DrmProcessUsage(tree);
        var cards = GpuDevice.FindAll(tree, Vendor);
        var separate = cards.FindAll(card => card.Slot?.StartsWith(IntegratedSlot, StringComparison.Ordinal) != true);
        var visible = VisibleCards.Select(separate.ConvertAll(card => CountTiles(tree, card)), options.EnvironmentVariable);
        foreach (var card in cards)
        {
            if (card.Slot?.StartsWith(IntegratedSlot, StringComparison.Ordinal) == true)
            {
                _missing.Add(new MissingMeter($"intelgpu:{card.Name}", tree.GetFullPath(card.Folder), "graphics inside the processor: its energy is in the package's counter (as uncore), and it has none of its own", null, []));
                continue;
            }

            AddCard(tree, card, (firstDevice + _parts.Count).ToString(CultureInfo.InvariantCulture), visible.Contains(separate.IndexOf(card)));
        }
    }

    /// <summary>Accuracy of a card's energy counter.</summary>
    internal static Factor CardAccuracy { get; } = new(
        "intelgpu/card-accuracy", "joules per joule counted by a card", "1", new Bounds(0.93, 1, 1.07), Quality.Assumed,
        new Source("KERNEL-XE-HWMON", "Linux kernel documentation, ABI/testing/sysfs-driver-intel-xe-hwmon"), "no accuracy is stated; the width is assumed");

    /// <inheritdoc/>
    public override IReadOnlyList<IMeter> Meters => _meters;

    /// <inheritdoc/>
    public override IReadOnlyList<MeteredPart> Parts => _parts;

    /// <inheritdoc/>
    public override IReadOnlyList<MissingMeter> Missing => _missing;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var meter in _meters)
            (meter as IDisposable)?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Tiles of a card: xe lists them; of i915 only the Max 1550 has two.</summary>
    static int CountTiles(FileTree tree, GpuDevice card) =>
        Math.Max(tree.ListNames(card.Folder).Count(name => name.StartsWith("tile", StringComparison.Ordinal) && name.Length > 4 && char.IsAsciiDigit(name[4])), card.Product == 0x0bd5 ? 2 : 1);

    /// <inheritdoc/>
    public override void TrackJob(IJobProcesses job) => _usage.TrackJob(job);

    void AddCard(FileTree tree, GpuDevice card, string device, bool isVisible)
    {
        SensorMeter? summed = null;
        var isWholeCard = false;
        foreach (var channel in card.SensorFolder is { } sensors ? SensorChannel.FindAll(tree, sensors) : [])
        {
            // energy1 is the card, energy2 the package on it (ABI/testing/sysfs-driver-intel-xe-hwmon): the first that counts is taken.
            if (channel is not { Kind: MeterKind.EnergyCounter, Name: "energy1" or "energy2" })
                continue;
            var countsCard = channel.Name == "energy1";
            var whole = countsCard ? "the card" : "the chip on the card";
            var meter = new SensorMeter(tree, channel.Path, new MeterDescription(
                $"intelgpu:{device}/{channel.Name}", Component.Gpu, MeterKind.EnergyCounter, summed is null ? MeterRole.Machine : MeterRole.Contained, Device: device, CeilingWatts: GetCeilingWatts(tree, card),
                Note: $"{tree.GetFullPath(channel.Path)}: {whole}: {(summed is null ? "summed" : "not summed: the card holds it")}"));
            if (meter.Read(0).Reason is { } reason)
            {
                _missing.Add(new MissingMeter(meter.Description.Id, tree.GetFullPath(channel.Path), reason, null, []));
                meter.Dispose();
                continue;
            }

            _meters.Add(meter);
            isWholeCard = summed is null ? countsCard : isWholeCard;
            summed ??= meter;
        }

        if (summed is null)
        {
            _missing.Add(new MissingMeter($"intelgpu:{device}", tree.GetFullPath($"{card.Folder}/hwmon"), "the driver reports no energy for this card (i915 since Linux 6.2, xe since 6.8 do)", null, []));
        }

        if (card.Slot is { } slot && tree.Exists("proc"))
            _meters.AddRange(_usage.AddDevice([slot], null).CreateMeters("intelgpu", device, reportsTime: false));
        var hidden = isVisible ? "" : $" {VisibleCards.Variable} hides it from the job.";
        _parts.Add(new MeteredPart(Component.Gpu, device, summed is null ? [] : [summed.Description.Id], summed is null ? null : CardAccuracy,
            (summed is null ? "The card reports no energy." : isWholeCard ? "The card's own energy counter." : "The energy counter of the chip on the card; what the board around it loses is not in it.") + hidden)
        {
            Visible = isVisible,
            Name = GetProductName(card.Product),
        });
    }

    /// <summary>Four times the card's limit, at least 1,000 W.</summary>
    static double GetCeilingWatts(FileTree tree, GpuDevice card) =>
        (tree.ReadNumber($"{card.SensorFolder}/power1_rated_max") ?? tree.ReadNumber($"{card.SensorFolder}/power1_max")) is { } limit and > 0 ? Math.Clamp(4 * (limit / 1e6), 1_000, 5_000) : 5_000;

    /// <summary>Cards by PCI number (the PCI ID repository, pci-ids.ucw.cz).</summary>
    static string? GetProductName(int? product) => product switch
    {
        0x0bd5 => "Intel Data Center GPU Max 1550",
        0x0bda => "Intel Data Center GPU Max 1100",
        0x56a0 => "Intel Arc A770",
        0x56a1 => "Intel Arc A750",
        0x56a5 => "Intel Arc A380",
        0x56a6 => "Intel Arc A310",
        0x56c0 => "Intel Data Center GPU Flex 170",
        0x56c1 => "Intel Data Center GPU Flex 140",
        0xe20b => "Intel Arc B580",
        0xe20c => "Intel Arc B570",
        null => null,
        _ => string.Create(CultureInfo.InvariantCulture, $"Intel {product:x4}"),
    };
}
