using Tonne.Catalogs;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Facilities;

/// <summary>Published power and water usage effectiveness by region, provider and site, and what is assumed where nothing is published.</summary>
/// <remarks>
/// PUE = facility energy ÷ IT energy (ISO/IEC 30134-2). Bounds are log-normal in the overhead PUE − 1, so no low is ever below 1: for a
/// published figure the yearly change of
/// published figures, for a provider's mean used for one of its regions also the spread between regions. WUE = litres of water on site ÷
/// IT energy (ISO/IEC 30134-9).
/// See docs/methods/pue-and-water.md.
/// </remarks>
public static class FacilityCatalog
{
    const string PueTable = "pue.csv";
    const string PueHeader = "provider,place,level,year,pue,kind,source";
    const string WueTable = "wue.csv";
    const string WueHeader = "provider,place,level,year,l_per_kwh,kind,source";

    /// <summary>A site in design runs between the best measured region and the worst of the provider that publishes design values (Azure 1.11 to 1.35).</summary>
    static readonly (double Low, double High) Design = (1.08, 1.35);

    static readonly SpreadTable Spreads = new("facility_spreads.csv");

    /// <summary>The PUE of a cloud region: its own if published, else its provider's mean, else the public cloud's.</summary>
    public static SelectedFacilityFactor GetPue(CloudRegion region)
    {
        if (FindPue(region.Provider, region.Name) is { } own)
            return new SelectedFacilityFactor(PueFactor(own, isOwnFigure: true), $"published for {region.Id}, {own.Year}");
        if (FindPue(GetFleetProvider(region.Provider), "fleet") is { } fleet)
            return new SelectedFacilityFactor(PueFactor(fleet, isOwnFigure: false), $"mean of {fleet.Provider} {fleet.Year}; {region.Id} has none published");
        return GetPue(FacilityKind.UnknownCloud);
    }

    /// <summary>The PUE of a provider (<c>google</c>), of one of its regions (<c>aws:eu-west-1</c>) or of a site (<c>Jean Zay</c>).</summary>
    public static LookupResult<SelectedFacilityFactor> FindPue(string name)
    {
        var key = NameMatching.ToKey(name);
        var keys = new List<(string, string)>();
        foreach (var row in PueRows())
        {
            var fleet = string.Equals(row.Place, "fleet", StringComparison.Ordinal);
            string[] names = fleet ? [row.Provider] : [row.Place, $"{row.Provider}{row.Place}"];
            foreach (var candidate in names)
            {
                if (string.Equals(NameMatching.ToKey(candidate), key, StringComparison.Ordinal) && !string.Equals(row.Provider, "industry", StringComparison.Ordinal))
                    return new SelectedFacilityFactor(PueFactor(row, isOwnFigure: true), $"published for {(fleet ? row.Provider : row.Place)}, {row.Year}");
                keys.Add((NameMatching.ToKey(candidate), fleet ? row.Provider : $"{row.Provider}:{row.Place}"));
            }
        }
        return new UnknownName("facility", name, Ambiguous: false, NameMatching.FindNearest(name, keys));
    }

    /// <summary>The PUE where nothing is published for the place.</summary>
    public static SelectedFacilityFactor GetPue(FacilityKind kind)
    {
        if (kind == FacilityKind.PersonalComputer)
        {
            return new SelectedFacilityFactor(new Factor("pue/desk", "PUE of a laptop or desktop", "1", Bounds.FromExact(1),
                Quality.Assumed, SourceList.Find("TONNE-METHOD-1"),
                "no cooling or power plant runs for a laptop or desktop"), "a laptop or desktop has no cooling or power plant of its own");
        }
        var cloud = kind == FacilityKind.UnknownCloud;
        var row = FindPue("industry", cloud ? "unknown-cloud" : "unknown-room") ?? throw new InvalidOperationException("The table lacks the industry's mean.");
        // Cloud: from the best fleet mean to the on-premises mean. On premises: from the best new data centres to the industry's mean of
        // 2007-2011.
        var bounds = cloud ? new Bounds(1.08, row.Value, 1.63) : new Bounds(1.09, row.Value, 2.3);
        var factor = new Factor($"pue/{row.Place}/{row.Year}/{row.Source}", cloud ? "PUE, public cloud" : "PUE, unknown server room", "1", bounds, Quality.Assumed, SourceList.Find(row.Source),
            cloud ? "mean of public clouds; the region is unknown" : "survey mean of the industry; the facility is unknown");
        return new SelectedFacilityFactor(factor, cloud ? $"assumed: public cloud mean {row.Year}" : $"assumed: industry survey mean {row.Year}");
    }

