namespace Tonne.Reporting.Html.Documents;

/// <summary>A question.</summary>
/// <param name="Question">The question.</param>
/// <param name="Options">Answers.</param>
/// <param name="Correct">Index of the right one.</param>
/// <param name="Reason">Why it is right.</param>
sealed record ReportQuestion(string Question, IReadOnlyList<string> Options, int Correct, string Reason);
