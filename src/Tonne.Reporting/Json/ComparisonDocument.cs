using System.Text.Json;
using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Reporting.Explaining;

namespace Tonne.Reporting.Json;

/// <summary>A comparison as JSON, schema <c>tonne.compare/1</c>.</summary>
public sealed record ComparisonDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.compare/1";

    /// <summary>The runs; the first is the one the others are compared with.</summary>
    public required IReadOnlyList<RunPart> Runs { get; init; }

    /// <summary>Each run but the first, against the first.</summary>
    public required IReadOnlyList<PairwiseComparisonPart> Comparisons { get; init; }

    /// <summary>Ids of the runs whose emissions can be compared with the first's, least first.</summary>
    public required IReadOnlyList<string> Ranking { get; init; }

    /// <summary>What the intervals leave out.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>A comparison as a document.</summary>
    public static ComparisonDocument From(RunComparison comparison) => new()
    {
        Runs = [.. comparison.Runs.Select((run, i) => new RunPart(
            run.Record.Opening.Id, comparison.Names[i], run.Record.DurationSeconds,
            QuantityDocument.From(run.Footprint.Energy),
            new RunDocument.EmissionsPart(
                QuantityDocument.From(run.Footprint.Operational),
                run.Footprint.Embodied is { } embodied ? QuantityDocument.From(embodied) : null,
                QuantityDocument.From(run.Footprint.Total)),
            run.Footprint.Factors.Grid.Zone))],
        Comparisons = [.. comparison.PairwiseComparisons.Select(contrast => new PairwiseComparisonPart(
            contrast.Run.Record.Opening.Id,
            comparison.Runs[0].Record.Opening.Id,
            contrast.EnergyDifferences.IsEmpty && contrast.EmissionsDifferences.IsEmpty,
            [.. contrast.EnergyDifferences.Concat(contrast.EmissionsDifferences).Distinct(StringComparer.Ordinal)],
            IntervalPart.From(contrast.EnergyRatio),
            contrast.EmissionsFigure,
            IntervalPart.From(contrast.EmissionsRatio),
            IntervalPart.From(contrast.EmissionsDifference),
            contrast.DurationRatio,
            contrast.Verdict,
            EquivalentDocument.From(contrast.Equivalents)))],
        Ranking = [.. comparison.Ranking.Select(run => comparison.Runs[run].Record.Opening.Id)],
        Notes = ["One run each: the variation from run to run of the same command is not in these intervals."],
    };

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.ComparisonDocument);

    /// <summary>A run and its figures.</summary>
    public sealed record RunPart(string Id, string Name, double DurationS, QuantityDocument EnergyKwh, RunDocument.EmissionsPart EmissionsKg, string? Zone);

    /// <summary>A run against another.</summary>
    public sealed record PairwiseComparisonPart(
        string Run, string Against, bool SameBoundary, IReadOnlyList<string> BoundaryDifferences, IntervalPart? EnergyRatio, string EmissionsFigure,
        IntervalPart? EmissionsRatio, IntervalPart? EmissionsDifferenceKg, double DurationRatio, IReadOnlyList<string> Verdict,
        IReadOnlyList<EquivalentDocument> Equivalents);

    /// <summary>A value in its 95 % interval, six digits; it may be negative.</summary>
    public sealed record IntervalPart(double Value, double Low, double High)
    {
        internal static IntervalPart? From(Interval? interval) => interval is { } known
            ? new(SixDigitRounding.Round(known.Value), SixDigitRounding.Round(known.Low), SixDigitRounding.Round(known.High))
            : null;
    }
}
