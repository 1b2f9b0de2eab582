using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Reporting.Teaching;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Teaching;

public class InsightTests
{
    [Fact]
    public void Late_epochs_that_bought_little_come_first()
    {
        // Epochs 6 to 10: from 0.5 to 0.24 of a fall from 1.2 to 0.24: 0.26 ÷ 0.96 = 27 %, for five of ten equal energies.
        Assert.StartsWith("The last 5 of 10 epochs brought 27 % of the fall in loss for 50 % of the epochs' energy; ", Of(SampleRuns.Training()));
    }

    [Fact]
    public void A_loss_that_ends_where_its_middle_was_brought_nothing_more() =>
        Assert.StartsWith("The last 2 of 4 epochs brought nothing more of the fall in loss", Of(SampleRuns.Training(metrics: SampleRuns.Metrics([1, 0.5, 0.6, 0.7]))));

    [Fact]
    public void A_stage_that_dominates_is_named()
    {
        // load 10 s, train 85 s, outside 5 s at one power: 85 %.
        var record = SampleRuns.Training() with { Epochs = [] };
        Assert.StartsWith("The stage train used 85 % of the energy; ", Of(record));
    }

    [Fact]
    public void Hardware_above_electricity_is_said()
    {
        // Operational 1.4 mg at 50 g; at 5 g it is 0.14 mg, below the 0.475 mg embodied: 0.475 ÷ 0.615 = 77 %.
        var record = SampleRuns.Shell();
        Assert.StartsWith("Embodied emissions are larger than operational ones: 77 % of the total; ", Insight.Describe(record, SampleRuns.Account(record, SampleRuns.Factors(5))));
    }

    [Fact]
    public void A_machine_mostly_idle_is_said()
    {
        // 30 + 42 + 14.4 of 163.2 J: 52.9 %.
        Assert.StartsWith("53 % of the machine's energy was idle and held by no job; ", Of(SampleRuns.Shell()));
    }

    [Fact]
    public void Else_the_largest_component()
    {
        // 36,000 of 47,520 J: 75.8 %.
        var (record, factors) = SampleRuns.Metered();
        Assert.StartsWith("The accelerator used 76 % of the energy; ", Insight.Describe(record, SampleRuns.Account(record, factors)));
    }

    [Fact]
    public void Energy_of_unknown_parts_is_not_given_to_a_part()
    {
        var (record, factors) = SampleRuns.Metered();
        var footprint = SampleRuns.Account(record, factors);
        record = record with { Components = [record.Components[0] with { Component = Component.Platform, IdleMicrojoules = 0 }] };
        Assert.StartsWith("The energy is one sum; which parts of the machine used it is not known; ", Insight.Describe(record, footprint));
    }

    [Fact]
    public void A_run_without_uncertain_factors_says_so()
    {
        var (record, factors) = SampleRuns.Metered();
        var exact = new Uncertain(factors);
        var rates = record.Opening.Rates.Select(rate => rate with { Derivation = rate.Derivation.ReplaceFactors(Uncertain.Exactly) });
        record = record with { Opening = record.Opening with { Rates = [.. rates] } };
        Assert.EndsWith("; no factor is uncertain.", Insight.Describe(record, SampleRuns.Account(record, exact.Removed)));
    }

    [Fact]
    public void Nothing_counted_is_said_and_does_not_fail()
    {
        var record = SampleRuns.Shell() with { Components = [], Stages = [] };
        Assert.StartsWith("No energy was counted; ", Insight.Describe(record, SampleRuns.Account(record, SampleRuns.Factors(embodied: false))));
    }

    [Fact]
    public void A_loss_that_became_NaN_survives_being_stored()
    {
        var record = SampleRuns.Training(metrics: SampleRuns.Metrics([1.2, double.NaN, double.PositiveInfinity]));
        var json = System.Text.Json.JsonSerializer.Serialize(record, RunJson.Default.RunRecord);
        var back = System.Text.Json.JsonSerializer.Deserialize(json, RunJson.Default.RunRecord)!;
        Assert.Equal([1.2, double.NaN, double.PositiveInfinity], back.Epochs.Select(epoch => epoch.Metrics["loss"]));
    }

    static string Of(RunRecord record) => Insight.Describe(record, SampleRuns.Account(record));

    sealed class Uncertain(AccountingFactors factors)
    {
        public AccountingFactors Removed => factors with
        {
            Grid = factors.Grid with { Intensity = Exactly(factors.Grid.Intensity) },
            Pue = Exactly(factors.Pue),
        };

        public static Factor Exactly(Factor factor) => factor with { Bounds = Bounds.FromExact(factor.Bounds.Best) };
    }
}
