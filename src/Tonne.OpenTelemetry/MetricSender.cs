using System.IO.Compression;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Snappier;
using Tonne.OpenTelemetry.Otlp;
using Tonne.OpenTelemetry.RemoteWrite;

namespace Tonne.OpenTelemetry;

/// <summary>Sends values of metrics to one server, for programs that do not use OpenTelemetry's collection of metrics.</summary>
/// <remarks>
/// Values are sent in the order in which they come, from a queue in memory: a server that is down, slow or broken neither delays nor
/// fails the
/// caller. While it does not accept them they are kept up to <see cref="MetricSenderOptions.QueueLimit"/>; then the oldest are dropped
/// and counted.
/// Names by remote write follow "Prometheus and OpenMetrics Compatibility" of the OpenTelemetry specification, as in
/// <see cref="TonneMeterProviderBuilderExtensions.AddPrometheusRemoteWrite"/>. Thread safe.
/// </remarks>
public sealed class MetricSender : IDisposable
{
    // As many as Prometheus itself sends at most (max_samples_per_send).
    const int MaxSamples = 2000;

    readonly RemoteWriteSettings _settings;
    readonly MetricSenderOptions _options;
    readonly RemoteWriteSender _sender;

    /// <summary>Begins with an empty queue.</summary>
    /// <param name="options">Where to, and how. Later changes have no effect.</param>
    /// <param name="time">The clock of waits. Default: null, the system's.</param>
    /// <param name="log">Receives what goes wrong: once when it begins, once when it ends. Default: null, nobody.</param>
    /// <exception cref="ArgumentException">An option is wrong; the message names each.</exception>
    public MetricSender(MetricSenderOptions options, TimeProvider? time = null, ILogger? log = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _settings = RemoteWriteSettings.From(options);
        _sender = new RemoteWriteSender(_settings, time ?? TimeProvider.System, log ?? NullLogger.Instance);
    }

    /// <summary>The address without its query.</summary>
    public string Address => _settings.EndpointText;

    /// <summary>Samples that wait.</summary>
    public int Waiting => _sender.Waiting;

    /// <summary>Samples that the server has taken.</summary>
    public long Delivered => _sender.Delivered;

    /// <summary>Why the last request failed, while it is tried again; null if none does.</summary>
    public string? Problem => _sender.Problem;

    /// <summary>Samples that were dropped, by reason: <c>queue_full</c>, <c>refused</c>, <c>shutdown</c>.</summary>
    public IReadOnlyDictionary<string, long> Dropped => DropReasons.All.Where(static reason => reason != DropReason.Duplicate)
        .ToDictionary(DropReasons.GetText, _sender.GetDropped, StringComparer.Ordinal);

    /// <summary>Queues values; never waits for the server.</summary>
    /// <param name="points">The values. Of a series each later than the one before, in this call and the ones before.</param>
    public void Send(IReadOnlyCollection<MetricValue> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        Queue(points, isEnd: false);
    }

    /// <summary>Ends series: queries for a later time do not return them. Their values stay.</summary>
    /// <param name="points">A point of each series; the time is that of its end.</param>
    public void End(IReadOnlyCollection<MetricValue> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        Queue(points, isEnd: true);
    }

    /// <summary>Sends what is queued as far as <see cref="MetricSenderOptions.ShutdownTimeout"/> allows; the rest is dropped.</summary>
    /// <returns>Whether everything was sent or refused.</returns>
    public bool Close() => _sender.Close(_settings.ShutdownTimeout);

    /// <inheritdoc/>
    public void Dispose() => _sender.Dispose();

    void Queue(IReadOnlyCollection<MetricValue> points, bool isEnd)
    {
        foreach (var part in points.Chunk(MaxSamples))
        {
            var body = _options.Protocol == MetricProtocol.Otlp
                ? Compress(OtlpWriter.Create(part, _options.Resource, isEnd).ToByteArray())
                : Snappy.CompressToArray(CreateRequest(part, isEnd).ToByteArray());
            _sender.Add(new PendingRequest(body, part.Length));
        }
    }

    WriteRequest CreateRequest(IEnumerable<MetricValue> points, bool isEnd)
    {
        var request = new WriteRequest();
        foreach (var point in points)
        {
            var series = new TimeSeries();
            foreach (var (name, value) in PointLabels.Create(point, _options.Resource))
                series.Labels.Add(new Label { Name = name, Value = value });
            series.Samples.Add(new Sample
            {
                Value = isEnd ? BitConverter.Int64BitsToDouble(SeriesBuilder.StaleNaN) : point.Value,
                Timestamp = point.Time.ToUnixTimeMilliseconds(),
            });
            request.Series.Add(series);
        }

        return request;
    }

    static byte[] Compress(byte[] message)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(message);
        return packed.ToArray();
    }
}
