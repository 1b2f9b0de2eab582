using System.Collections;
using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>Makes time series of Prometheus from collections of metrics: labels sorted by name, each name once, each series once a collection.</summary>
/// <remarks>
/// Rules: as in <see cref="PrometheusNames"/>, and the remote write specification for stale markers: a series that is no longer collected ends with one.
/// Not thread safe; a reader collects one after another.
/// </remarks>
sealed class SeriesBuilder
{
    /// <summary>The NaN that ends a series, by the remote write specification.</summary>
    public const long StaleNaN = 0x7ff0000000000002;

    // Any other NaN is sent as this one, the quiet NaN of Prometheus, so that none is taken for a stale marker.
    const long OrdinaryNaN = 0x7ff8000000000001;
    const string NameLabel = "__name__";

    readonly IReadOnlyList<KeyValuePair<string, string>> _externalLabels;
    readonly string _instance;
    Dictionary<string, TimeSeries> _current = new(StringComparer.Ordinal);
    Dictionary<string, TimeSeries> _before = new(StringComparer.Ordinal);
    Resource? _resource;
    KeyValuePair<string, string>[] _target = [];
    long _lastTime;

    /// <summary>Begins without a series.</summary>
    /// <param name="externalLabels">Labels for series that do not have them.</param>
    /// <param name="instance">The instance if the resource names none.</param>
    public SeriesBuilder(IReadOnlyList<KeyValuePair<string, string>> externalLabels, string instance) => (_externalLabels, _instance) = (externalLabels, instance);

    /// <summary>Samples of the last collection that were left out because another has the same labels.</summary>
    public int Duplicates { get; private set; }

    /// <summary>Name of a metric of the last collection that remote write 1.0 cannot carry; null: none.</summary>
    public string? Unsupported { get; private set; }

    /// <summary>The series of one collection, sorted, with markers for those that ended since the one before.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="resource">Where they come from.</param>
    public List<TimeSeries> Build(in Batch<Metric> metrics, Resource resource)
    {
        (Duplicates, Unsupported) = (0, null);
        (_before, _current) = (_current, _before);
        var timeBefore = _lastTime;
        _current.Clear();
        if (!ReferenceEquals(_resource, resource))
            SetResource(resource);
        foreach (var metric in metrics)
            Add(metric);
        if (_current.Count > 0)
            AddTarget(resource);
        var series = _current.OrderBy(static each => each.Key, StringComparer.Ordinal).Select(static each => each.Value).ToList();
        // A series takes one sample a millisecond.
        var end = Math.Max(_lastTime, timeBefore + 1);
        series.AddRange(_before.Where(each => !_current.ContainsKey(each.Key)).OrderBy(static each => each.Key, StringComparer.Ordinal).Select(each => MarkStale(each.Value, end)));
        return series;
    }

    /// <summary>Ends all series of the last collection.</summary>
    /// <param name="time">Now.</param>
    public List<TimeSeries> End(DateTimeOffset time)
    {
        var milliseconds = Math.Max(time.ToUnixTimeMilliseconds(), _lastTime + 1);
        var series = _current.OrderBy(static each => each.Key, StringComparer.Ordinal).Select(each => MarkStale(each.Value, milliseconds)).ToList();
        _current.Clear();
        return series;
    }

    static TimeSeries MarkStale(TimeSeries series, long time)
    {
        var marked = new TimeSeries();
        marked.Labels.AddRange(series.Labels);
        marked.Samples.Add(new Sample { Value = BitConverter.Int64BitsToDouble(StaleNaN), Timestamp = time });
        return marked;
    }

    void SetResource(Resource resource)
    {
        _resource = resource;
        string? name = null, space = null, instance = null;
        foreach (var (key, value) in resource.Attributes)
        {
            switch (key)
            {
                case "service.name": name = ToText(value); break;
                case "service.namespace": space = ToText(value); break;
                case "service.instance.id": instance = ToText(value); break;
                default: break;
            }
        }

        // Without an instance, two processes of one name would write into the same series.
        instance = instance is { Length: > 0 } || _externalLabels.Any(static label => label.Key == "instance") ? instance : _instance;
        var job = string.IsNullOrEmpty(space) ? name : $"{space}/{name}";
        _target = [.. new KeyValuePair<string, string?>[] { new("job", job), new("instance", instance) }.Where(static label => !string.IsNullOrEmpty(label.Value))!];
    }

