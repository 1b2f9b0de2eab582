using Tonne.Comparing;

namespace Tonne.Tests.Comparing;

/// <summary>What <c>tonne bench</c> promises at α = 1 %, looked at after every round: 60 rounds are 60 runs of each of two commands.</summary>
public class RatioTestTests
{
    const int Rounds = 60;
    const double Risk = 0.01;

    /// <summary>Noise of single runs, its standard deviation 4 % at most, by name.</summary>
    public static TheoryData<string> Noises =>
        ["normal 4 %", "normal 1 %", "heavy tails 4 %", "late runs 4 %", "recorded time 4 %", "recorded energy 4 %", "recorded time 4 %, mixed", "recorded energy 4 %, mixed"];

    [Theory]
    [MemberData(nameof(Noises))]
    public void Of_1000_trials_without_a_difference_at_most_10_are_called_one(string noise) => Assert.InRange(Called(noise, 1, 1000), 0, 10);

    [Theory]
    [MemberData(nameof(Noises))]
    public void A_difference_of_3_percent_is_found_within_60_rounds_four_times_in_five(string noise) => Assert.InRange(Called(noise, 1.03, 1000), 800, 1000);

    [Fact]
    public void In_the_long_run_fewer_than_1_in_100_are_called_too() => Assert.InRange(Called("normal 4 %", 1, 5_000), 0, 50);

    [Fact]
    public void The_true_ratio_is_in_every_interval_of_99_trials_in_100()
    {
        var noise = new Noise(99);
        var missed = 0;
        for (var trial = 0; trial < 200; trial++)
        {
            var ratio = Math.Exp(noise.Normal(0.3));
            var test = new RatioTest(Risk, 24, 0.01);
            var held = true;
            for (var round = 0; round < 24; round++)
            {
                test.Add(Math.Exp(noise.HeavyTailed(0.04)), ratio * Math.Exp(noise.HeavyTailed(0.04)));
                var interval = test.ComputeInterval()!.Value;
                held &= interval.Low <= ratio && ratio <= interval.High;
                Assert.InRange(interval.Value, interval.Low, interval.High);
            }

            missed += held ? 0 : 1;
        }

        Assert.InRange(missed, 0, 2);
    }

    [Fact]
    public void Given_the_sizes_of_all_differences_the_risk_holds_exactly()
    {
        // All 2^12 patterns of signs are equally likely where the label means nothing: counted, not drawn.
        const int rounds = 12;
        const double risk = 0.05;
        var noise = new Noise(3);
        double[] sizes = [.. Enumerable.Range(0, rounds).Select(_ => Math.Abs(noise.HeavyTailed(0.04)))];
        var called = 0;
        for (var signs = 0; signs < 1 << rounds; signs++)
        {
            var test = new RatioTest(risk, rounds, 0);
            for (var round = 0; round < rounds; round++)
                test.Add(1, Math.Exp((signs >> round & 1) == 0 ? sizes[round] : -sizes[round]));
            called += test.Differs ? 1 : 0;
        }

        Assert.InRange(called, 1, risk * (1 << rounds));
    }

    [Fact]
    public void The_evidence_is_1_on_average_over_all_patterns_of_signs()
    {
        const int rounds = 10;
        var noise = new Noise(4);
        double[] sizes = [.. Enumerable.Range(0, rounds).Select(_ => Math.Abs(noise.Normal()))];
        double sum = 0;
        for (var signs = 0; signs < 1 << rounds; signs++)
        {
            var evidence = new ShiftEvidence(0, [0.3, 1, 4]);
            for (var round = 0; round < rounds; round++)
                evidence.Add((signs >> round & 1) == 0 ? sizes[round] : -sizes[round]);
            sum += Math.Exp(evidence.Log);
        }

        Assert.Equal(1, sum / (1 << rounds), 1e-9);
    }

    [Fact]
    public void Evidence_worked_out_by_hand()
    {
        // Two differences of 1: z = 1 ÷ √(π/2) = 0.797885 both times. e^z = 2.220837, e^−z = 0.450281, cosh z = 1.335559.
        // Forward (2.220837 ÷ 1.335559)² = 2.765060, backward (0.450281 ÷ 1.335559)² = 0.113669; half of their sum 1.439365.
        var evidence = new ShiftEvidence(0, [1]);
        evidence.Add(1);
        evidence.Add(1);

        Assert.Equal(1.439365, Math.Exp(evidence.Log), 1e-5);
    }

    [Fact]
    public void Commands_that_never_differ_are_within_the_margin_and_differ_by_nothing()
    {
        var test = new RatioTest(Risk, Rounds, 0.01);
        while (!test.IsWithinMargin && test.Rounds < Rounds)
            test.Add(2, 2);

        Assert.True(test.IsWithinMargin);
        Assert.False(test.Differs);
        Assert.InRange(test.Rounds, 5, 20);
        Assert.Equal(1, test.ComputeInterval()!.Value.Value);
    }

