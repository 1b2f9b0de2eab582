using Tonne.Explaining;

namespace Tonne.Cli.Terminal;

/// <summary>A plain table: a heading, then rows, columns as wide as their widest cell; the last column is never padded.</summary>
sealed class TextTable(params string[] headings)
{
    readonly List<string[]> _rows = [];

    /// <summary>Columns whose cells stand at the right, such as numbers.</summary>
    public IReadOnlySet<int> Right { get; init; } = new HashSet<int>();

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(cell => Printable.OneLine(cell))]);

    public void Write(TextWriter writer)
    {
        var widths = headings.Select((heading, i) => _rows.Select(row => Printable.Columns(row[i])).Append(heading.Length).Max()).ToArray();
        foreach (var row in _rows.Prepend(headings))
        {
            var cells = row.Select((cell, i) =>
            {
                var space = new string(' ', Math.Max(0, widths[i] - Printable.Columns(cell)));
                return Right.Contains(i) ? space + cell : i == row.Length - 1 ? cell : cell + space;
            });
            writer.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
