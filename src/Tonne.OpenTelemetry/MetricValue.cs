using System.Collections.Immutable;

namespace Tonne.OpenTelemetry;

/// <summary>One value of a metric, as <see cref="MetricSender"/> sends it.</summary>
/// <param name="Name">Name by the conventions of OpenTelemetry, such as <c>hw.energy</c>.</param>
/// <param name="Unit">Unit (UCUM), such as <c>J</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Attributes">Attributes of the series, each name once. Empty values are left out.</param>
/// <param name="Value">The value.</param>
/// <param name="Time">Time of the value.</param>
/// <param name="Start">Start of what a sum has; of no meaning for a gauge.</param>
public sealed record MetricValue(
    string Name, string Unit, MetricValueKind Kind, ImmutableArray<KeyValuePair<string, string>> Attributes, double Value,
        DateTimeOffset Time,
    DateTimeOffset Start);
