using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Regions of cloud providers: <c>gcp:europe-west9</c>, <c>aws:us-east-1</c>, <c>azure:westeurope</c>; the provider may be left out where the name is unambiguous.</summary>
/// <remarks>
/// One basis for each provider: GCP has its own figures, which are direct (hourly weighted); all regions of the others have lifecycle ones, of the smallest zone with a published one.
/// A region between two areas has the geometric mean of their values, and bounds that include both.
/// Compare regions of GCP with others on one basis only, with <see cref="CloudRegion.FindIntensity"/>.
/// </remarks>
public static class RegionCatalog
{
    const string Table = "cloud_regions.csv";
    const string Header = "provider,region,location,country,grid,zones,g_per_kwh,low,high,year,basis,scope,source";

    /// <summary>97.5 % quantile of the normal distribution.</summary>
    const double NormalQuantile = 1.96;

    static readonly Dictionary<string, string> Providers = new(StringComparer.Ordinal)
    {
        ["google"] = "gcp", ["googlecloud"] = "gcp", ["gce"] = "gcp", ["amazon"] = "aws", ["ec2"] = "aws", ["microsoft"] = "azure", ["az"] = "azure", ["ovhcloud"] = "ovh", ["scw"] = "scaleway",
        ["oci"] = "oracle", ["oraclecloud"] = "oracle",
    };

