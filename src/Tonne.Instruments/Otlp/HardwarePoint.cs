namespace Tonne.Instruments.Otlp;

/// <summary>A data point of a metric of hardware in an OTLP export.</summary>
sealed record HardwarePoint
{
    /// <summary>Name of the metric, one of <see cref="HardwareMetrics.Names"/>.</summary>
    public required string Metric { get; init; }

    /// <summary>Its unit (UCUM); empty if it has none.</summary>
    public required string Unit { get; init; }

    /// <summary>Attributes of the point that are texts, and <c>host</c>: <c>host.name</c> of its resource.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>Whether it is a sum; else a gauge.</summary>
    public required bool IsSum { get; init; }

    /// <summary>For a sum: 1 delta, 2 cumulative, 0 not said.</summary>
    public required int Temporality { get; init; }

    /// <summary>Start of what a sum has, ns since 1970; 0 if not said.</summary>
    public required ulong Start { get; init; }

    /// <summary>Time of the value, ns since 1970; 0 if not said.</summary>
    public required ulong Time { get; init; }

    /// <summary>The value; null if the point says that none was recorded.</summary>
    public required double? Value { get; init; }
}
