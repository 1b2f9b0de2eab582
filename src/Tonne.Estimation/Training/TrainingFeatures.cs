using Tonne.Hardware;

namespace Tonne.Estimation.Training;

/// <summary>The features of a training by which its utilisation is estimated.</summary>
/// <param name="ActiveParameters">Active parameters per token.</param>
/// <param name="Tokens">Tokens trained on.</param>
/// <param name="PeakTeraflops">Peak of a chip at 16 bit, 10^12 operations/s.</param>
/// <param name="MemoryGigabytes">Memory of a chip, GB.</param>
/// <param name="IsMixtureOfExperts">Whether the model is a mixture of experts.</param>
/// <param name="IsDistilled">Whether it learns from the outputs of a larger model.</param>
public readonly record struct TrainingFeatures(double ActiveParameters, double Tokens, double PeakTeraflops, double MemoryGigabytes, bool IsMixtureOfExperts, bool IsDistilled)
{
    // If the memory of a chip is not published, the most frequent size among published trainings is assumed.
    const double UsualMemoryGigabytes = 80;

    /// <summary>
    /// Operations per token and active parameter: two forward, four backward. Source: Kaplan et al., Scaling Laws for Neural Language
    /// Models (arXiv 2001.08361), section 2.1.
    /// </summary>
    public const double OperationsPerParameterAndToken = 6;

    /// <summary>The features of a published training; null where the accelerator or its peak is not known.</summary>
    internal static TrainingFeatures? FromPublishedTraining(PublishedTraining row)
    {
        if (row is not { ActiveParameters: { } active, Operations: { } operations } || AcceleratorCatalog.Find(row.Hardware).Value is not { } chip || FindPeakTeraflops(chip) is not { } peak)
            return null;
        // From operations if both are published: 6·N·D with the tokens as rounded in the paper agrees within its digits.
        return new TrainingFeatures(active, row.Tokens is { } tokens && !HasInconsistentTokens(row) ? tokens : operations / OperationsPerParameterAndToken / active, peak, GetMemoryGigabytes(chip), row.Parameters > active * 1.01, row.Distilled);
    }

    /// <summary>Peak at 16 bit: of the matrix units, else the faster of the vector units; null if not published.</summary>
    internal static double? FindPeakTeraflops(Accelerator chip) => AcceleratorDatasheet.Find(chip) is not { } peaks ? null
        : peaks.Dense16BitTeraflops ?? (peaks.Vector16BitTeraflops is { } half ? Math.Max(half, peaks.Fp32Teraflops ?? 0) : peaks.Fp32Teraflops);

    internal static double GetMemoryGigabytes(Accelerator chip) => chip.MemoryGigabytes ?? UsualMemoryGigabytes;

    /// <summary>Trainings whose published operations are for fewer tokens than the published tokens.</summary>
    static bool HasInconsistentTokens(PublishedTraining row) =>
        row is { Tokens: { } tokens, Operations: { } operations, ActiveParameters: { } active } && Math.Abs(Math.Log(OperationsPerParameterAndToken * active * tokens / operations)) > 0.1;
}
