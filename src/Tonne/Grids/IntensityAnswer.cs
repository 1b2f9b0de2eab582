using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>What a feed answered: series, or why there are none.</summary>
/// <remarks>
/// An hour without a value is a gap of its series, never zero. Observed values and forecast have a step of their own each.
/// </remarks>
public sealed record IntensityAnswer
{
    /// <summary>Observed values; null if there are none.</summary>
    public IntensitySeries? Observed { get; init; }

    /// <summary>The newest forecast; null if there is none.</summary>
    public IntensitySeries? Forecast { get; init; }

    /// <summary>Prices of electricity; null if the feed has none.</summary>
    public PriceSeries? Prices { get; init; }

    /// <summary>Forecasts that the answer has beside the observed values of the same time; empty if the feed publishes none.</summary>
    public ImmutableArray<ForecastPair> Pairs { get; init; } = [];

    /// <summary>What makes the values less certain, or was left out.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];

    /// <summary>Why there is neither an observed value nor a forecast; null if there is one of them.</summary>
    public FeedFailure? Failure { get; init; }

    /// <summary>How the values came about, in a phrase, for example <c>generation by fuel × lifecycle factors</c>.</summary>
    public string Method { get; init; } = "";

    /// <summary>When the feed was called; null if it was not.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>An answer without values.</summary>
    public static IntensityAnswer FromFailure(FeedFailure failure, DateTimeOffset? readAt = null) => new() { Failure = failure,
        ReadAt = readAt };
}
