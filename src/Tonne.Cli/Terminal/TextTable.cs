using Tonne.Formatting;

namespace Tonne.Cli.Terminal;

/// <summary>A plain table: a heading, then rows, columns as wide as their widest cell; the last column is never padded.</summary>
sealed class TextTable(params string[] headings)
{
    readonly List<string[]> _rows = [];

    /// <summary>Columns whose cells stand at the right, such as numbers.</summary>
    public IReadOnlySet<int> RightAligned { get; init; } = new HashSet<int>();

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(cell => TextSanitizer.ToOneLine(cell))]);

    /// <summary>Columns that a narrow terminal can do without, the first of them first.</summary>
    public IReadOnlyList<int> OptionalColumns { get; init; } = [];

    /// <summary>The column whose cells may be cut; null if none.</summary>
    public int? FlexibleColumn { get; init; }

    /// <summary>Columns that the elastic one keeps at least; spare ones go before it is cut further.</summary>
    public int MinFlexibleWidth { get; init; } = 12;

    /// <summary>Writes the table.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="columns">Columns of the terminal; null for as many as it takes.</param>
    public void Write(TextWriter writer, int? columns = null)
    {
        var widths = headings.Select((heading, i) => _rows.Select(row => TextSanitizer.CountColumns(row[i])).Append(heading.Length).Max()).ToArray();
        var shown = Enumerable.Range(0, headings.Length).ToList();
        foreach (var spare in OptionalColumns)
        {
            if (Total() - (FlexibleColumn is { } cut ? Math.Max(0, widths[cut] - MinFlexibleWidth) : 0) > columns)
                shown.Remove(spare);
        }

        if (FlexibleColumn is { } elastic && Total() > columns)
            widths[elastic] = Math.Max(Math.Min(widths[elastic], MinFlexibleWidth), widths[elastic] - (Total() - columns.Value));
        foreach (var row in _rows.Prepend(headings))
        {
            var cells = shown.Select(i =>
            {
                var cell = i == FlexibleColumn ? TextSanitizer.FitToColumns(row[i], widths[i]) : row[i];
                var space = new string(' ', Math.Max(0, widths[i] - TextSanitizer.CountColumns(cell)));
                return RightAligned.Contains(i) ? space + cell : cell + space;
            });
            writer.WriteLine(string.Join("  ", cells).TrimEnd());
        }

        int Total() => shown.Sum(i => widths[i] + 2) - 2;
    }
}
