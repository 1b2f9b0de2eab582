using System.Text.Json;
using Tonne.Quantities;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Reconciling;

/// <summary>A reconciliation as JSON, schema <c>tonne.reconcile/1</c>; see docs/methods/reconcile.md.</summary>
public sealed record ReconciliationDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.reconcile/1";

    /// <summary>Id of the run.</summary>
    public required string Run { get; init; }

    /// <summary>CodeCarbon's row.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("codecarbon")]
    public required CodeCarbonPart CodeCarbon { get; init; }

    /// <summary>Our duration, s.</summary>
    public required double DurationS { get; init; }

    /// <summary>Our facility energy.</summary>
    public required QuantityDocument FacilityEnergyKwh { get; init; }

    /// <summary>Our emissions.</summary>
    public required QuantityDocument EmissionsKg { get; init; }

    /// <summary>Ours − CodeCarbon's.</summary>
    public required double DifferenceKg { get; init; }

    /// <summary>The steps; their parts add up to the difference.</summary>
    public required IReadOnlyList<ReconciliationPart> Steps { get; init; }

    /// <summary>Warnings.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>A reconciliation as a document.</summary>
    public static ReconciliationDocument From(Reconciliation reconciliation)
    {
        ArgumentNullException.ThrowIfNull(reconciliation);
        var (row, figures) = (reconciliation.Row.Run!, reconciliation.Footprint);
        return new ReconciliationDocument
        {
            Run = reconciliation.Record.Opening.Id,
            CodeCarbon = new CodeCarbonPart(row.Line, row.RunId, row.Version, reconciliation.Row.Start, row.DurationSeconds, reconciliation.Row.OverlapSeconds, row.TrackingMode,
                row.EnergyKwh, row.EmissionsKg, row.Pue, row.EnergyKwh > 0 ? row.EmissionsKg / row.EnergyKwh * 1000 : null),
            DurationS = reconciliation.Record.DurationSeconds,
            FacilityEnergyKwh = QuantityDocument.From(figures.FacilityEnergy),
            EmissionsKg = QuantityDocument.From(figures.Total),
            DifferenceKg = reconciliation.DifferenceKg,
            Steps = [.. reconciliation.Steps.Select(step => new ReconciliationPart(
                JsonNamingPolicy.KebabCaseLower.ConvertName(step.Cause.ToString()), step.EnergyBeforeKwh, step.EnergyAfterKwh, step.EnergyPartKwh,
                step.EmissionsBeforeKg, step.EmissionsAfterKg, step.EmissionsPartKg, step.Why, step.Source))],
            Warnings = reconciliation.Warnings,
        };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.ReconciliationDocument);

    /// <summary>CodeCarbon's row.</summary>
    public sealed record CodeCarbonPart(
        int Line, string? RunId, string? Version, DateTimeOffset StartedAt, double DurationS, double OverlapS, string? TrackingMode,
        double EnergyKwh, double EmissionsKg, double Pue, double? IntensityGPerKwh);

    /// <summary>A step.</summary>
    public sealed record ReconciliationPart(
        string Cause, double EnergyBeforeKwh, double EnergyAfterKwh, double EnergyPartKwh, double EmissionsBeforeKg, double EmissionsAfterKg, double EmissionsPartKg,
        string Why, string? Source);
}
