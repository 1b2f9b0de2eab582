using System.Text.Json.Nodes;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Explaining;

public class RunComparisonTests
{
    [Fact]
    public void What_two_runs_share_cancels()
    {
        // Training is 12.72 W for 100 s, the shell run 6.72 W for 10 s. Per rate: cpu/idle 400 : 20, cpu/busy 400 : 20, memory 200 : 20.
        // The ratio is 1272 ÷ 67.2 = 18.93, and only memory's 20 : 200 instead of 20 : 400 lets its factor move it.
        var contrast = Compare(SampleRuns.Shell(), SampleRuns.Training()).PairwiseComparisons[0];
        var ratio = contrast.EnergyRatio!.Value;
        Assert.Equal(1272 / 67.2, ratio.Value, 9);
        // Memory at 0.15 J: (1000 + 30) ÷ (50 + 3) = 19.43; at 0.6 J: (1000 + 120) ÷ (50 + 12) = 18.06. Nothing else moves it much.
        Assert.InRange(ratio.Low, 17.9, 18.3);
        Assert.InRange(ratio.High, 19.2, 19.5);
        // Alone the two are known to a quarter.
        var energy = contrast.Run.Footprint.Energy.Bounds;
        Assert.True(energy.High / energy.Low > 1.4);
    }

    [Fact]
    public void The_same_run_twice_is_exactly_as_much()
    {
        var contrast = Compare(SampleRuns.Shell("a"), SampleRuns.Shell("b")).PairwiseComparisons[0];
        Assert.Equal("b uses exactly as much energy as a, whatever the grid.", contrast.Verdict[0]);
        Assert.Equal(0, contrast.EmissionsDifference!.Value.Value, 15);
    }

    [Fact]
    public void On_one_grid_electricity_alone_has_an_exact_ratio_whatever_its_intensity()
    {
        // Without embodied: half of every amount is exactly half of the emissions, though each is uncertain.
        var half = Scaled(SampleRuns.Shell("half"), 0.5);
        var contrast = RunComparison.Compare([Account(SampleRuns.Shell("whole"), SampleRuns.Factors(embodied: false)), Account(half, SampleRuns.Factors(embodied: false))]).PairwiseComparisons[0];
        Assert.Equal(0.5, contrast.EmissionsRatio!.Value.Low, 9);
        Assert.Equal(0.5, contrast.EmissionsRatio!.Value.High, 9);
        Assert.Contains("half emits 50 % less CO2e than whole", contrast.Verdict[1]);
        Assert.Contains("cancels", contrast.Verdict[1]);
    }

