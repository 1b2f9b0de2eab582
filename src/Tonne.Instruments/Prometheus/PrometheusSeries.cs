using Tonne.Instruments.HttpPolling;

namespace Tonne.Instruments.Prometheus;

/// <summary>One series of an answer: which metric, its labels, its value.</summary>
/// <param name="Metric">Name of the metric.</param>
/// <param name="Labels">Its labels, without the name.</param>
/// <param name="Value">Its value in the meter's unit.</param>
/// <param name="RefreshSeconds">How long it stays the same, in s.</param>
sealed record PrometheusSeries(string Metric, IReadOnlyDictionary<string, string> Labels, PolledValue Value, double RefreshSeconds)
{
    /// <summary>A label; empty if it has none.</summary>
    internal string this[string label] => Labels.GetValueOrDefault(label, "");
}
