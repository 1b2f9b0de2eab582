using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Teaching;

/// <summary>How many of something everybody knows a figure is as much as.</summary>
/// <param name="Name">What is counted, in the number that fits the count: <c>km in an average European car</c>.</param>
/// <param name="Count">How many, with the bounds of the figure and of the one together.</param>
/// <param name="UnitFactor">What one of it emits or uses, with its source.</param>
/// <param name="Definition">What one of it is, so that nobody has to guess.</param>
/// <param name="Year">The year it holds for.</param>
public sealed record Equivalent(string Name, Bounds Count, Factor UnitFactor, string Definition, int Year)
{
    /// <summary>The count and its name with the interval, for example <c>41 km in an average European car (29–52)</c>.</summary>
    /// <param name="dash">Between the bounds.</param>
    public string Format(string dash = "–") => DisplayValue.Format(Count, "1") is var count && count.Low is null ? $"{count.Value} {Name}" : $"{count.Value} {Name} {count.FormatInterval(dash)}";
}
