using Tonne.Quantities;
using Tonne.Reporting.Html.Documents;

namespace Tonne.Reporting.Html.Comparisons;

/// <summary>What the page of a comparison of runs needs, schema <c>tonne.report-comparison/1</c>. Described in
/// <c>docs/formats/report.md</c>.</summary>
sealed record ComparisonPageDocument
{
    /// <summary>Name and version of the schema.</summary>
    public const string SchemaName = "tonne.report-comparison/1";

    /// <summary>Schema.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Version of the accounting method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>The answer in one sentence, and what the ratios include.</summary>
    public required ComparisonAnswer Answer { get; init; }

    /// <summary>The runs; the first is the one the others are compared with.</summary>
    public required IReadOnlyList<ComparedRunPart> Runs { get; init; }

    /// <summary>Each run but the first, against the first.</summary>
    public required IReadOnlyList<ComparisonPair> Pairs { get; init; }

    /// <summary>What is the same in all runs and what is not.</summary>
    public required IReadOnlyList<ComparisonFact> Facts { get; init; }

    /// <summary>Finding of the stages beside each other; null if no run has any.</summary>
    public required string? StagesFinding { get; init; }

    /// <summary>Finding of the epochs; null if no run has any.</summary>
    public required string? EpochsFinding { get; init; }

    /// <summary>Finding of the boundaries.</summary>
    public required string BoundariesFinding { get; init; }

    /// <summary>The derivations of the ratios and of the figures of each run as one graph.</summary>
    public required ReportDerivation Derivation { get; init; }

    /// <summary>What the intervals leave out, in sentences.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Warnings of the runs, each once.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>Sources cited, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }

    /// <summary>The answer.</summary>
    /// <param name="Outcome"><c>less</c>, <c>more</c>, <c>same</c> (no difference seen) or <c>none</c> (no ratio), of the first pair's
    /// energy.</param>
    /// <param name="Headline">The ratio as text, such as <c>0.52 ×</c>; a phrase if there is no difference or no ratio.</param>
    /// <param name="Interval">Interval of the ratio as text; empty if there is no ratio.</param>
    /// <param name="Sentence">The answer in one sentence.</param>
    /// <param name="Boundary">What the ratios include, in one line.</param>
    public sealed record ComparisonAnswer(string Outcome, string Headline, string Interval, string Sentence, string Boundary);

    /// <summary>A run and its figures. The figures of all runs have one scale.</summary>
    /// <param name="Id">Id.</param>
    /// <param name="Name">Name, different for each run.</param>
    /// <param name="Status">completed, failed or interrupted.</param>
    /// <param name="StartedAt">Start, UTC.</param>
    /// <param name="DurationS">Duration in s.</param>
    /// <param name="DurationText">Duration in words.</param>
    /// <param name="Energy">Energy of the job at the plug.</param>
    /// <param name="FacilityEnergy">Facility energy.</param>
    /// <param name="Operational">Operational emissions.</param>
    /// <param name="Embodied">Embodied emissions; null if unknown.</param>
    /// <param name="Total">Emissions.</param>
    /// <param name="Components">The job's energy by component.</param>
    /// <param name="Grid">The grid's intensity.</param>
    /// <param name="Pue">The facility's PUE.</param>
    /// <param name="Stages">Stages; null if there are none.</param>
    /// <param name="Epochs">Epochs; null if there are none.</param>
    /// <param name="Boundaries">Emissions by boundary.</param>
    /// <param name="Details">What identifies people and machines; null unless it was asked for.</param>
    public sealed record ComparedRunPart(
        string Id, string Name, string Status, DateTimeOffset StartedAt, double DurationS, string DurationText, ReportFigure Energy,
        ReportFigure FacilityEnergy, ReportFigure Operational, ReportFigure? Embodied, ReportFigure Total,
        IReadOnlyList<ReportComponent> Components, ReportPlace Grid, ReportPlace Pue, ReportStages? Stages, ReportEpochs? Epochs,
        ReportBoundaries Boundaries, ReportDetails? Details);

    /// <summary>A run against the first.</summary>
    /// <param name="Run">Index of the run.</param>
    /// <param name="Energy">Energy of the run ÷ that of the first; null if the boundaries differ or the first used none.</param>
    /// <param name="Emissions">Emissions of the run ÷ those of the first; null likewise.</param>
    /// <param name="EmissionsName">What the ratio of emissions is of.</param>
    /// <param name="Difference">Difference of the emissions in words; null if there is none.</param>
    /// <param name="Duration">Duration of the run ÷ that of the first.</param>
    /// <param name="Verdict">The outcome in sentences, as <c>tonne compare</c> prints it.</param>
    /// <param name="BoundaryDifferences">How the boundaries differ, in sentences.</param>
    /// <param name="SharedFactors">Number of uncertain factors that both share, which cancel or nearly so.</param>
    /// <param name="OwnFactors">Number of uncertain factors that only one of them has.</param>
    /// <param name="Equivalents">Everyday equivalents of the difference.</param>
    public sealed record ComparisonPair(
        int Run, ComparisonRatio? Energy, ComparisonRatio? Emissions, string EmissionsName, string? Difference, ComparisonRatio Duration,
        IReadOnlyList<string> Verdict, IReadOnlyList<string> BoundaryDifferences, int SharedFactors, int OwnFactors,
        IReadOnlyList<ReportEquivalent> Equivalents);

    /// <summary>A ratio with its 95 % interval.</summary>
    /// <param name="Value">The ratio, six digits.</param>
    /// <param name="Low">The 2.5 % limit, six digits.</param>
    /// <param name="High">The 97.5 % limit, six digits.</param>
    /// <param name="Text">The ratio as text: <c>0.52 ×</c>.</param>
    /// <param name="Interval">The interval as text; empty if it is exact.</param>
    /// <param name="Outcome"><c>less</c>, <c>more</c> or <c>same</c>: whether 1 is in the interval.</param>
    public sealed record ComparisonRatio(double Value, double Low, double High, string Text, string Interval, string Outcome);

    /// <summary>A fact of all runs.</summary>
    /// <param name="Name">Name.</param>
    /// <param name="Values">The fact of each run; empty if unknown.</param>
    /// <param name="Differs">Whether they are not all the same.</param>
    public sealed record ComparisonFact(string Name, IReadOnlyList<string> Values, bool Differs);
}
