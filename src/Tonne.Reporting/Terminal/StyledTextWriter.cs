using Spectre.Console;
using Spectre.Console.Rendering;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>Writes styled text to a terminal: wraps it by columns, then colours it, and removes blanks at the end of a line.</summary>
sealed class StyledTextWriter
{
    /// <summary>A space at which a line is never broken.</summary>
    public const char NoBreak = '\u00A0';

    const int Margin = 2;

    readonly TextWriter _writer;
    readonly IAnsiConsole _console;
    readonly int _labelColumns;

    /// <summary>Creates a writer for a terminal, file or pipe.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    /// <param name="labelColumns">Columns of the label of a row, its space included. Default 10.</param>
    public StyledTextWriter(TextWriter writer, TerminalCapabilities screen, int labelColumns = 10)
    {
        _writer = writer;
        Capabilities = screen;
        _labelColumns = labelColumns;
        _console = SpectreOutput.CreateConsole(writer, screen);
    }

    public TerminalCapabilities Capabilities { get; }

    /// <summary>Columns beside the label of a row.</summary>
    public int RowColumns => Capabilities.Width - Margin - _labelColumns;

    /// <summary>Replaces the spaces of a text, so that it is never broken.</summary>
    public static string ToUnbreakable(string text) => text.Replace(' ', NoBreak);

    public void WriteBlankLine() => _console.Write(new SegmentLine([], Capabilities));

    /// <summary>Writes a line of its own, broken between words.</summary>
    public void WriteLine(params IReadOnlyList<StyledText> parts) => WriteHanging(new string(' ', Margin), new string(' ', Margin), parts);

    /// <summary>Writes text behind a label; the lines that follow are indented to the text.</summary>
    public void WriteRow(string label, params IReadOnlyList<StyledText> parts) =>
        WriteHanging(
            StyledText.Faint(new string(' ', Margin) + TextSanitizer.FitToColumns(label, _labelColumns, Capabilities.Unicode)),
            new string(' ', Margin + _labelColumns), parts);

    /// <summary>Writes text that is already laid out: no margin, no breaking.</summary>
    public void WriteRaw(params IReadOnlyList<StyledText> parts)
    {
        var end = parts.Count;
        while (end > 0 && string.IsNullOrWhiteSpace(parts[end - 1].Text))
            end--;
        _console.Write(new SegmentLine([.. parts.Take(end).Select((part, i) =>
            SpectreOutput.ToSegment(part with { Text = Capabilities.ToSupportedText(i == end - 1 ? part.Text.TrimEnd() : part.Text) }))], Capabilities));
    }

    /// <summary>Writes text behind a first prefix, and behind another of the same width on the lines that follow.</summary>
    public void WriteHanging(StyledText first, string rest, params IReadOnlyList<StyledText> parts)
    {
        var textColumns = Math.Max(8, Capabilities.Width - TextSanitizer.CountColumns(first.Text));
        var lines = StyledTextWrapper.Wrap(SpectreOutput.Prepare(parts, Capabilities), textColumns);
        var prefix = first with { Text = Capabilities.ToSupportedText(first.Text) };
        if (lines.Count == 0)
            _console.Write(new SegmentLine([SpectreOutput.ToSegment(prefix with { Text = prefix.Text.TrimEnd() })], Capabilities));
        foreach (var line in lines)
        {
            _console.Write(new SegmentLine([SpectreOutput.ToSegment(prefix), .. SpectreOutput.ToSegments(line)], Capabilities));
            prefix = prefix with { Text = rest };
        }
    }

    /// <summary>A table.</summary>
    public void WriteTable(TextTable table) => table.Write(_writer, Capabilities);

    /// <summary>A tree, behind the margin.</summary>
    public void WriteBlock(IRenderable block) => _console.Write(new TrimmedBlock(block, Margin, Capabilities.Width, Capabilities));
}
