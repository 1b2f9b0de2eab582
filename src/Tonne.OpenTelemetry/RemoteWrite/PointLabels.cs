using System.Text;

namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>The labels of a point in Prometheus, sorted by name, with the name of the metric as <c>__name__</c>.</summary>
static class PointLabels
{
    /// <summary>The name of a metric in Prometheus.</summary>
    public static string GetName(MetricValue point) => PrometheusNames.GetMetricName(point.Name, point.Unit, point.Kind switch
    {
        MetricValueKind.Counter => PrometheusKind.Counter,
        MetricValueKind.UpDownCounter => PrometheusKind.UpDownCounter,
        _ => PrometheusKind.Gauge,
    });

    /// <summary>The labels of a point.</summary>
    /// <param name="point">The point.</param>
    /// <param name="resource">Attributes of the resource, of which job and instance are labels.</param>
    public static IEnumerable<KeyValuePair<string, string>> Create(MetricValue point, IDictionary<string, string> resource)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["__name__"] = GetName(point) };
        if (resource.TryGetValue("service.name", out var job) && job.Length > 0)
            labels["job"] = job;
        if (resource.TryGetValue("service.instance.id", out var instance) && instance.Length > 0)
            labels["instance"] = instance;
        foreach (var (name, value) in CreateOwn(point))
            labels[name] = value;
        return labels;
    }

    /// <summary>The labels of a point's own attributes.</summary>
    public static IEnumerable<KeyValuePair<string, string>> CreateOwn(MetricValue point)
    {
        foreach (var (name, value) in point.Attributes)
        {
            if (PrometheusNames.GetLabelName(name) is { Length: > 0 } label && value.Length > 0)
                yield return new(label, Repair(value));
        }
    }

    // Half a character of two UTF-16 units has no UTF-8; the writer of the message would refuse it.
    static string Repair(string text) => text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 ? text
        : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
