namespace Tonne.OpenTelemetry;

/// <summary>What a metric is.</summary>
public enum MetricValueKind
{
    /// <summary>A value that may fall.</summary>
    Gauge,

    /// <summary>A sum that may fall.</summary>
    UpDownCounter,

    /// <summary>A sum that never falls.</summary>
    Counter,
}