    /// <summary>
    /// The region of a name with or without its provider; case and punctuation do not matter. The name of one of its zones (<c>us-central1-a</c>, <c>us-east-1a</c>) finds the region.
    /// </summary>
    public static LookupResult<CloudRegion> Find(string name)
    {
        var colon = name.IndexOfAny([':', '/']);
        var provider = colon < 0 ? "" : NameMatching.ToKey(name.AsSpan(0, colon));
        provider = Providers.GetValueOrDefault(provider, provider);
        var written = name[(colon + 1)..].Trim();
        var found = FindAll(provider, NameMatching.ToKey(written), _ => true);
        // The name of a zone is tried after that of a region, except "eastus-3": zone 3 of East US, not East US 3.
        if (RegionOfZone.Azure(written) is { } azure && FindAll(provider, NameMatching.ToKey(azure), row => row == "azure") is { Count: > 0 } ofZone)
            found = ofZone;
        if (found.Count == 0)
            found = FindAll(provider, NameMatching.ToKey(RegionOfZone.Google(written) ?? ""), row => row == "gcp");
        if (found.Count == 0)
            found = FindAll(provider, NameMatching.ToKey(RegionOfZone.Amazon(written) ?? ""), row => row == "aws");
        if (found.Count == 0)
            found = FindAll(provider, NameMatching.ToKey(RegionOfZone.Oracle(written) ?? ""), row => row == "oracle");
        if (found.Count > 1)
            return new UnknownName("region", name, Ambiguous: true, [.. found.Select(region => region.Id)]);
        if (found.Count == 1)
            return found[0];
        var keys = new List<(string, string)>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), Header);
        while (rows.Read())
        {
            var id = $"{rows[0]}:{rows[1]}";
            keys.Add((provider.Length > 0 ? NameMatching.ToKey(id) : NameMatching.ToKey(rows[1]), id));
            keys.Add((NameMatching.ToKey(rows[2]), id));
        }
        var place = ZoneCatalog.FindPlace(name).Value;
        return new UnknownName("region", name, Ambiguous: false, NameMatching.FindNearest(provider + name[(colon + 1)..], keys))
        {
            Hint = place is null ? null : $"it is a grid zone; write --zone {place.Code} ({place.Name})",
        };
    }

    static List<CloudRegion> FindAll(string provider, string key, Func<string, bool> providerFits)
    {
        var found = new List<CloudRegion>();
        if (key.Length == 0)
            return found;
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), Header);
        while (rows.Read())
        {
            if ((provider.Length == 0 || rows[0].SequenceEqual(provider)) && string.Equals(NameMatching.ToKey(rows[1]), key, StringComparison.Ordinal) && providerFits(rows.GetText(0)))
                found.Add(ReadRow(rows));
        }
        return found;
    }

    /// <summary>Ids of the regions at a city or area, or of that name; at most three, the exact ones first.</summary>
    internal static IReadOnlyList<string> FindByLocation(string name)
    {
        if (FindRows(name, wholeLocation: false) is var rows && rows.Exists(row => row.Exact))
            rows = rows.FindAll(row => row.Exact);
        return [.. rows.Take(3).Select(row => row.Id)];
    }

    /// <summary>Codes of the smallest zones of the regions of that name or at that city.</summary>
    internal static IEnumerable<string> FindZonesOf(string name) => FindRows(name, wholeLocation: true).Select(row => row.Zone).Distinct(StringComparer.Ordinal);

    static List<(string Id, string Zone, bool Exact)> FindRows(string name, bool wholeLocation)
    {
        var found = new List<(string, string, bool)>();
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var key = NameMatching.ToKey(name.AsSpan(colon + 1));
        var zone = RegionOfZone.Google(name[(colon + 1)..]) ?? RegionOfZone.Amazon(name[(colon + 1)..]);
        var zoneKey = zone is null ? "" : NameMatching.ToKey(zone);
        if (key.Length < 4)
            return found;
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), Header);
        while (rows.Read())
        {
            var region = NameMatching.ToKey(rows[1]);
            var exact = region == key || (zoneKey.Length > 0 && region == zoneKey);
            var location = rows.GetText(2);
            var bracket = location.IndexOf('(', StringComparison.Ordinal);
            var city = bracket < 0 ? NameMatching.ToKey(location) : NameMatching.ToKey(location.AsSpan(bracket));
            if (exact || city == key || (!wholeLocation && bracket < 0 && city.StartsWith(key, StringComparison.Ordinal)))
                found.Add(($"{rows[0]}:{rows[1]}", rows[5].IsEmpty ? rows.GetText(3) : rows.GetText(5).Split(' ')[0], exact));
        }
        // A provider whose own figure is published first: it is the finest. Regions of governments last: few may use them.
        return [.. found.OrderBy(row => row.Item1.StartsWith("gcp:", StringComparison.Ordinal) ? 0 : row.Item1.Contains("gov", StringComparison.Ordinal) ? 2 : 1)];
    }

    /// <summary>All regions, by provider and name.</summary>
    public static IReadOnlyList<CloudRegion> All()
    {
        var all = new List<CloudRegion>();
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), Header);
        while (rows.Read())
            all.Add(ReadRow(rows));
        return all;
    }

    /// <summary>Rows for <c>tonne catalog regions</c>.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. All().Select(region => new CatalogEntry($"region/{region.Id}", $"{region.Id} {region.Location}", region.GridIntensity.Intensity.Bounds, region.GridIntensity.Intensity.Unit, region.GridIntensity.Year,
                region.GridIntensity.Intensity.Quality, region.GridIntensity.Intensity.Source.Id, $"{AnnualIntensityCatalog.Describe(region.GridIntensity.Basis, region.GridIntensity.Scope)}, {region.Country.Name}"))
            .Where(entry => entry.Matches(search))];

    /// <summary>What is wrong with the table; empty if nothing.</summary>
    public static IReadOnlyList<string> Validate() => CatalogEntry.Problems(Search());

    static CloudRegion ReadRow(CsvReader rows)
    {
        var (provider, name) = (rows.GetText(0), rows.GetText(1));
        var country = ZoneCatalog.Find(rows.GetText(3)).Value ?? throw rows.CreateFormatException($"the country \"{rows[3]}\" is not a zone");
        var zones = new List<Zone>();
        foreach (var code in rows.GetText(5).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            zones.Add(ZoneCatalog.Find(code).Value ?? throw rows.CreateFormatException($"\"{code}\" is not a zone"));
        var (grams, year, basis, scope, source) = (rows.GetNumber(6), rows.GetInteger(9), AnnualIntensityCatalog.Basis(rows, 10), AnnualIntensityCatalog.Scope(rows, 11), rows.GetText(12));
        var between = !rows[7].IsEmpty;
        if (scope != IntensityScope.Provider && !between)
        {
            var zone = zones.Count > 0 ? zones[0] : throw rows.CreateFormatException("the row has neither a zone nor a figure of its own");
            var annual = AnnualIntensityCatalog.Find(zone) ?? throw rows.CreateFormatException($"{zone.Code} has no annual intensity");
            if (Math.Abs(annual.Intensity.Bounds.Best - grams) > 0.005 || annual.Basis != basis)
                throw rows.CreateFormatException($"the intensity is not that of {zone.Code}");
            return new CloudRegion(provider, name, rows.GetText(2), country, annual with { Explanation = $"{annual.Explanation}, where {provider}:{name} lies" }) { Zones = zones };
        }
        var bounds = between ? AnnualIntensityCatalog.Widen(AnnualIntensityCatalog.CreateBounds(grams, year, 0, 0), Math.Log(rows.GetNumber(8) / rows.GetNumber(7)) / (2 * NormalQuantile))
            : AnnualIntensityCatalog.CreateProviderBounds(grams, year);
        var explanation = between ? $"annual mean {year} between two areas that supply {provider}:{name}, {rows[7]} and {rows[8]} g CO2e/kWh" : $"annual mean {year} that {provider} publishes for {name}";
        var factor = new Factor($"grid/{provider}/{name}/{year}/{source.Replace(';', '+')}", $"grid intensity, {provider}:{name} {year}, {AnnualIntensityCatalog.Describe(basis, scope)}", "g CO2e/kWh",
            bounds, Quality.Modelled, SourceList.Find(source));
        return new CloudRegion(provider, name, rows.GetText(2), country, new GridIntensity(factor, country, basis, scope, year, explanation)) { Zones = zones };
    }
}
