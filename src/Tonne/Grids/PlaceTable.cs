using Tonne.Catalogs;

namespace Tonne.Grids;

/// <summary>
/// Places without a published intensity of their own: US states, bidding zones, parts of countries, and countries that no series has.
/// </summary>
/// <remarks>Read at the first name that no zone has, so that a start with a zone's code does not pay for it.</remarks>
sealed class PlaceTable
{
    const string Table = "places.csv";

    static readonly Lazy<PlaceTable> Loaded = new(() => new PlaceTable());

    readonly List<Row> _rows = [];

    PlaceTable()
    {
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), "code,name,zone,kind,nearby,aliases");
        while (rows.Read())
            _rows.Add(new Row(
                rows.GetText(0), rows.GetText(1), rows.GetText(2), rows.GetText(3), rows.GetText(4),
                rows[5].IsEmpty ? [] : rows.GetText(5).Split(';')));
    }

    /// <summary>All rows.</summary>
    public static IReadOnlyList<Row> Rows => Loaded.Value._rows;

    /// <summary>One place.</summary>
    /// <param name="Code">ISO 3166-2 or the code of the grid's operator, ISO 3166-1 for a country.</param>
    /// <param name="Name">English name.</param>
    /// <param name="Zone">Code of the zone that represents it; empty if none does.</param>
    /// <param name="Kind"><c>state</c>, <c>bidding zone</c> and the like; <c>none</c> for a country without a published intensity.</param>
    /// <param name="Nearby">Codes of other zones that hold for a part of it or that supply it, separated by spaces; empty if none.</param>
    /// <param name="Aliases">Other names and codes.</param>
    internal sealed record Row(string Code, string Name, string Zone, string Kind, string Nearby, string[] Aliases)
    {
        public bool HasZone => Zone.Length > 0;

        public string[] NearbyCodes => Nearby.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        /// <summary>How the zone represents the place, as a sentence without its full stop.</summary>
        public string Describe(Zone zone)
        {
            var place = $"{Name} ({Code})";
            if (zone.Kind == ZoneKind.Subregion)
                return $"{place} is represented by the grid subregion of most of it"
                    + (Nearby.Length > 0 ? $"; the rest is in {string.Join(", ", NearbyCodes)}" : "");
            var closer = Nearby.Length > 0 ? $"; closer for one part: {string.Join(", ", NearbyCodes)}" : "";
            return $"no annual intensity of {place} alone is in the tables, that of {zone.Name} is used{closer}";
        }

        /// <summary>Why there is no zone and what to write instead.</summary>
        public string DescribeMissing() =>
            $"no annual intensity is published for {Name} ({Code}): "
            + (Nearby.Length > 0 ? $"its grid is supplied by that of {Nearby}, write that zone, or " : "")
            + "give its grid intensity as a number (--intensity)";
    }
}
