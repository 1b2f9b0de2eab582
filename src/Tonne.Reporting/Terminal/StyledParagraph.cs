using Spectre.Console.Rendering;
using Tonne.Formatting;

namespace Tonne.Reporting.Terminal;

/// <summary>Styled text that is wrapped to the width that a table or a tree leaves.</summary>
sealed class StyledParagraph(IReadOnlyList<StyledText> parts, TerminalCapabilities screen) : Renderable
{
    readonly List<StyledText> _parts = [.. SpectreOutput.Prepare(parts, screen).Select(part => part with { Text = SpectreOutput.ToMeasurable(part.Text) })];

    readonly int _columns = parts.Sum(part => TextSanitizer.CountColumns(part.Text));

    protected override Measurement Measure(RenderOptions options, int maxWidth) => new(Math.Min(_columns, 8), Math.Min(_columns, maxWidth));

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        foreach (var line in StyledTextWrapper.Wrap(_parts, Math.Max(8, maxWidth)))
        {
            foreach (var segment in SpectreOutput.ToSegments(line))
                yield return segment;
            yield return Segment.LineBreak;
        }
    }
}
