using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Hwmon;

/// <summary>A sensor's file: µW read as a power in mW, or µJ as an energy counter.</summary>
sealed class SensorMeter(FileTree tree, string path, MeterDescription description) : IMeter, IDisposable
{
    readonly PersistentFile _file = tree.OpenPersistent(path);

    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (!_file.TryReadNumber(out var value, out var reason))
            return Reading.FromGapReason(reason ?? ReadFailure.Failed);
        if (description.Kind != MeterKind.Power)
            return Reading.FromValue(value);
        // A power beyond what its device can have is no power.
        return value > description.CeilingWatts * 1e6 ? Reading.FromGapReason(ReadFailure.Malformed) : Reading.FromValue((value + 500) / 1000);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
