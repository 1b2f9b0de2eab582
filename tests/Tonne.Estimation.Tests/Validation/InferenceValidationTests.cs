using Tonne.Estimation.Serving;
using Tonne.Estimation.Tests.Serving;
using Tonne.Estimation.Validation;

namespace Tonne.Estimation.Tests.Validation;

public class InferenceValidationTests
{
    static readonly Lazy<IReadOnlyList<ServingMeasurement>> Measurements =
        new(() => [.. ServingMeasurementReader.Read("inference_measured.csv", SharedMeasurements.ReadText()).Where(row => row.IsUsedForFit)]);

    static readonly Lazy<IReadOnlyList<InferenceScore>> FromSize =
        new(() => InferenceValidation.LeaveFamilyOut(Measurements.Value, architectureKnown: false));

    static readonly Lazy<IReadOnlyList<InferenceScore>> FromArchitecture = new(() => InferenceValidation.LeaveFamilyOut(Measurements.Value));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_model_left_out_in_turn_is_predicted_within_the_required_errors(bool architectureKnown)
    {
        var scores = (architectureKnown ? FromArchitecture : FromSize).Value;
        List<ScoredCase> cases = [.. scores.Select(score => score.ByFamily)];
        var (ours, plain) = (EstimateScore.ScoreEstimates(cases), EstimateScore.ScoreBaseline(cases));

        Assert.Equal((663, 32), (cases.Count, cases.Select(one => one.Group).Distinct().Count()));
        Assert.InRange(ours.MeanError, 0, 0.25);
        Assert.InRange(ours.MedianError, 0, 0.16);
        Assert.InRange(ours.MedianWidth, 1, 3.3);
        if (architectureKnown)
            Assert.True(ours.CoveragePValue > 0.05, $"{ours.CoveredCount} of {ours.Cases}: p {ours.CoveragePValue}");
        Assert.True(ours.IntervalScore < plain.IntervalScore / 2, $"{ours.IntervalScore} against {plain.IntervalScore}");
        foreach (var hardware in scores.GroupBy(score => score.Case.Hardware))
            Assert.InRange(EstimateScore.ScoreEstimates([.. hardware.Select(score => score.ByHardware)]).MedianError, 0, 0.20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_group_of_twenty_rows_refuses_the_coverage_of_the_bounds(bool architectureKnown)
    {
        var scores = (architectureKnown ? FromArchitecture : FromSize).Value;

        var groups = GroupCoverage.Test(scores);

        Assert.True(groups.Count >= 10, $"{groups.Count} groups");
        Assert.All(groups, group => Assert.False(group.IsRefused, $"{group.Group}: {group.Covered} of {group.Cases}, p {group.PValue} × {group.Multiplier}"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Mixtures_at_eight_bits_have_bounds_of_a_factor_of_eight_at_most(bool architectureKnown)
    {
        var scores = (architectureKnown ? FromArchitecture : FromSize).Value.Where(score => score.Case.Kind == ServedModelKind.EightBitMixtureOfExperts).ToList();

        Assert.InRange(EstimateScore.ScoreEstimates([.. scores.Select(score => score.ByFamily)]).MedianWidth, 1, 8);
        var spread = ServingFit.Shipped.GetSpread(ServedModelKind.EightBitMixtureOfExperts, architectureKnown);
        Assert.InRange(spread.High / spread.Low, 1, 8);
    }

    [Fact]
    public void MXFP4_is_predicted_without_a_bias_of_a_factor()
    {
        // gpt-oss-120b, the only measured model at four bits, came out 1.5 times too high.
        var scores = FromSize.Value.Where(score => score.Case.Format.Name == "mxfp4").ToList();

        Assert.Equal(39, scores.Count);
        Assert.InRange(Math.Exp(scores.Average(score => Math.Log(score.Predicted.Best / score.Case.JoulesPerToken))), 1 / 1.2, 1.2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whole_lines_of_models_left_out_are_predicted_as_well(bool architectureKnown)
    {
        List<ScoredCase> cases = [.. InferenceValidation.LeaveLineOut(Measurements.Value, architectureKnown).Select(score => score.ByFamily)];
        var ours = EstimateScore.ScoreEstimates(cases);

        Assert.Equal(663, ours.Cases);
        Assert.InRange(ours.MeanError, 0, 0.25);
        Assert.InRange(ours.MedianError, 0, 0.16);
    }
}
