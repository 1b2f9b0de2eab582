using Tonne.Quantities;
using FsCheck;
using FsCheck.Fluent;

namespace Tonne.Tests.Quantities;

public class MicrojoulesTests
{
    [Fact]
    public void The_parts_of_a_split_sum_to_the_whole_exactly()
    {
        var weights = ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(x => Math.Min(Math.Abs(x), 1e12)).NonEmptyListOf();
        var wholes = ArbMap.Default.GeneratorFor<long>().Select(x => Math.Abs(x % 4_000_000_000_000_000_000));

        Prop.ForAll(Gen.Zip(wholes, weights).ToArbitrary(), pair =>
        {
            var parts = new Microjoules[pair.Item2.Count];
            new Microjoules(pair.Item1).Split([.. pair.Item2], parts);
            return parts.Sum(part => part.Value) == pair.Item1;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_split_gives_each_part_its_quota_rounded_down_or_up()
    {
        // Hamilton's method, worked by hand: 10 by 1:1:1 has quotas 3.33 each; one part gets the remainder.
        var parts = new Microjoules[3];

        new Microjoules(10).Split([1, 1, 1], parts);

        Assert.Equal([4, 3, 3], parts.Select(part => part.Value).OrderDescending());
    }

    [Fact]
    public void Of_many_parts_the_largest_remainders_get_one_more()
    {
        // Hamilton's method in whole numbers: 30,000 µJ by weights 1 to 100, in all 5,050; remainders are 30,000 × weight modulo 5,050.
        var weights = Enumerable.Range(1, 100).Select(weight => (double)weight).ToArray();
        var parts = new Microjoules[100];

        new Microjoules(30_000).Split(weights, parts);

        var floors = weights.Select(weight => (long)(30_000 * weight / 5_050)).ToArray();
        var left = (int)(30_000 - floors.Sum());
        var larger = Enumerable.Range(0, 100).OrderByDescending(i => (30_000 * (i + 1)) % 5_050).ThenBy(i => i).Take(left).ToHashSet();
        Assert.Equal(30_000, parts.Sum(part => part.Value));
        Assert.Equal(floors.Select((floor, i) => floor + (larger.Contains(i) ? 1 : 0)), parts.Select(part => part.Value));
    }

    [Fact]
    public void A_split_by_nothing_goes_to_the_last_part()
    {
        var parts = new Microjoules[3];

        new Microjoules(7).Split([0, 0, 0], parts);

        Assert.Equal([0, 0, 7], parts.Select(part => part.Value));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_weight_that_is_negative_or_no_number_is_refused(double weight) =>
        Assert.Throws<ArgumentException>(() => new Microjoules(7).Split([1, weight], new Microjoules[2]));

    [Fact]
    public void Beyond_64_bits_is_an_error_and_never_a_wrapped_number() =>
        Assert.Throws<OverflowException>(() => new Microjoules(long.MaxValue) + new Microjoules(1));
}
