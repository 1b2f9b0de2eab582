using Tonne.Instruments.HttpPolling;

namespace Tonne.Instruments.Prometheus;

/// <summary>One series of an answer: which metric, its labels, its value.</summary>
/// <param name="Metric">Name of the metric.</param>
/// <param name="Labels">Labels of the series, without its name.</param>
/// <param name="Value">Value in the unit of the meter.</param>
/// <param name="RefreshSeconds">Time between two new values, in s.</param>
sealed record PrometheusSeries(string Metric, IReadOnlyDictionary<string, string> Labels, PolledValue Value, double RefreshSeconds)
{
    /// <summary>A label; empty if it has none.</summary>
    internal string this[string label] => Labels.GetValueOrDefault(label, "");
}
