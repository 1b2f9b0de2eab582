namespace Tonne.Instruments.Feeds;

/// <summary>How good the origin of an intensity is, from the best to the coarsest.</summary>
public enum IntensityRung
{
    /// <summary>A provider for which the user has set a key.</summary>
    KeyedFeed,

    /// <summary>The operator of the zone's grid.</summary>
    NationalFeed,

    /// <summary>A publisher of many countries: Energy-Charts.</summary>
    GeneralFeed,

    /// <summary>Observed values kept from imports and earlier calls.</summary>
    History,

    /// <summary>The mean of the same month and hour.</summary>
    Profile,

    /// <summary>The mean of a year.</summary>
    Annual,

    /// <summary>Nothing is known of the zone.</summary>
    None,
}
