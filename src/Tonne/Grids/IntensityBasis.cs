namespace Tonne.Grids;

/// <summary>Which emissions a kilowatt-hour is charged with. The two are never mixed in one figure.</summary>
public enum IntensityBasis
{
    /// <summary>From the cradle: fuel supply and power stations included.</summary>
    Lifecycle,

    /// <summary>At the stack only.</summary>
    Direct,
}
