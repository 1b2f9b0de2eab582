using System.Collections.Frozen;
using Tonne.Grids;

namespace Tonne.Instruments.Feeds;

/// <summary>Zones that only feeds know: bidding zones and parts of a grid without an annual value of their own.</summary>
static class FeedZones
{
    /// <summary>Codes of the regions of Great Britain, by the number that the provider gives them.</summary>
    internal static readonly string[] BritishRegions =
    [
        "North Scotland", "South Scotland", "North West England", "North East England", "Yorkshire", "North Wales and Merseyside",
            "South Wales", "West Midlands",
        "East Midlands", "East England", "South West England", "South England", "London", "South East England", "England", "Scotland",
            "Wales",
    ];

    /// <summary>Energy Identification Codes of ENTSO-E, by zone.</summary>
    internal static readonly FrozenDictionary<string, string> EntsoeDomains = new Dictionary<string,
        string>(StringComparer.OrdinalIgnoreCase)
    {
        ["AT"] = "10YAT-APG------L", ["BE"] = "10YBE----------2", ["BG"] = "10YCA-BULGARIA-R", ["CH"] = "10YCH-SWISSGRIDZ",
            ["CZ"] = "10YCZ-CEPS-----N",
        ["DE"] = "10Y1001A1001A83F", ["DE-LU"] = "10Y1001A1001A82H", ["DK"] = "10Y1001A1001A65H", ["DK-DK1"] = "10YDK-1--------W",
            ["DK-DK2"] = "10YDK-2--------M",
        ["EE"] = "10Y1001A1001A39I", ["ES"] = "10YES-REE------0", ["FI"] = "10YFI-1--------U", ["FR"] = "10YFR-RTE------C",
            ["GR"] = "10YGR-HTSO-----Y",
        ["HR"] = "10YHR-HEP------M", ["HU"] = "10YHU-MAVIR----U", ["IE"] = "10YIE-1001A00010", ["IT"] = "10YIT-GRTN-----B",
            ["LT"] = "10YLT-1001A0008Q",
        ["LV"] = "10YLV-1001A00074", ["NL"] = "10YNL----------L", ["NO"] = "10YNO-0--------C", ["PL"] = "10YPL-AREA-----S",
            ["PT"] = "10YPT-REN------W",
        ["RO"] = "10YRO-TEL------P", ["RS"] = "10YCS-SERBIATSOV", ["SE"] = "10YSE-1--------K", ["SI"] = "10YSI-ELES-----O",
            ["SK"] = "10YSK-SEPS-----K",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>A zone by its code, or by a name that the catalog knows; null if there is none.</summary>
    internal static Zone? Find(string name)
    {
        var code = name.Trim();
        if (code.StartsWith("GB-NESO-", StringComparison.OrdinalIgnoreCase) && int.TryParse(code.AsSpan(8),
            System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var region)
            && region >= 1 && region <= BritishRegions.Length)
            return new Zone(code.ToUpperInvariant(), $"{BritishRegions[region - 1]} (region of NESO)", ZoneKind.Subregion);
        return code.ToUpperInvariant() switch
        {
            "DK1" or "DK-DK1" => new Zone("DK-DK1", "Denmark west of the Great Belt (DK1)", ZoneKind.Subregion),
            "DK2" or "DK-DK2" => new Zone("DK-DK2", "Denmark east of the Great Belt (DK2)", ZoneKind.Subregion),
            "GB-NIR" => new Zone("GB-NIR", "Northern Ireland", ZoneKind.Subregion),
            "DE-LU" => new Zone("DE-LU", "Germany and Luxembourg", ZoneKind.Subregion),
            _ => FindInCatalog(code),
        };
    }

    /// <summary>
    /// A zone of the catalog. The code of a part of a country (IT-NO, SE-SE3), which the catalog represents by the country, stays that of
    /// the part.
    /// </summary>
    static Zone? FindInCatalog(string code) => ZoneCatalog.FindPlace(code).Value switch
    {
        { } place when place.Zone.Code != place.Code && string.Equals(place.Code, code, StringComparison.OrdinalIgnoreCase)
            && !place.Code.StartsWith("US-", StringComparison.Ordinal)
            => new Zone(place.Code, place.Name, ZoneKind.Subregion),
        { } place => place.Zone,
        null => null,
    };
}