    void Add(Metric metric)
    {
        var (kind, supported) = metric.MetricType switch
        {
            MetricType.LongSum or MetricType.DoubleSum => (PrometheusKind.Counter, metric.Temporality == AggregationTemporality.Cumulative),
            MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => (PrometheusKind.UpDownCounter, metric.Temporality == AggregationTemporality.Cumulative),
            MetricType.LongGauge or MetricType.DoubleGauge => (PrometheusKind.Gauge, true),
            MetricType.Histogram => (PrometheusKind.Histogram, metric.Temporality == AggregationTemporality.Cumulative),
            _ => (PrometheusKind.Gauge, false),
        };
        var name = PrometheusNames.GetMetricName(metric.Name, metric.Unit, kind);
        if (!supported || name.Length == 0)
        {
            Unsupported = metric.Name;
            return;
        }

        foreach (ref readonly var point in metric.GetMetricPoints())
        {
            var time = point.EndTime.ToUnixTimeMilliseconds();
            _lastTime = Math.Max(_lastTime, time);
            var labels = GetLabels(metric, point.Tags);
            switch (metric.MetricType)
            {
                case MetricType.LongSum or MetricType.LongSumNonMonotonic: Add(name, labels, point.GetSumLong(), time); break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic: Add(name, labels, point.GetSumDouble(), time); break;
                case MetricType.LongGauge: Add(name, labels, point.GetGaugeLastValueLong(), time); break;
                case MetricType.DoubleGauge: Add(name, labels, point.GetGaugeLastValueDouble(), time); break;
                default: AddHistogram(name, labels, point, time); break;
            }
        }
    }

    void AddHistogram(string name, SortedDictionary<string, string> labels, MetricPoint point, long time)
    {
        long count = 0, negative = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            if (bucket.ExplicitBound <= 0)
                negative = count;
            labels["le"] = double.IsPositiveInfinity(bucket.ExplicitBound) ? "+Inf" : bucket.ExplicitBound.ToString("R", CultureInfo.InvariantCulture);
            Add(name + "_bucket", labels, count, time);
        }

        labels.Remove("le");
        Add(name + "_count", labels, point.GetHistogramCount(), time);
        // A sum of values below 0 may fall, which a counter cannot.
        if (negative == 0)
            Add(name + "_sum", labels, point.GetHistogramSum(), time);
    }

    void AddTarget(Resource resource)
    {
        var attributes = resource.Attributes.Where(static each => each.Key is not ("service.name" or "service.namespace" or "service.instance.id"))
            .Select(static each => new KeyValuePair<string, object?>(each.Key, each.Value)).ToList();
        if (attributes.Count == 0)
            return;
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        AddAttributes(labels, attributes);
        Complete(labels);
        Add("target_info", labels, 1, _lastTime);
    }

    SortedDictionary<string, string> GetLabels(Metric metric, ReadOnlyTagCollection tags)
    {
        var attributes = new List<KeyValuePair<string, object?>>(tags.Count);
        foreach (var tag in tags)
            attributes.Add(tag);
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        AddAttributes(labels, attributes);
        if (metric.MeterName.Length > 0)
            labels["otel_scope_name"] = metric.MeterName;
        if (metric.MeterVersion is { Length: > 0 } version)
            labels["otel_scope_version"] = version;
        Complete(labels);
        return labels;
    }

    void Complete(SortedDictionary<string, string> labels)
    {
        foreach (var (name, value) in _target)
            labels[name] = value;
        foreach (var (name, value) in _externalLabels)
            labels.TryAdd(name, value);
    }

    // Attributes whose names become one are joined in the order of their original names; a label without a value is none.
    static void AddAttributes(SortedDictionary<string, string> labels, List<KeyValuePair<string, object?>> attributes)
    {
        attributes.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        foreach (var (key, value) in attributes)
        {
            var name = PrometheusNames.GetLabelName(key);
            if (name.Length > 0 && ToText(value) is { Length: > 0 } text)
                labels[name] = labels.TryGetValue(name, out var other) ? $"{other};{text}" : text;
        }
    }

    void Add(string name, SortedDictionary<string, string> labels, double value, long time)
    {
        var series = new TimeSeries();
        series.Labels.Add(new Label { Name = NameLabel, Value = name });
        var key = new StringBuilder(name);
        // "__name__" precedes every label that begins with a letter, but not one that begins with a capital letter.
        foreach (var (label, text) in labels)
        {
            series.Labels.Add(new Label { Name = label, Value = text });
            key.Append('\u0001').Append(label).Append('\u0002').Append(text);
        }

        for (var i = 1; i < series.Labels.Count && string.CompareOrdinal(series.Labels[i].Name, NameLabel) < 0; i++)
            (series.Labels[i - 1], series.Labels[i]) = (series.Labels[i], series.Labels[i - 1]);
        series.Samples.Add(new Sample { Value = double.IsNaN(value) ? BitConverter.Int64BitsToDouble(OrdinaryNaN) : value, Timestamp = time });
        if (!_current.TryAdd(key.ToString(), series))
            Duplicates++;
    }

    static string ToText(object? value) => value switch
    {
        null => "",
        string text => Repair(text),
        bool truth => truth ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => "[" + string.Join(',', list.Cast<object?>().Select(static each => each is string text ? $"\"{Repair(text)}\"" : ToText(each))) + "]",
        _ => Repair(value.ToString() ?? ""),
    };

    // Half a character of two UTF-16 units has no UTF-8; the writer of the message would refuse it.
    static string Repair(string text) => text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 ? text : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
