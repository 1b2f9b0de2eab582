using System.Globalization;
using System.Text;
using Tonne.Estimation.Validation;
using Tonne.Quantities;

namespace Tonne.Reporting.Markdown;

/// <summary>Draws the pictures of a validation as SVG, readable on a light and on a dark background.</summary>
/// <remarks>Colours follow the reader's <c>prefers-color-scheme</c>; what differs in colour differs in shape as well.</remarks>
static class ValidationChart
{
    const double Width = 720;
    const double RowHeight = 19;

    const string Style = """
        <style>
        text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}
        .ground{fill:#ffffff}.faint{fill:#656d76}.line{stroke:#d0d7de;stroke-width:1}.one{stroke:#24292f;stroke-width:1.2}
        .rule{stroke:#b6bec8;stroke-width:7;stroke-linecap:butt}.ours{stroke:#0a7d4f;stroke-width:2.5}.dot{fill:#0a7d4f}.out{fill:#b42318;stroke:none}.missed{stroke:#b42318;stroke-width:2.5}
        .bar{fill:#0a7d4f}.other{fill:#8c959f}.title{font-weight:600;font-size:14px}
        @media (prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.faint{fill:#9198a1}.line{stroke:#30363d}.one{stroke:#e6edf3}
        .rule{stroke:#3d444d}.ours{stroke:#3fb950}.dot{fill:#3fb950}.out{fill:#ff7b72}.missed{stroke:#ff7b72}.bar{fill:#3fb950}.other{fill:#6e7681}}
        </style>
        """;

    /// <summary>
    /// Draws every case as estimate ÷ truth with its bounds on a logarithmic axis, and the baseline predictor's bounds behind it.
    /// </summary>
    public static string DrawIntervals(ValidationSection section)
    {
        const double left = 190;
        const double right = Width - 24;
        var cases = section.Cases.OrderByDescending(one => one.Estimate.Best / one.Truth).ToList();
        var high = 92 + (cases.Count * RowHeight) + 30;
        var (low, maximum) = (1 / 8d, 8d);
        var svg = Begin(high, $"{section.Quantity}: estimate ÷ published, with 95 % bounds");
        foreach (var tick in (ReadOnlySpan<double>)[0.125, 0.25, 0.5, 1, 2, 4, 8])
        {
            var x = At(tick);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"{(tick == 1 ? "one" : "line")}\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"74\" y2=\"{high - 28:0.#}\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"faint\" x=\"{x:0.#}\" y=\"{high - 12:0.#}\" text-anchor=\"middle\">{tick switch { 0.125 => "⅛", 0.25 => "¼", 0.5 => "½", var other => other.ToString("0", CultureInfo.InvariantCulture) }}</text>\n");
        }

