using System.Text.Json.Serialization;

namespace Tonne.Quantities;

/// <summary>Which emissions a kilowatt-hour is charged with. Lifecycle and direct are never mixed in one figure of a run.</summary>
[JsonConverter(typeof(WordJsonConverter<IntensityBasis>))]
public enum IntensityBasis
{
    /// <summary>Not stated, as for an intensity given by hand.</summary>
    Unstated,

    /// <summary>From the cradle: fuel supply and power stations included.</summary>
    Lifecycle,

    /// <summary>At the stack only.</summary>
    Direct,

    /// <summary>A total of phases that have several bases.</summary>
    MixedBases,
}
