using Tonne.Quantities;
using Tonne.Reporting.Html.Documents;

namespace Tonne.Reporting.Html.Estimates;

/// <summary>What the page of an estimate needs, schema <c>tonne.report-estimate/1</c>. Described in <c>docs/formats/report.md</c>.</summary>
sealed record EstimatePageDocument
{
    /// <summary>Name and version of the schema.</summary>
    public const string SchemaName = "tonne.report-estimate/1";

    /// <summary>Schema.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Version of the accounting method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>Day on which the page was written, <c>yyyy-MM-dd</c>.</summary>
    public required string Date { get; init; }

    /// <summary><c>training</c>, <c>inference</c> or <c>task</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What is estimated, in a few words.</summary>
    public required string Name { get; init; }

    /// <summary>The answer in one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>What it includes, in one line.</summary>
    public required string Boundary { get; init; }

    /// <summary>What the headline is per: <c>a request</c>; empty for a training.</summary>
    public required string Per { get; init; }

    /// <summary>The figures, the headline first. Names and numbers are those of the estimate's JSON.</summary>
    public required IReadOnlyList<EstimateFigure> Figures { get; init; }

    /// <summary>What is estimated and how, as pairs.</summary>
    public required IReadOnlyList<EstimateFact> Facts { get; init; }

    /// <summary>What was chosen or assumed, in sentences.</summary>
    public required IReadOnlyList<string> Assumptions { get; init; }

    /// <summary>Where the energy or the emissions go; null if that is not known.</summary>
    public required EstimateParts? Parts { get; init; }

    /// <summary>The same on several kinds of hardware, the least energy first; null if there is one.</summary>
    public required EstimateRanking? Ranking { get; init; }

    /// <summary>Energy against speed; null if there is nothing to compare.</summary>
    public required EstimateFrontier? Frontier { get; init; }

    /// <summary>The derivations of the figures as one graph.</summary>
    public required ReportDerivation Derivation { get; init; }

    /// <summary>Factors that may be put in the place of those of the estimate.</summary>
    public required ReportChoices Choices { get; init; }

    /// <summary>Published trainings; empty for inference.</summary>
    public required IReadOnlyList<ReportPublished> Published { get; init; }

    /// <summary>Everyday equivalents of the emissions: at most three.</summary>
    public required IReadOnlyList<ReportEquivalent> Equivalents { get; init; }

    /// <summary>Warnings about the place.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>Sources cited, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>A figure.</summary>
    /// <param name="Title">Name in words.</param>
    /// <param name="Figure">The figure.</param>
    public sealed record EstimateFigure(string Title, ReportFigure Figure);

    /// <summary>A fact.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Text">The fact.</param>
    /// <param name="Note">How it is known; empty if it was given.</param>
    public sealed record EstimateFact(string Name, string Text, string Note);

    /// <summary>The parts of a figure.</summary>
    /// <param name="Finding">What they show, in one sentence.</param>
    /// <param name="Note">Of what they are parts.</param>
    /// <param name="Rows">The parts, the largest first.</param>
    public sealed record EstimateParts(string Finding, string Note, IReadOnlyList<EstimatePart> Rows);

    /// <summary>A part.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Text">The part as text.</param>
    /// <param name="Share">0 to 1.</param>
    public sealed record EstimatePart(string Name, string Text, double Share);

    /// <summary>Several kinds of hardware.</summary>
    /// <param name="Finding">The choice, in one sentence.</param>
    /// <param name="Note">What the order rests on.</param>
    /// <param name="Rows">The kinds, the least energy first.</param>
    public sealed record EstimateRanking(string Finding, string Note, IReadOnlyList<EstimateCandidate> Rows);

    /// <summary>A kind of hardware.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Energy">Facility energy.</param>
    /// <param name="Emissions">Emissions.</param>
    /// <param name="Other">Accelerator-hours, or energy per token, as text with interval.</param>
    public sealed record EstimateCandidate(string Name, ReportFigure Energy, ReportFigure Emissions, string Other);

    /// <summary>Energy against speed.</summary>
    /// <param name="Finding">What it shows, in one sentence.</param>
    /// <param name="Note">How both were computed.</param>
    /// <param name="XName">What the horizontal axis shows, with its unit.</param>
    /// <param name="YName">What the vertical axis shows, with its unit.</param>
    /// <param name="Series">A line for each kind of hardware.</param>
    public sealed record EstimateFrontier(string Finding, string Note, string XName, string YName, IReadOnlyList<EstimateSeries> Series);

    /// <summary>A line.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Points">The points from slow to fast or the reverse.</param>
    public sealed record EstimateSeries(string Name, IReadOnlyList<EstimatePoint> Points);

    /// <summary>A point.</summary>
    /// <param name="Label">What sets it apart, such as <c>32 together</c>.</param>
    /// <param name="X">Position, in the unit of the axis.</param>
    /// <param name="XText">The same as text.</param>
    /// <param name="Value">Energy, in the unit of the axis.</param>
    /// <param name="Low">The 2.5 % limit.</param>
    /// <param name="High">The 97.5 % limit.</param>
    /// <param name="Text">Energy as text with interval.</param>
    /// <param name="IsChosen">Whether the answer is of this point.</param>
    /// <param name="IsBest">Whether no other point is both faster and less energy.</param>
    public sealed record EstimatePoint(
        string Label, double X, string XText, double Value, double Low, double High, string Text, bool IsChosen, bool IsBest);
}
