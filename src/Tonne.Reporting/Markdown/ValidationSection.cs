using Tonne.Estimation.Validation;

namespace Tonne.Reporting.Markdown;

/// <summary>One question that validation answers: some cases, each estimated without having been seen.</summary>
/// <param name="Id">Short name for files, for example <c>training</c>.</param>
/// <param name="Title">What is foretold and what was left out, as a heading.</param>
/// <param name="Quantity">What the cases are of, for example <c>accelerator-hours</c>.</param>
/// <param name="Baseline">What the plain rule is, in words.</param>
/// <param name="Cases">The cases.</param>
/// <param name="ShowsCaseNames">Whether cases may be told one by one; else only aggregates leave the room.</param>
/// <param name="PublishedErrors">Errors of published tools on the same kind of case.</param>
/// <param name="Text">What a reader must know, a paragraph each.</param>
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
    /// <summary>Marks that were asked for: mean error, median error, median width; null where none was.</summary>
    public (double Mean, double Median, double Width)? Targets { get; init; }
}
