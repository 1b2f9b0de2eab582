using Tonne.Lab.NeuralNetworks;
using Tonne.Quantities;

namespace Tonne.Lab.Compression;

/// <summary>Sizes, accuracy and cost of a variant.</summary>
/// <param name="Variant">Which.</param>
/// <param name="FileBytes">Size of its file.</param>
/// <param name="PackedBytes">Size of its file after general compression (Brotli at its smallest).</param>
/// <param name="Score">Score on examples that neither training nor pruning used.</param>
/// <param name="Single">Predictions one at a time.</param>
/// <param name="Batched">Predictions many at a time.</param>
/// <param name="IsParetoOptimal">Whether no other variant is at least as good in accuracy, size, latency and energy, and better in one.</param>
public sealed record VariantMeasurements(Variant Variant, long FileBytes, long PackedBytes, Score Score, PredictionCost Single, PredictionCost Batched, bool IsParetoOptimal)
{
    /// <summary>
    /// Break-even: the number of predictions, one at a time, after which their savings equal the energy of creating the variant. It is
    /// computed from CPU time, so that the power of a thread cancels.
    /// </summary>
    /// <remarks>
    /// creation ÷ (cost of the first × (1 − 1 ÷ energy ratio)). The interval is that of the ratio and of the first's cost from round to
    /// round. The creation is one observation.
    /// </remarks>
    /// <param name="first">The variant it was made from.</param>
    /// <returns>Null if a saving is not certain: the interval of the energy ratio includes 1.</returns>
    public Bounds? ComputeBreakEven(VariantMeasurements first)
    {
        var ratio = Single.EnergyRatio;
        if (Variant.CreationCpuTime == TimeSpan.Zero || ratio.Low <= 1 || !ratio.IsBounded)
            return null;
        var cost = first.Single.CpuSeconds;
        return cost.Low == 0 ? null : new Bounds(After(cost.High, ratio.High), After(cost.Best, ratio.Value), After(cost.Low, ratio.Low));

        double After(double cpuSeconds, double timesLess) => Variant.CreationCpuTime.TotalSeconds / (cpuSeconds * (1 - 1 / timesLess));
    }
}
