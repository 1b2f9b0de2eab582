using Tonne.Instruments.Files;
using Tonne.Instruments.Hwmon;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Amd;

/// <summary>Power of an AMD device in mW; a suspended device is not woken for a reading.</summary>
sealed class AmdPowerMeter : IMeter, IDisposable
{
    /// <summary>Reason of a gap: a reading would wake the device.</summary>
    internal const string DeviceSuspended = "the device is suspended (runtime power management) and is not woken for a reading";

    readonly SensorMeter _meter;
    readonly PersistentFile? _runtimeStatus;

    internal AmdPowerMeter(FileTree tree, string device, string path, MeterDescription description)
    {
        _meter = new SensorMeter(tree, path, description);
        // "on" never sleeps.
        _runtimeStatus = tree.ReadLine($"{device}/power/control") == "auto" ? tree.OpenPersistent($"{device}/power/runtime_status") : null;
    }

    /// <inheritdoc/>
    public MeterDescription Description => _meter.Description;

    /// <inheritdoc/>
    public Reading Read(long timestamp) =>
        _runtimeStatus is not null && _runtimeStatus.Read(out var reason).StartsWith("suspended"u8) && reason is null ? Reading.FromGapReason(DeviceSuspended) : _meter.Read(timestamp);

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        _runtimeStatus?.Dispose();
    }
}
