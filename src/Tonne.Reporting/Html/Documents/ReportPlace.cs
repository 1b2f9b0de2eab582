using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;

namespace Tonne.Reporting.Html.Documents;

/// <summary>A factor of the place: the grid's intensity, or the PUE.</summary>
/// <param name="Name">Zone or region; null if it has none.</param>
/// <param name="Text">Value and interval as text.</param>
/// <param name="How">How it is known.</param>
/// <param name="Quality">measured, modelled or assumed.</param>
/// <param name="Source">Id of its source.</param>
sealed record ReportPlace(string? Name, string Text, string How, string Quality, string Source)
{
    /// <summary>The intensity of the grid.</summary>
    /// <param name="factors">The factors.</param>
    /// <param name="name">Name of the place; null if it has none.</param>
    /// <param name="clean">Writes texts from outside.</param>
    public static ReportPlace FromGrid(AccountingFactors factors, string? name, Func<string, string> clean) => new(
        name is null ? null : clean(name), DisplayValue.FormatFactor(factors.Grid.Intensity).FormatWithInterval(),
        clean($"{BoundaryText.FormatBasis(factors.Grid)}; {factors.Grid.How}"), EnumWords.Format(factors.Grid.Intensity.Quality),
        factors.Grid.Intensity.Source.Id);

    /// <summary>The PUE of the facility.</summary>
    public static ReportPlace FromPue(AccountingFactors factors, Func<string, string> clean) => new(
        null, DisplayValue.FormatFactor(factors.Pue).FormatWithInterval(), clean(factors.PueHow), EnumWords.Format(factors.Pue.Quality),
        factors.Pue.Source.Id);
}
