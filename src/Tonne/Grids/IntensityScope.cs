using System.Text.Json.Serialization;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Whose electricity an intensity describes.</summary>
[JsonConverter(typeof(WordJsonConverter<IntensityScope>))]
public enum IntensityScope
{
    /// <summary>Not stated, as for an intensity given by hand.</summary>
    Unstated,

    /// <summary>Generated inside the border.</summary>
    Production,

    /// <summary>Used inside the border, imports traced to their origin.</summary>
    Consumption,

    /// <summary>As the provider of the machines publishes it for its region.</summary>
    Provider,
}