    [Fact]
    public void Commands_that_always_differ_alike_are_distinguished_as_soon_as_their_signs_allow()
    {
        var test = new RatioTest(Risk, Rounds, 0.01);
        while (!test.Differs && test.Rounds < Rounds)
            test.Add(1, 2);

        // A sign is a coin: before 2^(1 − n) is well below the risk nothing may be said.
        Assert.Equal(test.MinRounds, test.DecidedAfter);
        Assert.InRange(test.Rounds, 9, 14);
        Assert.Equal(2, test.ComputeInterval()!.Value.Value, 1e-9);
    }

    [Fact]
    public void Too_few_planned_rounds_decide_nothing_and_say_so()
    {
        var test = new RatioTest(Risk, 8, 0.01);
        for (var round = 0; round < 8; round++)
            test.Add(1, 2);

        Assert.False(test.Differs);
        Assert.Equal(int.MaxValue, test.MinRounds);
        Assert.Equal((0, double.PositiveInfinity), (test.ComputeInterval()!.Value.Low, test.ComputeInterval()!.Value.High));
        Assert.Throws<InvalidOperationException>(() => test.Add(1, 2));
        // 2 · 2^−9 = 0.0039 is the first at most 0.4 of the risk.
        Assert.Equal(9, new RatioTest(Risk, 9, 0.01).MinRounds);
    }

    [Fact]
    public void To_swap_the_two_is_to_invert_the_ratio()
    {
        var noise = new Noise(8);
        var (forth, back) = (new RatioTest(Risk, 40, 0.02), new RatioTest(Risk, 40, 0.02));
        for (var round = 0; round < 40; round++)
        {
            var (a, b) = (Math.Exp(noise.Normal(0.02)), 1.05 * Math.Exp(noise.Normal(0.02)));
            forth.Add(a, b);
            back.Add(b, a);
        }

        var (one, other) = (forth.ComputeInterval()!.Value, back.ComputeInterval()!.Value);
        Assert.Equal(one.Value, 1 / other.Value, 1e-9);
        Assert.Equal(one.Low, 1 / other.High, 1e-5);
        Assert.Equal(one.High, 1 / other.Low, 1e-5);
        Assert.Equal(forth.DecidedAfter, back.DecidedAfter);
    }

    [Fact]
    public void The_unit_does_not_matter()
    {
        var noise = new Noise(9);
        var (joules, kilowattHours) = (new RatioTest(Risk, 30, 0.01), new RatioTest(Risk, 30, 0.01));
        for (var round = 0; round < 30; round++)
        {
            var (a, b) = (100 * Math.Exp(noise.Normal(0.02)), 110 * Math.Exp(noise.Normal(0.02)));
            joules.Add(a, b);
            kilowattHours.Add(a / 3_600_000, b / 3_600_000);
        }

        Assert.Equal(joules.ComputeInterval()!.Value.Low, kilowattHours.ComputeInterval()!.Value.Low, 1e-6);
        Assert.Equal(joules.DecidedAfter, kilowattHours.DecidedAfter);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, -1)]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.PositiveInfinity)]
    public void A_ratio_needs_positive_numbers(double first, double second) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RatioTest(Risk, Rounds, 0.01).Add(first, second));

    static int Called(string name, double ratio, int trials)
    {
        var draw = Draw(name, new Noise(20261122));
        var called = 0;
        for (var trial = 0; trial < trials; trial++)
        {
            var test = new RatioTest(Risk, Rounds, 0.01);
            for (var round = 0; round < Rounds && !test.Differs; round++)
            {
                var (first, second) = draw(round);
                test.Add(Math.Exp(first), ratio * Math.Exp(second));
            }

            called += test.Differs ? 1 : 0;
        }

        return called;
    }

    static Func<int, (double, double)> Draw(string name, Noise noise) => name switch
    {
        "normal 4 %" => _ => (noise.Normal(0.04), noise.Normal(0.04)),
        "normal 1 %" => _ => (noise.Normal(0.01), noise.Normal(0.01)),
        "heavy tails 4 %" => _ => (noise.HeavyTailed(0.04), noise.HeavyTailed(0.04)),
        "late runs 4 %" => _ => (noise.Late(0.04), noise.Late(0.04)),
        "recorded time 4 %" => RecordedNoise.Read("time", 0.04).Replay(noise),
        "recorded energy 4 %" => RecordedNoise.Read("energy", 0.04).Replay(noise),
        "recorded time 4 %, mixed" => RecordedNoise.Read("time", 0.04).Mixed(noise),
        "recorded energy 4 %, mixed" => RecordedNoise.Read("energy", 0.04).Mixed(noise),
        _ => throw new ArgumentException(name),
    };
}
