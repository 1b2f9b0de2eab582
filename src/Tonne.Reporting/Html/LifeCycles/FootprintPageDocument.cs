using Tonne.Quantities;
using Tonne.Reporting.Html.Documents;

namespace Tonne.Reporting.Html.LifeCycles;

/// <summary>What the page of a model's life cycle needs, schema <c>tonne.report-footprint/1</c>. Described in
/// <c>docs/formats/report.md</c>.</summary>
sealed record FootprintPageDocument
{
    /// <summary>Name and version of the schema.</summary>
    public const string SchemaName = "tonne.report-footprint/1";

    /// <summary>Schema.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Version of the accounting method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>Day on which the page was written, <c>yyyy-MM-dd</c>.</summary>
    public required string Date { get; init; }

    /// <summary>Name of what is described.</summary>
    public required string Name { get; init; }

    /// <summary>A note for readers; null if there is none.</summary>
    public required string? Description { get; init; }

    /// <summary>The answer in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>What it includes, in one line.</summary>
    public required string Boundary { get; init; }

    /// <summary>The figures of the whole life cycle.</summary>
    public required FootprintFigures Totals { get; init; }

    /// <summary>Finding of the phases, in one sentence.</summary>
    public required string PhasesFinding { get; init; }

    /// <summary>The phases, in the order of the description.</summary>
    public required IReadOnlyList<FootprintPhase> Phases { get; init; }

    /// <summary>Use against development over time; null if no deployment with a duration is described.</summary>
    public required FootprintOverTime? OverTime { get; init; }

    /// <summary>Everyday equivalents of the emissions: at most three.</summary>
    public required IReadOnlyList<ReportEquivalent> Equivalents { get; init; }

    /// <summary>Numbers of the description that have no bounds and were taken as exact.</summary>
    public required IReadOnlyList<FootprintGiven> Given { get; init; }

    /// <summary>The derivations of the figures as one graph.</summary>
    public required ReportDerivation Derivation { get; init; }

    /// <summary>Notes of the description.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Warnings, the most important first.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>Sources cited, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>Figures of a phase or of the whole life.</summary>
    /// <param name="Total">Emissions.</param>
    /// <param name="FacilityEnergy">Facility energy.</param>
    /// <param name="Operational">Operational emissions, location-based.</param>
    /// <param name="Embodied">Embodied emissions; null if not described.</param>
    /// <param name="Water">Water; null if unknown.</param>
    /// <param name="MarketBased">Market-based operational emissions, beside the others; null if no contract is described.</param>
    /// <param name="Steps">What each boundary adds.</param>
    public sealed record FootprintFigures(
        ReportFigure Total, ReportFigure FacilityEnergy, ReportFigure Operational, ReportFigure? Embodied, ReportFigure? Water,
        ReportFigure? MarketBased, IReadOnlyList<FootprintStep> Steps);

    /// <summary>What a boundary adds to the one before.</summary>
    /// <param name="Id">dynamic, idle, infrastructure, facility or embodied.</param>
    /// <param name="Name">Name in words.</param>
    /// <param name="Energy">Energy added; null for embodied emissions.</param>
    /// <param name="Emissions">Emissions added.</param>
    /// <param name="Share">Part of the emissions of the whole life, 0 to 1.</param>
    public sealed record FootprintStep(string Id, string Name, ReportFigure? Energy, ReportFigure Emissions, double Share);

    /// <summary>A phase.</summary>
    /// <param name="Id">Id.</param>
    /// <param name="Name">Name.</param>
    /// <param name="Kind">Kind as in the description.</param>
    /// <param name="Share">Part of the emissions of the whole life, 0 to 1.</param>
    /// <param name="Figures">Figures.</param>
    /// <param name="Rates">Energy and emissions a day and by functional unit, in sentences.</param>
    /// <param name="Places">Grid and PUE, each pair once, in words.</param>
    /// <param name="Runs">Runs of the ledger in it.</param>
    /// <param name="LeftOut">Boundaries that the description leaves out.</param>
    /// <param name="Notes">Notes.</param>
    public sealed record FootprintPhase(
        string Id, string Name, string Kind, double Share, FootprintFigures Figures, IReadOnlyList<string> Rates,
        IReadOnlyList<string> Places, int Runs, IReadOnlyList<string> LeftOut, IReadOnlyList<string> Notes);

    /// <summary>Use over time against all before it.</summary>
    /// <param name="Finding">What it shows, in one sentence.</param>
    /// <param name="Note">What is compared.</param>
    /// <param name="Measures">Emissions, and energy.</param>
    public sealed record FootprintOverTime(string Finding, string Note, IReadOnlyList<FootprintBreakEven> Measures);

    /// <summary>The break-even of one measure.</summary>
    /// <param name="Name"><c>emissions</c> or <c>energy</c>.</param>
    /// <param name="Days">Days after which use has reached all before it.</param>
    /// <param name="Low">The 2.5 % limit in days.</param>
    /// <param name="High">The 97.5 % limit in days.</param>
    /// <param name="Text">The days as text with their interval.</param>
    /// <param name="Boundary">Which figures are compared.</param>
    /// <param name="Development">All before use, in <paramref name="Unit"/>.</param>
    /// <param name="DevelopmentText">The same as text.</param>
    /// <param name="PerDayText">Use of a day as text.</param>
    /// <param name="Unit">Unit of the chart.</param>
    /// <param name="DescribedDays">Days of use that the description has.</param>
    public sealed record FootprintBreakEven(
        string Name, double Days, double Low, double High, string Text, string Boundary, double Development, string DevelopmentText,
        string PerDayText, string Unit, double DescribedDays);

    /// <summary>A number taken as exact.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Text">The number as text.</param>
    /// <param name="Source">Id of its source.</param>
    public sealed record FootprintGiven(string Name, string Text, string Source);
}
