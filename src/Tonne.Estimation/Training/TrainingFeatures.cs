using Tonne.Hardware;

namespace Tonne.Estimation.Training;

/// <summary>The features of a training by which its utilisation is predicted.</summary>
/// <param name="ActiveParameters">Number of parameters that one token uses.</param>
/// <param name="Tokens">Number of training tokens.</param>
/// <param name="PeakTeraflops">Peak of a chip at 16 bit, 10^12 operations/s.</param>
/// <param name="MemoryGigabytes">Memory of a chip, GB.</param>
/// <param name="IsMixtureOfExperts">Whether the model is a mixture of experts.</param>
/// <param name="IsDistilled">Whether the model learns from the outputs of a larger model.</param>
public readonly record struct TrainingFeatures(
    double ActiveParameters, double Tokens, double PeakTeraflops, double MemoryGigabytes, bool IsMixtureOfExperts, bool IsDistilled)
{
    // Assumed if the memory of a chip is not published: the most frequent size among published trainings.
    const double AssumedMemoryGigabytes = 80;

    /// <summary>
    /// Operations per token and active parameter: two in the forward pass, four in the backward pass. Source: Kaplan et al., Scaling Laws
    /// for Neural Language
    /// Models (arXiv 2001.08361), section 2.1.
    /// </summary>
    public const double OperationsPerParameterAndToken = 6;

    /// <summary>The features of a published training; null where the accelerator or its peak is not known.</summary>
    internal static TrainingFeatures? FromPublishedTraining(PublishedTraining row)
    {
        if (row is not { ActiveParameters: { } active, Operations: { } operations }
            || AcceleratorCatalog.Find(row.Hardware).Value is not { } chip
            || FindPeakTeraflops(chip) is not { } peak)
        {
            return null;
        }

        // The published tokens are used if they agree with the published operations, otherwise the tokens that the operations imply.
        var tokens = row.Tokens is { } published && !HasInconsistentTokens(row)
            ? published
            : operations / OperationsPerParameterAndToken / active;
        return new TrainingFeatures(active, tokens, peak, GetMemoryGigabytes(chip), row.Parameters > active * 1.01, row.Distilled);
    }

    /// <summary>
    /// Peak rate at 16 bit, 10^12 operations/s: that of the matrix units, else the faster of the vector rates at 16 and 32 bit. Null if
    /// not published.
    /// </summary>
    internal static double? FindPeakTeraflops(Accelerator chip)
    {
        if (AcceleratorDatasheet.Find(chip) is not { } datasheet)
            return null;
        if (datasheet.Dense16BitTeraflops is { } matrixRate)
            return matrixRate;
        return datasheet.Vector16BitTeraflops is { } vectorRate
            ? Math.Max(vectorRate, datasheet.Fp32Teraflops ?? 0)
            : datasheet.Fp32Teraflops;
    }

    internal static double GetMemoryGigabytes(Accelerator chip) => chip.MemoryGigabytes ?? AssumedMemoryGigabytes;

    /// <summary>
    /// Whether published tokens and published operations differ by more than 10 %, for example because they cover different phases.
    /// </summary>
    static bool HasInconsistentTokens(PublishedTraining row) =>
        row is { Tokens: { } tokens, Operations: { } operations, ActiveParameters: { } active }
        && Math.Abs(Math.Log(OperationsPerParameterAndToken * active * tokens / operations)) > 0.1;
}
