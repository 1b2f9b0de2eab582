using System.Collections.Immutable;
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
/// | amd_hsmp_hwmon | power1_input, one chip for each socket | cpu | yes |
/// | amd_energy | energy of Esocket* | cpu | yes; cores are not read |
/// | amdgpu, i915, xe | | gpu | by their own instruments |
/// | anything else | | other | no: shown, named by driver and label |
/// Source: Linux, Documentation/hwmon/acpi_power_meter.rst, amd_energy.rst; drivers/platform/x86/amd/hsmp/hwmon.c.
/// </remarks>
sealed class HwmonMeters : Instrument
{
    const string Root = "sys/class/hwmon";

    /// <summary>More channels than this are some other machine's rack.</summary>
    const int MaxChannels = 64;

    readonly List<NonBlockingMeter> _meters = [];
    readonly List<MeteredPart> _parts = [];
    readonly List<MissingMeter> _missing = [];

    /// <summary>Looks for sensor chips.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="isVirtual">Whether it is a virtual machine: a power meter of its firmware is an invention of the hypervisor's, or the host's.</param>
    internal HwmonMeters(FileTree tree, bool isVirtual = false)
    {
        var chips = tree.ListNames(Root);
        if (chips.Count == 0)
            return;
        var platform = new List<SensorMeter>();
        var (sockets, accuracies) = (ImmutableArray.CreateBuilder<string>(), new List<Factor>());
        foreach (var chip in chips)
        {
            var folder = $"{Root}/{chip}";
            if (tree.ReadLine($"{folder}/name") is not { } name || IsGraphics(name))
                continue;
            foreach (var channel in SensorChannel.FindAll(tree, folder))
            {
                if (_meters.Count >= MaxChannels)
                    break;
                if (name == "amd_energy" && channel.Label?.StartsWith("Esocket", StringComparison.Ordinal) != true)
                    continue;
                var component = GetComponent(tree, folder, name, channel);
                var role = component is null ? MeterRole.Contained : MeterRole.Machine;
                var id = CreateMeterId(name, channel.Name);
                var meter = new SensorMeter(tree, channel.Path, new MeterDescription(
                    id, component ?? Component.Other, channel.Kind, role, Note: FormatNote(tree, name, channel, component), RefreshSeconds: component == Component.Platform ? ReadInterval(tree, folder) : null));
                if (component is not null && meter.Read(0).Reason is { } reason)
                {
                    _missing.Add(new MissingMeter(id, tree.GetFullPath(channel.Path), reason, null, []));
                    meter.Dispose();
                    continue;
                }

                _meters.Add(new NonBlockingMeter(meter));
                if (component == Component.Platform)
                {
                    platform.Add(meter);
                    accuracies.Add(ReadAccuracy(tree, folder));
                }
                else if (component == Component.Cpu)
                {
                    sockets.Add(id);
                }
            }
        }

        if (isVirtual && platform.Count > 0)
            _missing.Add(new MissingMeter("hwmon:power_meter", tree.GetFullPath(Root), "a virtual machine: the power meter that its firmware shows is not its own", null, []));
        else if (platform.Count == 1)
            _parts.Add(new MeteredPart(Component.Platform, null, [platform[0].Description.Id], accuracies[0], "The firmware's own power meter (ACPI): the whole machine, as its maker measures it."));
        else if (platform.Count > 1)
            _missing.Add(new MissingMeter("hwmon:power_meter", tree.GetFullPath(Root), $"{platform.Count} power meters of the firmware: which of them holds which is not reported, so none is taken for the machine", null, []));
        if (sockets.Count > 0)
            _parts.Add(new MeteredPart(Component.Cpu, null, sockets.ToImmutable(), SocketAccuracy, sockets.Count == 1 ? "The power that the processor socket reports to the kernel." : $"The power that {sockets.Count} processor sockets report to the kernel."));
    }

    /// <summary>Accuracy of what AMD's firmware reports of a socket.</summary>
    internal static Factor SocketAccuracy { get; } = new(
        "hwmon/socket-accuracy", "joules per joule reported by a processor socket's firmware", "1", new Bounds(0.93, 1, 1.07), Quality.Assumed,
        new Source("KERNEL-HWMON", "Linux kernel documentation, hwmon: amd_energy, amd_hsmp_hwmon"), "no accuracy is stated; twice as wide as that of package counters");

    /// <inheritdoc/>
    public override IReadOnlyList<IMeter> Meters => _meters;

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

    static Component? GetComponent(FileTree tree, string folder, string name, SensorChannel channel) => name switch
    {
        "power_meter" => channel is { Name: "power1", Kind: MeterKind.Power } && tree.ReadNumber($"{folder}/power1_is_battery") is null or 0 ? Component.Platform : null,
        "amd_hsmp_hwmon" => channel is { Name: "power1", Kind: MeterKind.Power } ? Component.Cpu : null,
        "amd_energy" => channel.Kind == MeterKind.EnergyCounter ? Component.Cpu : null,
        _ => null,
    };

    static string FormatNote(FileTree tree, string name, SensorChannel channel, Component? component)
    {
        var what = channel.Label is { } label ? $"{name} \"{label}\"" : name;
        var how = component is null ? "not summed: what it holds is not known" : "reported as a part of the machine";
        return $"{tree.GetFullPath(channel.Path)}: {what}{(channel.IsAverage ? ", the chip's own mean" : "")}: {how}";
    }

    /// <summary>The driver's name and the channel; a second chip of the same driver gets a number, in the order of the kernel's.</summary>
    string CreateMeterId(string name, string channel)
    {
        var id = $"hwmon:{name}/{channel}";
        for (var i = 2; _meters.Exists(meter => meter.Description.Id == id); i++)
            id = string.Create(CultureInfo.InvariantCulture, $"hwmon:{name}#{i}/{channel}");
        return id;
    }

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
}
