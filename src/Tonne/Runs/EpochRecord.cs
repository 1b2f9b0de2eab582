using System.Collections.Immutable;

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
    ImmutableArray<EnergyUse> Energy);
