using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Whether an intensity describes all electricity of an hour, or the electricity that one kWh more would take.</summary>
/// <remarks>The two answer different questions, and may rank the same hours in opposite order: they are never mixed in one figure or plan.</remarks>
[JsonConverter(typeof(WordJsonConverter<IntensityKind>))]
public enum IntensityKind
{
    /// <summary>Emissions of all generation divided by all generation. The kind that accounts are made with.</summary>
    Average,

    /// <summary>Emissions of the generation that would follow a change of demand.</summary>
    Marginal,
}
