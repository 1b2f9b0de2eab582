using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Tests.Grids;

public class IntensitySeriesTests
{
    static readonly DateTimeOffset _midnight = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly Source _source = new("TEST", "Values of this test");

    static Zone France => ZoneCatalog.Find("FR").ValueOrThrow;

    static IntensitySeries Series(params double?[] grams) => new(France, _midnight, [.. grams.Select(Intensity)], _source);

    static CarbonIntensity? Intensity(double? grams) => grams is { } known ? CarbonIntensity.FromGramsPerKilowattHour(known) : null;

    [Theory]
    [InlineData(-1, null)]
    [InlineData(0, 20.0)]
    [InlineData(59, 20.0)]
    [InlineData(60, null)]
    [InlineData(120, 40.0)]
    [InlineData(179, 40.0)]
    [InlineData(180, null)]
    public void A_value_holds_from_the_start_of_its_hour_to_the_end(int minute, double? grams) =>
        Assert.Equal(Intensity(grams), Series(20, null, 40).Find(_midnight.AddMinutes(minute)));

    [Fact]
    public void A_span_is_averaged_by_time_over_what_is_known()
    {
        var average = Series(20, null, 40).Average(_midnight.AddMinutes(30), _midnight.AddMinutes(135), out var known);

        // 30 min at 20 and 15 min at 40 of 105 min: (30 · 20 + 15 · 40) ÷ 45.
        Assert.Equal(1200.0 / 45, average!.Value.GramsPerKilowattHour, 1e-12);
        Assert.Equal(45.0 / 105, known, 1e-12);
    }

    [Fact]
    public void A_span_without_a_value_has_no_average()
    {
        Assert.Null(Series(20, null).Average(_midnight.AddHours(1), _midnight.AddHours(9), out var known));
        Assert.Equal(0, known);
    }

    [Fact]
    public void A_time_in_another_zone_of_the_clock_is_the_same_instant() =>
        Assert.Equal(Intensity(40), Series(20, 40).Find(new DateTimeOffset(2026, 3, 1, 2, 30, 0, TimeSpan.FromHours(1))));

    [Fact]
    public void The_average_of_a_span_is_the_average_of_its_parts() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(
            ArbMap.Default.ArbFor<NonNegativeInt[]>(), ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(),
            (values, first, second) =>
            {
                var series = Series([.. values.Select(value => value.Get % 3 == 0 ? (double?)null : value.Get)]);
                var (from, cut) = (_midnight.AddMinutes(-10), _midnight.AddMinutes(-10 + first.Get));
                var to = cut.AddMinutes(second.Get);

                var whole = series.Average(from, to, out var known)?.GramsPerKilowattHour ?? 0;
                var before = series.Average(from, cut, out var knownBefore)?.GramsPerKilowattHour ?? 0;
                var after = series.Average(cut, to, out var knownAfter)?.GramsPerKilowattHour ?? 0;

                var parts = (before * knownBefore * first.Get) + (after * knownAfter * second.Get);
                Assert.Equal(parts, whole * known * (first.Get + second.Get), 1e-6);
            }));

    [Fact]
    public void What_is_no_series_is_refused()
    {
        ImmutableArray<CarbonIntensity?> one = [Intensity(1)];

        Assert.Throws<ArgumentException>(() => new IntensitySeries(France, _midnight.AddMinutes(30), one, _source));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IntensitySeries(France, _midnight, one, _source, step: TimeSpan.FromMinutes(7)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Series(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Series(1).Average(_midnight, _midnight, out _));
        Assert.Equal(_midnight.AddMinutes(45), new IntensitySeries(France, _midnight.AddMinutes(30), one, _source, step: TimeSpan.FromMinutes(15)).End);
    }
}
