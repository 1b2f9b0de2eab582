using System.Globalization;
using System.Text;
using Tonne.OpenTelemetry.RemoteWrite;

namespace Tonne.OpenTelemetry;

/// <summary>Writes points as a page that Prometheus scrapes: the text format 0.0.4 (prometheus.io, exposition formats).</summary>
public static class MetricPageWriter
{
    /// <summary>The content type of the page.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes a page: the points of a metric together, with its type, without time stamps.</summary>
    /// <param name="points">The points; of a series the last one counts.</param>
    public static string Write(IEnumerable<MetricValue> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var text = new StringBuilder();
        foreach (var metric in points.GroupBy(PointLabels.GetName, StringComparer.Ordinal).OrderBy(static group => group.Key,
            StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"# TYPE {metric.Key} {(metric.First().Kind == MetricValueKind.Counter ? "counter" : "gauge")}\n");
            foreach (var (labels, value) in metric.GroupBy(WriteLabels, StringComparer.Ordinal).Select(static group => (group.Key,
                group.Last().Value)))
                text.Append(CultureInfo.InvariantCulture, $"{metric.Key}{labels} {value:R}\n");
        }

        return text.ToString();
    }

    static string WriteLabels(MetricValue point)
    {
        var labels = PointLabels.CreateOwn(point).Select(static label => $"{label.Key}=\"{Escape(label.Value)}\"").ToList();
        return labels.Count == 0 ? "" : $"{{{string.Join(',', labels)}}}";
    }

    static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"",
        StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", " ", StringComparison.Ordinal);
}
