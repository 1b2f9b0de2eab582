using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>A forecast value of the past beside what was observed, for learning the error of a forecast.</summary>
/// <param name="Issued">When the forecast was issued, or first read where its feed does not say; null for a forecast that the feed
/// publishes beside the observed value without its time, which is the last one before.</param>
/// <param name="Target">Start of the time it was for.</param>
/// <param name="Length">Length of that time.</param>
/// <param name="Forecast">The forecast: the mean over that time.</param>
/// <param name="Actual">The observed mean over the same time, by the same feed on the same basis.</param>
public sealed record ForecastPair(DateTimeOffset? Issued, DateTimeOffset Target, TimeSpan Length, CarbonIntensity Forecast,
    CarbonIntensity Actual)
{
    /// <summary>How far ahead the forecast looked; null if it is not known when it was issued.</summary>
    public TimeSpan? Lead => Target - Issued;
}
