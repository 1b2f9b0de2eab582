using Tonne.Accounting;
using Tonne.Grids;

namespace Tonne.Reporting.Explaining;

/// <summary>The place of a run in words.</summary>
static class PlaceName
{
    /// <summary>City and country of a cloud region, or the country; null if only an intensity was given.</summary>
    internal static string? Format(Runs.Place place, GridFactor grid)
    {
        if (place.Region is { } id)
            return RegionCatalog.Find(id).Value is { } region ? $"{region.Location}, {region.Country.Name} ({region.Id})" : id;
        if ((grid.Zone ?? place.Zone) is not { } code)
            return null;
        return ZoneCatalog.Find(code).Value is { } zone ? $"{zone.Name} ({zone.Code})" : code;
    }

    /// <summary>
    /// The name of the place, marked if it was guessed; null if only an intensity was given, or if nothing is known and the world's mean
    /// was used.
    /// </summary>
    internal static string? FormatWithOrigin(Runs.Place place, GridFactor grid) =>
        place is { How: Runs.PlaceOrigin.Unknown, IntensityGramsPerKwh: null } ? null : Format(place, grid) is { } name ? place.Guessed ? $"{name}, guessed from the time zone" : name : null;
}
