using Tonne.Runs;

namespace Tonne.Recording.Metering;

/// <summary>A meter that counts from its opening, continued from the last value that another process read.</summary>
sealed class ContinuedMeter(IMeter meter, long before) : IMeter
{
    /// <inheritdoc/>
    public MeterDescription Description => meter.Description;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        var reading = meter.Read(timestamp);
        return reading.IsGap ? reading : Reading.FromValue(before + reading.Value);
    }
}
