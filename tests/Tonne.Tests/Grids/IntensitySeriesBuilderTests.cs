using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Tests.Grids;

public sealed class IntensitySeriesBuilderTests
{
    static readonly DateTimeOffset _start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    static IntensitySeriesBuilder Builder() => new(ZoneCatalog.Find("FR").ValueOrThrow, new Source("TEST", "Values of this test"));

    static double?[] Grams(IntensitySeries? series) => [.. series!.Values.Select(value => value?.GramsPerKilowattHour)];

    static IntensitySeriesBuilder With(params (double Minute, double? Grams)[] points)
    {
        var builder = Builder();
        foreach (var (minute, grams) in points)
            builder.Add(_start.AddMinutes(minute), grams);
        return builder;
    }

    [Fact]
    public void Order_does_not_matter_and_a_missing_hour_is_a_gap()
    {
        var series = With((300, 6), (240, 5), (60, 2), (0, 1), (120, 3)).Build();

        Assert.Equal(TimeSpan.FromHours(1), series!.Step);
        Assert.Equal([1, 2, 3, null, 5, 6], Grams(series));
    }

    [Fact]
    public void Hours_and_then_quarter_hours_become_quarter_hours_with_the_same_mean()
    {
        var series = With((0, 8), (60, 4), (120, 1), (135, 2), (150, 3), (165, 6)).Build();

        Assert.Equal(TimeSpan.FromMinutes(15), series!.Step);
        Assert.Equal([8, 8, 8, 8, 4, 4, 4, 4, 1, 2, 3, 6], Grams(series));
        // (8 + 4 + (1 + 2 + 3 + 6) / 4) / 3
        Assert.Equal(5, series.Average(_start, _start.AddHours(3), out _)!.Value.GramsPerKilowattHour, 1e-12);
    }

    [Fact]
    public void Quarter_hours_and_then_hours_are_held_for_hours_where_three_follow_each_other()
    {
        var series = With((0, 1), (15, 2), (30, 3), (45, 4), (60, 5), (120, 6), (180, 7), (240, 8)).Build();

        Assert.Equal([1, 2, 3, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8, 8], Grams(series));
    }

    [Fact]
    public void A_long_wait_between_quarter_hours_is_a_gap()
    {
        var series = With((0, 1), (15, 2), (75, 3), (90, 4)).Build();

        Assert.Equal([1, 2, null, null, null, 3, 4], Grams(series));
    }

    [Fact]
    public void Every_second_hour_missing_stays_a_gap()
    {
        var series = With((0, 1), (120, 3), (240, 5), (360, 7), (480, 9)).Build();

        Assert.Equal([1, null, 3, null, 5, null, 7, null, 9], Grams(series));
    }

    [Fact]
    public void Of_two_values_for_one_time_the_later_counts_and_is_reported_and_an_equal_one_is_not()
    {
        var builder = With((0, 1), (60, 2), (60, 5), (120, 3), (120, 3), (120, null));

        Assert.Equal([1, 5, 3], Grams(builder.Build()));
        Assert.Equal("repeated-times", Assert.Single(builder.Warnings).Code);
    }

    [Fact]
    public void Impossible_values_are_gaps_and_zero_is_a_value()
    {
        var builder = With((0, 0), (60, -3), (120, double.NaN), (180, 5001), (240, 7));

        Assert.Equal([0, null, null, null, 7], Grams(builder.Build()));
        Assert.Equal("impossible-intensity", Assert.Single(builder.Warnings).Code);
    }

    [Fact]
    public void Nothing_known_is_no_series()
    {
        Assert.Null(Builder().Build());
        Assert.Null(With((0, null), (60, null)).Build());
    }

    [Fact]
    public void A_span_clips_and_given_lengths_are_kept()
    {
        var builder = new IntensitySeriesBuilder(ZoneCatalog.Find("FR").ValueOrThrow,
            new Source("TEST", "Values of this test")) { From = _start.AddMinutes(90), To = _start.AddHours(3) };
        for (var hour = 0; hour < 6; hour++)
            builder.Add(_start.AddHours(hour), hour, TimeSpan.FromHours(1));

        var series = builder.Build();

        // The hour that the span begins in is kept whole.
        Assert.Equal(_start.AddHours(1), series!.Start);
        Assert.Equal([1, 2], Grams(series));
    }

    [Fact]
    public void Any_times_give_a_series_whose_values_are_among_the_given_ones()
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var builder = Builder();
            var given = new HashSet<double>();
            for (var i = random.Next(1, 30); i > 0; i--)
            {
                var grams = random.Next(1000);
                given.Add(grams);
                builder.Add(_start.AddMinutes(random.Next(0, 2000)), grams, random.Next(3) == 0 ? TimeSpan.FromMinutes(random.Next(1, 100))
                    : null);
            }

            Assert.All(Grams(builder.Build()), value => Assert.True(value is null || given.Contains(value.Value)));
        }
    }
}
