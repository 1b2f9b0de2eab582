using System.Collections.Immutable;

namespace Tonne.Runs;

/// <summary>The job's energy in one quarter of an hour (UTC), stored so that a run can be recounted with an hourly grid.</summary>
/// <param name="Start">Start of the quarter hour, UTC.</param>
/// <param name="Energy">The job's energy by component.</param>
public sealed record QuarterHour(DateTimeOffset Start, ImmutableArray<EnergyUse> Energy);
