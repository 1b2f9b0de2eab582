using System.Globalization;
using Tonne.Quantities;

namespace Tonne.Formatting;

/// <summary>
/// A value formatted for people. Its scale determines the unit, its uncertainty the number of digits; the bounds have the same unit and
/// digits.
/// </summary>
/// <remarks>
/// Two significant digits where the interval is wider than 10 %, three where it is narrower; an exact value has at most three and no
/// trailing zeros.
/// All three are rounded to the same place, so the printed interval contains the printed value. A bound that would round to 0 and is not
/// gets one digit of its own.
/// </remarks>
/// <param name="Value">The value in digits.</param>
/// <param name="Low">The low bound in digits; null if exact.</param>
/// <param name="High">The high bound in digits; null if exact.</param>
/// <param name="Unit">The unit chosen; empty if dimensionless.</param>
public readonly record struct DisplayValue(string Value, string? Low, string? High, string Unit)
{
    static readonly (double Scale, string Unit)[] EnergyUnits =
        [(1e-9, "µWh"), (1e-6, "mWh"), (1e-3, "Wh"), (1, "kWh"), (1e3, "MWh"), (1e6, "GWh")];

    static readonly (double Scale, string Unit)[] EmissionsUnits =
        [(1e-9, "µg CO2e"), (1e-6, "mg CO2e"), (1e-3, "g CO2e"), (1, "kg CO2e"), (1e3, "t CO2e")];

    static readonly (double Scale, string Unit)[] WaterUnits = [(1e-6, "µL"), (1e-3, "mL"), (1, "L"), (1e3, "m³")];

    static readonly (double Scale, string Unit)[] JouleUnits = [(1e-6, "µJ"), (1e-3, "mJ"), (1, "J"), (1e3, "kJ"), (1e6, "MJ"), (1e9, "GJ"), (1e12, "TJ")];

    static readonly (double Scale, string Unit)[] PowerUnits = [(1e-6, "µW"), (1e-3, "mW"), (1, "W"), (1e3, "kW"), (1e6, "MW")];

    /// <summary>The value and its unit, for example <c>0.42 g CO2e</c>.</summary>
    public string Text => Unit.Length == 0 ? Value : $"{Value} {Unit}";

    /// <summary>The interval in brackets, for example <c>(0.21–0.85)</c>; empty if exact.</summary>
    /// <param name="dash">Text between the bounds.</param>
    public string FormatInterval(string dash = "–") => Low is null ? "" : $"({Low}{dash}{High})";

    /// <summary>The value, its unit and its interval.</summary>
    /// <param name="dash">Text between the bounds.</param>
    public string FormatWithInterval(string dash = "–") => Low is null ? Text : $"{Text} {FormatInterval(dash)}";

    /// <summary>Formats a figure.</summary>
    public static DisplayValue Format(Figure figure) => Format(figure.Bounds, figure.Unit);

    /// <summary>Formats bounds in a unit; kWh, kg CO2e, L, J and W change to a larger or smaller unit where that reads better.</summary>
    /// <param name="bounds">Low, best, high.</param>
    /// <param name="unit">Unit of the values.</param>
    /// <param name="like">A value whose scale is used, so that neighbouring figures have one unit; null for the value's own.</param>
    public static DisplayValue Format(Bounds bounds, string unit, double? like = null)
    {
        var digits = bounds.IsExact || bounds.Low > 0 && bounds.High / bounds.Low <= 1.1 ? 3 : 2;
        var (scale, name) = Scaled(like ?? bounds.Best, unit, digits);
        return Rounded(bounds.Low / scale, bounds.Best / scale, bounds.High / scale, name, digits);
    }

    /// <summary>Formats one number in a unit, without bounds; it may be negative.</summary>
    /// <param name="value">The value.</param>
    /// <param name="unit">Unit of the value.</param>
    /// <param name="digits">Significant digits. Default 3.</param>
    /// <param name="like">A value whose scale is used; null for the value's own.</param>
    public static string Format(double value, string unit, int digits = 3, double? like = null)
    {
        var (scale, name) = Scaled(like ?? value, unit, digits);
        var text = value == 0 || GetUnitScales(unit) is null ? FormatTrimmed(value, digits) : FormatAtPlace(value / scale, PlaceOf(value / scale, digits));
        return name.Length == 0 ? text : $"{text} {name}";
    }

    /// <summary>Formats a factor in its own unit with up to four digits, as its source prints it.</summary>
    public static DisplayValue FormatFactor(Factor factor) => FormatFactor(factor.Bounds, factor.Unit);

    /// <summary>Formats the bounds of a factor in its own unit with up to four digits.</summary>
    public static DisplayValue FormatFactor(Bounds bounds, string unit) => bounds.IsExact
        ? new(FormatTrimmed(bounds.Best, 4), null, null, Named(unit))
        : new(FormatTrimmed(bounds.Best, 4), FormatTrimmed(bounds.Low, Digits(bounds.Low, bounds.Best)), FormatTrimmed(bounds.High, Digits(bounds.High, bounds.Best)), Named(unit));

    /// <summary>Formats a length of time: <c>420 ms</c>, <c>12.4 s</c>, <c>3 min 20 s</c>, <c>2 h 05 min</c>, <c>4 d 03 h</c>.</summary>
    /// <param name="seconds">Time in s.</param>
    public static string FormatDuration(double seconds)
    {
        if (seconds < 0.9995)
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Round(seconds * 1000):0} ms");
        if (seconds < 59.95)
            return string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");
        var whole = (long)Math.Round(seconds);
        if (whole < 3600)
            return string.Create(CultureInfo.InvariantCulture, $"{whole / 60} min {whole % 60:00} s");
        if (whole < 86_400)
            return string.Create(CultureInfo.InvariantCulture, $"{whole / 3600} h {whole % 3600 / 60:00} min");
        return string.Create(CultureInfo.InvariantCulture, $"{whole / 86_400} d {whole % 86_400 / 3600:00} h");
    }

    /// <summary>
    /// Formats a share as per cent: two digits below 10 %, whole numbers above. Only exact shares are shown as 0 % or 100 %.
    /// </summary>
    /// <param name="share">0 to 1, or a relative change.</param>
    public static string FormatPercent(double share)
    {
        var percent = share * 100;
        var size = Math.Abs(percent);
        if (size is > 0 and < 0.1)
            return percent < 0 ? "> -0.1 %" : "< 0.1 %";
        if (share is > 0.99 and < 1)
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Min(99.9, percent):0.#} %");
        return string.Create(CultureInfo.InvariantCulture, $"{percent.ToString(size < 9.95 ? "0.#" : "0", CultureInfo.InvariantCulture)} %");
    }

    /// <summary>A metric as a program printed it: up to four significant digits, <c>NaN</c> and infinities by name.</summary>
    public static string FormatMetric(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf";
        return Math.Abs(value) is 0 or (>= 1e-4 and < 1e7) ? FormatTrimmed(value, 4) : value.ToString("0.###e0", CultureInfo.InvariantCulture);
    }

    /// <summary>A number of bytes in MiB or GiB.</summary>
    public static string FormatBytes(long bytes) => bytes < 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576d:0.#} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824d:0.#} GiB");

    /// <summary>A count with thousands grouped.</summary>
    public static string FormatCount(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    static int Digits(double bound, double best)
    {
        // As many digits as reach the last place of the best value's four.
        if (bound <= 0 || best <= 0)
            return 4;
        return Math.Clamp(4 + (int)Math.Floor(Math.Log10(bound)) - (int)Math.Floor(Math.Log10(best)), 2, 6);
    }

    const double LargestWritten = 1e15;
    const int MostDecimals = 15;

    static (double Scale, string Unit)[]? GetUnitScales(string unit) => unit switch
    {
        "kWh" => EnergyUnits,
        "kg CO2e" => EmissionsUnits,
        "L" => WaterUnits,
        "J" => JouleUnits,
        "W" => PowerUnits,
        _ => null,
    };

    static string Named(string unit) => unit == "1" ? "" : unit;

    static (double Scale, string Unit) Scaled(double value, string unit, int digits)
    {
        if (GetUnitScales(unit) is not { } ladder)
            return (1, Named(unit));
        if (value == 0 || !double.IsFinite(value))
            return (1, unit);
        var rounded = Math.Abs(ToDigits(value, digits));
        for (var i = ladder.Length - 1; i > 0; i--)
        {
            // A unit is better known than its thousandth, so it is kept down to a tenth.
            var from = ladder[i].Unit is "g CO2e" or "mg CO2e" or "Wh" or "mWh" ? 0.1 : 1;
            if (rounded >= ladder[i].Scale * from * (1 - 1e-12))
                return ladder[i];
        }

        return ladder[0];
    }

    static DisplayValue Rounded(double low, double best, double high, string unit, int digits)
    {
        if (low == high)
            return new(FormatTrimmed(best, digits), null, null, unit);
        if (best == 0)
            return new("0", FormatTrimmed(low, digits), FormatTrimmed(high, digits), unit);
        var place = PlaceOf(best, digits);
        return new(FormatAtPlace(best, place), low > 0 && RoundToPlace(low, place) == 0 ? FormatAtPlace(low, PlaceOf(low, 1)) : FormatAtPlace(low, place), FormatAtPlace(high, place), unit);
    }

    /// <summary>Power of ten of the last digit kept.</summary>
    static int PlaceOf(double value, int digits) => value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(ToDigits(value, digits))) + 1e-9) - digits + 1;

    static double ToDigits(double value, int digits)
    {
        if (value == 0)
            return 0;
        var place = (int)Math.Floor(Math.Log10(Math.Abs(value))) - digits + 1;
        return RoundToPlace(value, place);
    }

    static double RoundToPlace(double value, int place)
    {
        // Dividing by a positive power of ten is exact to the last digit where multiplying by a negative one is not.
        var power = Math.Pow(10, Math.Abs(place));
        var rounded = place >= 0
            ? Math.Round(value / power, MidpointRounding.AwayFromZero) * power
            : Math.Round(value * power, MidpointRounding.AwayFromZero) / power;
        // At the ends of the range of doubles the power or the product overflows.
        return double.IsFinite(rounded) ? rounded : value;
    }

    /// <summary>The value to a place; as a power of ten where its zeros would fill the line.</summary>
    static string FormatAtPlace(double value, int place)
    {
        var rounded = RoundToPlace(value, place);
        if (rounded == 0 || (Math.Abs(rounded) < LargestWritten && place >= -MostDecimals))
            return rounded.ToString(string.Create(CultureInfo.InvariantCulture, $"N{Math.Clamp(-place, 0, MostDecimals)}"), CultureInfo.InvariantCulture);
        var digits = Math.Clamp((int)Math.Floor(Math.Log10(Math.Abs(rounded))) - place, 0, MostDecimals);
        return rounded.ToString(digits == 0 ? "0e0" : "0." + new string('#', digits) + "e0", CultureInfo.InvariantCulture);
    }

    static string FormatTrimmed(double value, int digits)
    {
        if (value == 0)
            return "0";
        var text = FormatAtPlace(value, PlaceOf(value, digits));
        return text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }
}
