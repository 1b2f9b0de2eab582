using System.Globalization;
using Tonne.Accounting;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>The dimension of a described number, with the accepted units.</summary>
/// <param name="Name">Name of the dimension: energy, power.</param>
/// <param name="Unit">Unit in which values are stored.</param>
/// <param name="Example">Example of a value.</param>
/// <param name="Units">Spellings and how many of <paramref name="Unit"/> each is.</param>
sealed record Dimension(string Name, string Unit, string Example, IReadOnlyList<(string Spelling, double Scale)> Units)
{
    public static readonly Dimension Energy = new("energy", "kWh", "433196 kWh",
        [("kWh", 1), ("Wh", 1e-3), ("MWh", 1e3), ("GWh", 1e6), ("TWh", 1e9), ("J", 1 / 3.6e6), ("kJ", 1 / 3.6e3), ("MJ", 1 / 3.6), ("GJ", 1e3 / 3.6), ("TJ", 1e6 / 3.6)]);

    public static readonly Dimension Power = new("power", "W", "400 W", [("W", 1), ("mW", 1e-3), ("kW", 1e3), ("MW", 1e6)]);

    public static readonly Dimension Intensity = new("carbon intensity", "g CO2e/kWh", "57 g/kWh",
        [("g/kWh", 1), ("kg/kWh", 1e3), ("kg/MWh", 1), ("t/MWh", 1e3), ("g/Wh", 1e3), ("mg/kWh", 1e-3)]);

    public static readonly Dimension Mass = new("mass of CO2e", "kg CO2e", "2500 kg", [("kg", 1), ("g", 1e-3), ("t", 1e3), ("kt", 1e6), ("Mt", 1e9), ("lb", 0.45359237), ("lbs", 0.45359237)]);

    /// <summary>In hours. A year has 365.25 days. For a study that uses 8,760 hours, write the hours.</summary>
    public static readonly Dimension Time = new("time", "h", "6 y",
        [
            ("h", 1), ("hour", 1), ("hours", 1), ("s", 1 / 3600d), ("min", 1 / 60d), ("d", 24), ("day", 24), ("days", 24), ("week", 168), ("weeks", 168),
            ("y", Accountant.HoursPerYear), ("year", Accountant.HoursPerYear), ("years", Accountant.HoursPerYear),
        ]);

    public static readonly Dimension WaterIntensity = new("water intensity", "L/kWh", "0.2 L/kWh", [("L/kWh", 1), ("l/kWh", 1), ("m3/MWh", 1), ("L/MWh", 1e-3)]);

    public static readonly Dimension Computation = new("computation", "FLOP", "3.87e23 FLOP", [("FLOP", 1), ("FLOPs", 1), ("flop", 1), ("PFLOP", 1e15), ("EFLOP", 1e18), ("ZFLOP", 1e21), ("YFLOP", 1e24)]);

    /// <summary>In TB, which are 10^12 bytes.</summary>
    public static readonly Dimension Data = new("amount of data", "TB", "50 TB",
        [
            ("TB", 1), ("GB", 1e-3), ("MB", 1e-6), ("PB", 1e3), ("EB", 1e6),
            ("TiB", 1.099511627776), ("GiB", 1.073741824e-3), ("PiB", 1125.899906842624),
        ]);

    /// <summary>A number without a unit: a count, a ratio; a share may be written in per cent.</summary>
    public static readonly Dimension Number = new("number", "1", "384", []);

    /// <summary>A large count, such as 70e9 or 70B.</summary>
    public static readonly Dimension Amount = new("number", "1", "70e9", [("k", 1e3), ("M", 1e6), ("B", 1e9), ("T", 1e12)]);

    public static readonly Dimension Share = new("share", "1", "85 %", [("%", 0.01)]);

    /// <summary>A number whose key names the unit: chip_hours.</summary>
    public static readonly Dimension Hours = new("number of hours", "h", "1082990", [("h", 1), ("hours", 1)]);

    static readonly Dimension[] _all = [Energy, Power, Intensity, Mass, Time, WaterIntensity, Computation, Data];

