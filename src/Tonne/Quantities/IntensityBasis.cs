using System.Text.Json.Serialization;

namespace Tonne.Quantities;

/// <summary>Which emissions an intensity includes. Lifecycle and direct are never mixed in one figure of a run.</summary>
[JsonConverter(typeof(WordJsonConverter<IntensityBasis>))]
public enum IntensityBasis
{
    /// <summary>Not stated, as for an intensity given by hand.</summary>
    Unstated,

    /// <summary>Emissions of the whole life cycle: fuel supply and power stations included.</summary>
    Lifecycle,

    /// <summary>Direct emissions of the power station only.</summary>
    Direct,

    /// <summary>A total of phases that have several bases.</summary>
    MixedBases,
}
