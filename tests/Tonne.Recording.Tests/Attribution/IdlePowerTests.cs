using Tonne.Hardware;
using Tonne.Recording.Metering;
using Tonne.Runs;
using static Tonne.Recording.Tests.Attribution.ScriptedTrace;

namespace Tonne.Recording.Tests.Attribution;

/// <summary>The power that a run sees while the machine is idle.</summary>
public class IdlePowerTests
{
    const long Joule = 1_000_000;

    /// <summary>Samples at a second each: busy share of two threads, and W.</summary>
    static RunRecord Record(params (double Busy, double Watts)[] seconds)
    {
        var trace = Metered();
        var (busy, joules) = (0d, 0d);
        trace.Sample(0, Seconds(0), Seconds(0), Reading.FromValue(0));
        for (var i = 0; i < seconds.Length; i++)
        {
            (busy, joules) = (busy + (2 * seconds[i].Busy), joules + seconds[i].Watts);
            trace.Sample(i + 1, Seconds(busy), Seconds(0), Reading.FromValue((long)(joules * Joule)));
        }

        return trace.End(seconds.Length).Record();
    }

    static IEnumerable<(double, double)> Stretch(int seconds, double busy, double watts) => Enumerable.Repeat((busy, watts), seconds);

    [Fact]
    public void Stretches_of_five_idle_seconds_are_seen_and_the_lowest_mean_is_the_value()
    {
        // 6 s at 12 W, 8 s at 10 W, and 4 s at 8 W, which is too short.
        var seen = Assert.Single(Record([.. Stretch(3, 0.5, 40), .. Stretch(6, 0.01, 12), .. Stretch(2, 0.9, 60), .. Stretch(8, 0, 10), .. Stretch(1, 0.1, 30), .. Stretch(4, 0, 8), .. Stretch(1, 1, 60)]).IdlePowers!);

        Assert.Equal(new IdlePower("rapl:package-0", Component.Cpu, null, 10, 12, 14), seen);
    }

    [Fact]
    public void A_run_that_was_never_idle_has_seen_nothing() => Assert.Null(Record([.. Stretch(20, 0.03, 40)]).IdlePowers);

    [Fact]
    public void A_value_is_never_above_the_highest_power_in_an_idle_second()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var seconds = Enumerable.Range(0, 60).Select(_ => random.Next(8) == 0 ? (0.05 + random.NextDouble() / 2, 30 + (40 * random.NextDouble())) : (0.02 * random.NextDouble(), 8 + (4 * random.NextDouble()))).ToArray();
            if (Record(seconds).IdlePowers is not { } seen)
                continue;
            var one = Assert.Single(seen);
            Assert.InRange(one.Watts, 8, 12 + 1e-6);
            Assert.InRange(one.HighestWatts, one.Watts, 12 + 1e-6);
        }
    }
}
