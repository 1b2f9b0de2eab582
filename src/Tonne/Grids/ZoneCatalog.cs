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

    /// <summary>
    /// The zone that a code (two or three letters, or that of a US state or bidding zone), an English name or a common other name stands for; case, accents, punctuation, articles and the
    /// order of the words do not matter.
    /// </summary>
    public static LookupResult<Zone> Find(string name) => FindPlace(name) switch
    {
        { Value: { } place } => place.Zone,
        var none => none.Unknown!,
    };

    /// <summary>
    /// The place that a name or code stands for, with the zone that represents it. A place without a published intensity of its own (a US state, a bidding zone) has the zone of its
    /// subregion or country and a note that says so. A name of two places, such as Georgia, is ambiguous.
    /// </summary>
    public static LookupResult<NamedPlace> FindPlace(string name)
    {
        var matches = FindMatches(name);
        if (matches.Count == 1)
            return matches[0];
        if (matches.Count > 1)
            return new UnknownName("zone", name, Ambiguous: true, [.. matches.Select(FormatPlace)]);
        return DescribeUnknown(name);
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
        [.. CatalogEntry.Problems(Search()), .. All.Where(zone => AnnualIntensityCatalog.Find(zone) is null).Select(zone => $"{zone.Code}: no annual intensity"),
            .. PlaceTable.Rows.SelectMany(row => row.NearbyCodes.Append(row.Zone).Where(code => code.Length > 0 && !Index.Value.ByCode.ContainsKey(code)).Select(code => $"{row.Code}: no zone {code}"))];

    /// <summary>All names and codes of places with the code of each place they stand for; the names of several places more than once.</summary>
    internal static IEnumerable<(string Name, string Code)> ListNames()
    {
        foreach (var (zone, names) in Index.Value.All)
        {
            foreach (var name in names)
                yield return (name, zone.Code);
        }
        foreach (var row in PlaceTable.Rows)
        {
            foreach (var name in (string[])[row.Code, row.Name, .. row.Aliases])
                yield return (name, row.Code);
        }
    }

    static string FormatZone(Zone zone) => $"{zone.Code} ({zone.Name})";

    static string FormatPlace(NamedPlace place) => $"{place.Code} ({place.Name}{(place.Zone.Code == place.Code ? "" : $", part of {GetCountryName(place.Code)}")})";

    static string GetCountryName(string code) => Index.Value.ByKey.TryGetValue(code[..2].ToLowerInvariant(), out var country) ? country[0].Name : code[..2];

    /// <summary>The places of a name: one, several if it is ambiguous, none if it is unknown.</summary>
    static List<NamedPlace> FindMatches(string name)
    {
        if (PlaceWords.IsSubdivisionCode(name))
        {
            var code = PlaceWords.ToCode(name);
            return Collect(text => string.Equals(text, code, StringComparison.OrdinalIgnoreCase), zonesByKey: null);
        }
        var key = NameMatching.ToKey(name);
        if (key.Length == 0)
            return [];
        Index.Value.ByKey.TryGetValue(key, out var zones);
        // Two and three letters are codes: the table of parts has none of those that a zone has.
        if (key.Length <= 3 && zones is [var coded])
            return [new NamedPlace(coded.Code, coded.Name, coded)];
        var found = Collect(text => string.Equals(NameMatching.ToKey(text), key, StringComparison.Ordinal) && !PlaceWords.IsSubdivisionCode(text), zones ?? []);
        if (found.Count > 0)
            return found;
        var words = PlaceWords.ToKey(name);
        return words.Length == 0 ? [] : Collect(text => string.Equals(PlaceWords.ToKey(text), words, StringComparison.Ordinal) && !PlaceWords.IsSubdivisionCode(text), zonesByKey: null);
    }

    static List<NamedPlace> Collect(Func<string, bool> matches, List<Zone>? zonesByKey)
    {
        var found = new List<NamedPlace>();
        foreach (var zone in zonesByKey ?? Index.Value.All.Where(pair => pair.Names.Any(matches)).Select(pair => pair.Zone))
            found.Add(new NamedPlace(zone.Code, zone.Name, zone));
        foreach (var row in PlaceTable.Rows)
        {
            if (!row.HasZone || !(matches(row.Code) || matches(row.Name) || row.Aliases.Any(matches)))
                continue;
            var zone = Index.Value.ByCode[row.Zone];
            // "England" is both a name of the United Kingdom and a part of it: one zone, no ambiguity.
            if (!found.Exists(place => place.Zone == zone))
                found.Add(new NamedPlace(row.Code, row.Name, zone, row.Describe(zone)));
        }
        return found;
    }

    static UnknownName DescribeUnknown(string name)
    {
        var (key, words) = (NameMatching.ToKey(name), PlaceWords.ToKey(name));
        foreach (var row in PlaceTable.Rows)
        {
            if (!row.HasZone && ((string[])[row.Code, row.Name, .. row.Aliases]).Any(text => NameMatching.ToKey(text) == key || (words.Length > 0 && PlaceWords.ToKey(text) == words)))
                return new UnknownName("zone", name, Ambiguous: false, [.. row.NearbyCodes]) { Hint = row.DescribeMissing() };
        }
        if (FindZonesOfCity(name) is { Count: > 0 } cityZones)
        {
            var regions = RegionCatalog.FindByLocation(name);
            var nearest = cityZones.Select(FormatZone).Concat(regions).ToList();
            var zones = string.Join(" or ", cityZones.Select(zone => $"--zone {zone.Code} ({zone.Name})"));
            return new UnknownName("zone", name, Ambiguous: false, nearest)
            {
                Hint = $"it is no grid zone; write {zones}{(regions.Count == 0 ? "" : $", or for a cloud region --region {string.Join(" or ", regions)}")}",
            };
        }
        // A code within a longer name says nothing: "Boston" has nothing of TON, Tonga.
        var candidates = Index.Value.ByKey.Where(pair => pair.Key.Length > 3 || key.Length <= 4).SelectMany(pair => pair.Value.Select(zone => (pair.Key, FormatZone(zone))))
            .Concat(PlaceTable.Rows.Where(row => row.HasZone).Select(row => (NameMatching.ToKey(row.Name), $"{row.Code} ({row.Name})")));
        var similar = NameMatching.FindNearest(name, candidates);
        // A part of a country that has no row (US-XX, DE-BY): its country is suggested first.
        if (name.IndexOfAny(['-', '_']) is var dash and > 0 && Index.Value.ByKey.TryGetValue(NameMatching.ToKey(name.AsSpan(0, dash)), out var country))
            similar = [.. similar.Prepend(FormatZone(country[0])).Distinct(StringComparer.Ordinal).Take(5)];
        return new UnknownName("zone", name, Ambiguous: false, similar);
    }

    /// <summary>The zones of a city, of a cloud region or of a time zone written where a zone is expected; empty if it is none of these.</summary>
    static List<Zone> FindZonesOfCity(string name)
    {
        var key = NameMatching.ToKey(name);
        if (key.Length < 4)
            return [];
        var codes = new List<string>(RegionCatalog.FindZonesOf(name));
        var rows = new CsvReader(TimeZoneTable, EmbeddedTable.ReadText(TimeZoneTable), "zone,time_zones");
        while (rows.Read())
        {
            foreach (var part in rows[1].Split(' '))
            {
                var text = rows[1][part];
                var slash = text.LastIndexOf('/');
                if (slash <= 0 || (NameMatching.ToKey(text[(slash + 1)..]) != key && NameMatching.ToKey(text) != key))
                    continue;
                // The province of a region there is closer than its country.
                var country = rows.GetText(0);
                if (!codes.Exists(code => code.StartsWith($"{country}-", StringComparison.Ordinal)))
                    codes.Add(country);
            }
        }
        return [.. codes.Distinct(StringComparer.Ordinal).Select(code => Index.Value.ByCode[code])];
    }

    static Names Read()
    {
        var all = new List<(Zone Zone, string[] Names)>();
        var byCode = new Dictionary<string, Zone>(StringComparer.Ordinal);
        var byKey = new Dictionary<string, List<Zone>>(StringComparer.Ordinal);
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
            string[] names = [zone.Code, .. zone.Iso3 is null ? Array.Empty<string>() : [zone.Iso3], zone.Name, .. rows[4].IsEmpty ? [] : rows.GetText(4).Split(';')];
            all.Add((zone, names));
            byCode.Add(zone.Code, zone);
            foreach (var name in names)
            {
                var key = NameMatching.ToKey(name);
                if (!byKey.TryGetValue(key, out var zones))
                    byKey.Add(key, zones = new List<Zone>(1));
                if (!zones.Contains(zone))
                    zones.Add(zone);
            }
        }
        return new Names(all, byCode, byKey);
    }

    sealed record Names(List<(Zone Zone, string[] Names)> All, Dictionary<string, Zone> ByCode, Dictionary<string, List<Zone>> ByKey)
    {
        public Zone[] Zones { get; } = [.. All.Select(pair => pair.Zone)];
    }
}
