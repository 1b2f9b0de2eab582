using System.Collections.Immutable;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>
/// The best that is known of a zone in a span, and what to use where that has a gap. All parts have one basis and one kind.
/// </summary>
/// <param name="Zone">The zone.</param>
/// <param name="Rung">How good the origin is.</param>
/// <param name="Explanation">Origin, method and age, in a sentence.</param>
public sealed record ResolvedIntensity(Zone Zone, IntensityRung Rung, string Explanation)
{
    /// <summary>The feed that answered; null if none did.</summary>
    public IntensityFeedDescription? Feed { get; init; }

    /// <summary>Observed values; null if there are none.</summary>
    public IntensitySeries? Observed { get; init; }

    /// <summary>The forecast; null if there is none.</summary>
    public IntensitySeries? Forecast { get; init; }

    /// <summary>The profile of the zone on the same basis, for gaps; null if there is none.</summary>
    public IntensityProfile? Profile { get; init; }

    /// <summary>The annual mean of the zone on the same basis, for gaps; null if there is none.</summary>
    public GridIntensity? Annual { get; init; }

    /// <summary>Prices; null if the feed has none.</summary>
    public PriceSeries? Prices { get; init; }

    /// <summary>Basis of all parts.</summary>
    public IntensityBasis Basis { get; init; } = IntensityBasis.Lifecycle;

    /// <summary>How long ago the provider was called; null if no feed answered.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>What makes the values less certain.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];

    /// <summary>Each feed that was tried before, by its id, and why it gave nothing.</summary>
    public ImmutableArray<(string Feed, FeedFailure Failure)> Tried { get; init; } = [];

    /// <summary>The intensity of a time, and how it is known: observed, else forecast, else profile, else annual.</summary>
    /// <returns>Null if nothing is known.</returns>
    public (CarbonIntensity Intensity, IntensitySignal Signal)? Find(DateTimeOffset time) =>
        Observed?.Find(time) is { } observed ? (observed, IntensitySignal.Observed)
        : Forecast?.Find(time) is { } forecast ? (forecast, IntensitySignal.Forecast)
        : Profile?.Mean.Find(time) is { } usual ? (usual, IntensitySignal.Profile)
        : Annual is { } annual ? (CarbonIntensity.FromGramsPerKilowattHour(annual.Intensity.Bounds.Best), IntensitySignal.Annual)
        : null;
}
