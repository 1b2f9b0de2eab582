using System.Collections.Immutable;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.LifeCycles;
using Tonne.LifeCycles.Describing;
using Tonne.Quantities;
using Tonne.Sci;

namespace Tonne.Reporting.Json;

/// <summary>A life as JSON, schema <c>tonne.footprint/1</c>; described in docs/formats/footprint.md. What is unknown is null, never 0.</summary>
public sealed record LifeCycleDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = LifeCycle.Schema;

    /// <summary>Version of the accounting method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>What lives.</summary>
    public required string Name { get; init; }

    /// <summary>What a reader should know; null if nothing.</summary>
    public string? Description { get; init; }

    /// <summary>The description's file.</summary>
    public required string File { get; init; }

    /// <summary>The whole life.</summary>
    public required FiguresPart Life { get; init; }

    /// <summary>What the total is as much as: at most three.</summary>
    public required IReadOnlyList<EquivalentDocument> Equivalents { get; init; }

    /// <summary>Its phases.</summary>
    public required IReadOnlyList<PhasePart> Phases { get; init; }

    /// <summary>What makes most of the total; null if the life comes to nothing.</summary>
    public DominantPart? Dominates { get; init; }

    /// <summary>When deployment outgrows what came before.</summary>
    public required IReadOnlyList<OutgrowthPart> Outgrows { get; init; }

    /// <summary>Rates by functional unit (ISO/IEC 21031).</summary>
    public required IReadOnlyList<SciPart> Sci { get; init; }

    /// <summary>Numbers taken as exact, because no bounds are given.</summary>
    public required IReadOnlyList<GivenPart> TakenAsExact { get; init; }

    /// <summary>Remarks of the description.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>What is unsure.</summary>
    public required ImmutableArray<Doubt> Doubts { get; init; }

    /// <summary>Names of all figures, for <c>--explain</c>.</summary>
    public required IReadOnlyList<string> Figures { get; init; }

    /// <summary>Sources cited, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>A life as a document.</summary>
    public static LifeCycleDocument Of(LifeCycle life) => new()
    {
        Method = Accountant.Method,
        FactorsHash = Catalogs.FactorSet.ShortHash,
        Name = life.Description.Name,
        Description = life.Description.Text,
        File = life.Description.File,
        Life = FiguresPart.Of(life.Whole),
        Equivalents = EquivalentDocument.Of(Teaching.Equivalents.For(life.Whole.Total)),
        Phases = [.. life.Phases.Select(phase => PhasePart.Of(phase, life.Whole.Total.Value))],
        Dominates = life.Dominant() is { } dominant ? new DominantPart(dominant.Phase.Described.Id, dominant.Share, dominant.Step.Name, dominant.StepShare) : null,
        Outgrows = [.. life.Outgrowths.Select(outgrowth => new OutgrowthPart(outgrowth.Measure, outgrowth.Days, SixDigits.Of(outgrowth.Low), SixDigits.Of(outgrowth.High), outgrowth.Counted))],
        Sci = [.. SoftwareCarbonIntensity.Of(life).Select(SciPart.Of)],
        TakenAsExact = [.. life.TakenAsExact.Select(factor => new GivenPart(factor.Id["described/".Length..], factor.Label, factor.Bounds.Best, factor.Unit, factor.Source.Id))],
        Notes = life.Description.Notes,
        Doubts = life.Doubts,
        Figures = [.. life.Figures().Select(figure => figure.Name).Distinct(StringComparer.Ordinal)],
        Sources = life.Sources(),
    };

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.LifeCycleDocument);

    /// <summary>Emissions in kg CO2e; <c>market_based</c> is operational, beside the location-based, never to be added or taken off.</summary>
    public sealed record LifeEmissionsPart(QuantityDocument Operational, QuantityDocument? Embodied, QuantityDocument Total, QuantityDocument? MarketBased);

    /// <summary>One widening of the boundary: what it adds, and all up to it.</summary>
    public sealed record StepPart(string Step, QuantityDocument? AddedEnergyKwh, QuantityDocument AddedEmissionsKg, QuantityDocument EnergyKwh, QuantityDocument EmissionsKg, QuantityDocument? WaterL);

    /// <summary>Figures of a phase or of the life.</summary>
    public sealed record FiguresPart(QuantityDocument EnergyKwh, QuantityDocument FacilityEnergyKwh, LifeEmissionsPart EmissionsKg, QuantityDocument? WaterL, IReadOnlyList<StepPart> Boundaries)
    {
        internal static FiguresPart Of(LifeFigures figures) => new(
            QuantityDocument.Of(figures.Energy), QuantityDocument.Of(figures.FacilityEnergy),
            new LifeEmissionsPart(QuantityDocument.Of(figures.Operational), Maybe(figures.Embodied), QuantityDocument.Of(figures.Total), Maybe(figures.MarketBased)), Maybe(figures.Water),
            [.. figures.Steps.Select(step => new StepPart(step.Name, Maybe(step.EnergyAdded), QuantityDocument.Of(step.EmissionsAdded), QuantityDocument.Of(step.Energy), QuantityDocument.Of(step.Emissions), Maybe(step.Water)))]);
    }

    /// <summary>Where a phase drew its electricity.</summary>
    public sealed record LifePlacePart(string? Zone, QuantityDocument IntensityGPerKwh, string Basis, int? Year, string How, QuantityDocument Pue, string PueHow);

    /// <summary>A day of a phase.</summary>
    public sealed record DayPart(double Days, QuantityDocument? EnergyKwh, QuantityDocument EmissionsKg);

    /// <summary>One of a functional unit.</summary>
    public sealed record UnitPart(string Unit, double Count, QuantityDocument EnergyKwh, QuantityDocument EmissionsKg);

    /// <summary>A phase.</summary>
    public sealed record PhasePart(
        string Id, string Name, string Kind, double Share, FiguresPart Figures, DayPart? PerDay, IReadOnlyList<UnitPart> PerUnit, IReadOnlyList<LifePlacePart> Places, IReadOnlyList<string> Runs,
        ImmutableArray<string> LeftOut, ImmutableArray<string> Notes)
    {
        internal static PhasePart Of(PhaseLife phase, double whole) => new(
            phase.Described.Id, phase.Described.Name, LifeCycleReader.Word(phase.Described.Kind), whole > 0 ? phase.Figures.Total.Value / whole : 0, FiguresPart.Of(phase.Figures),
            phase.EmissionsPerDay is { } perDay ? new DayPart(phase.Described.Duration!.Bounds.Best / 24, Maybe(phase.EnergyPerDay), QuantityDocument.Of(perDay)) : null,
            [.. phase.PerUnit.Select(unit => new UnitPart(unit.Unit.Name, unit.Unit.Count.Bounds.Best, QuantityDocument.Of(unit.Energy), QuantityDocument.Of(unit.Emissions)))],
            [.. phase.Factors.Select(factors => new LifePlacePart(factors.Grid.Zone, QuantityDocument.Of(factors.Grid.Intensity, $"{factors.Grid.Basis}, {factors.Grid.Scope}"), factors.Grid.Basis, factors.Grid.Year,
                factors.Grid.How, QuantityDocument.Of(factors.Pue, "facility ÷ machines"), factors.PueHow))],
            [.. phase.Runs.Select(run => run.Record.Opening.Id)], phase.LeftOut, phase.Notes);
    }

    /// <summary>The largest phase, and the largest boundary in it, with their shares of the total.</summary>
    public sealed record DominantPart(string Phase, double Share, string Step, double StepShare);

    /// <summary>Days of deployment until it has used as much as making the model.</summary>
    public sealed record OutgrowthPart(string By, double Days, double Low, double High, string Counted);

    /// <summary>A rate by ISO/IEC 21031.</summary>
    public sealed record SciPart(string Boundary, string Inside, string Unit, double Count, QuantityDocument RateKg, QuantityDocument EnergyKwh, QuantityDocument OperationalKg, QuantityDocument? EmbodiedKg, ImmutableArray<Doubt> Doubts)
    {
        internal static SciPart Of(SoftwareCarbonIntensity sci) => new(
            sci.Boundary.ToString().ToLowerInvariant(), sci.Inside, sci.Unit.Name, sci.Unit.Count.Bounds.Best, QuantityDocument.Of(sci.Rate), QuantityDocument.Of(sci.Energy), QuantityDocument.Of(sci.Operational),
            Maybe(sci.Embodied), sci.Doubts);
    }

    /// <summary>A number of the description without bounds.</summary>
    public sealed record GivenPart(string Key, string Label, double Value, string Unit, string Source);

    static QuantityDocument? Maybe(Figure? figure) => figure is null ? null : QuantityDocument.Of(figure);
}
