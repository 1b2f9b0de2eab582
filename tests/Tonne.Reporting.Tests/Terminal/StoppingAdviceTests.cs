using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;
using Tonne.Stopping;
using Tonne.Tests;
using Tonne.Tests.Comparing;

namespace Tonne.Reporting.Tests.Terminal;

public class StoppingAdviceTests
{
    /// <summary>Epochs of 1 kWh and 50 g each.</summary>
    static StoppingPoint[] Epochs(params double[] values) =>
        [.. values.Select((value, i) => new StoppingPoint(i + 1, value, Energy.FromKilowattHours(1), Emissions.FromGrams(50)))];

    static StoppingAdvice Accuracy(double? wanted, params double[] values) => StoppingAdvice.FromEpochs("validation_accuracy", true, Epochs(values), wanted);

    [Fact]
    public void It_stops_where_no_later_epoch_gains_what_is_wanted()
    {
        // Gains per kWh: 10, 5, 2, 0.5, 0.5 points. Wanted: 1 point per kWh.
        var advice = Accuracy(0.01, 0.70, 0.80, 0.85, 0.87, 0.875, 0.88);

        Assert.Equal(4, advice.Stop.Epoch);
        Assert.Equal(0.01, advice.GainAfter, 1e-12);
        Assert.Equal(2, advice.EnergyAfter.KilowattHours, 1e-12);
        Assert.Equal(100, advice.EmissionsAfter.Grams, 1e-9);
        Assert.Equal(0.05, advice.Steps[2].GainPerKilowattHour!.Value, 1e-12);
    }

    [Fact]
    public void A_plateau_is_walked_through_where_what_follows_pays_for_it()
    {
        // Two epochs of nothing, then 9 points: 3 points per kWh over the three.
        Assert.Equal(5, Accuracy(0.02, 0.70, 0.75, 0.75, 0.75, 0.84).Stop.Epoch);
        Assert.Equal(2, Accuracy(0.04, 0.70, 0.75, 0.75, 0.75, 0.84).Stop.Epoch);
    }

    [Fact]
    public void An_epoch_that_makes_it_worse_gains_nothing_and_the_best_is_kept()
    {
        var advice = Accuracy(0.01, 0.70, 0.90, 0.85, 0.88, 0.89);

        Assert.Equal(2, advice.Stop.Epoch);
        Assert.Equal(0, advice.GainAfter);
        Assert.All(advice.Steps.Skip(2), step => Assert.Equal((0.90, 0d), (step.Best, step.Gain)));
    }

    [Fact]
    public void Without_a_wish_it_is_a_tenth_of_the_mean()
    {
        // 20 points on 5 kWh after the first epoch: mean 4 points per kWh, a tenth is 0.4.
        var advice = Accuracy(null, 0.70, 0.85, 0.88, 0.895, 0.8975, 0.90);

        Assert.Equal(0.004, advice.TargetPerKilowattHour, 1e-12);
        Assert.False(advice.IsUserTarget);
        Assert.Equal(4, advice.Stop.Epoch);
    }

    [Fact]
    public void A_wish_of_nothing_stops_at_the_best_and_a_wish_of_too_much_after_the_first_epoch()
    {
        Assert.Equal(3, Accuracy(0, 0.70, 0.80, 0.85, 0.84).Stop.Epoch);
        Assert.Equal(1, Accuracy(10, 0.70, 0.80, 0.85, 0.84).Stop.Epoch);
    }

    [Fact]
    public void The_more_is_wanted_the_earlier_it_stops_and_it_is_the_best_choice_at_that_price()
    {
        var noise = new Noise(5);
        for (var trial = 0; trial < 200; trial++)
        {
            var values = Enumerable.Range(1, 2 + noise.Below(15)).Select(i => 0.9 - 0.4 / i + noise.Normal(0.02)).ToArray();
            var last = int.MaxValue;
            foreach (var wanted in new[] { 0, 0.001, 0.005, 0.02, 0.1, 1 })
            {
                var advice = Accuracy(wanted, values);
                Assert.True(advice.StopIndex <= last);
                last = advice.StopIndex;
                Assert.All(advice.Steps, step => Assert.True(
                    step.Best - wanted * step.EnergySoFar.KilowattHours <= advice.Stop.Best - wanted * advice.Stop.EnergySoFar.KilowattHours + 1e-12));
            }
        }
    }

    [Fact]
    public void Of_a_loss_the_gain_is_its_fall()
    {
        var advice = StoppingAdvice.FromEpochs("loss", false, Epochs(2.0, 1.0, 0.6, 0.59, 0.58), 0.1);

        Assert.Equal(3, advice.Stop.Epoch);
        Assert.Equal(0.02, advice.GainAfter, 1e-12);
        Assert.Contains("training examples", advice.ToSentences()[^1]);
    }

    [Fact]
    public void Per_cent_are_shares_and_epochs_without_a_value_gain_nothing()
    {
        var advice = Accuracy(0.01, double.NaN, 70, 90, double.NaN, double.NegativeInfinity, 90.5);

        Assert.Equal(0.9, advice.Stop.Best);
        Assert.Equal(3, advice.Stop.Epoch);
        Assert.Null(advice.Steps[0].Gain);
        Assert.Contains(advice.ToSentences(), sentence => sentence.Contains("count as no gain"));
    }

    [Fact]
    public void One_epoch_is_nothing_to_compare_and_none_with_a_value_is_refused()
    {
        var advice = Accuracy(null, 0.7);

        Assert.Equal(0, advice.EpochsAfter);
        Assert.Single(advice.ToSentences());
        Assert.Throws<ArgumentException>(() => Accuracy(null, double.NaN, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Accuracy(-1, 0.7, 0.8));
    }

    [Fact]
    public void A_run_that_never_got_better_stops_after_its_first_epoch()
    {
        var advice = Accuracy(null, 0.5, 0.4, 0.5, 0.3);

        Assert.Equal(1, advice.Stop.Epoch);
        Assert.Contains(advice.ToSentences(), sentence => sentence.Contains("gained nothing"));
    }

    [Fact]
    public void Epochs_of_no_energy_have_no_rate_and_do_not_disturb()
    {
        var advice = StoppingAdvice.FromEpochs("accuracy", true, [new(1, 0.5, default, default), new(2, 0.6, default, default)]);

        Assert.Null(advice.MeanPerKilowattHour);
        Assert.Equal(2, advice.Stop.Epoch);
        Assert.NotEmpty(advice.ToSentences());
    }

    [Fact]
    public void The_table_of_a_recorded_run()
    {
        var record = SampleRuns.Training();
        var advice = StoppingAdvice.FromRun(record, new Accountant().Account(record, SampleRuns.Factors()))!;

        Golden.Matches("Golden/StoppingTable.golden.txt", Golden.TextOf(writer => StoppingTable.Write(writer, advice, new TerminalCapabilities { Width = 90 })));
    }
}
