using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Explaining;

/// <summary>Figures of a life as published studies print them: with bounds, the digits the bounds allow; without, four digits (energy five), so that what was given can be recognised.</summary>
static class FootprintReadout
{
    /// <summary>Value and unit.</summary>
    internal static string Text(Figure figure, string? unit = null)
    {
        unit ??= figure.Unit;
        if (!figure.Bounds.IsExact)
            return Readout.Of(figure.Bounds, unit).Text;
        var parts = Readout.Of(figure.Value, unit, unit.StartsWith("kWh", StringComparison.Ordinal) && figure.Value >= 1 ? 5 : 4).Split(' ', 2);
        return $"{(parts[0].Contains('.') ? parts[0].TrimEnd('0').TrimEnd('.') : parts[0])} {parts[^1]}";
    }

    /// <summary>The interval in brackets; empty if exact.</summary>
    internal static string Interval(Figure figure, string dash) => figure.Bounds.IsExact ? "" : Readout.Of(figure.Bounds, figure.Unit).Interval(dash);

    /// <summary>Value, unit and interval.</summary>
    internal static string Full(Figure figure, string dash = "–") => figure.Bounds.IsExact ? Text(figure) : Readout.Of(figure.Bounds, figure.Unit).Full(dash);
}
