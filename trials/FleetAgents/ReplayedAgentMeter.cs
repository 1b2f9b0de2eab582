using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Trials.FleetAgents;

/// <summary>A meter of a machine that is not there.</summary>
/// <param name="description">What it says of itself.</param>
/// <param name="read">Its counter.</param>
sealed class ReplayedAgentMeter(MeterDescription description, Func<long> read) : IMeter
{
    /// <inheritdoc/>
    public MeterDescription Description => description;

    /// <summary>The first value that was read; null before.</summary>
    internal long? First { get; private set; }

    /// <summary>The last value that was read.</summary>
    internal long Last { get; private set; }

    /// <inheritdoc/>
    public Reading Read(long timestamp)
    {
        Last = read();
        First ??= Last;
        return Reading.FromValue(Last);
    }
}
