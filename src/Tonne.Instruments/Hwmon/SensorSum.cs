using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Hwmon;

/// <summary>Several powers that together are one part of the machine, read at one time; a gap if one of them is.</summary>
sealed class SensorSum(IReadOnlyList<SensorMeter> parts, MeterDescription description) : IMeter, IDisposable
{
    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        long sum = 0;
        foreach (var part in parts)
        {
            var reading = part.Read(timestamp);
            if (reading.IsGap)
                return reading;
            sum += reading.Value;
        }

        return Reading.FromValue(sum);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in parts)
            part.Dispose();
    }
}
