namespace Tonne.Quantities;

/// <summary>Reads the text of a unit.</summary>
static class UnitParser
{
    const double Hour = 3600;
    const double Day = 24 * Hour;

    /// <summary>The dimension of a unit, and how many base units (J, s, g CO2e, L, GB, kg, cm) one is.</summary>
    public static (UnitDimension Dimension, double Factor) Parse(ReadOnlySpan<char> symbol)
    {
        var dimension = default(UnitDimension);
        var factor = 1d;
        var divides = false;
        while (!symbol.IsEmpty)
        {
            var end = symbol.IndexOfAny('·', '/');
            var (partDimension, partFactor) = ParsePart((end < 0 ? symbol : symbol[..end]).Trim());
            dimension = divides ? dimension - partDimension : dimension + partDimension;
            factor = divides ? factor / partFactor : factor * partFactor;
            if (end < 0)
                break;
            // Everything after a stroke divides: W/GB/s is W ÷ (GB · s).
            divides |= symbol[end] == '/';
            symbol = symbol[(end + 1)..];
        }

        return (dimension, factor);
    }

    static (UnitDimension Dimension, double Factor) ParsePart(ReadOnlySpan<char> part)
    {
        const string million = "million ";
        if (part.StartsWith(million, StringComparison.Ordinal))
        {
            var (dimension, factor) = ParsePart(part[million.Length..]);
            return (dimension, factor * 1e6);
        }

        return part switch
        {
            "J" => (new(1, 0, 0, 0, 0, 0, 0), 1),
            "kJ" => (new(1, 0, 0, 0, 0, 0, 0), 1e3),
            "MJ" => (new(1, 0, 0, 0, 0, 0, 0), 1e6),
            "mWh" => (new(1, 0, 0, 0, 0, 0, 0), Hour / 1e3),
            "Wh" => (new(1, 0, 0, 0, 0, 0, 0), Hour),
            "kWh" => (new(1, 0, 0, 0, 0, 0, 0), 1e3 * Hour),
            "MWh" => (new(1, 0, 0, 0, 0, 0, 0), 1e6 * Hour),
            "GWh" => (new(1, 0, 0, 0, 0, 0, 0), 1e9 * Hour),
            "mW" => (new(1, -1, 0, 0, 0, 0, 0), 1e-3),
            "W" => (new(1, -1, 0, 0, 0, 0, 0), 1),
            "kW" => (new(1, -1, 0, 0, 0, 0, 0), 1e3),
            "MW" => (new(1, -1, 0, 0, 0, 0, 0), 1e6),
            "s" => (new(0, 1, 0, 0, 0, 0, 0), 1),
            "min" => (new(0, 1, 0, 0, 0, 0, 0), 60),
            "h" => (new(0, 1, 0, 0, 0, 0, 0), Hour),
            "d" or "day" or "days" => (new(0, 1, 0, 0, 0, 0, 0), Day),
            "week" or "weeks" => (new(0, 1, 0, 0, 0, 0, 0), 7 * Day),
            "a" or "y" or "year" or "years" => (new(0, 1, 0, 0, 0, 0, 0), 365.25 * Day),
            "µg CO2e" => (new(0, 0, 1, 0, 0, 0, 0), 1e-6),
            "mg CO2e" => (new(0, 0, 1, 0, 0, 0, 0), 1e-3),
            "g CO2e" => (new(0, 0, 1, 0, 0, 0, 0), 1),
            "kg CO2e" => (new(0, 0, 1, 0, 0, 0, 0), 1e3),
            "t CO2e" => (new(0, 0, 1, 0, 0, 0, 0), 1e6),
            "kt CO2e" => (new(0, 0, 1, 0, 0, 0, 0), 1e9),
            "lb CO2e" => (new(0, 0, 1, 0, 0, 0, 0), 453.59237),
            "mL" => (new(0, 0, 0, 1, 0, 0, 0), 1e-3),
            "L" => (new(0, 0, 0, 1, 0, 0, 0), 1),
            "m3" => (new(0, 0, 0, 1, 0, 0, 0), 1e3),
            "GB" => (new(0, 0, 0, 0, 1, 0, 0), 1),
            "g" => (new(0, 0, 0, 0, 0, 1, 0), 1e-3),
            "kg" => (new(0, 0, 0, 0, 0, 1, 0), 1),
            "mm2" => (new(0, 0, 0, 0, 0, 0, 2), 1e-2),
            "cm2" => (new(0, 0, 0, 0, 0, 0, 2), 1),
            "km" => (new(0, 0, 0, 0, 0, 0, 1), 1e5),
            "mile" or "miles" => (new(0, 0, 0, 0, 0, 0, 1), 160_934.4),
            "%" => (default, 1e-2),
            "billion" => (default, 1e9),
            "million" => (default, 1e6),
            "TFLOP" => (default, 1e12),
            "PFLOP" => (default, 1e15),
            "EFLOP" => (default, 1e18),
            _ => (default, 1),
        };
    }
}
