using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>
/// Connects styled text to Spectre.Console. What a terminal can show comes from <see cref="TerminalCapabilities"/> alone, never from
/// environment variables.
/// </summary>
static class SpectreOutput
{
    // Lines are laid out before they are written; the console must not break them again.
    const int AnyWidth = 100_000;

    /// <summary>A console that writes to a writer with the colours that the terminal has.</summary>
    internal static IAnsiConsole CreateConsole(TextWriter writer, TerminalCapabilities screen)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            // Without it, Spectre.Console sets colours through System.Console, even if the output goes elsewhere.
            Ansi = AnsiSupport.Yes,
            ColorSystem = screen.Colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            EnvironmentVariables = [],
            Out = new WriterOutput(writer),
        });
        console.Profile.Capabilities.Unicode = screen.Unicode;
        return console;
    }

    /// <summary>The parts in characters that the terminal has; a per cent sign stays with its number.</summary>
    internal static List<StyledText> Prepare(IReadOnlyList<StyledText> parts, TerminalCapabilities screen) =>
        [.. parts.Select(part => part with { Text = screen.ToSupportedText(part.Text.Replace(" %", StyledTextWriter.NoBreak + "%")) })];

    /// <summary>Replaces characters on whose width Spectre.Console and <see cref="TextSanitizer"/> differ by question marks.</summary>
    internal static string ToMeasurable(string text)
    {
        if (text.All(char.IsAscii))
            return text;
        var shown = string.Concat(text.EnumerateRunes().Select(rune => rune.ToString())
            .Select(one => IsMeasuredAlike(one) ? one : new string('?', TextSanitizer.CountColumns(one))));
        return IsMeasuredAlike(shown) ? shown : string.Concat(shown.Select(c => char.IsAscii(c) || c == StyledTextWriter.NoBreak ? c : '?'));

        static bool IsMeasuredAlike(string text) => new Segment(text).CellCount() == TextSanitizer.CountColumns(text);
    }

    /// <summary>One line as segments; neighbours of one style are one segment.</summary>
    internal static IEnumerable<Segment> ToSegments(List<StyledText> line)
    {
        for (var i = 0; i < line.Count;)
        {
            var run = line[i..].TakeWhile(piece => piece.Style == line[i].Style).ToList();
            yield return ToSegment(line[i] with { Text = string.Concat(run.Select(piece => piece.Text)) });
            i += run.Count;
        }
    }

    internal static Segment ToSegment(StyledText piece)
    {
        var text = piece.Text.Replace(StyledTextWriter.NoBreak, ' ');
        return new(text, string.IsNullOrWhiteSpace(text) ? Style.Plain : ToStyle(piece.Style));
    }

    /// <summary>The segment, without its style where the terminal has no colours.</summary>
    internal static Segment ToSupported(Segment segment, TerminalCapabilities screen) => screen.Colour ? segment : new Segment(segment.Text);

    internal static Style ToStyle(TextStyle style) => style switch
    {
        TextStyle.Strong => new Style(decoration: Decoration.Bold),
        TextStyle.Faint => new Style(decoration: Decoration.Dim),
        TextStyle.Measured or TextStyle.Bar => new Style(Color.Green),
        TextStyle.Modelled => new Style(Color.Teal),
        TextStyle.Assumed => new Style(Color.Olive),
        TextStyle.Warning => new Style(Color.Maroon),
        _ => Style.Plain,
    };

    /// <summary>A writer as the output. It never uses System.Console, which changes the mode of the keypad on a terminal when its size is read.</summary>
    sealed class WriterOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => AnyWidth;

        public int Height => 1;

        public void SetEncoding(Encoding encoding)
        {
            // The writer has its encoding.
        }
    }
}
