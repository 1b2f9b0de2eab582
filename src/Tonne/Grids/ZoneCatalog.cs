using Tonne.Catalogs;

namespace Tonne.Grids;

/// <summary>The zones with a published annual intensity, found as people write them: <c>FR</c>, <c>FRA</c>, <c>france</c>, <c>World</c>.</summary>
public static class ZoneCatalog
{
    const string Table = "zones.csv";
    const string TimeZoneTable = "time_zones.csv";

    static readonly Lazy<Names> Index = new(Read);

    /// <summary>All zones, by code.</summary>
    public static IReadOnlyList<Zone> All => Index.Value.Zones;

    /// <summary>The zone that a code (two or three letters), an English name or a common other name stands for; case, accents and punctuation do not matter.</summary>
    public static LookupResult<Zone> Find(string name)
    {
        if (Index.Value.ByKey.TryGetValue(NameMatching.ToKey(name), out var zone))
            return zone;
        var nearest = NameMatching.FindNearest(name, Index.Value.ByKey.Select(pair => (pair.Key, FormatZone(pair.Value))));
        // A part of a country that has no row (US-CA, CA-QC): its country is suggested first.
        if (name.IndexOf('-') is var dash and > 0 && Index.Value.ByKey.TryGetValue(NameMatching.ToKey(name.AsSpan(0, dash)), out var country))
            nearest = [.. nearest.Prepend(FormatZone(country)).Distinct(StringComparer.Ordinal)];
        return new UnknownName("zone", name, Ambiguous: false, nearest);
    }

    /// <summary>The country of an IANA time zone, such as <c>Europe/Paris</c>; null if it belongs to none (<c>UTC</c>) or to one without a published intensity.</summary>
    public static Zone? FindByTimeZone(string timeZone)
    {
        if (timeZone.Length == 0 || timeZone.Contains(' '))
            return null;
        var rows = new CsvReader(TimeZoneTable, EmbeddedTable.ReadText(TimeZoneTable), "zone,time_zones");
        while (rows.Read())
        {
            foreach (var part in rows[1].Split(' '))
            {
                if (rows[1][part].SequenceEqual(timeZone))
                    return Find(rows.GetText(0)).Value;
            }
        }
        return null;
    }

    /// <summary>Rows for <c>tonne catalog zones</c>: the preferred annual intensity of each zone.</summary>
    public static IReadOnlyList<CatalogEntry> Search(string? search = null) =>
        [.. AnnualIntensityCatalog.Newest()
            .Select(signal => CatalogEntry.FromFactor(signal.Intensity, $"{signal.Zone?.Code} {signal.Zone?.Name}", signal.Year) with { Note = AnnualIntensityCatalog.Describe(signal.Basis, signal.Scope) })
            .Where(entry => entry.Matches(search))];

    /// <summary>What is wrong with the tables; empty if nothing.</summary>
    public static IReadOnlyList<string> Validate() =>
        [.. CatalogEntry.Problems(Search()), .. All.Where(zone => AnnualIntensityCatalog.Find(zone) is null).Select(zone => $"{zone.Code}: no annual intensity")];

    static string FormatZone(Zone zone) => $"{zone.Code} ({zone.Name})";

    static Names Read()
    {
        var zones = new List<Zone>();
        var byKey = new Dictionary<string, Zone>(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), "code,name,kind,iso3,aliases");
        while (rows.Read())
        {
            var kind = rows[2] switch
            {
                "country" => ZoneKind.Country,
                "subregion" => ZoneKind.Subregion,
                "union" => ZoneKind.Union,
                "world" => ZoneKind.World,
                _ => throw rows.CreateFormatException($"the kind \"{rows[2]}\" is unknown"),
            };
            var zone = new Zone(rows.GetText(0), rows.GetText(1), kind, rows[3].IsEmpty ? null : rows.GetText(3));
            zones.Add(zone);
            // A code takes precedence over a name, so the order of the table does not matter.
            string[] names = [zone.Code, .. zone.Iso3 is null ? Array.Empty<string>() : [zone.Iso3], zone.Name, .. rows[4].IsEmpty ? [] : rows.GetText(4).Split(';')];
            foreach (var name in names)
            {
                var key = NameMatching.ToKey(name);
                if (!byKey.TryAdd(key, zone) && byKey[key] != zone)
                    throw rows.CreateFormatException($"the name \"{name}\" also stands for {byKey[key].Code}");
            }
        }
        return new Names([.. zones], byKey);
    }

    sealed record Names(Zone[] Zones, Dictionary<string, Zone> ByKey);
}
