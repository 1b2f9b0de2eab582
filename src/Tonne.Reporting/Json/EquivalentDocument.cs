using Tonne.Formatting;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Json;

/// <summary>Everyday equivalents of a figure, in JSON.</summary>
/// <param name="Name">Name of the unit: <c>km in an average European car</c>.</param>
/// <param name="Count">Number of these units.</param>
/// <param name="Low">The 2.5 % limit, six digits.</param>
/// <param name="High">The 97.5 % limit, six digits.</param>
/// <param name="Definition">Definition of one unit.</param>
/// <param name="Year">Year for which the value of the unit holds.</param>
/// <param name="Source">Id of the source, or several joined by <c>;</c>; <c>tonne catalog equivalents</c> lists them.</param>
public sealed record EquivalentDocument(string Name, double Count, double Low, double High, string Definition, int Year, string Source)
{
    /// <summary>Equivalents as documents.</summary>
    public static IReadOnlyList<EquivalentDocument> From(IEnumerable<Equivalent> equivalents) =>
        [.. equivalents.Select(each => new EquivalentDocument(each.Name, each.Count.Best, SixDigitRounding.RoundLow(each.Count), SixDigitRounding.RoundHigh(each.Count), each.Definition, each.Year, each.UnitFactor.Source.Id))];
}
