using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Json;

/// <summary>A quantity in JSON; its unit is in the name of its field.</summary>
/// <param name="Value">The value at best factors.</param>
/// <param name="Low">The 2.5 % limit, six digits.</param>
/// <param name="High">The 97.5 % limit, six digits.</param>
/// <param name="Boundary">Boundary of the figure: what it includes.</param>
/// <param name="Quality">measured, modelled or assumed.</param>
/// <param name="MeasuredShare">Measured energy ÷ total energy, 0 to 1; of a factor: 1 if it was measured.</param>
public sealed record QuantityDocument(double Value, double Low, double High, string Boundary, string Quality, double MeasuredShare)
{
    /// <summary>A figure as a quantity.</summary>
    public static QuantityDocument From(Figure figure) => From(figure.Bounds, figure.Boundary.ToString(), figure.Quality, figure.MeasuredShare);

    /// <summary>Creates the quantity from a figure as it was stored.</summary>
    public static QuantityDocument From(StatedFigure figure) => From(figure.Bounds, figure.Boundary, figure.Quality, figure.MeasuredShare);

    /// <summary>A factor as a quantity.</summary>
    public static QuantityDocument From(Factor factor, string boundary) =>
        From(factor.Bounds, boundary, factor.Quality, factor.Quality == Quantities.Quality.Measured ? 1 : 0);

    internal static QuantityDocument From(Bounds bounds, string boundary, Quality quality, double measuredShare) =>
        new(bounds.Best, SixDigitRounding.RoundLow(bounds), SixDigitRounding.RoundHigh(bounds), boundary, EnumWords.Format(quality), measuredShare);

}
