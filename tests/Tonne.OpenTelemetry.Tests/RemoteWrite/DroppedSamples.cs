using System.Diagnostics.Metrics;
using Tonne.Hosting;

namespace Tonne.OpenTelemetry.Tests.RemoteWrite;

/// <summary>Reads tonne.export.dropped of one server, as any listener does.</summary>
sealed class DroppedSamples : IDisposable
{
    readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    readonly MeterListener _listener;

    public DroppedSamples(Uri endpoint)
    {
        _listener = new MeterListener
        {
            InstrumentPublished = static (instrument, self) =>
            {
                if (instrument.Meter.Name == TonneMetrics.MeterName && instrument.Name == "tonne.export.dropped")
                    self.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var attributes = tags.ToArray().ToDictionary(StringComparer.Ordinal);
            if (attributes["server.port"] is int port && port == endpoint.Port && attributes["server.address"] is "127.0.0.1")
                _counts[(string)attributes["tonne.reason"]!] = value;
        });
        _listener.Start();
    }

    /// <summary>Counts that are not 0, as "reason count".</summary>
    public IEnumerable<string> Read()
    {
        _listener.RecordObservableInstruments();
        return _counts.Where(each => each.Value != 0).Select(each => FormattableString.Invariant($"{each.Key} {each.Value}")).Order(StringComparer.Ordinal);
    }

    public void Dispose() => _listener.Dispose();
}