    /// <summary>Largest number, and inverse of the smallest one above 0, so that products of a few numbers stay finite.</summary>
    const double Largest = 1e36;

    bool AllowsBareNumber => Units.Count == 0 || ReferenceEquals(this, Share) || ReferenceEquals(this, Amount) || ReferenceEquals(this, Hours);

    /// <summary>Parses a number into <see cref="Unit"/>; otherwise returns what is wrong with it.</summary>
    public (double Value, string? Problem) Parse(string written)
    {
        var text = written.Trim();
        var end = NumberLength(text);
        if (end == 0)
            return (0, $"'{DescriptionNode.Shorten(written)}' is not {AddArticle(Name)}; write it as {Example}.");
        if (end < text.Length && text[end] is ',')
            return (0, $"'{DescriptionNode.Shorten(written)}': write the number without commas, as in {Example}.");
        if (!double.TryParse(text.AsSpan(0, end).ToString().Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
            return (0, $"'{DescriptionNode.Shorten(written)}' is not a finite number; write {AddArticle(Name)} as {Example}.");
        if (Math.Abs(number) is > Largest or (> 0 and < 1 / Largest))
            return (0, $"'{DescriptionNode.Shorten(written)}' is outside the possible range; write {AddArticle(Name)} as {Example}.");
        var unit = NormaliseUnit(text[end..].Trim());
        if (number < 0)
            return (0, $"'{DescriptionNode.Shorten(written)}' is negative, but {AddArticle(Name)} must not be. Avoided emissions are "
                + "never subtracted.");
        if (unit.Length == 0)
            return AllowsBareNumber ? (number, null) : (0, $"'{DescriptionNode.Shorten(written)}' has no unit; write {AddArticle(Name)} as {Example}.");
        foreach (var (spelling, scale) in Units)
        {
            if (string.Equals(NormaliseUnit(spelling), unit, StringComparison.Ordinal))
                return (number * scale, null);
        }

        foreach (var other in _all)
        {
            if (!ReferenceEquals(other, this) && other.Units.Any(one => string.Equals(NormaliseUnit(one.Spelling), unit, StringComparison.Ordinal)))
                return (0, $"'{DescriptionNode.Shorten(written)}' is {AddArticle(other.Name)}, but {AddArticle(Name)} is needed "
                    + $"here{(Units.Count > 0 ? $", as in {Example}" : ": a number without unit")}.");
        }

        return (0, $"the unit of '{DescriptionNode.Shorten(written)}' is unknown; " + (Units.Count > 0
            ? $"write {AddArticle(Name)} in {string.Join(", ", Units.Select(one => one.Spelling).Take(10))}."
            : "a number without unit is needed here."));
    }

    /// <summary>Removes blanks and CO2e, and unifies the spelling of "per".</summary>
    static string NormaliseUnit(string unit) => unit.Replace(" ", "", StringComparison.Ordinal).Replace("CO2e", "", StringComparison.Ordinal).Replace("CO2eq", "", StringComparison.Ordinal)
        .Replace("CO2", "", StringComparison.Ordinal).Replace("FLOP/s", "FLOP per second", StringComparison.Ordinal);

    static string AddArticle(string name) => name is "energy" ? "an energy" : "a " + name;

    static int NumberLength(string text)
    {
        var end = 0;
        while (end < text.Length)
        {
            var c = text[end];
            var exponent = c is 'e' or 'E' && end > 0 && end + 1 < text.Length && (char.IsAsciiDigit(text[end + 1]) || (text[end + 1] is '+' or '-' && end + 2 < text.Length && char.IsAsciiDigit(text[end + 2])));
            var sign = c is '+' or '-' && (end == 0 || text[end - 1] is 'e' or 'E');
            if (!(char.IsAsciiDigit(c) || (c is '.' or '_' && end + 1 <= text.Length) || exponent || sign))
                break;
            end++;
        }

        return text.AsSpan(0, end).ContainsAnyInRange('0', '9') ? end : 0;
    }
}
