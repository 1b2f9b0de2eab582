using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.Training;

/// <summary>Ranks several accelerators for one training by energy, lowest first.</summary>
/// <param name="Estimates">The estimates, ranked by energy at the plug.</param>
/// <param name="Ratio">Energy of the second over that of the first with its 95 % bounds; null for a single one. If its low is below 1,
/// the order is uncertain.</param>
public sealed record TrainingRanking(IReadOnlyList<TrainingEstimate> Estimates, (double Low, double Best, double High)? Ratio)
{
    /// <summary>The estimate with the least energy.</summary>
    public TrainingEstimate Best => Estimates[0];

    /// <summary>Whether the first is better than the second beyond the uncertainty.</summary>
    public bool IsClear => Ratio is null or { Low: > 1 };

    /// <summary>Estimates one training on each of several accelerators.</summary>
    /// <param name="tasks">The training, once for each accelerator; at least one.</param>
    /// <param name="place">Place of the training.</param>
    /// <exception cref="ArgumentException">There is no task, or one is invalid; the message lists all problems.</exception>
    public static TrainingRanking Rank(IReadOnlyCollection<TrainingTask> tasks, Place place)
    {
        if (tasks.Count == 0)
            throw new ArgumentException("At least one accelerator is needed.", nameof(tasks));
        var estimator = new TrainingEstimator();
        var ranked = tasks.Select(task => estimator.Estimate(task, place)).OrderBy(estimate => estimate.Footprint.Energy.Value).ToList();
        // The uncertainty of hosts is common to all chips; the uncertainty of utilisation is separate for each.
        return new TrainingRanking(ranked, ranked.Count < 2 ? null : new UncertaintyPropagator().ComputeRatio(ranked[1].Footprint.Energy.Derivation, ranked[0].Footprint.Energy.Derivation));
    }
}
