using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.Training;

/// <summary>One training on several accelerators, the least energy first.</summary>
/// <param name="Estimates">The estimates, ranked by energy at the plug.</param>
/// <param name="Ratio">Energy of the second over that of the first with its 95 % bounds; null for a single one. Below 1 the order may be the other way round.</param>
public sealed record TrainingRanking(IReadOnlyList<TrainingEstimate> Estimates, (double Low, double Best, double High)? Ratio)
{
    /// <summary>The energy-efficient choice.</summary>
    public TrainingEstimate Best => Estimates[0];

    /// <summary>Whether the first is ahead of the second by more than the bounds allow to warning.</summary>
    public bool IsClear => Ratio is null or { Low: > 1 };

    /// <summary>Estimates one training on each of several accelerators.</summary>
    /// <param name="tasks">The training, once for each accelerator; at least one.</param>
    /// <param name="place">Where.</param>
    /// <exception cref="ArgumentException">There is none, or something is wrong with one; the message lists all of it.</exception>
    public static TrainingRanking Rank(IReadOnlyCollection<TrainingTask> tasks, Place place)
    {
        if (tasks.Count == 0)
            throw new ArgumentException("At least one accelerator is needed.", nameof(tasks));
        var estimator = new TrainingEstimator();
        var ranked = tasks.Select(task => estimator.Estimate(task, place)).OrderBy(estimate => estimate.Footprint.Energy.Value).ToList();
        // Chips share what is unsure about hosts; what is unsure about each chip's utilisation is its own.
        return new TrainingRanking(ranked, ranked.Count < 2 ? null : new UncertaintyPropagator().ComputeRatio(ranked[1].Footprint.Energy.Derivation, ranked[0].Footprint.Energy.Derivation));
    }
}
