using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>An everyday quantity to which a figure is equivalent: how many of it.</summary>
/// <param name="Name">Name of the unit, in the singular or plural as the count needs it: <c>km in an average European car</c>.</param>
/// <param name="Count">Number of units, with the bounds of the figure and of the unit combined.</param>
/// <param name="UnitFactor">Emissions or energy of one unit, with its source.</param>
/// <param name="Definition">Definition of one unit.</param>
/// <param name="Year">Year for which the value of the unit holds.</param>
public sealed record Equivalent(string Name, Bounds Count, Factor UnitFactor, string Definition, int Year)
{
    /// <summary>The count and its name with the interval, for example <c>41 km in an average European car (29–52)</c>.</summary>
    /// <param name="dash">Between the bounds.</param>
    public string Format(string dash = "–") => DisplayValue.Format(Count, "1") is var count && count.Low is null ? $"{count.Value} {Name}" : $"{count.Value} {Name} {count.FormatInterval(dash)}";
}
