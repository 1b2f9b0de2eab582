namespace Tonne.Lab.NeuralNetworks;

/// <summary>Memory for the computation of some rows through a classifier, and the computation. One thread at a time.</summary>
abstract class RowPass
{
    /// <summary>
    /// Rows that are computed together: their numbers fit into the second-level cache, and a panel of weights is read once for all of them.
    /// </summary>
    internal const int ChunkRows = 64;

    /// <summary>Where the numbers of a row are written.</summary>
    internal abstract Span<float> GetInput(int row);

    /// <summary>Runs all layers.</summary>
    /// <returns>The first row with a value that is not a number, or null.</returns>
    internal abstract int? Run(int rows);

    /// <summary>Probabilities of a row.</summary>
    internal abstract ReadOnlySpan<float> GetOutput(int row);

    /// <summary>−ln(probability), exact even if the probability is too small for a float.</summary>
    internal abstract double GetLoss(int row, int label);
}
