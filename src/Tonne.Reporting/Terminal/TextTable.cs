using Spectre.Console;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>A table without lines: headings, then rows. On a narrow terminal it leaves columns out and shortens one.</summary>
/// <param name="headings">Headings of the columns.</param>
public sealed class TextTable(params string[] headings)
{
    const int Gap = 2;

    readonly List<string[]> _rows = [];

    /// <summary>Columns whose cells are aligned to the right, such as numbers.</summary>
    public IReadOnlySet<int> RightAligned { get; init; } = new HashSet<int>();

    /// <summary>Columns that a narrow terminal leaves out, the first of them first.</summary>
    public IReadOnlyList<int> OptionalColumns { get; init; } = [];

    /// <summary>The column whose cells may be cut; null if none.</summary>
    public int? FlexibleColumn { get; init; }

    /// <summary>Least columns of the flexible column; optional columns are left out before it is cut further. Default 12.</summary>
    public int MinFlexibleWidth { get; init; } = 12;

    /// <summary>Whether the cells of the last column wrap instead of being cut. Default no.</summary>
    public bool WrapsLastColumn { get; init; }

    /// <summary>
    /// Whether rows become a block of lines each, heading and cell, where the table is too wide for the terminal even with optional
    /// columns left out.
    /// Default no.
    /// </summary>
    public bool StacksRows { get; init; }

    /// <summary>Blanks before each line. Default 0.</summary>
    public int Margin { get; init; }

    /// <summary>Columns of the table with its margin, the last column left out.</summary>
    internal int ColumnsBeforeLast => Margin + MeasureColumns()[..^1].Sum(width => width + Gap);

    /// <summary>Adds a row, one cell for each heading.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(cell => TextSanitizer.ToOneLine(cell))]);

    /// <summary>Writes the table.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="columns">Columns of the terminal; null for as many as it takes.</param>
    public void Write(TextWriter writer, int? columns = null) => Write(writer, new TerminalCapabilities(), columns);

    /// <summary>Writes the table for a terminal.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    internal void Write(TextWriter writer, TerminalCapabilities screen) => Write(writer, screen, screen.Width);

    void Write(TextWriter writer, TerminalCapabilities screen, int? columns)
    {
        var availableColumns = columns - Margin;
        var widths = MeasureColumns();
        var shown = ChooseColumns(widths, availableColumns);
        if (StacksRows && shown.Sum(i => widths[i] + Gap) - Gap > availableColumns)
        {
            WriteStacked(writer, screen, Math.Max(Gap, availableColumns.Value));
            return;
        }

        var table = new Table().NoBorder();
        foreach (var i in shown)
            table.AddColumn(CreateColumn(i, widths[i], screen, isLast: i == shown[^1]));
        foreach (var row in _rows)
            table.AddRow(shown.Select(i => CreateCell(i, row[i], widths[i], TextStyle.Plain, screen)));
        var full = Margin + shown.Sum(i => widths[i] + Gap);
        SpectreOutput.CreateConsole(writer, screen).Write(new TrimmedBlock(table, Margin, WrapsLastColumn && columns is { } limit ? Math.Min(limit, full) : full, screen));
    }

    /// <summary>Each row as its first cell, and below it a line for each other cell that is not empty.</summary>
    void WriteStacked(TextWriter writer, TerminalCapabilities screen, int columns)
    {
        var margin = new string(' ', Margin);
        var labelColumns = headings.Max(TextSanitizer.CountColumns) + Gap;
        foreach (var row in _rows)
        {
            Write(row[0].Length > 0 ? row[0] : headings[0], columns, "");
            foreach (var i in Enumerable.Range(1, headings.Length - 1).Where(i => row[i].Length > 0))
                Write(row[i], columns - Gap - labelColumns, new string(' ', Gap) + TextSanitizer.FitToColumns(headings[i], labelColumns,
                    screen.Unicode));
        }

        void Write(string cell, int cellColumns, string label) => writer.Write(
            screen.ToSupportedText((margin + label + TextSanitizer.FitToColumns(cell, Math.Max(Gap, cellColumns), screen.Unicode))
                .TrimEnd()) + "\n");
    }

    int[] MeasureColumns() =>
        [.. headings.Select((heading, i) => _rows.Select(row => TextSanitizer.CountColumns(row[i])).Append(TextSanitizer.CountColumns(heading)).Max())];

    /// <summary>The columns that fit; the flexible one is narrowed in <paramref name="widths"/>.</summary>
    List<int> ChooseColumns(int[] widths, int? availableColumns)
    {
        var shown = Enumerable.Range(0, headings.Length).ToList();
        foreach (var spare in OptionalColumns)
        {
            if (Total() - (FlexibleColumn is { } cut ? Math.Max(0, widths[cut] - MinFlexibleWidth) : 0) > availableColumns)
                shown.Remove(spare);
        }

        if (FlexibleColumn is { } elastic && Total() > availableColumns)
            widths[elastic] = Math.Max(Math.Min(widths[elastic], MinFlexibleWidth), widths[elastic] - (Total() - availableColumns.Value));
        return shown;

        int Total() => shown.Sum(i => widths[i] + Gap) - Gap;
    }

    TableColumn CreateColumn(int i, int width, TerminalCapabilities screen, bool isLast)
    {
        var column = new TableColumn(CreateCell(i, headings[i], width, TextStyle.Faint, screen)) { Padding = new Padding(0, 0, isLast ? 0 : Gap, 0) };
        if (WrapsLastColumn && isLast)
            return column;
        column.Width = width;
        column.NoWrap = true;
        return column;
    }

    StyledParagraph CreateCell(int i, string text, int width, TextStyle style, TerminalCapabilities screen)
    {
        var cell = i == FlexibleColumn ? TextSanitizer.FitToColumns(text, width, screen.Unicode).TrimEnd() : text;
        if (RightAligned.Contains(i))
            cell = new string(StyledTextWriter.NoBreak, Math.Max(0, width - TextSanitizer.CountColumns(cell))) + cell;
        return new StyledParagraph([new StyledText(WrapsLastColumn && i == headings.Length - 1 ? cell : StyledTextWriter.ToUnbreakable(cell), style)], screen);
    }
}
