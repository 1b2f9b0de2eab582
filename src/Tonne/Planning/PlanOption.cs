using System.Collections.Immutable;
using Tonne.Comparing;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>A way to run the job, with what it costs.</summary>
public sealed record PlanOption
{
    /// <summary>How the job runs.</summary>
    public required PlanOptionKind Kind { get; init; }

    /// <summary>When and where it runs, in order.</summary>
    public required ImmutableArray<PlanSegment> Segments { get; init; }

    /// <summary>Energy of the facility, PUE included: the work, resumes, pauses and transfers.</summary>
    public required Energy Energy { get; init; }

    /// <summary>The part of the energy that comes from the grid; the rest is from renewables on the site.</summary>
    public required Energy GridEnergy { get; init; }

    /// <summary>Operational emissions on the intensities that were given.</summary>
    public required Emissions Operational { get; init; }

    /// <summary>Embodied emissions of the hardware for the time it is held; zero without a hardware variant.</summary>
    public required Emissions Embodied { get; init; }

    /// <summary>Operational + embodied: what the plan minimises.</summary>
    public Emissions Total => Operational + Embodied;

    /// <summary>1 − total ÷ total of the immediate option, on the intensities that were given; null if that one is not known.</summary>
    public double? Saving { get; init; }

    /// <summary>Expected saving with its 95 % interval; null without a forecast error, or without an immediate option.</summary>
    /// <remarks>The expected saving is below <see cref="Saving"/>: hours chosen because they look clean tend to be forecast too
    /// low.</remarks>
    public Interval? ExpectedSaving { get; init; }

    /// <summary>Expected total with its 95 % interval; null without a forecast error.</summary>
    public Bounds? TotalGrams { get; init; }

    /// <summary>Expected total of this option less that of the best plan in hindsight, in g CO2e; null without a forecast error.</summary>
    public Emissions? ExpectedRegret { get; init; }

    /// <summary>Cost of the grid energy; null where a price is missing, or places differ in currency.</summary>
    public double? Price { get; init; }

    /// <summary>ISO 4217 code of the price; null if there is none.</summary>
    public string? Currency { get; init; }

    /// <summary>When the job starts.</summary>
    public DateTimeOffset Start => Segments[0].From;

    /// <summary>When the job is finished.</summary>
    public DateTimeOffset End => Segments[^1].To;

    /// <summary>How many times the job is paused.</summary>
    public int Pauses => Segments.Length - 1;
}
