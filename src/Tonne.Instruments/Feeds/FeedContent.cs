using System.Collections.Immutable;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>What a feed read from its answers, before it becomes series.</summary>
sealed class FeedContent
{
    internal List<(DateTimeOffset Time, double? Grams, TimeSpan? Length)> Observed { get; } = [];

    internal List<(DateTimeOffset Time, double? Grams, TimeSpan? Length)> Forecast { get; } = [];

    /// <summary>Forecasts of the time before now, published beside observed values.</summary>
    internal List<(DateTimeOffset Time, double? Grams, TimeSpan? Length)> PastForecast { get; } = [];

    internal List<Warning> Warnings { get; } = [];

    internal PriceSeries? Prices { get; set; }

    internal DateTimeOffset? Issued { get; set; }

    internal string? Method { get; set; }

    internal void Warn(string code, string text, string? remedy = null)
    {
        if (!Warnings.Exists(warning => warning.Code == code && warning.Text == text))
            Warnings.Add(new Warning(code, text, remedy));
    }

    /// <summary>Forecast and observed value of each time that has both.</summary>
    internal ImmutableArray<ForecastPair> Pair(IntensitySeries? observed, TimeSpan usualStep)
    {
        var pairs = ImmutableArray.CreateBuilder<ForecastPair>();
        foreach (var (time, grams, given) in PastForecast)
        {
            var length = given ?? observed?.Step ?? usualStep;
            if (observed is not null && grams is >= 0 and var forecast && observed.Average(time, time + length,
                out var known) is { } actual && known > 0.999)
                pairs.Add(new ForecastPair(null, time, length, CarbonIntensity.FromGramsPerKilowattHour(forecast), actual));
        }

        return pairs.ToImmutable();
    }
}
