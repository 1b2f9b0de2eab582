namespace Tonne.Grids;

/// <summary>Whose electricity an intensity describes.</summary>
public enum IntensityScope
{
    /// <summary>Electricity generated in the zone.</summary>
    Production,

    /// <summary>Electricity used in the zone, with imports traced to their origin.</summary>
    Consumption,

    /// <summary>Electricity of a cloud region, as its provider publishes it.</summary>
    Provider,
}
