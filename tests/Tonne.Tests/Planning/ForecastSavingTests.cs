using System.Globalization;
using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Tests.Planning;

/// <summary>
/// Plans made on synthetic forecasts (observed series with a seeded autoregressive error) and settled with what was observed. Errors
/// have a mean absolute size of 8, 15 or 25 %, and a correlation of 0.7 or 0.95 per hour; jobs take 6 or 24 h of 48 h, with at most two
/// pauses.
/// </summary>
public class ForecastSavingTests
{
    const int Arrivals = 2000;

    [Theory]
    [InlineData(0.08)]
    [InlineData(0.15)]
    [InlineData(0.25)]
    public void The_interval_of_the_saving_holds_and_the_expected_intensity_saves_more_than_the_forecast(double error)
    {
        var all = PlanningSeries.Shipped.Values.ToArray();
        ForecastError[] learnt = [Learn(all, error, 0.7), Learn(all, error, 0.95)];
        var outcomes = new Outcome[Arrivals];
        Parallel.For(0, Arrivals, i => outcomes[i] = Settle(i, all[i % all.Length], error, learnt));
        var counted = outcomes.Where(outcome => outcome.Best > 0).ToArray();

        Assert.InRange(counted.Length, Arrivals * 9 / 10, Arrivals);
        Assert.InRange(counted.Average(outcome => outcome.IsHeld ? 1d : 0), 0.90, 0.99);
        Assert.InRange(counted.Where(outcome => outcome.IsPlainHeld is not null).Average(outcome => outcome.IsPlainHeld == true ? 1d
            : 0), 0.90, 0.99);
        Assert.True(counted.Sum(outcome => outcome.Captured) >= counted.Sum(outcome => outcome.PlainCaptured));
        // The promise of the forecast itself is too large; the expected saving is right on average, and so is the expected regret.
        var (achieved, expected) = (counted.Average(outcome => outcome.Achieved), counted.Average(outcome => outcome.Expected));
        Assert.InRange(expected, achieved * 0.75, achieved * 1.25);
        Assert.InRange(counted.Average(outcome => outcome.ExpectedRegret), counted.Average(outcome => outcome.Regret) * 0.75,
            counted.Average(outcome => outcome.Regret) * 1.33);
    }

    [Fact]
    public void An_error_that_was_put_in_is_learnt()
    {
        var learnt = Learn([.. PlanningSeries.Shipped.Values], 0.15, 0.7);

        // A mean absolute error of 0.15 is a spread of 0.15 · √(π/2) = 0.188 in logarithms.
        Assert.All(learnt.SigmaByDay, sigma => Assert.Equal(0.188, sigma, 0.02));
        Assert.Equal(0.7, learnt.HourlyCorrelation, 0.05);
    }

    [Fact]
    public void Too_few_pairs_leave_the_default() => Assert.Same(ForecastError.Default, ForecastError.Learn([]));

    /// <summary>The two issues of CarbonCast for California have errors of 18.4 and 20.4 %, as their publisher measured.</summary>
    [Fact]
    public void The_two_published_forecasts_for_California()
    {
        var file = PlanningSeries.FindShared("test-only/forecasts/forecasts.csv");
        Assert.SkipWhen(file is null, "the forecasts, which may not be distributed, are not beside the repository");
        var pairs = File.ReadLines(file).Skip(1).Select(line => line.Split(',')).Where(cells => cells[4].Length > 0)
            .Select(cells => new ForecastPair(Time(cells[1]), Time(cells[2]), TimeSpan.FromHours(1), Intensity(cells[3]), Intensity(cells[4]))).ToList();

        var errors = pairs.GroupBy(pair => pair.Issued).Select(issue => issue.Average(pair =>
            Math.Abs((pair.Forecast / pair.Actual) - 1))).ToArray();
        Assert.Equal(0.184, errors[0], 0.0005);
        Assert.Equal(0.204, errors[1], 0.0005);
        // All days are shrunk towards their common spread, so the first is above its own and the last below.
        var learnt = ForecastError.Learn(pairs);
        Assert.InRange(learnt.SigmaByDay[0], 0.16, 0.21);
        Assert.InRange(learnt.SigmaByDay[^1], 0.21, 0.26);

        static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        static CarbonIntensity Intensity(string text) =>
            CarbonIntensity.FromGramsPerKilowattHour(double.Parse(text, CultureInfo.InvariantCulture));
    }

    static Outcome Settle(int number, IntensitySeries series, double error, ForecastError[] learnt)
    {
        var random = new Random(number);
        var now = PlanningSeries.Midnight.AddHours(random.Next(8760 - 48));
        if (!IsKnown(series, now))
            return default;
        var kind = number / 8 % 2;
        var request = new PlanRequest
        {
            Profile = PowerProfile.Constant(TimeSpan.FromHours(number % 3 == 0 ? 6 : 24), Power.FromWatts(1000)), Now = now,
            FinishBy = now.AddHours(48), MaxPauses = 2, ForecastError = learnt[kind], Draws = 100, UseExpectedIntensity = true,
            Places = [new PlanPlace { Intensity = Forecast(series, now, error, kind == 0 ? 0.7 : 0.95, random) }],
        };
        var option = Assert.IsType<Plan>(Planner.Plan(request)).WithPauses!;
        // The interval of the plan on the forecast itself is checked for every fourth, to save time.
        var isChecked = number / 16 % 4 == 1;
        var plain = Assert.IsType<Plan>(Planner.Plan(request with
        {
            UseExpectedIntensity = false, ForecastError = isChecked ? request.ForecastError : null,
        })).WithPauses!;
        var settled = Settlement.Settle(request, option, null, [series]);
        var other = Settlement.Settle(request, plain, null, [series]);
        var immediate = settled.Immediate!.Value;
        return new Outcome(
            IsHeld(option, settled), isChecked ? IsHeld(plain, other) : null, (immediate - settled.Achieved!.Value).Kilograms,
            (immediate - other.Achieved!.Value).Kilograms, (immediate - settled.Best!.Value).Kilograms + 1e-9,
            settled.AchievedSaving!.Value, option.ExpectedSaving!.Value.Value, settled.Regret!.Value.Kilograms,
                option.ExpectedRegret!.Value.Kilograms);
    }

    static bool IsHeld(PlanOption option, Settlement settled) => option.ExpectedSaving is { } interval
        && settled.AchievedSaving >= interval.Low - 1e-9 && settled.AchievedSaving <= interval.High + 1e-9;

    static bool IsKnown(IntensitySeries series, DateTimeOffset now)
    {
        _ = series.Average(now, now.AddHours(48), out var known);
        return known == 1;
    }

    static ForecastError Learn(IntensitySeries[] all, double error, double correlation)
    {
        var random = new Random(99);
        var pairs = new List<ForecastPair>();
        for (var number = 0; number < 40; number++)
        {
            var series = all[number % all.Length];
            var now = PlanningSeries.Midnight.AddDays(2 + (number * 8));
            var forecast = Forecast(series, now, error, correlation, random);
            for (var hour = 0; hour < 48; hour++)
            {
                var at = now.AddHours(hour);
                if (forecast.Find(at) is { } predicted && series.Find(at) is { } actual)
                    pairs.Add(new ForecastPair(now, at, TimeSpan.FromHours(1), predicted, actual));
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

    readonly record struct Outcome(
        bool IsHeld, bool? IsPlainHeld, double Captured, double PlainCaptured, double Best, double Achieved, double Expected, double Regret,
        double ExpectedRegret);
}
