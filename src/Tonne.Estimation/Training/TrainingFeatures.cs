using Tonne.Hardware;

namespace Tonne.Estimation.Training;

/// <summary>
/// The features of a training by which its utilisation is predicted. The tokens are none of them: a training of twice the tokens is the
/// same work for twice as long.
/// </summary>
/// <param name="ActiveParameters">Number of parameters that one token uses.</param>
/// <param name="PeakTeraflops">Peak of a chip at 16 bit, 10^12 operations/s.</param>
/// <param name="MemoryGigabytes">Memory of a chip, GB.</param>
/// <param name="MixtureDegree">How far the model is a mixture of experts: 0 if dense, 1 with four times as many parameters as a token uses
/// or more; see <see cref="GetMixtureDegree"/>.</param>
/// <param name="IsDistilled">Whether the model learns from the outputs of a larger model.</param>
public readonly record struct TrainingFeatures(
    double ActiveParameters, double PeakTeraflops, double MemoryGigabytes, double MixtureDegree, bool IsDistilled)
{
    // Assumed if the memory of a chip is not published: the most frequent size among published trainings.
    const double AssumedMemoryGigabytes = 80;

    /// <summary>
    /// Operations per token and active parameter: two in the forward pass, four in the backward pass. Source: Kaplan et al., Scaling Laws
    /// for Neural Language Models (arXiv 2001.08361), section 2.1.
    /// </summary>
    public const double OperationsPerParameterAndToken = 6;

    // Chips and sizes between which the effect of small models on fast chips grows: an A100 and an H100, 20 billion parameters and three
    // e-folds fewer (1 billion). No published training of the table lies far beyond, so the effect is not extrapolated.
    const double SlowestFastPeak = 312;
    const double FastestPeak = 989.4;
    const double LargestSmallModel = 20e9;
    const double SmallModelEFolds = 3;

    const double FullMixtureRatio = 4;

    /// <summary>
    /// How far the model is too small to fill a fast chip, 0 to 1: 0 on an A100 and slower chips or from 20 billion active parameters, 1
    /// on an H100 and faster chips up to 1 billion.
    /// </summary>
    public double SmallModelOnFastChip =>
        Math.Clamp(Math.Log(LargestSmallModel / ActiveParameters) / SmallModelEFolds, 0, 1)
        * Math.Clamp(LogPeakRatio / Math.Log(FastestPeak / SlowestFastPeak), 0, 1);

    /// <summary>
    /// How far a model is a mixture of experts, 0 to 1: ln(all ÷ active parameters) ÷ ln 4. The mixtures among the published trainings have
    /// 3.9 to 24 times as many parameters as a token uses; between them and dense models nothing is known, so the effect grows steadily.
    /// </summary>
    /// <param name="parameters">Number of all parameters.</param>
    /// <param name="activeParameters">Number of parameters that one token uses.</param>
    internal static double GetMixtureDegree(double parameters, double activeParameters) =>
        Math.Clamp(Math.Log(parameters / activeParameters) / Math.Log(FullMixtureRatio), 0, 1);

    /// <summary>Natural logarithm of the peak ÷ that of an A100.</summary>
    internal double LogPeakRatio => Math.Log(PeakTeraflops / SlowestFastPeak);

    /// <summary>The features of a published training; null where the accelerator or its peak is not known.</summary>
    internal static TrainingFeatures? FromPublishedTraining(PublishedTraining row)
    {
        if (row is not { ActiveParameters: { } active, Operations: not null }
            || AcceleratorCatalog.Find(row.Hardware).Value is not { } chip
            || FindPeakTeraflops(chip) is not { } peak)
        {
            return null;
        }

        return new TrainingFeatures(active, peak, GetMemoryGigabytes(chip), GetMixtureDegree(row.Parameters ?? active, active), row.Distilled);
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
}
