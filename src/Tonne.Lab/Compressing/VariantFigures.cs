using Tonne.Lab.Networks;

namespace Tonne.Lab.Compressing;

/// <summary>What was counted and measured of a variant.</summary>
/// <param name="Variant">Which.</param>
/// <param name="FileBytes">Size of its file.</param>
/// <param name="PackedBytes">Size of its file as a general compressor leaves it (Brotli at its smallest).</param>
/// <param name="Score">On examples that neither training nor pruning has seen.</param>
/// <param name="Single">Predictions one at a time.</param>
/// <param name="Batched">Predictions many at a time.</param>
/// <param name="IsOnFront">Whether no other variant is at least as good in accuracy, size, latency and energy, and better in one.</param>
public sealed record VariantFigures(Variant Variant, long FileBytes, long PackedBytes, Score Score, PredictionCost Single, PredictionCost Batched, bool IsOnFront)
{
    /// <summary>Predictions after which what making it took is made up for by what each saves; null if it saves nothing.</summary>
    /// <param name="first">The variant it was made from.</param>
    public double? PaysBackAfter(VariantFigures first) =>
        first.Single.CpuSeconds > Single.CpuSeconds ? Variant.Making.TotalSeconds / (first.Single.CpuSeconds - Single.CpuSeconds) : null;
}
