using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Statistics;
using Tonne.Tests.Planning;

namespace Tonne.Tests.Planning;

/// <summary>
/// Plans made on synthetic forecasts (observed series with a seeded autoregressive error) and settled with what was observed.
/// </summary>
public class ForecastSavingTests(ITestOutputHelper output)
{
    const int Arrivals = 600;

    [Theory]
    [InlineData(0.08, 0.7)]
    [InlineData(0.15, 0.7)]
    [InlineData(0.25, 0.7)]
    [InlineData(0.08, 0.95)]
    [InlineData(0.15, 0.95)]
    [InlineData(0.25, 0.95)]
    public void Experiment(double error, double correlation)
    {
        foreach (var (hours, pauses) in new[] { (24, (int?)2), (6, 2), (24, 0) })
        {
        var random = new Random(1);
        var all = PlanningSeries.Shipped.Values.ToArray();
        var plain = 0d; var (count, held, low, high, captured, best, promised, expected, regret, expregret, width) = (0, 0, 0, 0, 0d, 0d, 0d, 0d, 0d, 0d, 0d);
        var learnt = Learn(all, error, correlation);
        for (var i = 0; i < Arrivals; i++)
        {
            var series = all[i % all.Length];
            var now = PlanningSeries.Midnight.AddHours(random.Next(8760 - 48));
            if (!Known(series, now))
                continue;
            count++;
            var forecast = Forecast(series, now, error, correlation, random);
            var request = new PlanRequest
            {
                Profile = PowerProfile.Constant(TimeSpan.FromHours(hours), Power.FromWatts(1000)), Now = now, FinishBy = now.AddHours(48),
                Places = [new PlanPlace { Intensity = forecast }], MaxPauses = pauses, ForecastError = learnt, Draws = 200, UseExpectedIntensity = true,
            };
            var plan = (Plan)Planner.Plan(request);
            var option = plan.WithPauses ?? plan.Contiguous!;
            var byPlan = (Plan)Planner.Plan(request with { UseExpectedIntensity = false, ForecastError = null }); plain += Settlement.Settle(request, byPlan.WithPauses ?? byPlan.Contiguous!, null, [series]) is { } ps ? ps.Immediate!.Value.Grams - ps.Achieved!.Value.Grams : 0;
            var settled = Settlement.Settle(request, option, null, [series]);
            var achieved = settled.AchievedSaving!.Value;
            captured += settled.Immediate!.Value.Grams - settled.Achieved!.Value.Grams;
            best += settled.Immediate!.Value.Grams - settled.Best!.Value.Grams;
            promised += option.Saving!.Value;
            expected += option.ExpectedSaving!.Value.Value;
            regret += settled.Regret!.Value.Kilograms;
            expregret += option.ExpectedRegret!.Value.Kilograms;
            width += option.ExpectedSaving.Value.High - option.ExpectedSaving.Value.Low;
            if (achieved < option.ExpectedSaving.Value.Low - 1e-9) low++;
            else if (achieved > option.ExpectedSaving.Value.High + 1e-9) high++;
            else held++;
        }
        output.WriteLine($"{error} {correlation} job {hours} h pauses {pauses}: held {100d * held / count:0.0} (low {100d * low / count:0.0} high {100d * high / count:0.0}) captured {captured / best:0.000} plain {plain / best:0.000} promised {promised / count:0.000} expected {expected / count:0.000} regret {regret / count:0.000} expected {expregret / count:0.000} width {width / count:0.000} sigma {learnt.SigmaByDay[0]:0.000} rho {learnt.HourlyCorrelation:0.00}");
        }
    }

    static bool Known(IntensitySeries series, DateTimeOffset now)
    {
        _ = series.Average(now, now.AddHours(48), out var known);
        return known == 1;
    }

    static ForecastError Learn(IntensitySeries[] all, double error, double correlation)
    {
        var random = new Random(99);
        var pairs = new List<ForecastPair>();
        for (var issue = 0; issue < 40; issue++)
        {
            var series = all[issue % all.Length];
            var now = PlanningSeries.Midnight.AddDays(2 + (issue * 8));
            var forecast = Forecast(series, now, error, correlation, random);
            for (var hour = 0; hour < 48; hour++)
            {
                var at = now.AddHours(hour);
                if (forecast.Find(at) is { } predicted && series.Find(at) is { } actual)
                    pairs.Add(new ForecastPair(now, at, predicted, actual));
            }
        }

        return ForecastError.Learn(pairs);
    }

    /// <summary>48 h from a time: what was observed, times exp(e), where e is autoregressive with the given mean absolute size.</summary>
    static IntensitySeries Forecast(IntensitySeries observed, DateTimeOffset now, double error, double correlation, Random random)
    {
        var sigma = error * Math.Sqrt(Math.PI / 2);
        var state = StandardNormal.Draw(random);
        var values = new List<double?>();
        for (var hour = 0; hour < 48; hour++)
        {
            values.Add(observed.Find(now.AddHours(hour))?.GramsPerKilowattHour * Math.Exp(sigma * state));
            state = (correlation * state) + (Math.Sqrt(1 - (correlation * correlation)) * StandardNormal.Draw(random));
        }

        return PlanningSeries.Create(values, start: now, signal: IntensitySignal.Forecast);
    }
}
