using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Whose electricity an intensity describes.</summary>
[JsonConverter(typeof(WordJsonConverter<IntensityScope>))]
public enum IntensityScope
{
    /// <summary>Not stated, as for an intensity given by hand.</summary>
    Unstated,

    /// <summary>Electricity generated in the zone.</summary>
    Production,

    /// <summary>Electricity used in the zone, with imports traced to their origin.</summary>
    Consumption,

    /// <summary>Electricity of a cloud region, as its provider publishes it.</summary>
    Provider,
}
