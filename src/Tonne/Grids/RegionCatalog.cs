using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Regions of cloud providers: <c>gcp:europe-west9</c>, <c>aws:us-east-1</c>, <c>azure:westeurope</c>; the provider may be left out where the name is unambiguous.</summary>
/// <remarks>
/// A provider's own figure (GCP: direct, hourly weighted) is preferred because it is finer than the country's; elsewhere the intensity of the grid subregion or the country is used.
/// Bases differ between regions: compare them only on one, with <see cref="CloudRegion.SignalOn"/>.
/// </remarks>
public static class RegionCatalog
{
    const string Table = "cloud_regions.csv";
    const string Header = "provider,region,location,country,grid,zone,g_per_kwh,year,basis,scope,source";

    static readonly Dictionary<string, string> Providers = new(StringComparer.Ordinal)
    {
        ["google"] = "gcp", ["googlecloud"] = "gcp", ["gce"] = "gcp", ["amazon"] = "aws", ["ec2"] = "aws", ["microsoft"] = "azure", ["az"] = "azure", ["ovhcloud"] = "ovh", ["scw"] = "scaleway",
    };

    /// <summary>The region of a name with or without its provider; case and punctuation do not matter.</summary>
    public static Lookup<CloudRegion> Find(string name)
    {
        var colon = name.IndexOfAny([':', '/']);
        var provider = colon < 0 ? "" : Spelling.Key(name.AsSpan(0, colon));
        provider = Providers.GetValueOrDefault(provider, provider);
        var key = Spelling.Key(name.AsSpan(colon + 1));
        CloudRegion? found = null;
        List<string>? others = null;
        var rows = new CsvReader(Table, EmbeddedTable.Text(Table), Header);
        while (rows.Read())
        {
            if ((provider.Length > 0 && !rows[0].SequenceEqual(provider)) || !string.Equals(Spelling.Key(rows[1]), key, StringComparison.Ordinal))
                continue;
            var region = ReadRow(rows);
            if (found is null)
                found = region;
            else
                (others ??= [found.Id]).Add(region.Id);
        }
        if (others is not null)
            return new UnknownName("region", name, Ambiguous: true, others);
        if (found is not null)
            return found;
        var keys = new List<(string, string)>();
        rows = new CsvReader(Table, EmbeddedTable.Text(Table), Header);
        while (rows.Read())
        {
            var id = $"{rows[0]}:{rows[1]}";
            keys.Add((provider.Length > 0 ? Spelling.Key(id) : Spelling.Key(rows[1]), id));
            keys.Add((Spelling.Key(rows[2]), id));
        }
        return new UnknownName("region", name, Ambiguous: false, Spelling.Nearest(provider + name[(colon + 1)..], keys));
    }

    /// <summary>All regions, by provider and name.</summary>
    public static IReadOnlyList<CloudRegion> All()
    {
        var all = new List<CloudRegion>();
        var rows = new CsvReader(Table, EmbeddedTable.Text(Table), Header);
        while (rows.Read())
            all.Add(ReadRow(rows));
        return all;
    }

    /// <summary>Rows for <c>tonne catalog regions</c>.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. All().Select(region => new CatalogEntry($"region/{region.Id}", $"{region.Id} {region.Location}", region.Signal.Intensity.Bounds, region.Signal.Intensity.Unit, region.Signal.Year,
                region.Signal.Intensity.Quality, region.Signal.Intensity.Source.Id, $"{AnnualIntensities.Describe(region.Signal.Basis, region.Signal.Scope)}, {region.Country.Name}"))
            .Where(entry => entry.Matches(search))];

    /// <summary>What is wrong with the table; empty if nothing.</summary>
    public static IReadOnlyList<string> Validate() => CatalogEntry.Problems(Search());

    static CloudRegion ReadRow(CsvReader rows)
    {
        var (provider, name) = (rows.Text(0), rows.Text(1));
        var country = ZoneCatalog.Find(rows.Text(3)).Value ?? throw rows.Broken($"the country \"{rows[3]}\" is not a zone");
        if (!rows[5].IsEmpty)
        {
            var zone = ZoneCatalog.Find(rows.Text(5)).Value ?? throw rows.Broken($"\"{rows[5]}\" is not a zone");
            var annual = AnnualIntensities.Of(zone) ?? throw rows.Broken($"{zone.Code} has no annual intensity");
            if (Math.Abs(annual.Intensity.Bounds.Best - rows.Number(6)) > 0.005)
                throw rows.Broken($"the intensity is not that of {zone.Code}");
            return new CloudRegion(provider, name, rows.Text(2), country, annual with { How = $"{annual.How}, where {provider}:{name} lies" });
        }
        var (year, basis, scope, source) = (rows.Whole(7), AnnualIntensities.Basis(rows, 8), AnnualIntensities.Scope(rows, 9), rows.Text(10));
        var factor = new Factor($"grid/{provider}/{name}/{year}/{source}", $"grid intensity, {provider}:{name} {year}, {AnnualIntensities.Describe(basis, scope)}", "g CO2e/kWh",
            AnnualIntensities.Around(rows.Number(6), year, 0, 0), Quality.Modelled, SourceList.Find(source));
        return new CloudRegion(provider, name, rows.Text(2), country, new CarbonSignal(factor, country, basis, scope, year, $"annual mean {year} that {provider} publishes for {name}"));
    }
}
