namespace Tonne.OpenTelemetry.RemoteWrite;

/// <summary>What a metric becomes in Prometheus.</summary>
enum PrometheusKind
{
    /// <summary>A value that may fall.</summary>
    Gauge,

    /// <summary>A sum that may fall: a gauge, but no ratio if its unit is 1.</summary>
    UpDownCounter,

    /// <summary>A sum that never falls.</summary>
    Counter,

    /// <summary>A histogram with buckets of fixed bounds.</summary>
    Histogram,
}
