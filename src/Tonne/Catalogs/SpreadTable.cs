namespace Tonne.Catalogs;

/// <summary>A table of spreads computed from published rows: name, value, unit, number of rows, source, description.</summary>
sealed class SpreadTable(string table)
{
    readonly Lazy<Dictionary<string, Row>> _rows = new(() =>
    {
        var all = new Dictionary<string, Row>(StringComparer.Ordinal);
        var rows = new CsvReader(table, EmbeddedTable.ReadText(table), "name,value,unit,count,source,what");
        while (rows.Read())
        {
            if (!all.TryAdd(rows.GetText(0), new Row(rows.GetNumber(1), rows.GetText(4))))
                throw rows.CreateFormatException("the name is used twice");
        }
        return all;
    });

    /// <summary>The value of a named spread, in the unit its row states.</summary>
    public double this[string name] => _rows.Value[name].Value;

    /// <summary>The source of a named spread.</summary>
    public string Source(string name) => _rows.Value[name].Source;

    sealed record Row(double Value, string Source);
}
