using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.LifeCycles;
using Tonne.LifeCycles.YamlDescriptions;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Sci;

namespace Tonne.Reporting.Json;

/// <summary>
/// A life cycle as JSON, schema <c>tonne.footprint/1</c>; described in docs/formats/footprint.md. What is unknown is null, never 0.
/// </summary>
public sealed record LifeCycleDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = LifeCycle.Schema;

    /// <summary>Version of the accounting method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>Name of what is described.</summary>
    public required string Name { get; init; }

    /// <summary>A note for readers; null if there is none.</summary>
    public string? Description { get; init; }

    /// <summary>File of the description.</summary>
    public required string File { get; init; }

    /// <summary>Figures of the whole life cycle.</summary>
    public required FiguresPart Life { get; init; }

    /// <summary>Everyday equivalents of the total: at most three.</summary>
    public required IReadOnlyList<EquivalentDocument> Equivalents { get; init; }

    /// <summary>The phases of the life cycle.</summary>
    public required IReadOnlyList<PhasePart> Phases { get; init; }

    /// <summary>The largest contribution to the total; null if the total is zero.</summary>
    public DominantPart? Dominates { get; init; }

    /// <summary>Break-even: when the deployment has used more than everything before it.</summary>
    [JsonPropertyName("outgrows")]
    public required IReadOnlyList<BreakEvenPart> BreakEvens { get; init; }

    /// <summary>Rates by functional unit (ISO/IEC 21031).</summary>
    public required IReadOnlyList<SciPart> Sci { get; init; }

    /// <summary>Numbers taken as exact, because no bounds are given.</summary>
    public required IReadOnlyList<GivenPart> TakenAsExact { get; init; }

    /// <summary>Remarks of the description.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>Warnings about the figures.</summary>
    public required ImmutableArray<Warning> Warnings { get; init; }

    /// <summary>Names of all figures, for <c>--explain</c>.</summary>
    public required IReadOnlyList<string> Figures { get; init; }

    /// <summary>Sources cited, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>Creates the document of a life cycle.</summary>
    public static LifeCycleDocument From(LifeCycle life) => new()
    {
        Method = Accountant.MethodVersion,
        FactorsHash = Catalogs.FactorSet.ShortHash,
        Name = life.Description.Name,
        Description = life.Description.Text,
        File = life.Description.File,
        Life = FiguresPart.From(life.Totals),
        Equivalents = EquivalentDocument.From(Teaching.Equivalents.Choose(life.Totals.Total)),
        Phases = [.. life.Phases.Select(phase => PhasePart.From(phase, life.Totals.Total.Value))],
        Dominates = life.FindLargestContributor() is { } dominant ? new DominantPart(dominant.Phase.Description.Id, dominant.Share, dominant.Step.Name, dominant.StepShare) : null,
        BreakEvens = [.. life.BreakEvens.Select(breakEven => new BreakEvenPart(breakEven.Measure, breakEven.Days, SixDigitRounding.Round(breakEven.Low), SixDigitRounding.Round(breakEven.High), breakEven.ComparedBoundary))],
        Sci = [.. SoftwareCarbonIntensity.Calculate(life).Select(SciPart.From)],
        TakenAsExact = [.. life.ExactInputs.Select(factor => new GivenPart(factor.Id["described/".Length..], factor.Label, factor.Bounds.Best, factor.Unit, factor.Source.Id))],
        Notes = life.Description.Notes,
        Warnings = life.Warnings,
        Figures = [.. life.GetFigures().Select(figure => figure.Name).Distinct(StringComparer.Ordinal)],
        Sources = life.GetSources(),
    };

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.LifeCycleDocument);

    /// <summary>
    /// Emissions in kg CO2e; <c>market_based</c> is operational and stands beside the location-based figure; the two are never added or
    /// subtracted.
    /// </summary>
    public sealed record LifeEmissionsPart(QuantityDocument Operational, QuantityDocument? Embodied, QuantityDocument Total, QuantityDocument? MarketBased);

    /// <summary>One step outwards of the boundary: what it adds, and the total up to it.</summary>
    public sealed record StepPart(string Step, QuantityDocument? AddedEnergyKwh, QuantityDocument AddedEmissionsKg, QuantityDocument EnergyKwh, QuantityDocument EmissionsKg, QuantityDocument? WaterL);

    /// <summary>Figures of a phase or of the whole life cycle.</summary>
    public sealed record FiguresPart(QuantityDocument EnergyKwh, QuantityDocument FacilityEnergyKwh, LifeEmissionsPart EmissionsKg, QuantityDocument? WaterL, IReadOnlyList<StepPart> Boundaries)
    {
        internal static FiguresPart From(LifeCycleFigures figures) => new(
            QuantityDocument.From(figures.Energy), QuantityDocument.From(figures.FacilityEnergy),
            new LifeEmissionsPart(QuantityDocument.From(figures.Operational), FromOptional(figures.Embodied), QuantityDocument.From(figures.Total), FromOptional(figures.MarketBased)), FromOptional(figures.Water),
            [.. figures.Steps.Select(step => new StepPart(step.Name, FromOptional(step.EnergyAdded), QuantityDocument.From(step.EmissionsAdded), QuantityDocument.From(step.Energy), QuantityDocument.From(step.Emissions), FromOptional(step.Water)))]);
    }

    /// <summary>The place and the grid from which a phase got its electricity.</summary>
    public sealed record LifePlacePart(string? Zone, QuantityDocument IntensityGPerKwh, string Basis, int? Year, string How, QuantityDocument Pue, string PueHow);

    /// <summary>Figures per day of a phase.</summary>
    public sealed record DayPart(double Days, QuantityDocument? EnergyKwh, QuantityDocument EmissionsKg);

    /// <summary>Figures per functional unit.</summary>
    public sealed record UnitPart(string Unit, double Count, QuantityDocument EnergyKwh, QuantityDocument EmissionsKg);

    /// <summary>Data that a phase stores or transfers; in no sum.</summary>
    public sealed record DataPart(string Name, QuantityDocument EnergyKwh, QuantityDocument EmissionsKg);

    /// <summary>A phase.</summary>
    public sealed record PhasePart(
        string Id, string Name, string Kind, double Share, FiguresPart Figures, DayPart? PerDay, IReadOnlyList<UnitPart> PerUnit, IReadOnlyList<LifePlacePart> Places, IReadOnlyList<string> Runs,
        ImmutableArray<string> LeftOut, ImmutableArray<string> Notes)
    {
        /// <summary>Data stored and transferred; absent if not described.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<DataPart>? Data { get; init; }

        internal static PhasePart From(AccountedPhase phase, double whole) => new(
            phase.Description.Id, phase.Description.Name, LifeCycleReader.ToKeyword(phase.Description.Kind), whole > 0 ? phase.Figures.Total.Value / whole : 0, FiguresPart.From(phase.Figures),
            phase.EmissionsPerDay is { } perDay ? new DayPart(phase.Description.Duration!.Bounds.Best / 24, FromOptional(phase.EnergyPerDay), QuantityDocument.From(perDay)) : null,
            [.. phase.PerUnit.Select(unit => new UnitPart(unit.Unit.Name, unit.Unit.Count.Bounds.Best, QuantityDocument.From(unit.Energy), QuantityDocument.From(unit.Emissions)))],
            [.. phase.Factors.Select(factors => new LifePlacePart(factors.Grid.Zone, QuantityDocument.From(factors.Grid.Intensity, BoundaryText.FormatBasis(factors.Grid)), EnumWords.Format(factors.Grid.Basis), factors.Grid.Year,
                factors.Grid.How, QuantityDocument.From(factors.Pue, "facility ÷ machines"), factors.PueHow))],
            [.. phase.Runs.Select(run => run.Record.Opening.Id)], phase.OmittedBoundaries, phase.Notes)
        {
            Data = phase.Data.IsEmpty
                ? null
                :
                [
                    .. phase.Data.Select(data =>
                        new DataPart(data.Name, QuantityDocument.From(data.Energy), QuantityDocument.From(data.Emissions))),
                ],
        };
    }

    /// <summary>The largest phase, and the largest boundary in it, with their shares of the total.</summary>
    public sealed record DominantPart(string Phase, double Share, string Step, double StepShare);

    /// <summary>Days of deployment until its total equals that of everything before it.</summary>
    public sealed record BreakEvenPart(string By, double Days, double Low, double High, string Counted);

    /// <summary>A rate by ISO/IEC 21031.</summary>
    public sealed record SciPart(string Boundary, string Inside, string Unit, double Count, QuantityDocument RateKg, QuantityDocument EnergyKwh, QuantityDocument OperationalKg, QuantityDocument? EmbodiedKg, ImmutableArray<Warning> Warnings)
    {
        internal static SciPart From(SoftwareCarbonIntensity sci) => new(
            sci.Boundary.ToString().ToLowerInvariant(), sci.IncludedParts, sci.Unit.Name, sci.Unit.Count.Bounds.Best, QuantityDocument.From(sci.Rate), QuantityDocument.From(sci.Energy), QuantityDocument.From(sci.Operational),
            FromOptional(sci.Embodied), sci.Warnings);
    }

    /// <summary>A number of the description without bounds.</summary>
    public sealed record GivenPart(string Key, string Label, double Value, string Unit, string Source);

    static QuantityDocument? FromOptional(Figure? figure) => figure is null ? null : QuantityDocument.From(figure);
}
