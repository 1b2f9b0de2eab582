using Tonne.Quantities;

namespace Tonne.Catalogs;

/// <summary>The sources that the tables cite by id.</summary>
public static class SourceList
{
    const string Table = "sources.csv";

    static readonly Lazy<Dictionary<string, Source>> Sources = new(Read);

    /// <summary>All sources, by id.</summary>
    public static IReadOnlyCollection<Source> All => Sources.Value.Values;

    /// <summary>Whether every id of a citation is known.</summary>
    public static bool ContainsAll(string citation) => citation.Split(';').All(Sources.Value.ContainsKey);

    /// <summary>The source behind a citation: one id, or several joined by <c>;</c>.</summary>
    /// <exception cref="ArgumentException">An id is not listed.</exception>
    public static Source Find(string citation)
    {
        if (!citation.Contains(';'))
            return One(citation);
        Source[] all = [.. citation.Split(';').Select(One)];
        int? newest = null;
        foreach (var source in all)
            newest = newest is null || source.Year > newest ? source.Year : newest;
        return new Source(citation, string.Join("; ", all.Select(source => source.Title)), newest, string.Join("; ", all.Select(source => source.Licence).OfType<string>().Distinct()), all[0].Link);
    }

    static Source One(string id) => Sources.Value.TryGetValue(id, out var source) ? source : throw new ArgumentException($"The source {id} is not listed in {Table}.", nameof(id));

    static Dictionary<string, Source> Read()
    {
        var sources = new Dictionary<string, Source>(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), "id,title,year,licence,link");
        while (rows.Read())
        {
            var id = rows.GetText(0);
            if (!sources.TryAdd(id, new Source(id, rows.GetText(1), rows.GetIntegerOrNull(2), rows[3].IsEmpty ? null : rows.GetText(3), rows[4].IsEmpty ? null : rows.GetText(4))))
                throw rows.CreateFormatException($"the source {id} is listed twice");
        }
        return sources;
    }
}
