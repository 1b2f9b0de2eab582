using Tonne.Instruments.Polling;

namespace Tonne.Instruments.Prometheus;

/// <summary>An answer of Prometheus with what its series stand for.</summary>
/// <param name="Values">By device and metric.</param>
/// <param name="Chosen">The same, with what each stands for, the metric to prefer first.</param>
sealed record PrometheusTold(IReadOnlyList<KeyValuePair<string, PolledValue>> Values, IReadOnlyList<PrometheusTold.One> Chosen) : PolledTold(Values, null)
{
    internal sealed record One(PrometheusSlot Slot, PrometheusMetric Metric, PolledValue Value, double RefreshSeconds);
}
