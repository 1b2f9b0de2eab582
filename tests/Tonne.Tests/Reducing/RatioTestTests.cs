using Tonne.Reducing;

namespace Tonne.Tests.Reducing;

/// <summary>What <c>tonne bench</c> promises: 60 rounds, that is 60 runs of each of two commands, at α = 1 %, looked at after every round.</summary>
public class RatioTestTests
{
    const int Rounds = 60;
    const double Risk = 0.01;

    /// <summary>Noise of one run, 4 % at most, by name.</summary>
    public static TheoryData<string> Noises => ["normal", "heavy-tailed", "late", "normal-1"];

    [Theory]
    [MemberData(nameof(Noises))]
    public void Of_1000_trials_without_a_difference_at_most_10_are_called_one(string noise)
    {
        var called = Trials(noise, 1, 1000);

        Assert.InRange(called, 0, 10);
    }

    [Theory]
    [MemberData(nameof(Noises))]
    public void A_difference_of_3_percent_is_found_within_60_rounds_four_times_in_five(string noise)
    {
        var found = Trials(noise, 1.03, 1000);

        Assert.InRange(found, 800, 1000);
    }

    static int Trials(string noise, double ratio, int trials)
    {
        var draw = Draw(noise, new Noise(20261122));
        var called = 0;
        for (var trial = 0; trial < trials; trial++)
        {
            var test = new RatioTest(Risk, Rounds, 0.01);
            for (var round = 0; round < Rounds && !test.Differs; round++)
            {
                var (first, second) = draw();
                test.Add(Math.Exp(first), ratio * Math.Exp(second));
            }

            if (test.Differs)
                called++;
        }

        return called;
    }

    static Func<(double, double)> Draw(string name, Noise noise) => name switch
    {
        "normal" => () => (noise.Normal(0.04), noise.Normal(0.04)),
        "heavy-tailed" => () => (noise.HeavyTailed(0.04), noise.HeavyTailed(0.04)),
        "late" => () => (noise.Late(0.04), noise.Late(0.04)),
        "normal-1" => () => (noise.Normal(0.01), noise.Normal(0.01)),
        _ => throw new ArgumentException(name),
    };
}