    /// <summary>A PUE given by the user, taken as exact.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1 or not finite.</exception>
    public static SelectedFacilityFactor CreateGivenPue(double pue) => pue >= 1 && double.IsFinite(pue)
        ? new SelectedFacilityFactor(new Factor("pue/given", "PUE as given", "1", Bounds.FromExact(pue), Quality.Assumed, new Source("GIVEN", "Given by the user")), "given")
        : throw new ArgumentOutOfRangeException(nameof(pue), pue, "A PUE is at least 1.");

    /// <summary>
    /// On-site water of a cloud region, L per kWh of IT energy: its own if published, else its provider's mean; null if neither is.
    /// </summary>
    public static SelectedFacilityFactor? GetWue(CloudRegion region)
    {
        if (FindWue(region.Provider, region.Name) is { } own)
            return new SelectedFacilityFactor(WueFactor(own, isOwnFigure: true), $"published for {region.Id}, {own.Year}");
        return FindWue(GetFleetProvider(region.Provider), "fleet") is { } fleet
            ? new SelectedFacilityFactor(WueFactor(fleet, isOwnFigure: false), $"mean of {fleet.Provider} {fleet.Year}; {region.Id} has none published") : null;
    }

    /// <summary>
    /// On-site water where nothing is published, L per kWh of IT energy: 0 for a laptop or desktop, else the mean of data centres in the
    /// United States, with wide bounds.
    /// </summary>
    public static SelectedFacilityFactor GetWue(FacilityKind kind)
    {
        if (kind == FacilityKind.PersonalComputer)
        {
            return new SelectedFacilityFactor(new Factor("wue/desk", "on-site water of a laptop or desktop", "L/kWh", Bounds.FromExact(0),
                Quality.Assumed, SourceList.Find("TONNE-METHOD-1"), "air cooled"),
                "a laptop or desktop evaporates no water");
        }
        var row = FindWue("industry", "us-average") ?? throw new InvalidOperationException("The table lacks the industry's mean.");
        // From none (dry cooling) to the highest regions published.
        return new SelectedFacilityFactor(new Factor($"wue/unknown/{row.Year}/{row.Source}", "on-site water, unknown facility", "L/kWh", new Bounds(0, row.Value, 2.2), Quality.Assumed,
            SourceList.Find(row.Source), "mean of data centres in the United States; the facility is unknown"),
                $"assumed: mean of US data centres {row.Year}");
    }

    /// <summary>Water consumed in generating electricity, L per kWh at the facility's meter: the United States' mean; elsewhere the same, assumed and wide.</summary>
    public static SelectedFacilityFactor GetGridWaterIntensity(Zone zone)
    {
        var row = FindWue("grid", "US") ?? throw new InvalidOperationException("The table lacks the grid's mean.");
        var home = string.Equals(zone.Code, "US", StringComparison.Ordinal) || zone.Code.StartsWith("US-", StringComparison.Ordinal);
        var factor = home
            ? new Factor($"water/grid/US/{row.Year}/{row.Source}", "water of electricity, United States", "L/kWh", new Bounds(2.2, row.Value, 8.6), Quality.Modelled, SourceList.Find(row.Source),
                "another published mean of the same grid is 3.14 (REN-2023); subregions differ more")
            : new Factor($"water/grid/unknown/{row.Year}/{row.Source}", "water of electricity, zone without a published figure", "L/kWh", new Bounds(0.1, row.Value, 17), Quality.Assumed,
                SourceList.Find(row.Source), "the mean of the United States is used; bounds from solar PV (0.1) to hydropower (17), "
                    + "MACKNICK-2011");
        return new SelectedFacilityFactor(factor, home
            ? $"mean of the United States {row.Year}"
            : $"assumed: the mean of the United States {row.Year} is used for {zone.Name}");
    }

