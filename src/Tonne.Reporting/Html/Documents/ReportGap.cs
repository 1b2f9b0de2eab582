namespace Tonne.Reporting.Html.Documents;

/// <summary>A time in which a meter returned nothing.</summary>
/// <param name="Meter">Id of the meter.</param>
/// <param name="From">Start, s from the start of the run.</param>
/// <param name="To">End, s from the start of the run.</param>
/// <param name="Reason">Reason.</param>
sealed record ReportGap(string Meter, double From, double To, string Reason);
