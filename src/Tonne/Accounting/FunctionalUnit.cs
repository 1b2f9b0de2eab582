using System.Globalization;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>A functional unit and its count: the R of SCI.</summary>
/// <param name="Name">Name of one unit, for example <c>request</c>, <c>token</c>, <c>image</c>, <c>training run</c>.</param>
/// <param name="Count">Number of units, more than 0.</param>
public sealed record FunctionalUnit(string Name, Factor Count)
{
    const string WhyPositive = "SCI is a rate per functional unit, so R must be more than 0 (ISO/IEC 21031:2024)";

    /// <summary>Reads <c>UNIT=COUNT</c>, as in <c>token=1.2e9</c>.</summary>
    /// <exception cref="FormatException">There is no unit or no count, or the count is not a number above 0; the message says
    /// why.</exception>
    public static FunctionalUnit Parse(string written)
    {
        var equalsSign = written.LastIndexOf('=');
        var name = equalsSign < 0 ? "" : written[..equalsSign].Trim();
        if (name.Length == 0)
            throw new FormatException($"'{written}' is not a functional unit; write UNIT=COUNT, as in --per request=230768.");
        if (!double.TryParse(written.AsSpan(equalsSign + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var count)
            || !double.IsFinite(count))
        {
            throw new FormatException($"'{written[(equalsSign + 1)..].Trim()}' is not a number of {name}s; "
                + $"write UNIT=COUNT, as in --per request=230768. {WhyPositive}.");
        }

        if (count is not (> 0 and < 1e36))
            throw new FormatException($"{written}: {WhyPositive}. Count the {name}s that the energy served.");
        var source = new Source("GIVEN", "Given by the user");
        return new FunctionalUnit(
            name, new Factor($"given/per/{name}", $"number of {name}", "1", Bounds.FromExact(count), Quality.Assumed, source));
    }
}
