using Tonne.Lab.NeuralNetworks;
using Tonne.Quantities;

namespace Tonne.Lab.Compression;

/// <summary>What was counted and measured of a variant.</summary>
/// <param name="Variant">Which.</param>
/// <param name="FileBytes">Size of its file.</param>
/// <param name="PackedBytes">Size of its file as a general compressor leaves it (Brotli at its smallest).</param>
/// <param name="Score">On examples that neither training nor pruning has seen.</param>
/// <param name="Single">Predictions one at a time.</param>
/// <param name="Batched">Predictions many at a time.</param>
/// <param name="IsParetoOptimal">Whether no other variant is at least as good in accuracy, size, latency and energy, and better in one.</param>
public sealed record VariantMeasurements(Variant Variant, long FileBytes, long PackedBytes, Score Score, PredictionCost Single, PredictionCost Batched, bool IsParetoOptimal)
{
    /// <summary>Predictions, one at a time, after which what making it took is made up for by what each saves; by CPU time, so that the price of a CPU-second cancels.</summary>
    /// <remarks>making ÷ (cost of the first × (1 − 1 ÷ times less)); the interval from those of times less and of the first's cost from round to round. Making is one observation.</remarks>
    /// <param name="first">The variant it was made from.</param>
    /// <returns>Null if it is not sure that it saves anything: the interval of times less reaches 1.</returns>
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
