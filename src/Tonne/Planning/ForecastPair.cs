using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>A forecast of one step and what was observed there.</summary>
/// <param name="Issued">When the forecast was issued.</param>
/// <param name="Target">Start of the step it is for.</param>
/// <param name="Forecast">The forecast.</param>
/// <param name="Actual">What was observed.</param>
public sealed record ForecastPair(DateTimeOffset Issued, DateTimeOffset Target, CarbonIntensity Forecast, CarbonIntensity Actual);