    /// <summary>Rows for <c>tonne catalog facilities</c>.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. PueRows().Where(row => !string.Equals(row.Provider, "industry", StringComparison.Ordinal)).Select(row => CatalogEntry.FromFactor(PueFactor(row, isOwnFigure: true), null, row.Year))
            .Concat([CatalogEntry.FromFactor(GetPue(FacilityKind.PersonalComputer).Factor), CatalogEntry.FromFactor(GetPue(FacilityKind.UnknownServerRoom).Factor), CatalogEntry.FromFactor(GetPue(FacilityKind.UnknownCloud).Factor)])
            .Concat(WueRows().Where(row => row.Provider is not ("industry" or "grid")).Select(row => CatalogEntry.FromFactor(WueFactor(row, isOwnFigure: true), null, row.Year)))
            .Concat([CatalogEntry.FromFactor(GetWue(FacilityKind.PersonalComputer).Factor), CatalogEntry.FromFactor(GetWue(FacilityKind.UnknownServerRoom).Factor),
                CatalogEntry.FromFactor(GetGridWaterIntensity(ZoneCatalog.Find("US").ValueOrThrow).Factor), CatalogEntry.FromFactor(GetGridWaterIntensity(ZoneCatalog.Find("WORLD").ValueOrThrow).Factor)])
            .Where(entry => entry.Matches(search))];

    /// <summary>What is wrong with the tables; empty if nothing.</summary>
    public static IReadOnlyList<string> Validate() =>
        [.. CatalogEntry.Problems(Search()), .. Search("pue").Where(entry => entry.Unit is "1" && entry.Bounds is { Low: < 1 }).Select(entry => $"{entry.Id}: a PUE below 1")];

    static string GetFleetProvider(string provider) => string.Equals(provider, "gcp", StringComparison.Ordinal) ? "google" : provider;

    static Factor PueFactor(Row row, bool isOwnFigure)
    {
        var overhead = row.Value - 1;
        var design = string.Equals(row.Kind, "design", StringComparison.Ordinal);
        var memory = string.Equals(row.Kind, "assumed", StringComparison.Ordinal);
        var sigma = LogNormal.CombineSigmas(Spreads["pue-yearly-change"], isOwnFigure && !memory ? 0 : Spreads["pue-between-regions"]);
        var around = LogNormal.CreateBounds(overhead, sigma);
        var bounds = design ? new Bounds(Math.Min(Design.Low, row.Value), row.Value, Math.Max(Design.High, row.Value)) : new Bounds(1 + around.Low, row.Value, 1 + around.High);
        return new Factor(Id("pue", row, isOwnFigure), Label("PUE", row, isOwnFigure), "1", bounds, QualityOf(row, isOwnFigure), SourceList.Find(row.Source),
            design ? "the design value, not a measured one" : memory ? "not read in the operator's own text" : null);
    }

    static Factor WueFactor(Row row, bool isOwnFigure)
    {
        var design = string.Equals(row.Kind, "design", StringComparison.Ordinal);
        var memory = string.Equals(row.Kind, "assumed", StringComparison.Ordinal);
        var sigma = LogNormal.CombineSigmas(Spreads["wue-yearly-change"], isOwnFigure && !memory && !design ? 0 : Spreads["wue-between-regions"]);
        // A published 0 is dry cooling; 0.05 L/kWh covers humidifying and cleaning.
        var bounds = row.Value == 0 ? new Bounds(0, 0, 0.05) : LogNormal.CreateBounds(row.Value, sigma);
        return new Factor(Id("wue", row, isOwnFigure), Label("on-site water", row, isOwnFigure), "L/kWh", bounds, QualityOf(row, isOwnFigure), SourceList.Find(row.Source),
            design ? "the design value, not a measured one" : memory ? "not read in the operator's own text" : null);
    }

    static string Id(string kind, Row row, bool isOwnFigure) =>
        $"{kind}/{row.Provider}/{(row.Place.Contains(' ') ? NameMatching.ToSlug(row.Place) : row.Place)}/{row.Year}/{row.Source}{(isOwnFigure ? "" : "/for-a-region")}";

    static string Label(string what, Row row, bool isOwnFigure) =>
        $"{what}, {(string.Equals(row.Place, "fleet", StringComparison.Ordinal) ? $"mean of {row.Provider}" : $"{row.Provider}:{row.Place}")} {row.Year}{(isOwnFigure ? "" : ", for a region without its own")}";

    static Quality QualityOf(Row row, bool isOwnFigure) => row.Kind is "design" or "assumed" or "estimate" ? Quality.Assumed : isOwnFigure ? Quality.Measured : Quality.Modelled;

    static Row? FindPue(string provider, string place) => Find(PueRows(), provider, place);

    static Row? FindWue(string provider, string place) => Find(WueRows(), provider, place);

    static Row? Find(IEnumerable<Row> rows, string provider, string place) => rows.FirstOrDefault(row =>
        string.Equals(row.Provider, provider, StringComparison.Ordinal) && string.Equals(row.Place, place, StringComparison.OrdinalIgnoreCase));

    static List<Row> PueRows() => Rows(PueTable, PueHeader);

    static List<Row> WueRows() => Rows(WueTable, WueHeader);

    static List<Row> Rows(string table, string header)
    {
        var all = new List<Row>();
        var rows = new CsvReader(table, EmbeddedTable.ReadText(table), header);
        while (rows.Read())
            all.Add(new Row(rows.GetText(0), rows.GetText(1), rows.GetInteger(3), rows.GetNumber(4), rows.GetText(5), rows.GetText(6)));
        return all;
    }

    sealed record Row(string Provider, string Place, int Year, double Value, string Kind, string Source);
}
