namespace Tonne.Reporting.Html.Documents;

/// <summary>What a run teaches.</summary>
/// <param name="Insight">The most important observation.</param>
/// <param name="Equivalents">Everyday equivalents: at most three.</param>
/// <param name="Quiz">Questions made from the run.</param>
sealed record ReportLesson(string Insight, IReadOnlyList<ReportEquivalent> Equivalents, IReadOnlyList<ReportQuestion> Quiz);
