using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>The options for a job, and which is recommended.</summary>
public sealed record Plan : PlanResult
{
    /// <summary>What was asked for.</summary>
    public required PlanRequest Request { get; init; }

    /// <summary>The job started at once at the first place; null if intensities are missing there.</summary>
    public PlanOption? Immediate { get; init; }

    /// <summary>The best without a pause; null if gaps leave none.</summary>
    public PlanOption? Contiguous { get; init; }

    /// <summary>The best with pauses; null if none are allowed. It has no pause if none saves anything.</summary>
    public PlanOption? WithPauses { get; init; }

    /// <summary>What to do.</summary>
    public required PlanRecommendation Recommendation { get; init; }

    /// <summary>
    /// Whether the option with pauses is the optimum. If not, times that have no common divisor were rounded to
    /// <see cref="Resolution"/>, and the plan is feasible and at most slightly above the optimum.
    /// </summary>
    public bool IsExact { get; init; } = true;

    /// <summary>The steps of time in which pauses were searched; zero if none were.</summary>
    public TimeSpan Resolution { get; init; }

    /// <summary>What makes the plan less certain.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];

    /// <summary>The options that exist: immediate, contiguous, pauses.</summary>
    public ImmutableArray<PlanOption> Options
    {
        get
        {
            var options = ImmutableArray.CreateBuilder<PlanOption>(3);
            if (Immediate is not null)
                options.Add(Immediate);
            if (Contiguous is not null)
                options.Add(Contiguous);
            if (WithPauses is not null)
                options.Add(WithPauses);
            return options.DrainToImmutable();
        }
    }
}
