using Tonne.Estimation.Training;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Estimation.Validation;

/// <summary>
/// Validates the training estimator on the published trainings. Each is estimated by a fit without it, using the shipped code and table.
/// Only trainings whose hours were published as such are scored; bounds of hours enter the fits alone.
/// </summary>
public static class TrainingValidation
{
    /// <summary>
    /// Leaves out all trainings of each publisher: chip-hours by the estimator, and by one constant utilisation from the others. This is
    /// the error for a publisher outside the table.
    /// </summary>
    public static IReadOnlyList<ScoredCase> LeavePublisherOut() => LeavePublisherOut([TrainingFit.Instance.Prior]);

    /// <summary>
    /// Leaves out all trainings of each publisher, and each fit chooses the scales among nine by likelihood. This shows how much choosing
    /// them with all trainings known improved the errors.
    /// </summary>
    public static IReadOnlyList<ScoredCase> LeavePublisherOutWithRefittedScales()
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
                    PeakScale = shipped.PeakScale * chip,
                    MemoryScale = shipped.MemoryScale * chip,
                    ExpertsScale = shipped.ExpertsScale * chip,
                });
            }
        }

        return LeavePublisherOut(priors);
    }

    /// <summary>
    /// Leaves out all trainings of each publisher, without the prior that distilled trainings take more. This shows how much the prior,
    /// chosen with its one case known, improved the errors.
    /// </summary>
    public static IReadOnlyList<ScoredCase> LeavePublisherOutWithoutDistilledPrior() =>
        LeavePublisherOut([TrainingFit.Instance.Prior with { DistilledFactor = 1 }]);

    /// <summary>
    /// Leaves out all trainings of each publisher, without the time of a step that does not depend on the size of the model. This shows how
    /// much that time, chosen with its two cases known, improved the errors.
    /// </summary>
    public static IReadOnlyList<ScoredCase> LeavePublisherOutWithoutFixedTime() =>
        LeavePublisherOut([TrainingFit.Instance.Prior with { FixedTimeParameters = 0 }]);

    /// <summary>
    /// Leaves out every training once and estimates it as a sibling of the other ones of its publisher and series (<c>--like</c>).
    /// </summary>
    /// <param name="onlySiblings">Only trainings of which another one of the same series on the same hardware is known; false for
    /// all.</param>
    public static IReadOnlyList<ScoredCase> LeaveOneOut(bool onlySiblings)
    {
        var all = UtilisationCase.All();
        return
        [
            .. all.Where(one => one.IsPoint)
                .Where(one => !onlySiblings || all.Any(other => other != one && UtilisationModel.AreSiblings(one, other)))
                .AsParallel().AsOrdered().Select(one =>
                {
                    UtilisationCase[] others = [.. all.Where(other => !ReferenceEquals(other, one))];
                    return CreateScoredCase(one, UtilisationModel.Fit(others).Predict(one.Features, one.Training), PredictConstant(others));
                }),
        ];
    }

    /// <summary>Trainings whose hours were published as assumed. They are neither used for the fit nor as true values.</summary>
    public static IReadOnlyList<ScoredCase> ScoreAssumedHours() =>
    [
        .. TrainingCatalog.All.Where(row => row.HoursBasis == "assumed")
            .Select(UtilisationCase.FromPublishedTraining).OfType<UtilisationCase>()
            .Select(one => CreateScoredCase(
                one, UtilisationModel.Shipped.Predict(one.Features), PredictConstant(UtilisationModel.Shipped.Cases))),
    ];

    /// <summary>
    /// Trainings with measured GPU energy: kWh of the boards alone, measured and estimated by a fit without the trainings of the publisher.
    /// The comparison is 40 % utilisation at the power of the data sheet.
    /// </summary>
    public static IReadOnlyList<ScoredCase> ScoreMeasuredEnergy()
    {
        var scored = new List<ScoredCase>();
        var cases = UtilisationCase.All();
        foreach (var row in TrainingCatalog.All.Where(row => row is
        {
            PowerKind: "measured GPU", EnergyBasis: "measured", EnergyKwh: not null, Pue: not null, Tokens: not null, Parameters: not null,
        }))
        {
            var chip = Hardware.AcceleratorCatalog.Find(row.Hardware).ValueOrThrow;
            var model = UtilisationModel.Fit([.. cases.Where(one => one.Training.Organisation != row.Organisation)]);
            var task = new TrainingTask(chip) { Parameters = row.Parameters, ActiveParameters = row.ActiveParameters, Tokens = row.Tokens };
            var estimate = new TrainingEstimator(model).Estimate(task, new Runs.Place());
            var boards = new UncertaintyPropagator().ComputeBounds(new Derivation.Product(
                "energy of the boards", "kWh", [estimate.ChipHours.Derivation, new Derivation.FactorNode(chip.TrainingPower)], 1 / 1000d));
            var plain = Bounds.FromExact(estimate.ChipHours.Value * estimate.Utilisation!.Value.Best / 0.4 * chip.Tdp.Bounds.Best / 1000);
            scored.Add(new ScoredCase(row.Name, row.EnergyKwh!.Value.Value / row.Pue!.Value, boards, plain, row.Organisation));
        }

        return scored;
    }

    /// <summary>The least mean absolute error that one constant utilisation can have on all trainings, chosen with hindsight; and its
    /// median.</summary>
    public static (double Utilisation, double MeanError, double MedianError) FindBestConstant()
    {
        var all = UtilisationCase.All().Where(one => one.IsPoint).Select(one => one.Utilisation).ToArray();
        // Σ|u_i ÷ c − 1| in 1/c is convex with its kinks at 1/u_i: the best c is one of the utilisations.
        var best = all.MinBy(constant => all.Average(value => Math.Abs((value / constant) - 1)));
        var errors = all.Select(value => Math.Abs((value / best) - 1)).Order().ToArray();
        return (best, errors.Average(), OrderStatistic.Median(errors));
    }

    static IReadOnlyList<ScoredCase> LeavePublisherOut(IReadOnlyList<UtilisationPrior> priors)
    {
        var all = UtilisationCase.All();
        var predictors = all.Where(one => one.IsPoint).Select(one => one.Training.Organisation).Distinct(StringComparer.Ordinal)
            .AsParallel().Select(publisher =>
            {
                UtilisationCase[] others = [.. all.Where(one => one.Training.Organisation != publisher)];
                return (publisher, Model: UtilisationModel.Fit(others, priors), Constant: PredictConstant(others));
            })
            .ToDictionary(pair => pair.publisher, pair => (pair.Model, pair.Constant), StringComparer.Ordinal);
        return
        [
            .. all.Where(one => one.IsPoint).Select(one =>
            {
                var (model, constant) = predictors[one.Training.Organisation];
                return CreateScoredCase(one, model.Predict(one.Features), constant);
            }),
        ];
    }

    /// <summary>The baseline: the geometric mean utilisation of trainings whose hours are no bounds, with their own spread.</summary>
    static Bounds PredictConstant(IReadOnlyList<UtilisationCase> cases) =>
        BaselinePredictor.Predict([.. cases.Where(one => one.IsPoint).Select(one => one.Utilisation)]);

    /// <summary>Hours from utilisations, for the estimate and for the baseline.</summary>
    static ScoredCase CreateScoredCase(UtilisationCase one, Bounds estimate, Bounds constant)
    {
        var hours = one.Training.ChipHours!.Value.Value;
        return new ScoredCase(one.Training.Name, hours, Hours(estimate), Hours(constant), one.Training.Organisation);

        Bounds Hours(Bounds utilisation)
        {
            var atFull = hours * one.Utilisation;
            return new Bounds(atFull / utilisation.High, atFull / utilisation.Best, atFull / utilisation.Low);
        }
    }
}
