using Spectre.Console.Rendering;

namespace Tonne.Reporting.Terminal;

/// <summary>A line that is already laid out.</summary>
sealed class SegmentLine(IReadOnlyList<Segment> segments, TerminalCapabilities screen) : Renderable
{
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
        [.. segments.Where(segment => segment.Text.Length > 0).Select(segment => SpectreOutput.ToSupported(segment, screen)), Segment.LineBreak];
}