        svg.Append("<line class=\"ours\" x1=\"24\" x2=\"54\" y1=\"52\" y2=\"52\"/><circle class=\"dot\" cx=\"39\" cy=\"52\" r=\"4\"/><text x=\"62\" y=\"56\">ours, the case not seen</text>\n");
        svg.Append("<path class=\"out\" d=\"M226 47l5 5-5 5-5-5z\"/><text x=\"238\" y=\"56\">truth outside our bounds</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"rule\" x1=\"404\" x2=\"434\" y1=\"52\" y2=\"52\"/><text x=\"442\" y=\"56\">{Escape(section.Baseline)}</text>\n");
        var y = 84d;
        foreach (var one in cases)
        {
            var inside = one.Estimate.Low <= one.Truth && one.Truth <= one.Estimate.High;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left - 12}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Escape(Short(one.Name))}</text>\n");
            Span(one.Baseline, "rule");
            Span(one.Estimate, inside ? "ours" : "missed");
            var x = At(one.Estimate.Best / one.Truth);
            svg.Append(inside
                ? string.Create(CultureInfo.InvariantCulture, $"<circle class=\"dot\" cx=\"{x:0.#}\" cy=\"{y:0.#}\" r=\"4\"/>\n")
                : string.Create(CultureInfo.InvariantCulture, $"<path class=\"out\" d=\"M{x:0.#} {y - 5:0.#}l5 5-5 5-5-5z\"/>\n"));
            y += RowHeight;

            void Span(Bounds bounds, string shape) => svg.Append(CultureInfo.InvariantCulture, $"<line class=\"{shape}\" x1=\"{At(bounds.Low / one.Truth):0.#}\" x2=\"{At(bounds.High / one.Truth):0.#}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>\n");
        }

        return End(svg);

        double At(double ratio) => left + ((right - left) * Math.Log(Math.Clamp(ratio, low, maximum) / low) / Math.Log(maximum / low));
    }

    /// <summary>Draws how many cases are how far off, in steps of a quarter of a doubling; no single case can be read from it.</summary>
    public static string DrawHistogram(ValidationSection section)
    {
        const double left = 60;
        const double right = Width - 24;
        const double bottom = 250;
        var steps = new int[25];
        foreach (var one in section.Cases)
            steps[Math.Clamp((int)Math.Round(Math.Log2(one.Estimate.Best / one.Truth) * 4) + 12, 0, 24)]++;
        var maximum = steps.Max();
        var svg = Begin(300, $"{section.Quantity}: estimate ÷ measured, {section.Cases.Count} cases");
        var wide = (right - left) / steps.Length;
        foreach (var part in (ReadOnlySpan<double>)[0.5, 1])
        {
            var y = bottom - (part * 180);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"line\" x1=\"{left}\" x2=\"{right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/><text class=\"faint\" x=\"{left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{part * maximum:0}</text>\n");
        }

        for (var i = 0; i < steps.Length; i++)
        {
            var tall = steps[i] / (double)maximum * 180;
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"bar\" x=\"{left + (i * wide) + 1:0.#}\" y=\"{bottom - tall:0.#}\" width=\"{wide - 2:0.#}\" height=\"{tall:0.#}\" rx=\"2\"/>\n");
        }

        foreach (var (at, text) in new[] { (0, "≤ ⅛"), (4, "¼"), (8, "½"), (12, "1"), (16, "2"), (20, "4"), (24, "≥ 8") })
        {
            var x = left + ((at + 0.5) * wide);
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"faint\" x=\"{x:0.#}\" y=\"{bottom + 18:0.#}\" text-anchor=\"middle\">{text}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"one\" x1=\"{left}\" x2=\"{right}\" y1=\"{bottom}\" y2=\"{bottom}\"/>\n");
        return End(svg);
    }

    /// <summary>Mean and median errors, ours first.</summary>
    public static string DrawErrors(ValidationSection section, string baselineName, double baselineMean, double baselineMedian)
    {
        const double left = 300;
        const double right = Width - 140;
        var score = EstimateScore.ScoreEstimates([.. section.Cases]);
        var rows = new List<(string Name, double Mean, double? Median, bool Ours)> { ("tonne, the case not seen", score.MeanError, score.MedianError, true), (baselineName, baselineMean, baselineMedian, false) };
        rows.AddRange(section.PublishedErrors.Select(other => (other.Tool, other.Mean, other.Median, false)));
        var maximum = rows.Max(row => row.Mean);
        var svg = Begin(70 + (rows.Count * 42), $"{section.Quantity}: mean absolute error (line: median)");
        var y = 56d;
        foreach (var (name, mean, median, ours) in rows)
        {
            var x = left + ((right - left) * mean / maximum);
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{left - 12}\" y=\"{y + 15:0.#}\" text-anchor=\"end\">{Escape(name)}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{(ours ? "bar" : "other")}\" x=\"{left}\" y=\"{y:0.#}\" width=\"{x - left:0.#}\" height=\"22\" rx=\"3\"/>\n");
            if (median is { } middle)
            {
                var at = left + ((right - left) * middle / maximum);
                svg.Append(CultureInfo.InvariantCulture, $"<line class=\"one\" x1=\"{at:0.#}\" x2=\"{at:0.#}\" y1=\"{y - 3:0.#}\" y2=\"{y + 25:0.#}\"/>\n");
            }

            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 8:0.#}\" y=\"{y + 15:0.#}\">{mean * 100:0.#} %{(median is { } half ? string.Create(CultureInfo.InvariantCulture, $" · {half * 100:0.#} %") : "")}</text>\n");
            y += 42;
        }

        return End(svg);
    }

    static StringBuilder Begin(double high, string title) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {high:0.#}\" width=\"{Width}\" height=\"{high:0.#}\" role=\"img\" aria-label=\"{Escape(title)}\">\n")
        .Append(Style).Append('\n')
        .Append(CultureInfo.InvariantCulture, $"<rect class=\"ground\" width=\"{Width}\" height=\"{high:0.#}\" rx=\"8\"/>\n<text class=\"title\" x=\"24\" y=\"28\">{Escape(title)}</text>\n");

    static string End(StringBuilder svg) => svg.Append("</svg>\n").ToString();

    static string Short(string name) => name.Split('(')[0].TrimEnd();

    static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
