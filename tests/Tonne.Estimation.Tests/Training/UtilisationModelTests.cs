using Tonne.Estimation.Training;
using Tonne.Estimation.Validation;

namespace Tonne.Estimation.Tests.Training;

public class UtilisationModelTests
{
    [Fact]
    public void Utilisation_is_operations_over_hours_at_the_peak()
    {
        // By hand, LLaMA-7B: 6 · 6.7e9 · 1e12 = 4.02e22; 82,432 h · 3600 s · 312e12 = 9.2587e22; 43.4 %.
        var llama = UtilisationCase.All().Single(one => one.Training.Name == "LLaMA-7B");
        Assert.Equal(0.4342, llama.Utilisation, 4);

        // By hand, PaLM: 2.53e24 ÷ (8,404,992 h · 3600 s · 275e12) = 30.4 %.
        var palm = UtilisationCase.All().Single(one => one.Training.Name == "PaLM 540B");
        Assert.Equal(0.3041, palm.Utilisation, 4);
    }

    [Fact]
    public void Only_hours_that_were_published_calibrate()
    {
        Assert.All(UtilisationCase.All(), one => Assert.NotEqual("assumed", one.Training.HoursBasis));
        Assert.DoesNotContain(UtilisationCase.All(), one => one.Training.Name is "GPT-3 175B" or "Switch Transformer 1.5T");
        Assert.All(UtilisationCase.All().Where(one => !one.Training.Verified), one => Assert.True(one.Training.HoursSpread >= 0.2));
        // Not described by 6ND on dense Transformers: encoder-decoders, a state-space model, restarts counted whole.
        string[] others = ["UL2 20B", "AlexaTM 20B", "Falcon-Mamba-7B", "YaLM-100B", "Luminous-supreme 70B", "Phi-1.5 1.3B"];
        Assert.DoesNotContain(UtilisationCase.All(), one => others.Contains(one.Training.Name));
    }

    [Fact]
    public void Chips_times_days_are_a_bound_and_not_a_value()
    {
        // Phi-4's card: 1920 H100 for 21 days, 9.8T tokens: 6 · 14.7e9 · 9.8e12 ÷ (967,680 h · 3600 · 989.4e12) = 25.1 % at least.
        var phi = UtilisationCase.All().Single(one => one.Training.Name == "Phi-4 14B");
        Assert.Equal((HoursBound.Upper, false), (phi.Training.HoursBound, phi.IsPoint));
        Assert.Equal(0.251, phi.Utilisation, 3);
        // LLM360: tokens ÷ throughput.
        Assert.Equal(HoursBound.Lower, UtilisationCase.All().Single(one => one.Training.Name == "Amber 7B").Training.HoursBound);
    }

    [Fact]
    public void The_fit_as_shipped_is_the_fit_of_the_table_as_shipped() => Assert.Empty(TrainingCatalog.Validate());

    [Fact]
    public void A_single_training_determines_its_like_and_moves_the_others_by_the_common_level()
    {
        var one = UtilisationCase.All().Single(one => one.Training.Name == "LLaMA-13B");
        var model = UtilisationModel.Fit([one]);
        var like = model.PredictLog(one.Features, one.Training);
        var unknown = model.PredictLog(one.Features);

        // By hand for one case on an A100, dense: k = common² + spread², weight k ÷ (k + noise²). An unknown publisher shares the common
        // level of 0.5² alone. The fixed part of a step takes 40 million ÷ 13 billion of the time of its operations.
        var expected = Math.Log(0.35) - FixedTime(13e9);
        var k = 0.25 + (model.Spread * model.Spread);
        var all = k + (model.Noise * model.Noise) + Math.Pow(0.4 * FixedTime(13e9), 2);
        var residual = Math.Log(one.Utilisation) - expected;
        Assert.Equal(expected + (k / all * residual), like.Mean, 9);
        Assert.Equal(expected + (0.25 / all * residual), unknown.Mean, 9);
        Assert.True(unknown.Sigma > like.Sigma);
    }

