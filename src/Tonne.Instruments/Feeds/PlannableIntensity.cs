using System.Collections.Immutable;
using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Instruments.Feeds;

/// <summary>What is known of a zone as one series to plan with: a forecast, else the profile of month and hour, else the annual mean.</summary>
/// <param name="Series">The series, of one method; its signal says which of the three it is.</param>
/// <param name="Error">The error of what is forecast; null for an annual mean.</param>
/// <param name="FromProfile">Time after the end of the forecast that the profile covers.</param>
public sealed record PlannableIntensity(IntensitySeries Series, ForecastError? Error, TimeSpan FromProfile)
{
    // Days that are clean are so for many hours.
    const double CorrelationOfHours = 0.95;

    // Between the quantiles of a profile, in standard deviations of a normal distribution.
    const double QuantileDistance = 2 * 1.96;

    const double WidestSpread = 3;

    /// <summary>Joins what is known.</summary>
    /// <param name="known">What is known of the zone.</param>
    /// <param name="cache">The earlier forecasts of its feed, from which their error is learnt.</param>
    /// <param name="from">Start, a full hour.</param>
    /// <param name="until">End.</param>
    /// <returns>Null if nothing is known.</returns>
    public static PlannableIntensity? From(ResolvedIntensity known, IntensityCache cache, DateTimeOffset from, DateTimeOffset until)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(cache);
        if (known.Forecast is { } forecast)
        {
            var series = Join(known, forecast, from, until, out var filled);
            return new PlannableIntensity(
                series, known.Feed is { } feed ? ForecastError.Learn(cache.ReadPairs(feed.Id, known.Zone)) : ForecastError.Default, filled);
        }

        if (known.Profile is { } profile)
            return new PlannableIntensity(profile.Mean, LearnSpread(profile), TimeSpan.Zero);
        if (known.Annual is not { } annual)
            return null;
        var mean = CarbonIntensity.FromGramsPerKilowattHour(annual.Intensity.Bounds.Best);
        return new PlannableIntensity(
            new IntensitySeries(
                known.Zone, from, [.. Enumerable.Repeat<CarbonIntensity?>(mean, (int)Math.Ceiling((until - from).TotalHours))],
                annual.Intensity.Source, annual.Basis, annual.Scope, signal: IntensitySignal.Annual),
            null, TimeSpan.Zero);
    }

    /// <summary>The forecast, with the observed hours before it, and the profile after it where both have one method.</summary>
    static IntensitySeries Join(
        ResolvedIntensity known, IntensitySeries forecast, DateTimeOffset from, DateTimeOffset to, out TimeSpan filled)
    {
        var step = forecast.Step;
        var start = new DateTimeOffset(from.UtcTicks - (from.UtcTicks % step.Ticks), TimeSpan.Zero);
        var count = (int)Math.Ceiling((to - start) / step);
        var values = ImmutableArray.CreateBuilder<CarbonIntensity?>(count);
        filled = TimeSpan.Zero;
        var usable = known.Profile?.Mean is { } mean && mean.Basis == forecast.Basis && mean.Scope == forecast.Scope ? mean : null;
        for (var i = 0; i < count; i++)
        {
            var at = start + (step * i);
            var value = forecast.Find(at) ?? known.Observed?.Find(at);
            if (value is null && at >= forecast.End && usable?.Find(at) is { } usual)
            {
                value = usual;
                filled += step;
            }

            values.Add(value);
        }

        return new IntensitySeries(
            known.Zone, start, values.MoveToImmutable(), forecast.Source, forecast.Basis, forecast.Scope, step, forecast.Kind,
            IntensitySignal.Forecast, forecast.Issued);
    }

    /// <summary>How far hours are from their profile: from the quantiles of the days of the month.</summary>
    static ForecastError LearnSpread(IntensityProfile profile)
    {
        var (sum, count) = (0d, 0);
        for (var i = 0; i < profile.Mean.Values.Length; i++)
        {
            if (profile.Low.Values[i] is { GramsPerKilowattHour: > 0 } low && profile.High.Values[i] is { } high)
            {
                sum += Math.Log(high.GramsPerKilowattHour / low.GramsPerKilowattHour) / QuantileDistance;
                count++;
            }
        }

        return count == 0 ? ForecastError.Default
            : new ForecastError([Math.Clamp(sum / count, 0, WidestSpread)], CorrelationOfHours, "spread of the days of a month around the profile");
    }
}
