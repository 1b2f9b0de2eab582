using Tonne.Instruments.HttpPolling;

namespace Tonne.Instruments.Prometheus;

/// <summary>An answer of Prometheus with what its series stand for.</summary>
/// <param name="Values">By device and metric.</param>
/// <param name="Selected">The same, with what each stands for, the metric to prefer first.</param>
sealed record PrometheusResult(IReadOnlyList<KeyValuePair<string, PolledValue>> Values, IReadOnlyList<PrometheusResult.SelectedSeries> Selected) : PollResult(Values, null)
{
    internal sealed record SelectedSeries(PrometheusMapping Slot, PrometheusMetric Metric, PolledValue Value, double RefreshSeconds);
}
