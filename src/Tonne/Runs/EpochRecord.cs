using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Tonne.Runs;

/// <summary>One epoch of training.</summary>
/// <param name="Number">Number of the epoch, as the training program printed it.</param>
/// <param name="Stage">Name of the stage it is in.</param>
/// <param name="StartSeconds">Start, in s from the start of the run.</param>
/// <param name="DurationSeconds">Duration in s.</param>
/// <param name="Metrics">Metrics by canonical name.</param>
/// <param name="Energy">The job's energy by component.</param>
public sealed record EpochRecord(
    int Number,
    string Stage,
    double StartSeconds,
    double DurationSeconds,
    IReadOnlyDictionary<string, double> Metrics,
    ImmutableArray<EnergyUse> Energy)
{
    /// <summary>
    /// Whether its line was read long after the epoch had ended, from a buffer: start and duration are then those of the reading, and there
    /// is no energy. Default: no.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsLate { get; init; }

    /// <summary>The energy by quarter hour, in order, for accounts by the hour; null in a record of before it was kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<QuarterHourEnergy>? QuarterHours { get; init; }
}
