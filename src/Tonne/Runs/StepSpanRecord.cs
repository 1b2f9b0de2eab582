using System.Collections.Immutable;

namespace Tonne.Runs;

/// <summary>A span of steps between two marks of a <see cref="StepSeriesRecord"/>.</summary>
/// <param name="LastStep">Number of its last step, as printed; it begins after the last step of the span before.</param>
/// <param name="DurationSeconds">Duration in s.</param>
/// <param name="Tokens">Tokens processed in it; null if not printed.</param>
/// <param name="Metrics">Metrics of its last step by canonical name.</param>
/// <param name="Energy">The job's energy by component.</param>
public sealed record StepSpanRecord(
    int LastStep, double DurationSeconds, double? Tokens, IReadOnlyDictionary<string, double> Metrics, ImmutableArray<EnergyUse> Energy);
