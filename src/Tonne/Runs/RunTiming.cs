using System.Collections.Immutable;

namespace Tonne.Runs;

/// <summary>When a run that waited for clean hours was planned to work, when it did, and what that changed.</summary>
/// <param name="SubmittedAt">When it was asked for, UTC: an immediate start is compared from here on.</param>
/// <param name="FinishBy">When it had to be finished, UTC.</param>
/// <param name="Zone">Code of the zone it was planned in.</param>
/// <param name="Signal">How the intensity was known, in words: observed, forecast, profile or annual.</param>
/// <param name="Planned">The times of the first plan in which it was to work.</param>
/// <param name="Achieved">The times in which it worked.</param>
public sealed record RunTiming(
    DateTimeOffset SubmittedAt, DateTimeOffset FinishBy, string Zone, string Signal, ImmutableArray<TimingSpan> Planned, ImmutableArray<TimingSpan> Achieved)
{
    /// <summary>Operational emissions of its energy in the planned times, kg CO2e, with the intensity it was planned with; null if that is not known for all of them.</summary>
    public double? PlannedKilograms { get; init; }

    /// <summary>The same in the times in which it worked.</summary>
    public double? AchievedKilograms { get; init; }

    /// <summary>The same if it had started at once and worked without a pause.</summary>
    public double? ImmediateKilograms { get; init; }

    /// <summary>1 − achieved ÷ immediate; null if one of them is not known.</summary>
    public double? Saving => AchievedKilograms is { } achieved && ImmediateKilograms is > 0 and var immediate ? 1 - (achieved / immediate) : null;
}
