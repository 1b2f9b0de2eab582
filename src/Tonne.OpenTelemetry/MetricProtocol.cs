namespace Tonne.OpenTelemetry;

/// <summary>How metrics are sent.</summary>
public enum MetricProtocol
{
    /// <summary>Prometheus remote write 1.0.</summary>
    RemoteWrite,

    /// <summary>OTLP over HTTP in Protocol Buffers, compressed by gzip.</summary>
    Otlp,
}