    // ln(1 + fixed part of a step ÷ operations) on an A100.
    static double FixedTime(double parameters) => Math.Log(1 + (40e6 / parameters));

    // Three publishers share only the common level: the matrix is D + c·11ᵀ, whose inverse and determinant are known in closed form
    // (Sherman and Morrison 1950; matrix determinant lemma): a known answer for the whole chain.
    [Fact]
    public void Three_publishers_that_share_only_the_common_level_follow_sherman_and_morrison()
    {
        UtilisationCase[] cases =
        [
            .. UtilisationCase.All().Where(one => one is { IsPoint: true, Features: { PeakTeraflops: 312, MixtureDegree: 0 } })
                .DistinctBy(one => one.Training.Organisation).Take(3),
        ];
        Assert.Equal(3, cases.Length);
        var model = UtilisationModel.Fit(cases);

        var (own, noise) = (model.Spread * model.Spread, model.Noise * model.Noise);
        double[] t = [.. cases.Select(one => FixedTime(one.Training.ActiveParameters!.Value))];
        double[] d = [.. cases.Select((one, i) => own + noise + Math.Pow(0.4 * t[i], 2) + Math.Pow(one.Training.HoursSpread, 2))];
        double[] r = [.. cases.Select((one, i) => Math.Log(one.Utilisation / 0.35) + t[i])];
        // The common level has a spread of 0.5.
        const double c = 0.25;
        var (ones, residuals, squares) = (d.Sum(x => 1 / x), d.Zip(r, (x, y) => y / x).Sum(), d.Zip(r, (x, y) => y * y / x).Sum());
        var (mean, sigma) = model.PredictLog(new TrainingFeatures(1e12, 312, 80, 0, false));

        Assert.Equal(Math.Log(0.35) - FixedTime(1e12) + (c * residuals / (1 + (c * ones))), mean, 1e-9);
        // Student's t of two degrees of freedom (three publishers) over 1.96.
        var variance = c + own + noise + Math.Pow(0.4 * FixedTime(1e12), 2) - (c * c * ones / (1 + (c * ones)));
        Assert.Equal(Math.Sqrt(variance) * 4.303 / 1.96, sigma, 1e-9);
        var determinant = d.Aggregate((x, y) => x * y) * (1 + (c * ones));
        var fit = squares - (c * residuals * residuals / (1 + (c * ones)));
        var likelihood = -0.5 * (fit + Math.Log(determinant) + (3 * Math.Log(2 * Math.PI)));
        Assert.Equal(likelihood, model.LogLikelihood, 1e-9);
    }

    [Fact]
    public void For_an_unknown_publisher_the_errors_and_bounds_are_as_required()
    {
        // The bars are those of the requirement: whole publishers left out, point values alone, computed by the product's own procedure.
        var cases = TrainingValidation.LeavePublisherOut();
        var (ours, constant) = (EstimateScore.ScoreEstimates(cases), EstimateScore.ScoreBaseline(cases));

        Assert.Equal(29, cases.Count);
        Assert.InRange(ours.MeanError, 0, 0.28);
        Assert.InRange(ours.MedianError, 0, 0.20);
        Assert.True(ours.CoveragePValue > 0.05, $"{ours.CoveredCount} of {ours.Cases}");
        Assert.InRange(ours.MedianWidth, 1, 3.4);
        Assert.True(ours.IntervalScore < constant.IntervalScore, $"{ours.IntervalScore} against {constant.IntervalScore}");
    }

