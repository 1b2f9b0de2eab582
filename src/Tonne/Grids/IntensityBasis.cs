namespace Tonne.Grids;

/// <summary>Which emissions an intensity includes. The two are never mixed in one figure.</summary>
public enum IntensityBasis
{
    /// <summary>Emissions of the whole life cycle: fuel supply and power stations included.</summary>
    Lifecycle,

    /// <summary>Direct emissions of the power station only.</summary>
    Direct,
}