    // 2,000 times as much, exactly: "100 % less" would say that the small one used nothing.
    [Theory]
    [InlineData(1 / 2000d, "whole emits 2,000 times as much CO2e as part")]
    [InlineData(1 / 16d, "whole emits 16 times as much CO2e as part")]
    [InlineData(0.2, "part emits 80 % less CO2e than whole")]
    [InlineData(2000, "part emits 2,000 times as much CO2e as whole")]
    public void A_small_part_is_compared_by_how_many_times_the_whole_is(double share, string sentence)
    {
        var part = Scaled(SampleRuns.Shell("part"), share);
        var contrast = RunComparison.Compare([Account(SampleRuns.Shell("whole"), SampleRuns.Factors(embodied: false)), Account(part, SampleRuns.Factors(embodied: false))]).PairwiseComparisons[0];

        Assert.Contains(sentence, contrast.Verdict[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Another_grid_widens_the_ratio_of_emissions_and_is_named()
    {
        // 500 ÷ 50 g: ten times, ± the two spreads of 10 % each: √2 · 10 % → about 8.7 to 11.6.
        var contrast = RunComparison.Compare([
            Account(SampleRuns.Shell("clean"), SampleRuns.Factors(embodied: false)),
            Account(SampleRuns.Shell("dirty"), SampleRuns.Factors(500, "PL", embodied: false)),
        ]).PairwiseComparisons[0];
        Assert.Equal(10, contrast.EmissionsRatio!.Value.Value, 9);
        Assert.InRange(contrast.EmissionsRatio.Value.Low, 8.5, 8.9);
        Assert.InRange(contrast.EmissionsRatio.Value.High, 11.4, 11.8);
        Assert.Contains("The grids differ: PL at 500 g CO2e/kWh against FR at 50 g CO2e/kWh.", contrast.Verdict[1]);
    }

    [Fact]
    public void Different_boundaries_are_said_and_there_is_no_ratio()
    {
        var marginal = SampleRuns.Shell("marginal");
        marginal = marginal with { Opening = marginal.Opening with { Policy = SharePolicy.Marginal } };
        var comparison = Compare(SampleRuns.Shell("share"), marginal);
        var contrast = comparison.PairwiseComparisons[0];
        Assert.Null(contrast.EnergyRatio);
        Assert.Null(contrast.EmissionsRatio);
        Assert.Contains("policy is share in share, marginal in marginal.", contrast.EnergyDifferences);
        var text = Golden.TextOf(writer => comparison.Write(writer, new TerminalCapabilities { Width = 100 }));
        Assert.Contains("Different boundary: policy is share in share, marginal in marginal.", text);
        Assert.Contains("No ratio of energy: the boundaries differ.", text);
    }

    [Fact]
    public void A_metered_accelerator_is_not_divided_by_a_machine_without_one()
    {
        var (record, factors) = SampleRuns.Metered();
        var contrast = RunComparison.Compare([Account(SampleRuns.Shell(), SampleRuns.Factors()), Account(record, factors)]).PairwiseComparisons[0];
        Assert.Null(contrast.EnergyRatio);
        Assert.Contains(contrast.EnergyDifferences, difference => difference.StartsWith("components is", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_the_making_is_known_of_one_only_electricity_is_compared_and_said()
    {
        var contrast = RunComparison.Compare([Account(SampleRuns.Shell("a"), SampleRuns.Factors()), Account(SampleRuns.Shell("b"), SampleRuns.Factors(embodied: false))]).PairwiseComparisons[0];
        Assert.Equal("emissions_kg.operational", contrast.EmissionsFigure);
        Assert.Contains("embodied emissions are known of one only", contrast.Verdict[1]);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(100)]
    public void Three_runs_look_as_reviewed(int width)
    {
        var comparison = RunComparison.Compare([
            Account(SampleRuns.Training("base"), SampleRuns.Factors()),
            Account(Scaled(SampleRuns.Training("pruned", "20261122-060000-eeeeee"), 0.85), SampleRuns.Factors()),
            Account(SampleRuns.Training("base", "20261122-060000-ffffff"), SampleRuns.Factors(500, "PL")),
        ]);
        var text = Golden.TextOf(writer => comparison.Write(writer, new TerminalCapabilities { Width = width }));
        Golden.Matches($"Golden/compare-{width}.golden.txt", text);
        Assert.All(text.Split('\n'), line => Assert.True(TextSanitizer.CountColumns(line) <= width, line));
        if (width == 100)
            Golden.Matches("Golden/compare.golden.json", ComparisonDocument.From(comparison).ToJson() + "\n");
    }

    [Fact]
    public void The_ranking_is_by_emissions_and_names_are_made_different_by_id()
    {
        var comparison = RunComparison.Compare([
            Account(SampleRuns.Training("x", "1"), SampleRuns.Factors(500, "PL")),
            Account(SampleRuns.Training("x", "2"), SampleRuns.Factors()),
        ]);
        Assert.Equal([1, 0], comparison.Ranking);
        Assert.Equal(["x (1)", "x (2)"], comparison.Names);
        var document = JsonNode.Parse(ComparisonDocument.From(comparison).ToJson())!;
        Assert.Equal("tonne.compare/1", (string)document["schema"]!);
        Assert.Equal(["2", "1"], document["ranking"]!.AsArray().Select(id => (string)id!));
    }

    static ComparedRun Account(RunRecord record, AccountingFactors factors) => new(record, SampleRuns.Account(record, factors));

    static RunComparison Compare(RunRecord a, RunRecord b) => RunComparison.Compare([Account(a, SampleRuns.Factors()), Account(b, SampleRuns.Factors())]);

    /// <summary>The same run with every counted amount of the job scaled.</summary>
    static RunRecord Scaled(RunRecord record, double scale) => record with
    {
        Components = [.. record.Components.Select(part => part with
        {
            JobMicrojoules = (long)(part.JobMicrojoules * scale),
            Job = [.. part.Job.Select(amount => amount with { Amount = amount.Amount * scale })],
        })],
    };
}
