using Tonne.Instruments.HttpPolling;

namespace Tonne.Instruments.Prometheus;

/// <summary>The answer of an exporter: its series, and which software it is.</summary>
/// <param name="Values">The values by device and metric.</param>
/// <param name="Selected">The same values with the component and device of each.</param>
/// <param name="Software">Name and version, as far as the page has them.</param>
sealed record ExporterResult(
    IReadOnlyList<KeyValuePair<string, PolledValue>> Values, IReadOnlyList<PrometheusResult.SelectedSeries> Selected, string Software)
    : PrometheusResult(Values, Selected);
