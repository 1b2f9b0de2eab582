using Spectre.Console.Rendering;

namespace Tonne.Reporting.Terminal;

/// <summary>A table or a tree that has its own width, without blanks at the ends of its lines.</summary>
sealed class TrimmedBlock(IRenderable block, int margin, int width, TerminalCapabilities screen) : Renderable
{
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var columns = Math.Min(maxWidth, width) - margin;
        foreach (var line in Segment.SplitLines(block.Render(options, columns)))
        {
            var end = line.Count;
            while (end > 0 && string.IsNullOrWhiteSpace(line[end - 1].Text))
                end--;
            if (end > 0)
                yield return new Segment(new string(' ', margin));
            for (var i = 0; i < end; i++)
                yield return SpectreOutput.ToSupported(i == end - 1 ? new Segment(line[i].Text.TrimEnd(), line[i].Style) : line[i], screen);
            yield return Segment.LineBreak;
        }
    }
}
