using Tonne.Estimation.Serving;
using Tonne.Estimation.Training;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Estimation.Validation;

/// <summary>
/// Validates the training estimator on the published trainings. Each is estimated by a fit without it, using the shipped code and table.
/// </summary>
public static class TrainingValidation
{
    /// <summary>Leaves out every training once: chip-hours by the estimator, and by one constant utilisation from the others.</summary>
    public static IReadOnlyList<ScoredCase> LeaveOneOut() => LeaveOut(static (left, other) => !ReferenceEquals(left, other));

    /// <summary>Leaves out every training with its whole family (Llama, Pythia …), as for an unknown family.</summary>
    public static IReadOnlyList<ScoredCase> LeaveFamilyOut() => LeaveOut(static (left, other) => left.Training.Family != other.Training.Family);

    /// <summary>
    /// Leaves out every training once, and each fit chooses the scales among nine by likelihood. This shows how much choosing them with
    /// all trainings known improved the errors.
    /// Takes some seconds.
    /// </summary>
    public static IReadOnlyList<ScoredCase> LeaveOneOutWithRefittedScales()
    {
        var shipped = TrainingFit.Instance.Prior;
        var priors = new List<UtilisationPrior>();
        foreach (var size in (ReadOnlySpan<double>)[0.7, 1, 1.5])
        {
            foreach (var chip in (ReadOnlySpan<double>)[0.7, 1, 1.5])
            {
                priors.Add(shipped with
                {
                    SizeScale = shipped.SizeScale * size,
                    TokensScale = shipped.TokensScale * size,
                    PeakScale = shipped.PeakScale * chip,
                    MemoryScale = shipped.MemoryScale * chip,
                    ExpertsScale = shipped.ExpertsScale * chip,
                });
            }
        }

        return LeaveOut(static (left, other) => !ReferenceEquals(left, other), priors);
    }

    /// <summary>
    /// Leaves out every training once, with a weaker prior on distilled trainings. This shows how much the prior, chosen with its one
    /// case known, improved the errors.
    /// </summary>
    /// <param name="keepDistilledSpread">Whether distilled trainings still have a factor of their own, with best value 1 and the prior's
    /// spread.</param>
    public static IReadOnlyList<ScoredCase> LeaveOneOutWithoutDistilledPrior(bool keepDistilledSpread)
    {
        var shipped = TrainingFit.Instance.Prior;
        return LeaveOut(static (left, other) => !ReferenceEquals(left, other), [shipped with { DistilledFactor = 1, DistilledSpread = keepDistilledSpread ? shipped.DistilledSpread : 0 }]);
    }

    /// <summary>Trainings whose hours were published as assumed. They are neither used for the fit nor as true values.</summary>
    public static IReadOnlyList<ScoredCase> ScoreAssumedHours() =>
        [.. TrainingCatalog.All.Where(row => row.HoursBasis == "assumed").Select(UtilisationCase.FromPublishedTraining).OfType<UtilisationCase>()
            .Select(one => CreateScoredCase(one, UtilisationModel.Shipped.Predict(one.Features), BaselinePredictor.Predict([.. UtilisationModel.Shipped.Cases.Select(other => other.Utilisation)])))];

    /// <summary>
    /// Trainings with measured GPU energy but without published hours, which are not used for the fit: kWh of the boards alone, measured
    /// and estimated.
    /// The comparison is 40 % utilisation at the power of the data sheet.
    /// </summary>
    public static IReadOnlyList<ScoredCase> ScoreMeasuredEnergy()
    {
        var scored = new List<ScoredCase>();
        foreach (var row in TrainingCatalog.All.Where(row => row is { PowerKind: "measured GPU", EnergyBasis: "measured", EnergyKwh: not null, Pue: not null, Tokens: not null, Parameters: not null }))
        {
            var chip = Hardware.AcceleratorCatalog.Find(row.Hardware).ValueOrThrow;
            var estimate = new TrainingEstimator().Estimate(new TrainingTask(chip) { Parameters = row.Parameters, ActiveParameters = row.ActiveParameters, Tokens = row.Tokens }, new Runs.Place());
            var boards = new UncertaintyPropagator().ComputeBounds(new Derivation.Product("energy of the boards", "kWh", [estimate.ChipHours.Derivation, new Derivation.FactorNode(chip.TrainingPower)], 1 / 1000d));
            var plain = Bounds.FromExact(estimate.ChipHours.Value * estimate.Utilisation!.Value.Best / 0.4 * chip.Tdp.Bounds.Best / 1000);
            scored.Add(new ScoredCase(row.Name, row.EnergyKwh!.Value / row.Pue!.Value, boards, plain, row.Family));
        }

        return scored;
    }

    /// <summary>The least mean absolute error that one constant utilisation can have on all trainings, chosen with hindsight; and its median.</summary>
    public static (double Utilisation, double MeanError, double MedianError) FindBestConstant()
    {
        var all = UtilisationCase.All().Select(one => one.Utilisation).ToArray();
        // Σ|u_i ÷ c − 1| in 1/c is convex with its kinks at 1/u_i: the best c is one of the utilisations.
        var best = all.MinBy(constant => all.Average(value => Math.Abs((value / constant) - 1)));
        var errors = all.Select(value => Math.Abs((value / best) - 1)).Order().ToArray();
        return (best, errors.Average(), OrderStatistic.Median(errors));
    }

    static List<ScoredCase> LeaveOut(Func<UtilisationCase, UtilisationCase, bool> keeps, IReadOnlyList<UtilisationPrior>? priors = null)
    {
        priors ??= [TrainingFit.Instance.Prior];
        var all = UtilisationCase.All();
        var scored = new List<ScoredCase>();
        foreach (var one in all)
        {
            UtilisationCase[] others = [.. all.Where(other => keeps(one, other))];
            scored.Add(CreateScoredCase(one, UtilisationModel.Fit(others, priors).Predict(one.Features), BaselinePredictor.Predict([.. others.Select(other => other.Utilisation)])));
        }

        return scored;
    }

    /// <summary>Hours from utilisations, for the estimate and for the baseline.</summary>
    static ScoredCase CreateScoredCase(UtilisationCase one, Bounds estimate, Bounds constant)
    {
        var hours = one.Training.ChipHours!.Value;
        return new ScoredCase(one.Training.Name, hours, Hours(estimate), Hours(constant), one.Training.Family);

        Bounds Hours(Bounds utilisation)
        {
            var atFull = hours * one.Utilisation;
            return new Bounds(atFull / utilisation.High, atFull / utilisation.Best, atFull / utilisation.Low);
        }
    }
}
