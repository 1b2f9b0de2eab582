using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Explaining;

/// <summary>Formats figures of a life cycle as published studies print them.</summary>
static class FootprintFormat
{
    /// <summary>Value and unit.</summary>
    internal static string FormatValue(Figure figure, string? unit = null)
    {
        unit ??= figure.Unit;
        if (!figure.Bounds.IsExact)
            return DisplayValue.Format(figure.Bounds, unit).Text;
        var parts = DisplayValue.Format(figure.Value, unit, unit.StartsWith("kWh", StringComparison.Ordinal) && figure.Value >= 1 ? 5 : 4).Split(' ', 2);
        return $"{(parts[0].Contains('.') ? parts[0].TrimEnd('0').TrimEnd('.') : parts[0])} {parts[^1]}";
    }

    /// <summary>The interval in brackets; empty if exact.</summary>
    internal static string FormatInterval(Figure figure, string dash) => figure.Bounds.IsExact ? "" : DisplayValue.Format(figure.Bounds, figure.Unit).FormatInterval(dash);

    /// <summary>Value, unit and interval.</summary>
    internal static string FormatWithInterval(Figure figure, string dash = "–") => figure.Bounds.IsExact ? FormatValue(figure) : DisplayValue.Format(figure.Bounds, figure.Unit).FormatWithInterval(dash);
}
