namespace Tonne.Reporting.Html.Documents;

/// <summary>A factor to choose.</summary>
/// <param name="Name">Name of the zone or facility.</param>
/// <param name="Code">Code of the zone or facility.</param>
/// <param name="Id">Id of the factor.</param>
/// <param name="Value">Best value.</param>
/// <param name="Low">The 2.5 % limit.</param>
/// <param name="High">The 97.5 % limit.</param>
/// <param name="Year">Year; null if unknown.</param>
sealed record ReportChoice(string Name, string Code, string Id, double Value, double Low, double High, int? Year);
