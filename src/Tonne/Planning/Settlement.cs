using System.Collections.Immutable;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>What a plan promised and what it achieved, settled with observed intensity.</summary>
/// <remarks>All for the same work. A pure function of its arguments.</remarks>
public sealed record Settlement
{
    Settlement()
    {
    }

    /// <summary>Total of the planned option on the intensities it was planned with.</summary>
    public required Emissions Planned { get; init; }

    /// <summary>The saving that was planned; null if it was not known.</summary>
    public double? PlannedSaving { get; init; }

    /// <summary>Total of the achieved segments on observed intensities; null if some are missing.</summary>
    public Emissions? Achieved { get; init; }

    /// <summary>Total of an immediate start on observed intensities; null if some are missing.</summary>
    public Emissions? Immediate { get; init; }

    /// <summary>Total of the best plan in hindsight; null if intensities are missing.</summary>
    public Emissions? Best { get; init; }

    /// <summary>1 − achieved ÷ immediate; null if one is missing.</summary>
    public double? AchievedSaving { get; init; }

    /// <summary>Achieved − best, not below zero unless the segments broke the limits of the request; null if one is missing.</summary>
    public Emissions? Regret => Achieved - Best;

    /// <summary>Whether all observed intensities that the settlement needs are there.</summary>
    public bool IsComplete => Achieved is not null && Immediate is not null;

    /// <summary>Settles a planned option.</summary>
    /// <param name="request">What was asked for; its profile is what the job used.</param>
    /// <param name="planned">The option that was chosen.</param>
    /// <param name="achieved">When and where the job ran, with places of the request; null if it ran as planned.</param>
    /// <param name="observed">One observed series for each place of the request, in that order.</param>
    /// <exception cref="ArgumentException">A series is missing, is not observed, or is of another kind, basis or scope than the
    /// plan's.</exception>
    public static Settlement Settle(
        PlanRequest request, PlanOption planned, ImmutableArray<PlanSegment>? achieved, ImmutableArray<IntensitySeries> observed)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(planned);
        if (observed.IsDefault || observed.Length != request.Places.Length)
            throw new ArgumentException($"{request.Places.Length} places need as many observed series.", nameof(observed));
        for (var i = 0; i < observed.Length; i++)
            Require(request.Places[i].Intensity, observed[i]);
        var settled = request with
        {
            Places = [.. request.Places.Select((place, i) => place with { Intensity = observed[i] })],
            ForecastError = null,
        };
        var segments = (achieved ?? planned.Segments)
            .Select(segment => request.Places.IndexOf(segment.Place) is >= 0 and var place ? segment with { Place = settled.Places[place] }
                : throw new ArgumentException($"The place {segment.Place.Label} of a segment is not one of the request.",
                    nameof(achieved)));
        var option = Planner.Evaluate(settled, planned.Kind, [.. segments]);
        var plan = Planner.Plan(settled) as Plan;
        var immediate = plan?.Immediate ?? EvaluateImmediate(settled);
        return new Settlement
        {
            Planned = planned.Total,
            PlannedSaving = planned.Saving,
            Achieved = option?.Total,
            Immediate = immediate?.Total,
            Best = plan?.Options.Where(candidate => candidate.Kind != PlanOptionKind.Immediate).Min(candidate => candidate.Total),
            AchievedSaving = option is null || immediate is null ? null : Planner.GetSaving(option.Total.Grams, immediate.Total.Grams),
        };
    }

    static PlanOption? EvaluateImmediate(PlanRequest request)
    {
        var place = request.Places[0];
        var start = request.Now + (place.TransferToStart?.Time ?? TimeSpan.Zero);
        var end = start + (request.Profile.Duration * (place.Hardware?.DurationFactor ?? 1));
        return Planner.Evaluate(request, PlanOptionKind.Immediate, [new PlanSegment(start, end, place)]);
    }

    static void Require(IntensitySeries planned, IntensitySeries observed)
    {
        if (observed.Signal != IntensitySignal.Observed)
        {
            throw new ArgumentException(
                $"A settlement needs observed intensities, and those of {observed.Zone.Code} are {observed.Signal}.", nameof(observed));
        }

        if ((observed.Kind, observed.Basis, observed.Scope) != (planned.Kind, planned.Basis, planned.Scope))
        {
            throw new ArgumentException(
                $"The plan was made with {planned.Kind}, {planned.Basis}, {planned.Scope} intensities, and the observed ones are "
                + $"{observed.Kind}, {observed.Basis}, {observed.Scope}.", nameof(observed));
        }
    }
}
