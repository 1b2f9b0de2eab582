using System.Text.Json;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Planning;

/// <summary>A plan of several jobs as JSON, schema <c>tonne.plan-jobs/1</c>. Emissions are operational, PUE included.</summary>
public sealed record JobsDocument
{
    /// <summary>The schema.</summary>
    public string Schema { get; init; } = "tonne.plan-jobs/1";

    /// <summary>When the plan was made, UTC.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>observed, forecast, profile or annual.</summary>
    public required string Signal { get; init; }

    /// <summary>lifecycle, direct or unstated.</summary>
    public required string Basis { get; init; }

    /// <summary>production, consumption, provider or unstated.</summary>
    public required string Scope { get; init; }

    /// <summary>average or marginal.</summary>
    public required string Kind { get; init; }

    /// <summary>The jobs in the order in which they start.</summary>
    public required IReadOnlyList<PlannedJobPart> Jobs { get; init; }

    /// <summary>Emissions of all jobs.</summary>
    public required QuantityDocument EmissionsKg { get; init; }

    /// <summary>No plan emits less.</summary>
    public required double LowerBoundKg { get; init; }

    /// <summary>Whether the plan is the optimum.</summary>
    public required bool IsExact { get; init; }

    /// <summary>Emissions of the jobs one after another as they come; null if a job would be late.</summary>
    public required double? FirstComeFirstServedKg { get; init; }

    /// <summary>1 − emissions ÷ those of the jobs as they come; null if that is not known.</summary>
    public required double? SavingShare { get; init; }

    /// <summary>Where the intensities come from.</summary>
    public required string Origin { get; init; }

    /// <summary>Warnings.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>Sources.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>A plan as a document.</summary>
    public static JobsDocument From(JobsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (plan, series) = (report.Plan, report.Place.Intensity);
        return new JobsDocument
        {
            Now = report.Now.ToUniversalTime(),
            Signal = EnumWords.Format(report.Signal),
            Basis = EnumWords.Format(series.Basis),
            Scope = EnumWords.Format(series.Scope),
            Kind = EnumWords.Format(series.Kind),
            Jobs = [.. plan.Jobs.Select(PlannedJobPart.From)],
            EmissionsKg = ToKilograms(plan.Total),
            LowerBoundKg = plan.LowerBound.Kilograms,
            IsExact = plan.IsExact,
            FirstComeFirstServedKg = plan.FirstComeFirstServed?.Kilograms,
            SavingShare = report.Saving,
            Origin = report.Origin,
            Warnings = report.Warnings,
            Sources = report.Sources,
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.JobsDocument);

    static QuantityDocument ToKilograms(Emissions emissions) =>
        QuantityDocument.From(Bounds.FromExact(emissions.Kilograms), "facility (PUE included); operational", Quality.Modelled, 0);

    /// <summary>A job with its times.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="DurationS">Duration of its work, s.</param>
    /// <param name="StartAfter">Earliest start.</param>
    /// <param name="FinishBy">When it has to be finished.</param>
    /// <param name="MaxPauses">How often it may be paused; null for any number of times.</param>
    /// <param name="Segments">When it runs.</param>
    /// <param name="EmissionsKg">Its emissions.</param>
    /// <param name="AloneKg">Its emissions if it had the machine alone; null if they are not known exactly.</param>
    public sealed record PlannedJobPart(
        string Name, double DurationS, DateTimeOffset StartAfter, DateTimeOffset FinishBy, int? MaxPauses,
            IReadOnlyList<PlanDocument.SegmentPart> Segments, QuantityDocument EmissionsKg,
        double? AloneKg)
    {
        internal static PlannedJobPart From(PlacedJob placed) => new(
            placed.Job.Name, placed.Job.Profile.Duration.TotalSeconds, placed.Job.StartAfter.ToUniversalTime(),
                placed.Job.FinishBy.ToUniversalTime(), placed.Job.MaxPauses,
            [.. placed.Segments.Select(PlanDocument.SegmentPart.Create)], ToKilograms(placed.Total), placed.Alone?.Kilograms);
    }
}