    [Fact]
    public void The_estimate_of_a_left_out_training_uses_no_training_of_its_publisher()
    {
        var others = UtilisationCase.All().Where(one => one.Training.Organisation != "DeepSeek").ToList();
        var scored = TrainingValidation.LeavePublisherOut().Single(one => one.Name == "DeepSeek-V3");

        var deepSeek = UtilisationCase.All().Single(one => one.Training.Name == "DeepSeek-V3");
        var utilisation = UtilisationModel.Fit(others).Predict(deepSeek.Features);

        // DeepSeek-V3's report: 3.29e24 FLOP on H800 of 989 TFLOP/s.
        Assert.Equal(3.29e24 / (utilisation.Best * 989e12 * 3600), scored.Estimate.Best, scored.Estimate.Best * 1e-9);
    }

    [Fact]
    public void Siblings_have_narrow_bounds_and_all_left_out_once_keep_their_errors()
    {
        var siblings = EstimateScore.ScoreEstimates(TrainingValidation.LeaveOneOut(onlySiblings: true));
        var cases = TrainingValidation.LeaveOneOut(onlySiblings: false);
        var (ours, constant) = (EstimateScore.ScoreEstimates(cases), EstimateScore.ScoreBaseline(cases));

        // Width: the requirement of November 2026. Mean and median: that of the first estimator, on more trainings now.
        Assert.InRange(siblings.MedianWidth, 1, 2.0);
        Assert.True(siblings.CoveragePValue > 0.05, $"{siblings.CoveredCount} of {siblings.Cases}");
        Assert.InRange(ours.MeanError, 0, 0.18);
        Assert.InRange(ours.MedianError, 0, 0.12);
        Assert.True(ours.CoveragePValue > 0.05, $"{ours.CoveredCount} of {ours.Cases}");
        Assert.True(ours.IntervalScore < constant.IntervalScore);
        Assert.True(ours.MeanError < TrainingValidation.FindBestConstant().MeanError);
    }

    [Fact]
    public void Small_dense_models_and_mixtures_are_no_longer_far_off()
    {
        // Publishers left out. Phi-3-medium took at most 516,096 H100-hours by its card, DeepSeek-V2 172.8K H800-hours per trillion tokens.
        var others = UtilisationCase.All().Where(one => one.Training.Organisation is not ("Microsoft" or "DeepSeek"));
        var model = UtilisationModel.Fit([.. others]);
        Assert.True(Hours("Phi-3-medium 14B") < 516_096 * 1.3);
        Assert.True(Hours("DeepSeek-V2 236B/21B") > 8.1 * 172_800 * 0.6);

        double Hours(string name)
        {
            var one = UtilisationCase.All().Single(one => one.Training.Name == name);
            return one.Training.ChipHours!.Value.Value * one.Utilisation / model.Predict(one.Features).Best;
        }
    }

    [Fact]
    public void An_estimate_without_its_own_training_differs_from_one_with_it()
    {
        var cases = UtilisationCase.All();
        var one = cases.Single(one => one.Training.Name == "Llama 3.1 8B");

        var with = UtilisationModel.Fit(cases).Predict(one.Features, one.Training).Best;
        var without = UtilisationModel.Fit([.. cases.Where(other => other != one)]).Predict(one.Features, one.Training).Best;

        Assert.True(Math.Abs(Math.Log(with / one.Utilisation)) < Math.Abs(Math.Log(without / one.Utilisation)) / 2);
    }

    [Fact]
    public void A_setup_narrows_the_bounds_near_its_trainings_and_not_far_from_them()
    {
        var one = UtilisationCase.All().Single(one => one.Training.Name == "Llama 3 70B");

        Assert.True(Width(one.Features, one.Training) < 2);
        Assert.True(Width(one.Features, one.Training) < Width(one.Features, null));
        var far = one.Features with { PeakTeraflops = 20, MemoryGigabytes = 8 };
        Assert.True(Width(far, one.Training) > Width(one.Features, one.Training) * 1.5);

        static double Width(TrainingFeatures features, PublishedTraining? sibling) =>
            UtilisationModel.Shipped.Predict(features, sibling) is var bounds ? bounds.High / bounds.Low : 0;
    }

