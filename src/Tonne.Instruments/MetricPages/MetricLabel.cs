namespace Tonne.Instruments.MetricPages;

/// <summary>A label of a metric.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, without escapes.</param>
public readonly record struct MetricLabel(string Name, string Value);
