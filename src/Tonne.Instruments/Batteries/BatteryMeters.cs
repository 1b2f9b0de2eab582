using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Recording.Metering;

namespace Tonne.Instruments.Batteries;

/// <summary>Finds the battery of a laptop as a meter of the whole machine while it is not on mains.</summary>
sealed class BatteryMeters : Instrument
{
    const string Root = "sys/class/power_supply";

    readonly NonBlockingMeter? _meter;
    readonly List<MissingMeter> _missing = [];

    /// <summary>Looks for batteries of the machine, and whether it runs on them now.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="isVirtual">Whether it is a virtual machine: what it is shown then is its host's battery.</param>
    internal BatteryMeters(FileTree tree, bool isVirtual = false)
    {
        var batteries = new List<Battery>();
        var mains = new List<PersistentFile>();
        foreach (var name in tree.ListNames(Root))
        {
            var folder = $"{Root}/{name}";
            // Scope "Device" is the battery, or the charger, of a mouse or a headset.
            if (tree.ReadLine($"{folder}/scope") == "Device")
                continue;
            switch (tree.ReadLine($"{folder}/type"))
            {
                case "Battery" when tree.ReadNumber($"{folder}/present") is not 0:
                    batteries.Add(new Battery(tree, folder));
                    break;
                case "Mains" or "USB" or "Wireless" when tree.Exists($"{folder}/online"):
                    mains.Add(tree.OpenPersistent($"{folder}/online"));
                    break;
                default:
                    break;
            }
        }

        if (batteries.Count == 0)
        {
            foreach (var file in mains)
                file.Dispose();
            return;
        }

        var path = tree.GetFullPath(batteries[0].Folder);
        var meter = new BatteryMeter(batteries, mains, BatteryMeter.Describe($"{path}: power drawn from {batteries.Count} batter{(batteries.Count == 1 ? "y" : "ies")}, behind the supply; only while on battery; gauges refresh every few seconds"));
        var reason = isVirtual ? "a virtual machine: the battery is its host's, and what that draws is not the guest's" : batteries.TrueForAll(battery => battery.HasPower) ? meter.Read(0).Reason : "the battery reports neither power nor current";
        if (reason is null)
        {
            _meter = new NonBlockingMeter(meter);
            return;
        }

        meter.Dispose();
        _missing.Add(new MissingMeter(BatteryMeter.Id, path, reason, null, reason == BatteryMeter.OnMains
            ? [new Remedy("unplug the machine: on battery the whole machine is measured", null, PersistsAcrossReboots: false)]
            : []));
    }

    /// <summary>Accuracy of a battery's gauge.</summary>
    internal static Factor GaugeAccuracy { get; } = new(
        "battery/gauge-accuracy", "joules drawn by the machine per joule reported by its battery's gauge", "1", new Bounds(0.95, 1, 1.05), Quality.Assumed,
        new Source("KERNEL-POWER-SUPPLY", "Linux kernel documentation, ABI/testing/sysfs-class-power"),
        "gauges state no accuracy: the width is assumed. It is direct current, behind the supply: what charging loses is not in it.");

    /// <inheritdoc/>
    public override IReadOnlyList<IMeter> Meters => _meter is null ? [] : [_meter];

    /// <inheritdoc/>
    public override IReadOnlyList<MeteredPart> Parts => _meter is null ? [] :
        [new MeteredPart(Component.Platform, null, [BatteryMeter.Id], GaugeAccuracy, "The machine runs on its battery, whose gauge reports what all of it draws.")];

    /// <inheritdoc/>
    public override IReadOnlyList<MissingMeter> Missing => _missing;

    /// <inheritdoc/>
    public override void PrepareFinalSample() => _meter?.WaitForFreshReading(TimeSpan.FromSeconds(1));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _meter?.Dispose();
        base.Dispose(disposing);
    }
}