    [Fact]
    public void Larger_models_never_take_fewer_hours()
    {
        // Utilisation may rise with the size, but never so fast that a larger training is done sooner.
        PublishedTraining?[] siblings =
        [
            null, .. UtilisationCase.All().Select(one => one.Training).DistinctBy(row => (row.Organisation, row.Series)),
        ];
        foreach (var peak in new[] { 20d, 123, 312, 989, 2250, 5000 })
        {
            foreach (var (experts, sibling) in new[] { 0, 0.5, 1 }.SelectMany(kind => siblings.Select(sibling => (kind, sibling))))
            {
                for (var size = 13d; size < 30; size += 0.1)
                    Assert.True(HoursPerToken(size + 0.1) > HoursPerToken(size), $"{peak} {size} {sibling?.Name}");

                double HoursPerToken(double size) => size - UtilisationModel.Shipped.PredictLog(
                    new TrainingFeatures(Math.Exp(size), peak, 80, experts, IsDistilled: false), sibling).Mean;
            }
        }
    }

    [Fact]
    public void Utilisation_is_continuous_in_size_and_in_the_share_of_active_parameters()
    {
        // Steps of 1 % of a feature change the best value by less than 1 %, with siblings too.
        var random = new Random(12);
        PublishedTraining?[] siblings = [null, .. UtilisationCase.All().Select(one => one.Training)];
        foreach (var sibling in siblings)
        {
            for (var i = 0; i < 40; i++)
            {
                var (active, ratio) = (Math.Exp(14 + (13 * random.NextDouble())), i % 4 == 0 ? 1 : Math.Exp(3 * random.NextDouble()));
                var here = Predict(active, ratio);
                Assert.InRange(Predict(active * 1.01, ratio) / here, 0.99, 1.01);
                Assert.InRange(Predict(active, ratio * 1.01) / here, 0.99, 1.01);
            }

            double Predict(double active, double ratio) => UtilisationModel.Shipped.Predict(
                new TrainingFeatures(active, 989.4, 80, TrainingFeatures.GetMixtureDegree(active * ratio, active), IsDistilled: false), sibling).Best;
        }
    }

    [Fact]
    public void A_step_of_a_very_small_model_takes_as_long_as_one_of_any_other()
    {
        // The limit of time = operations ÷ rate + fixed time: hours for each token no longer fall with the size, so utilisation falls with it.
        foreach (var peak in new[] { 312d, 989.4, 2250 })
        {
            var (small, tenth) = (Predict(1e5, peak), Predict(1e4, peak));
            Assert.Equal(10, small.Best / tenth.Best, 0.5);
            Assert.True(tenth.High / tenth.Low > small.High / small.Low);
        }

        // Pythia's report, appendix D: 70M and 160M reach 22 and 25 % of an A100's 312 TFLOP/s, 1B and 1.4B 33 and 32 %.
        var others = UtilisationModel.Fit([.. UtilisationCase.All().Where(one => one.Training.Organisation != "EleutherAI")]);
        foreach (var name in new[] { "Pythia 70M", "Pythia 160M", "Pythia 1B", "Pythia 1.4B" })
        {
            var one = UtilisationCase.All().Single(one => one.Training.Name == name);
            Assert.InRange(others.Predict(one.Features).Best / one.Utilisation, 0.8, 1.25);
        }

        static Tonne.Quantities.Bounds Predict(double parameters, double peak) =>
            UtilisationModel.Shipped.Predict(new TrainingFeatures(parameters, peak, 80, MixtureDegree: 0, IsDistilled: false));
    }

    [Fact]
    public void With_scales_chosen_anew_in_each_fit_the_bounds_are_as_narrow()
    {
        var ours = EstimateScore.ScoreEstimates(TrainingValidation.LeavePublisherOutWithRefittedScales());

        Assert.InRange(ours.MedianWidth, 1, 3.4);
        Assert.True(ours.CoveragePValue > 0.05, $"{ours.CoveredCount} of {ours.Cases}");
    }
}
