using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Html.Documents;

/// <summary>A factor.</summary>
/// <param name="Id">Id: the same id is the same unknown.</param>
/// <param name="Label">Label.</param>
/// <param name="Unit">Unit.</param>
/// <param name="Value">Best value.</param>
/// <param name="Low">The 2.5 % limit.</param>
/// <param name="High">The 97.5 % limit.</param>
/// <param name="Text">Value and interval as text.</param>
/// <param name="Quality">measured, modelled or assumed.</param>
/// <param name="Source">Id of its source.</param>
/// <param name="Year">Year; null if unknown.</param>
/// <param name="Note">Note; null if none.</param>
sealed record ReportFactor(
    string Id, string Label, string Unit, double Value, double Low, double High, string Text, string Quality, string Source, int? Year,
    string? Note)
{
    /// <summary>A factor in the page.</summary>
    public static ReportFactor From(Factor factor) => new(
        factor.Id, TextSanitizer.ToOneLine(factor.Label), factor.Unit, factor.Bounds.Best, factor.Bounds.Low, factor.Bounds.High,
        DisplayValue.FormatFactor(factor).FormatWithInterval(), EnumWords.Format(factor.Quality), factor.Source.Id, factor.Source.Year,
        factor.Note is { } note ? TextSanitizer.ToOneLine(note) : null);
}
