using System.Text;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Tests.Serving;
using Tonne.Estimation.Validation;
using Tonne.Tests.Architecture;

namespace Tonne.Estimation.Tests.Validation;

public class InferenceValidationTests
{
    [Fact]
    public void Models_of_the_second_leaderboard_are_predicted_from_each_other()
    {
        // The rows whose licence allows shipping (Apache-2.0): A100 and H100, 2024, sixteen bits.
        var scores = InferenceValidation.LeaveFamilyOut(ServingMeasurementReader.Read("ml_energy_v2.csv", File.ReadAllText(Path.Combine(Repository.Root, "tests", "Tonne.Estimation.Tests", "Serving", "ml_energy_v2.csv"))));
        List<ScoredCase> cases = [.. scores.Select(score => score.ByFamily)];
        var (ours, plain) = (EstimateScore.ScoreEstimates(cases), EstimateScore.ScoreBaseline(cases));

        Assert.Equal(191, cases.Count);
        Assert.Equal(14, cases.Select(one => one.Group).Distinct().Count());
        Assert.InRange(ours.MeanError, 0, 0.25);
        Assert.InRange(ours.MedianError, 0, 0.20);
        Assert.InRange(ours.Coverage, 0.90, 1);
        Assert.True(ours.IntervalScore < plain.IntervalScore / 2, $"{ours.IntervalScore} against {plain.IntervalScore}");
    }

    [Fact]
    public void Every_model_left_out_in_turn_is_predicted_within_the_required_errors()
    {
        var scores = InferenceValidation.LeaveFamilyOut(ServingMeasurementReader.Read("inference_measured.csv", Encoding.UTF8.GetString(SharedMeasurements.Require())));
        List<ScoredCase> cases = [.. scores.Select(score => score.ByFamily)];
        var (ours, plain) = (EstimateScore.ScoreEstimates(cases), EstimateScore.ScoreBaseline(cases));

        Assert.Equal(566, cases.Count);
        Assert.InRange(ours.MeanError, 0, 0.30);
        Assert.InRange(ours.MedianError, 0, 0.20);
        Assert.InRange(ours.MedianWidth, 1, 3.3);
        Assert.True(ours.CoveragePValue > 0.05, $"{ours.CoveredCount} of {ours.Cases}: p {ours.CoveragePValue}");
        Assert.True(ours.IntervalScore < plain.IntervalScore / 2, $"{ours.IntervalScore} against {plain.IntervalScore}");
        foreach (var hardware in scores.GroupBy(score => score.Case.Hardware))
            Assert.InRange(EstimateScore.ScoreEstimates([.. hardware.Select(score => score.ByHardware)]).MedianError, 0, 0.20);
    }
}
