using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Html.Documents;

/// <summary>A figure: its value, and its text as <c>tonne show</c> prints it.</summary>
/// <param name="Name">Name of the figure, as <c>tonne explain</c> takes it.</param>
/// <param name="Unit">Unit of the numbers.</param>
/// <param name="Value">The value at best factors.</param>
/// <param name="Low">The 2.5 % limit, six digits.</param>
/// <param name="High">The 97.5 % limit, six digits.</param>
/// <param name="Text">Value and unit as text.</param>
/// <param name="Interval">The interval as text, in the unit of the text: <c>(6–44)</c>; empty if the figure is exact.</param>
/// <param name="Place">Where it applies, in a word: <c>IT</c>, <c>facility</c>, <c>hardware</c>.</param>
/// <param name="Boundary">The whole boundary in words.</param>
/// <param name="Quality">measured, modelled or assumed.</param>
/// <param name="MeasuredShare">Measured energy ÷ total energy, 0 to 1.</param>
sealed record ReportFigure(
    string Name, string Unit, double Value, double Low, double High, string Text, string Interval, string Place, string Boundary,
    string Quality, double MeasuredShare)
{
    /// <summary>A figure in the page.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="like">A value whose scale is used, as for neighbouring figures; null for its own.</param>
    public static ReportFigure From(Figure figure, double? like = null) => From(figure, figure.Name, figure.Bounds, like);

    /// <summary>A figure in the page under another name, with other bounds of the same boundary.</summary>
    public static ReportFigure From(Figure figure, string name, Bounds bounds, double? like)
    {
        var text = DisplayValue.Format(bounds, figure.Unit, like);
        var quantity = QuantityDocument.From(bounds, figure.Boundary.ToString(), figure.Quality, figure.MeasuredShare);
        return new ReportFigure(
            name, figure.Unit, quantity.Value, quantity.Low, quantity.High, text.Text, text.FormatInterval(),
            DescribePlace(figure.Boundary), BoundaryText.Describe(figure.Boundary), quantity.Quality, quantity.MeasuredShare);
    }

    static string DescribePlace(Boundary boundary) => boundary.Extent switch
    {
        BoundaryExtent.It => "IT",
        BoundaryExtent.Facility => "facility",
        BoundaryExtent.Hardware => "hardware",
        _ => EnumWords.Format(boundary.Extent),
    };
}
