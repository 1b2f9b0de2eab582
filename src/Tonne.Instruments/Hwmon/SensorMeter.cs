using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Hwmon;

/// <summary>A sensor's file: µW read as a power in mW, or µJ as an energy counter; or a voltage and a current, mV × mA = µW.</summary>
sealed class SensorMeter(FileTree tree, string path, MeterDescription description, string? currentPath = null) : IMeter, IDisposable
{
    readonly PersistentFile _file = tree.OpenPersistent(path);
    readonly PersistentFile? _current = currentPath is null ? null : tree.OpenPersistent(currentPath);

    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (!_file.TryReadNumber(out var value, out var reason))
            return Reading.FromGapReason(reason ?? ReadFailure.Failed);
        if (_current is not null)
        {
            if (!_current.TryReadNumber(out var milliamperes, out reason))
                return Reading.FromGapReason(reason ?? ReadFailure.Failed);
            // Beyond a million volts or amperes it is no number of a board.
            if (value > 1_000_000_000 || milliamperes > 1_000_000_000)
                return Reading.FromGapReason(ReadFailure.Malformed);
            value *= milliamperes;
        }

        if (description.Kind != MeterKind.Power)
            return Reading.FromValue(value);
        // A power beyond what its device can have is no power.
        return value > description.CeilingWatts * 1e6 ? Reading.FromGapReason(ReadFailure.Malformed) : Reading.FromValue((value + 500) / 1000);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _current?.Dispose();
    }
}
