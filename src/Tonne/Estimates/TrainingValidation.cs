using Tonne.Quantities;

namespace Tonne.Estimates;

/// <summary>The training estimator against the published trainings, each estimated by a fit that has not seen it: the product's own code on the product's own table.</summary>
public static class TrainingValidation
{
    /// <summary>Every training left out once: estimated chip-hours, and those of one constant utilisation taken from the others.</summary>
    public static IReadOnlyList<ScoredCase> LeaveOneOut() => LeaveOut(static (left, other) => !ReferenceEquals(left, other));

    /// <summary>Every training left out with all its siblings (Llama, Pythia …): what an unseen family will meet.</summary>
    public static IReadOnlyList<ScoredCase> LeaveFamilyOut() => LeaveOut(static (left, other) => left.Training.Family != other.Training.Family);

    /// <summary>The least mean absolute error that one constant utilisation can have on all trainings, chosen with hindsight; and its median.</summary>
    public static (double Utilisation, double MeanError, double MedianError) BestConstant()
    {
        var all = UtilisationCase.All().Select(one => one.Utilisation).ToArray();
        // Σ|u_i ÷ c − 1| in 1/c is convex with its kinks at 1/u_i: the best c is one of the utilisations.
        var best = all.MinBy(constant => all.Average(value => Math.Abs((value / constant) - 1)));
        var errors = all.Select(value => Math.Abs((value / best) - 1)).Order().ToArray();
        return (best, errors.Average(), (errors[(errors.Length - 1) / 2] + errors[errors.Length / 2]) / 2);
    }

    static List<ScoredCase> LeaveOut(Func<UtilisationCase, UtilisationCase, bool> keeps)
    {
        var all = UtilisationCase.All();
        var scored = new List<ScoredCase>();
        foreach (var one in all)
        {
            UtilisationCase[] others = [.. all.Where(other => keeps(one, other))];
            var hours = one.Training.ChipHours!.Value;
            scored.Add(new ScoredCase(one.Training.Name, hours,
                Hours(UtilisationModel.Fit(others).Predict(one.Features)), Hours(ConstantRule.Of([.. others.Select(other => other.Utilisation)])), one.Training.Family));

            Bounds Hours(Bounds utilisation)
            {
                var atFull = hours * one.Utilisation;
                return new Bounds(atFull / utilisation.High, atFull / utilisation.Best, atFull / utilisation.Low);
            }
        }

        return scored;
    }
}
