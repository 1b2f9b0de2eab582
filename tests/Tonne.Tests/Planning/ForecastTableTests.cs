using System.Globalization;
using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Statistics;
using Tonne.Tests.Architecture;

namespace Tonne.Tests.Planning;

/// <summary>The table of forecasts in docs/methods/planning.md: two real issues beside synthetic ones, computed by the same code.</summary>
/// <remarks>Each: a job without pauses, started within 48 h, chosen on the forecast and paid with what was observed.</remarks>
public class ForecastTableTests
{
    const int Issues = 400;

    static readonly string _page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "methods", "planning.md"));

    [Theory]
    [InlineData(0.08)]
    [InlineData(0.15)]
    [InlineData(0.25)]
    public void A_row_of_synthetic_forecasts_is_as_computed(double error)
    {
        var all = PlanningSeries.Shipped.Values.ToArray();
        var measured = new List<Measured>();
        for (var number = 0; number < Issues; number++)
        {
            var (random, series) = (new Random(1000 + number), all[number % all.Length]);
            var now = PlanningSeries.Midnight.AddHours(random.Next(8760 - 48));
            _ = series.Average(now, now.AddHours(48), out var known);
            if (known < 1)
                continue;
            measured.Add(Measure(series, Forecast(series, now, error, random), now, 48));
        }

        var row = Row(string.Create(CultureInfo.InvariantCulture, $"synthetic, {error * 100:0} %"), measured);
        Assert.True(_page.Contains(row, StringComparison.Ordinal), row);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_row_of_a_real_forecast_is_as_computed(int number)
    {
        var file = PlanningSeries.FindShared("test-only/forecasts/forecasts.csv");
        Assert.SkipWhen(file is null, "the forecasts, which may not be distributed, are not beside the repository");
        var issue = File.ReadLines(file).Skip(1).Select(line => line.Split(',')).Where(cells => cells[4].Length > 0)
            .GroupBy(cells => cells[1], StringComparer.Ordinal).ElementAt(number).ToList();
        var start = Time(issue[0][2]);
        var forecast = PlanningSeries.Create(issue.Select(cells => (double?)Number(cells[3])), start: start,
            signal: IntensitySignal.Forecast);
        var observed = PlanningSeries.Create(issue.Select(cells => (double?)Number(cells[4])), start: start);

        var row = Row($"CarbonCast, California, {Time(issue[0][1]):yyyy-MM-dd}", [Measure(observed, forecast, start, issue.Count)]);
        Assert.True(_page.Contains(row, StringComparison.Ordinal), row);

        static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    static string Row(string name, List<Measured> measured) => string.Create(CultureInfo.InvariantCulture,
        $"| {name} | {measured.Count} | {measured.Average(one => one.Error) * 100:0.0} % | {Math.Sqrt(measured.Average(one => one.Square)):0.00} | {measured.Sum(one => one.Product) / measured.Sum(one => one.Pairs):0.00} | {Share(measured, one => one.Short)} | {Share(measured, one => one.Long)} |");

    static string Share(List<Measured> measured, Func<Measured, (double Captured, double Best)> select) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{measured.Sum(one => select(one).Captured) / measured.Sum(one => select(one).Best) * 100:0} %");

    /// <summary>Errors over all hours of an issue; savings with a job of 6 h and one of 24 h in its first 48 h.</summary>
    static Measured Measure(IntensitySeries observed, IntensitySeries forecast, DateTimeOffset start, int hours)
    {
        var errors = new double[hours];
        var relative = 0d;
        for (var hour = 0; hour < hours; hour++)
        {
            var (predicted, actual) = (forecast.Find(start.AddHours(hour))!.Value, observed.Find(start.AddHours(hour))!.Value);
            errors[hour] = Math.Log(actual / predicted);
            relative += Math.Abs((predicted / actual) - 1) / hours;
        }

        var product = errors.Zip(errors.Skip(1), (first, second) => first * second).Sum();
        var pairs = errors.Zip(errors.Skip(1), (first, second) => ((first * first) + (second * second)) / 2).Sum();
        return new Measured(relative, errors.Average(error => error * error), product, pairs, Save(6), Save(24));

        (double Captured, double Best) Save(int length)
        {
            var request = new PlanRequest
            {
                Profile = PowerProfile.Constant(TimeSpan.FromHours(length), Power.FromWatts(1000)), Now = start,
                    FinishBy = start.AddHours(48),
                Places = [new PlanPlace { Intensity = forecast }],
            };
            var settled = Settlement.Settle(request, Assert.IsType<Plan>(Planner.Plan(request)).Contiguous!, null, [observed]);
            var immediate = settled.Immediate!.Value.Grams;
            return (immediate - settled.Achieved!.Value.Grams, immediate - settled.Best!.Value.Grams);
        }
    }

    /// <summary>
    /// What was observed times exp(e), e of first order with a correlation of 0.7 per hour and the given mean absolute size.
    /// </summary>
    static IntensitySeries Forecast(IntensitySeries observed, DateTimeOffset now, double error, Random random)
    {
        const double Correlation = 0.7;
        var sigma = error * Math.Sqrt(Math.PI / 2);
        var state = StandardNormal.Draw(random);
        var values = new List<double?>();
        for (var hour = 0; hour < 48; hour++)
        {
            values.Add(observed.Find(now.AddHours(hour))?.GramsPerKilowattHour * Math.Exp(sigma * state));
            state = (Correlation * state) + (Math.Sqrt(1 - (Correlation * Correlation)) * StandardNormal.Draw(random));
        }

        return PlanningSeries.Create(values, start: now, signal: IntensitySignal.Forecast);
    }

    readonly record struct Measured(double Error, double Square, double Product, double Pairs, (double Captured, double Best) Short,
        (double Captured, double Best) Long);
}
