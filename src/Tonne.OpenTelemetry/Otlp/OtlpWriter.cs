using System.Text;

namespace Tonne.OpenTelemetry.Otlp;

/// <summary>Makes requests of OTLP from points: sums are cumulative.</summary>
static class OtlpWriter
{
    const int Cumulative = 2;
    const uint NoRecordedValue = 1;
    const string ScopeName = "Tonne";

    /// <summary>Makes a request.</summary>
    /// <param name="points">The points.</param>
    /// <param name="resource">What they are of.</param>
    /// <param name="isEnd">Whether the series end: the points say that there is no value any more.</param>
    public static ExportMetricsServiceRequest Create(IEnumerable<MetricValue> points, IDictionary<string, string> resource, bool isEnd)
    {
        var described = new OtlpResource();
        foreach (var (name, value) in resource)
            described.Attributes.Add(CreateAttribute(name, value));
        var scope = new ScopeMetrics
        {
            Scope = new InstrumentationScope { Name = ScopeName,
                Version = typeof(OtlpWriter).Assembly.GetName().Version?.ToString(3) ?? "" },
        };
        foreach (var group in points.GroupBy(static point => (point.Name, point.Unit, point.Kind)))
        {
            var metric = new OtlpMetric { Name = group.Key.Name, Unit = group.Key.Unit };
            var values = group.Select(point => CreatePoint(point, isEnd));
            if (group.Key.Kind == MetricValueKind.Gauge)
            {
                metric.Gauge = new OtlpGauge();
                metric.Gauge.DataPoints.AddRange(values);
            }
            else
            {
                metric.Sum = new OtlpSum { AggregationTemporality = Cumulative, IsMonotonic = group.Key.Kind == MetricValueKind.Counter };
                metric.Sum.DataPoints.AddRange(values);
            }

            scope.Metrics.Add(metric);
        }

        return new ExportMetricsServiceRequest { ResourceMetrics = { new ResourceMetrics { Resource = described,
            ScopeMetrics = { scope } } } };
    }

    static NumberDataPoint CreatePoint(MetricValue point, bool isEnd)
    {
        var written = new NumberDataPoint { TimeUnixNano = ToNanoseconds(point.Time) };
        if (point.Kind != MetricValueKind.Gauge)
            written.StartTimeUnixNano = ToNanoseconds(point.Start);
        if (isEnd)
            written.Flags = NoRecordedValue;
        else
            written.AsDouble = point.Value;
        foreach (var (name, value) in point.Attributes)
        {
            if (value.Length > 0)
                written.Attributes.Add(CreateAttribute(name, value));
        }

        return written;
    }

    // Half a character of two UTF-16 units has no UTF-8; the writer of the message would refuse it.
    static KeyValue CreateAttribute(string name, string value) =>
        new() { Key = name, Value = new AnyValue { StringValue = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)) } };

    static ulong ToNanoseconds(DateTimeOffset time) => (ulong)(time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
