namespace Tonne.Lab.NeuralNetworks;

/// <summary>Memory for some rows on their way through a classifier, and the way itself. One thread at a time.</summary>
abstract class RowPass
{
    /// <summary>Rows that go through together: their numbers fit into the second cache, and a panel of weights is read once for all of them.</summary>
    internal const int ChunkRows = 64;

    /// <summary>Where a row's numbers are written to.</summary>
    internal abstract Span<float> GetInput(int row);

    /// <summary>Runs all layers.</summary>
    /// <returns>The first row that holds a number that is none, or null.</returns>
    internal abstract int? Run(int rows);

    /// <summary>Probabilities of a row.</summary>
    internal abstract ReadOnlySpan<float> GetOutput(int row);

    /// <summary>−ln(probability), exact where the probability is too small for a float.</summary>
    internal abstract double GetLoss(int row, int label);
}
