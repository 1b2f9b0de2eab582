using Tonne.Instruments.HttpPolling;

namespace Tonne.Instruments.Prometheus;

/// <summary>An answer of Prometheus with what its series stand for.</summary>
/// <param name="Values">The values by device and metric.</param>
/// <param name="Selected">The same values with the component and device of each, the preferred metric first.</param>
record PrometheusResult(IReadOnlyList<KeyValuePair<string, PolledValue>> Values, IReadOnlyList<PrometheusResult.SelectedSeries> Selected)
    : PollResult(Values, null)
{
    internal sealed record SelectedSeries(PrometheusMapping Slot, PrometheusMetric Metric, PolledValue Value, double RefreshSeconds);
}
