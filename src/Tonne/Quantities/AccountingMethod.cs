namespace Tonne.Quantities;

/// <summary>How emissions or water are attributed to electricity.</summary>
/// <remarks>Location-based and market-based as in the GHG Protocol Scope 2 Guidance (2015).</remarks>
public enum AccountingMethod
{
    /// <summary>Location-based: the intensity of the grid.</summary>
    Location,

    /// <summary>Market-based: the intensity of contracts, and the residual mix for the rest.</summary>
    Market,

    /// <summary>For water: consumed on site and in the generation of electricity.</summary>
    OnSiteAndGrid,
}
