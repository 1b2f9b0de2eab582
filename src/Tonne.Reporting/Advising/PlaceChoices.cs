using Tonne.Grids;

namespace Tonne.Reporting.Advising;

/// <summary>The few other places that are proposed to work of a place.</summary>
/// <remarks>
/// Of a cloud region: the provider's other regions on the continent. Of a zone: on its continent those with the lowest annual intensity
/// that
/// have large public clouds or computing centres (Europe NO, SE, CH, FR, FI; Americas CA-QC, BR; Asia and Oceania NZ, KR, JP; Africa KE);
/// of
/// a zone of the United States first those whose hours are known. Continents are those of UN M49. Only an intensity of the same basis and
/// scope is compared.
/// </remarks>
static class PlaceChoices
{
    const int MostChoices = 3;

    static readonly (string Countries, string[] Candidates)[] _continents =
    [
        ("AL AD AT BY BE BA BG HR CY CZ DK EE FO FI FR DE GB GI GR GG HU IS IE IM IT JE LV LI LT LU MT MC MD ME MK NL NO PL PT RO RU SM RS SK SI ES SE CH UA XK",
            ["NO", "SE", "CH", "FR", "FI"]),
        ("US CA MX GT BZ SV HN NI CR PA CU DO HT JM TT PR BR AR BO CL CO EC GY PY PE SR UY VE", ["CA-QC", "BR"]),
        ("AE AM AZ BD BH BN CN GE HK ID IL IN IQ IR JO JP KH KR KW KZ LB LK MM MN MO MY NP OM PH PK QA SA SG TH TR TW UZ VN AU NZ", ["NZ",
            "KR", "JP"]),
        ("AO BW CI CM DZ EG ET GA GH KE LY MA MU MZ NA NG RW SN TN TZ UG ZA ZM ZW", ["KE"]),
    ];

    static readonly string[] _zonesWithHours = ["US-NW-BPAT", "US-NY-NYIS", "US-CAL-CISO"];

    /// <summary>Cleaner zones for a zone, cleanest first.</summary>
    public static IReadOnlyList<(Zone Zone, GridIntensity Intensity)> FindZones(string zone, GridIntensity present)
    {
        string[] all = [.. zone.StartsWith("US-", StringComparison.Ordinal) ? _zonesWithHours : [], .. FindContinent(zone)
            .Candidates ?? []];
        return
        [
            .. all.Where(code => code != zone).Select(code => ZoneCatalog.Find(code).ValueOrThrow)
                .Select(found => (Zone: found, Intensity: AnnualIntensityCatalog.Find(found, present.Basis)!))
                .Where(pair => pair.Intensity is not null && pair.Intensity.Scope == present.Scope
                    && pair.Intensity.Intensity.Bounds.Best < present.Intensity.Bounds.Best)
                .OrderBy(pair => pair.Intensity.Intensity.Bounds.Best).Take(MostChoices),
        ];
    }

    /// <summary>Cleaner regions of a region's provider on its continent, cleanest first.</summary>
    public static IReadOnlyList<CloudRegion> FindRegions(CloudRegion region) =>
    [
        .. RegionCatalog.All().Where(other => other.Provider == region.Provider && other.Name != region.Name
                && FindContinent(other.Country.Code) is { Candidates: { } candidates } && candidates == FindContinent(region.Country.Code)
                    .Candidates
                && other.GridIntensity.Basis == region.GridIntensity.Basis && other.GridIntensity.Scope == region.GridIntensity.Scope
                && other.GridIntensity.Intensity.Bounds.Best < region.GridIntensity.Intensity.Bounds.Best)
            .OrderBy(other => other.GridIntensity.Intensity.Bounds.Best).Take(MostChoices),
    ];

    static (string Countries, string[]? Candidates) FindContinent(string zone)
    {
        var country = zone.Split('-')[0];
        return _continents.FirstOrDefault(continent => continent.Countries.Split(' ').Contains(country, StringComparer.Ordinal));
    }
}
