using Tonne.Quantities;
using Tonne.Recording.Metering;

namespace Tonne.Recording.Tests.Metering;

/// <summary>Devices that tell only their power: the integral of samples, and the interval it is given.</summary>
public class PowerIntegratorTests
{
    const double Idle = 70;
    const double Limit = 700;

    /// <summary>A power of bursts above idle, known exactly: edges in s and the watts from each on.</summary>
    sealed class Bursts
    {
        readonly List<(double From, double Watts)> _steps = [];

        public Bursts(Random random, double seconds)
        {
            // Mean burst and mean pause of one trace, each between 5 ms and 5 s.
            var (burst, pause) = (LogUniform(), LogUniform());
            var height = 0.3 + (0.7 * random.NextDouble());
            for (var at = 0d; at < seconds;)
            {
                _steps.Add((at, Idle));
                at += Math.Clamp(-Math.Log(1 - random.NextDouble()) * pause, 0.005, 5);
                _steps.Add((at, Idle + ((Limit - Idle) * height * (0.7 + (0.3 * random.NextDouble())))));
                at += Math.Clamp(-Math.Log(1 - random.NextDouble()) * burst, 0.005, 5);
            }

            double LogUniform() => 0.005 * Math.Pow(1000, random.NextDouble());
        }

        public double At(double time)
        {
            var (low, high) = (0, _steps.Count - 1);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                if (_steps[middle].From <= time)
                    low = middle;
                else
                    high = middle - 1;
            }

            return _steps[low].Watts;
        }

        public double Energy(double from, double to)
        {
            var joules = 0d;
            for (var i = 0; i < _steps.Count; i++)
            {
                var end = i + 1 < _steps.Count ? _steps[i + 1].From : double.PositiveInfinity;
                joules += Math.Max(0, Math.Min(to, end) - Math.Max(from, _steps[i].From)) * _steps[i].Watts;
            }

            return joules;
        }
    }

    // A metric server is scraped every 15 s, a plug measures once a second: reading it ten times a second gives nothing more.
    [Fact]
    public void A_number_that_is_read_again_before_it_is_refreshed_makes_the_interval_no_narrower()
    {
        var random = new Random(7);
        double[] watts = [.. Enumerable.Range(0, 60).Select(_ => 100 + (200 * random.NextDouble()))];

        var once = Ratio(1, 0);
        var often = Ratio(10, 1);
        var believed = Ratio(10, 0);

        Assert.Equal(once.High, often.High, 0.02);
        Assert.Equal(once.Low, often.Low, 0.02);
        Assert.True(believed.High - believed.Low < 0.5 * (once.High - once.Low), "taken for new looks it would be far too narrow");

        Bounds Ratio(int readings, double refreshSeconds)
        {
            var integral = new PowerIntegrator(refreshSeconds);
            for (var i = 0; i < watts.Length * readings; i++)
                integral.AddSample(watts[i / readings], i * 1_000_000_000L / readings);
            return integral.GetTrueEnergyRatio(400);
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    public void Over_a_thousand_traces_of_bursts_from_5_ms_to_5_s_the_bias_is_below_2_percent_and_the_interval_holds_the_truth_in_95_percent(double seconds)
    {
        var random = new Random(20261122);
        double sum = 0, logs = 0;
        var held = 0;
        var widths = new List<double>();
        for (var trial = 0; trial < 1000; trial++)
        {
            var power = new Bursts(random, seconds + 1);
            var integral = new PowerIntegrator();
            double first = 0, last = 0;
            // 10 Hz, each sample at random within its period, as the sampler spreads them.
            for (var i = 0; i < seconds * 10; i++)
            {
                var at = (i + random.NextDouble()) / 10;
                integral.AddSample(power.At(at), (long)(at * 1e9));
                (first, last) = (i == 0 ? at : first, at);
            }

            var truth = power.Energy(first, last);
            var ratio = integral.GetTrueEnergyRatio(Limit);
            sum += integral.Joules / truth;
            logs += Math.Log(integral.Joules / truth);
            widths.Add(ratio.High / Math.Max(ratio.Low, 1e-9));
            if (integral.Joules * ratio.Low <= truth && truth <= integral.Joules * ratio.High)
                held++;
        }

        widths.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"{seconds} s: mean ratio {sum / 1000:F4}, held {held}, median width {widths[500]:F3}");
        Assert.InRange(sum / 1000, 0.98, 1.02);
        Assert.InRange(Math.Exp(logs / 1000), 0.98, 1.02);
        Assert.InRange(held, 950, 1000);
        // Not by being wide beyond use: half of the intervals span less than this.
        Assert.InRange(widths[500], 1, seconds > 30 ? 1.35 : 2);
    }

    [Fact]
    public void A_steady_power_is_integrated_exactly()
    {
        var integral = new PowerIntegrator();
        for (var i = 0; i <= 100; i++)
            integral.AddSample(250, i * 97_000_000L);

        Assert.Equal(250 * 9.7, integral.Joules, 6);
        // What was never seen may still have filled 3 of 100 samples' time, up to the limit.
        var ratio = integral.GetTrueEnergyRatio(Limit);
        Assert.Equal((1, 1 + (0.03 * (Limit - 250) / 250)), (ratio.Low, Math.Round(ratio.High, 9)));
    }

    [Fact]
    public void A_device_without_a_known_limit_may_have_drawn_twice_what_was_seen()
    {
        var integral = new PowerIntegrator();
        for (var i = 0; i <= 100; i++)
            integral.AddSample(250, i * 100_000_000L);

        Assert.Equal(1.03, integral.GetTrueEnergyRatio(null).High, 9);
    }

    [Fact]
    public void A_time_in_which_nothing_was_read_is_left_out()
    {
        var integral = new PowerIntegrator();
        integral.AddSample(100, 0);
        integral.AddSample(100, 1_000_000_000);
        integral.Skip(100, 11_000_000_000);
        integral.AddSample(100, 12_000_000_000);

        Assert.Equal((200d, 2d), (integral.Joules, integral.Seconds));
    }
}
