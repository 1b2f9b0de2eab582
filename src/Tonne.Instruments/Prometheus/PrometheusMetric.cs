using Tonne.Runs;

namespace Tonne.Instruments.Prometheus;

/// <summary>One metric that an exporter gives.</summary>
/// <param name="Name">Name of the metric.</param>
/// <param name="Kind">An energy counter, or a power.</param>
/// <param name="PerUnit">µJ or mW per unit of the metric.</param>
/// <param name="Unit">Unit of the metric, for messages.</param>
/// <param name="MaxValue">Largest plausible value, in its unit.</param>
/// <param name="Selector">Labels that a series must have, as PromQL matchers; empty for any.</param>
sealed record PrometheusMetric(string Name, MeterKind Kind, double PerUnit, string Unit, double MaxValue, string Selector = "");
