namespace Tonne.Reporting.Html.Documents;

/// <summary>A time in one stage, s from the start of the run.</summary>
sealed record ReportSpan(string Name, double From, double To);
