using Tonne.Instruments.Files;
using Tonne.Instruments.Hwmon;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Amd;

/// <summary>Power of an AMD device in mW; a device that sleeps is not woken to be asked.</summary>
sealed class AmdPowerMeter : IMeter, IDisposable
{
    /// <summary>Why there is no value: asking would wake it.</summary>
    internal const string Asleep = "the device sleeps (runtime power management) and is not woken to be asked";

    readonly SensorMeter _meter;
    readonly KeptFile? _sleep;

    internal AmdPowerMeter(FileTree tree, string device, string path, MeterDescription description)
    {
        _meter = new SensorMeter(tree, path, description);
        // "on" never sleeps.
        _sleep = tree.ReadLine($"{device}/power/control") == "auto" ? tree.Keep($"{device}/power/runtime_status") : null;
    }

    /// <inheritdoc/>
    public MeterDescription Description => _meter.Description;

    /// <inheritdoc/>
    public Reading Read(long timestamp) =>
        _sleep is not null && _sleep.Read(out var reason).StartsWith("suspended"u8) && reason is null ? Reading.Gap(Asleep) : _meter.Read(timestamp);

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        _sleep?.Dispose();
    }
}
