using Tonne.Instruments.Files;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Rapl;

/// <summary>The energy counter of one zone, in µJ.</summary>
sealed class RaplMeter : IMeter, IDisposable
{
    readonly PersistentFile _file;
    long? _last;

    internal RaplMeter(FileTree tree, RaplZone zone, MeterDescription description) =>
        (_file, Zone, Description) = (tree.OpenPersistent(zone.Counter), zone, description);

    /// <inheritdoc/>
    public MeterDescription Description { get; }

    /// <summary>The zone.</summary>
    public RaplZone Zone { get; }

    /// <summary>Energy counted since the first reading, in µJ, corrected for wrap-arounds of the counter.</summary>
    internal long CountedMicrojoules { get; private set; }

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        if (!_file.TryReadNumber(out var value, out var reason))
            return Reading.FromGapReason(reason ?? ReadFailure.Failed);
        if (_last is { } last)
            CountedMicrojoules += value >= last ? value - last : Zone.Range is { } range && range - last + value is > 0 and var wrapped ? wrapped : 0;
        _last = value;
        return Reading.FromValue(value);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
