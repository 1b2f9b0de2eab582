using System.Diagnostics.Metrics;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Snappier;
using Tonne.Hosting;

namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>Sends collections of metrics by Prometheus remote write 1.0: https://prometheus.io/docs/specs/prw/remote_write_spec/.</summary>
sealed class PrometheusRemoteWriteExporter : BaseExporter<Metric>
{
    // As many as Prometheus itself sends at most (max_samples_per_send).
    const int MaxSamples = 2000;

    readonly RemoteWriteSettings _settings;
    readonly TimeProvider _time;
    readonly ILogger _log;
    readonly SeriesBuilder _series;
    readonly RemoteWriteSender _sender;
    readonly Meter _meter = new(TonneMetrics.MeterName);
    readonly Lock _gate = new();
    bool _unsupportedLogged;
    bool _notPreparedLogged;
    bool _ended;

    /// <summary>Creates the exporter, its sender and its counter.</summary>
    /// <param name="settings">Where to, and how.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives what went wrong.</param>
    public PrometheusRemoteWriteExporter(RemoteWriteSettings settings, TimeProvider time, ILogger log)
    {
        (_settings, _time, _log) = (settings, time, log);
        _series = new SeriesBuilder(settings.ExternalLabels, FormattableString.Invariant($"{Environment.MachineName}:{Environment.ProcessId}"));
        _sender = new RemoteWriteSender(settings, time, log);
        _meter.CreateObservableCounter("tonne.export.dropped", ListDropped, "{sample}", "Samples that were not sent to a server of metrics");
    }

    /// <summary>Queues the series of a collection; does not wait for the server.</summary>
    public override ExportResult Export(in Batch<Metric> batch)
    {
        try
        {
            lock (_gate)
            {
                if (_ended)
                    return ExportResult.Failure;
                Queue(_series.Build(batch, ParentProvider?.GetResource() ?? Resource.Empty));
                if (_series.Duplicates > 0)
                    _sender.Drop(DropReason.Duplicate, _series.Duplicates, "two metrics have the same name and labels");
                if (_series.Unsupported is { } metric && !_unsupportedLogged)
                {
                    _unsupportedLogged = true;
                    RemoteWriteLog.Unsupported(_log, metric, _settings.EndpointText);
                }
            }

            return ExportResult.Success;
        }
#pragma warning disable CA1031 // The export of metrics must not fail the program.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            if (!_notPreparedLogged)
                RemoteWriteLog.NotPrepared(_log, _settings.EndpointText, error);
            _notPreparedLogged = true;
            return ExportResult.Failure;
        }
    }

    /// <inheritdoc/>
    protected override bool OnForceFlush(int timeoutMilliseconds) => _sender.Flush(GetLimit(timeoutMilliseconds, Timeout.InfiniteTimeSpan));

    /// <summary>Ends all series and sends what is queued, within the limit of the options.</summary>
    protected override bool OnShutdown(int timeoutMilliseconds)
    {
        lock (_gate)
        {
            if (!_ended)
                Queue(_series.End(_time.GetUtcNow()));
            _ended = true;
        }

        return _sender.Close(GetLimit(timeoutMilliseconds, _settings.ShutdownTimeout));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _meter.Dispose();
            _sender.Dispose();
        }

        base.Dispose(disposing);
    }

    static TimeSpan GetLimit(int milliseconds, TimeSpan most)
    {
        if (milliseconds < 0)
            return most;
        var given = TimeSpan.FromMilliseconds(milliseconds);
        return most >= TimeSpan.Zero && most < given ? most : given;
    }

    void Queue(List<TimeSeries> series)
    {
        foreach (var part in series.Chunk(MaxSamples))
        {
            var request = new WriteRequest();
            request.Series.AddRange(part);
            _sender.Add(new PendingRequest(Snappy.CompressToArray(request.ToByteArray()), part.Length));
        }
    }

    // Each reason is there from the start, with 0: a counter that appears with its first value has no increase.
    IEnumerable<Measurement<long>> ListDropped() => DropReasons.All.Select(reason => new Measurement<long>(
        _sender.GetDropped(reason), new("tonne.reason", DropReasons.GetText(reason)), new("server.address", _settings.Endpoint.IdnHost), new("server.port", _settings.Endpoint.Port)));
}
