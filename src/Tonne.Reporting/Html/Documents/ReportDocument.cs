using Tonne.Quantities;
using Tonne.Reporting.Advising;
using Tonne.Reporting.Html.Predictions;

namespace Tonne.Reporting.Html.Documents;

/// <summary>What the page of a run needs, schema <c>tonne.report/1</c>. Described in <c>docs/formats/report.md</c>.</summary>
/// <remarks>
/// Every figure has its value and the text that <c>tonne show</c> prints, so that the page formats no figure of the run itself. Texts from
/// outside are on one line and have no control characters.
/// </remarks>
sealed record ReportDocument
{
    /// <summary>Name and version of the schema.</summary>
    public const string SchemaName = "tonne.report/1";

    /// <summary>Schema.</summary>
    public string Schema { get; init; } = SchemaName;

    /// <summary>Version of the accounting method.</summary>
    public required string Method { get; init; }

    /// <summary>Hash of the factor tables.</summary>
    public required string FactorsHash { get; init; }

    /// <summary>The run.</summary>
    public required ReportRun Run { get; init; }

    /// <summary>The answer in one sentence, its boundary, and the figures of the run.</summary>
    public required ReportAnswer Answer { get; init; }

    /// <summary>The stages, those of tonne last; null if the program marked none.</summary>
    public ReportStages? Stages { get; init; }

    /// <summary>The epochs; null if there are none.</summary>
    public ReportEpochs? Epochs { get; init; }

    /// <summary>Power over time; null if the run has no trace.</summary>
    public ReportPower? Power { get; init; }

    /// <summary>Why there is no power over time; null if there is.</summary>
    public string? PowerMissing { get; init; }

    /// <summary>A prediction of the network that the run trained; null if there is none.</summary>
    public ReportPrediction? Prediction { get; init; }

    /// <summary>How to reduce the emissions; null if that was not asked for.</summary>
    public AdviceDocument? Advice { get; init; }

    /// <summary>The boundaries from the narrowest to the widest.</summary>
    public required ReportBoundaries Boundaries { get; init; }

    /// <summary>The derivations of the figures of the run.</summary>
    public required ReportDerivation Derivation { get; init; }

    /// <summary>Factors that may be put in the place of those of the run.</summary>
    public required ReportChoices Choices { get; init; }

    /// <summary>Published trainings.</summary>
    public required IReadOnlyList<ReportPublished> Published { get; init; }

    /// <summary>What the run teaches.</summary>
    public required ReportLesson Lesson { get; init; }

    /// <summary>Warnings, the most important first.</summary>
    public required IReadOnlyList<Warning> Warnings { get; init; }

    /// <summary>Sources cited, once each.</summary>
    public required IReadOnlyList<Source> Sources { get; init; }
}
