using Tonne.Estimation.Validation;

namespace Tonne.Reporting.Markdown;

/// <summary>One question of the validation: some cases, each estimated by a fit that did not use it.</summary>
/// <param name="Id">Short name for files, for example <c>training</c>.</param>
/// <param name="Title">What is estimated and what was left out, as a heading.</param>
/// <param name="Quantity">The estimated quantity, for example <c>accelerator-hours</c>.</param>
/// <param name="Baseline">The baseline predictor, in words.</param>
/// <param name="Cases">The cases.</param>
/// <param name="ShowsCaseNames">Whether single cases may be printed; if not, only aggregates are.</param>
/// <param name="PublishedErrors">Errors of published tools on the same kind of case.</param>
/// <param name="Text">Paragraphs of explanation.</param>
public sealed record ValidationSection(
    string Id,
    string Title,
    string Quantity,
    string Baseline,
    IReadOnlyList<ScoredCase> Cases,
    bool ShowsCaseNames,
    IReadOnlyList<PublishedError> PublishedErrors,
    IReadOnlyList<string> Text)
{
    /// <summary>Targets: mean error, median error, median width; null if there are none.</summary>
    public (double Mean, double Median, double Width)? Targets { get; init; }
}
