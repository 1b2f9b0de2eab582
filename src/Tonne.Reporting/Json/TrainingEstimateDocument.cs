using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Accounting;
using Tonne.Estimation.Training;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;

namespace Tonne.Reporting.Json;

/// <summary>
/// Estimates of a training as JSON, schema <c>tonne.training-estimate/1</c>: the energy-efficient choice at the top, and every accelerator
/// asked for, ranked.
/// </summary>
public sealed record TrainingEstimateDocument
{
    /// <summary>Schema; absent inside <see cref="Estimates"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Schema { get; init; }

    /// <summary>Version of the accounting method; absent inside <see cref="Estimates"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Method { get; init; }

    /// <summary>Hash of the factor tables; absent inside <see cref="Estimates"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? FactorsHash { get; init; }

    /// <summary>The accelerator.</summary>
    public required string Hardware { get; init; }

    /// <summary>Accelerators at once; null if not given.</summary>
    public int? Chips { get; init; }

    /// <summary>Runs of the campaign; the figures are those of all.</summary>
    public required int Runs { get; init; }

    /// <summary>Number format.</summary>
    public required string Precision { get; init; }

    /// <summary>Floating-point operations of a run; null if only hours are known.</summary>
    public double? FlopsPerRun { get; init; }

    /// <summary>Share of the 16-bit peak that similar trainings reach; null if only hours are known.</summary>
    public RangePart? Utilisation { get; init; }

    /// <summary>Name of the published training whose setup is repeated; absent if none was named.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Like { get; init; }

    /// <summary>Accelerator-hours.</summary>
    public required QuantityDocument ChipHours { get; init; }

    /// <summary>Hours on the clock of one run; null unless chips were given.</summary>
    public RangePart? HoursPerRun { get; init; }

    /// <summary>Accelerators that finish one run in the hours given; null unless hours were given without chips.</summary>
    public RangePart? ChipsPerRun { get; init; }

    /// <summary>Energy at the plug.</summary>
    public required QuantityDocument EnergyKwh { get; init; }

    /// <summary>Facility energy (PUE included).</summary>
    public required QuantityDocument FacilityEnergyKwh { get; init; }

    /// <summary>Emissions.</summary>
    public required RunDocument.EmissionsPart EmissionsKg { get; init; }

    /// <summary>Water on site and in generation; null if unknown.</summary>
    public QuantityDocument? WaterL { get; init; }

    /// <summary>The grid.</summary>
    public required RunDocument.GridPart Grid { get; init; }

    /// <summary>The published trainings most similar in size, hardware and kind.</summary>
    public required IReadOnlyList<SimilarTrainingPart> Nearest { get; init; }

    /// <summary>Assumptions, in sentences.</summary>
    public required IReadOnlyList<string> Assumptions { get; init; }

    /// <summary>Warnings about the place.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>Sources of the factors, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>The accelerator that uses the least energy, and whether that is certain; absent inside <see cref="Estimates"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChoicePart? EfficientChoice { get; init; }

    /// <summary>
    /// The estimates of all accelerators in the request, the one with the least energy first; absent if there is only one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TrainingEstimateDocument>? Estimates { get; init; }

    /// <summary>A ranking as a document.</summary>
    public static TrainingEstimateDocument From(TrainingRanking ranking) => From(ranking.Best) with
    {
        Schema = "tonne.training-estimate/1",
        Method = Accountant.MethodVersion,
        FactorsHash = ranking.Best.Footprint.Factors.FactorsHash,
        EfficientChoice = ranking.Ratio is { } ratio
            ? new ChoicePart(ranking.Best.Task.Hardware.Name, ranking.IsClear, new RangePart(ratio.Best, SixDigitRounding.Round(ratio.Low), SixDigitRounding.Round(ratio.High))) : null,
        Estimates = ranking.Estimates.Count > 1 ? [.. ranking.Estimates.Select(From)] : null,
    };

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.TrainingEstimateDocument);

    static TrainingEstimateDocument From(TrainingEstimate estimate)
    {
        var (task, footprint) = (estimate.Task, estimate.Footprint);
        var grid = footprint.Factors.Grid;
        return new TrainingEstimateDocument
        {
            Hardware = task.Hardware.Name,
            Chips = task.Chips,
            Runs = task.Runs,
            Precision = task.Precision.ToString().ToLowerInvariant(),
            FlopsPerRun = task.OperationsPerRun,
            Utilisation = estimate.Utilisation is { } utilisation ? RangePart.From(utilisation) : null,
            Like = task.Sibling?.Name,
            ChipHours = QuantityDocument.From(estimate.ChipHours),
            HoursPerRun = estimate.HoursPerRun is { } hours ? RangePart.From(hours) : null,
            ChipsPerRun = estimate.ChipsPerRun is { } chips ? RangePart.From(chips) : null,
            EnergyKwh = QuantityDocument.From(footprint.Energy),
            FacilityEnergyKwh = QuantityDocument.From(footprint.FacilityEnergy),
            EmissionsKg = new RunDocument.EmissionsPart(QuantityDocument.From(footprint.Operational), footprint.Embodied is { } embodied ? QuantityDocument.From(embodied) : null, QuantityDocument.From(footprint.Total)),
            WaterL = footprint.Water is { } water ? QuantityDocument.From(water) : null,
            Grid = new RunDocument.GridPart(grid.Zone, QuantityDocument.From(grid.Intensity, BoundaryText.FormatBasis(grid)), EnumWords.Format(grid.Basis), EnumWords.Format(grid.Scope), grid.Year, grid.Intensity.Source.Id, grid.How, grid.Intensity.Note),
            Nearest = 
            [
                .. estimate.MostSimilarTrainings.Select(pair => new SimilarTrainingPart(
                    pair.Case.Training.Name, Math.Round(pair.Case.Utilisation, 4), Math.Round(pair.Similarity, 4))
                {
                    // An upper bound of the hours is a lower bound of the utilisation.
                    Bound = pair.Case.Training.HoursBound switch { HoursBound.Upper => "lower", HoursBound.Lower => "upper", _ => null },
                }),
            ],
            Assumptions = [.. estimate.Assumptions.Select(one => one.Text)],
            Warnings = footprint.Factors.Warnings,
            Sources = estimate.Sources,
        };
    }

    /// <summary>A number with its 95 % bounds.</summary>
    public sealed record RangePart(double Value, double Low, double High)
    {
        internal static RangePart From(Bounds bounds) => new(bounds.Best, SixDigitRounding.RoundLow(bounds), SixDigitRounding.RoundHigh(bounds));
    }

    /// <summary>A published training, the utilisation it reached, and its similarity (1 the same, 0 nothing in common).</summary>
    public sealed record SimilarTrainingPart(string Name, double Utilisation, double Likeness)
    {
        /// <summary>Which bound of the utilisation is given, <c>lower</c> or <c>upper</c>; absent if it is a value.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Bound { get; init; }
    }

    /// <summary>The energy-efficient choice.</summary>
    /// <param name="Hardware">The accelerator.</param>
    /// <param name="Clear">Whether it uses the least energy at both bounds of the ratio.</param>
    /// <param name="SecondOverFirst">Energy of the second over that of the first.</param>
    public sealed record ChoicePart(string Hardware, bool Clear, RangePart SecondOverFirst);
}
