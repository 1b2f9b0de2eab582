using System.Collections.Immutable;

namespace Tonne.Lab.Featurizing;

/// <summary>
/// Standardizes columns of numbers: (x − mean) ÷ standard deviation, both of the training part only, so that nothing leaks from the other
/// parts. A column without spread becomes 0.
/// </summary>
/// <param name="Means">Mean of each column.</param>
/// <param name="Deviations">Standard deviation of each column (of the population), not negative.</param>
sealed record Standardization(ImmutableArray<float> Means, ImmutableArray<float> Deviations)
{
    /// <summary>Computes means and deviations.</summary>
    /// <param name="training">The training part.</param>
    public static Standardization Fit(IExamples training)
    {
        var (means, squares) = (new double[training.Width], new double[training.Width]);
        var row = new float[training.Width];
        for (var i = 0; i < training.Count; i++)
        {
            training.CopyRow(i, row);
            // Welford's method avoids the loss of digits in a sum of squares.
            for (var column = 0; column < row.Length; column++)
            {
                var before = row[column] - means[column];
                means[column] += before / (i + 1);
                squares[column] += before * (row[column] - means[column]);
            }
        }
        return new([.. means.Select(mean => (float)mean)], [.. squares.Select(square => (float)Math.Sqrt(square / Math.Max(1, training.Count)))]);
    }

    /// <summary>Standardizes a row in place.</summary>
    /// <param name="row">Numbers of the row.</param>
    public void Apply(Span<float> row)
    {
        for (var column = 0; column < row.Length; column++)
            row[column] = Deviations[column] > 0 ? (row[column] - Means[column]) / Deviations[column] : 0;
    }

    /// <summary>Returns standardized examples; rows are computed on demand.</summary>
    /// <param name="examples">Any part of the data.</param>
    public IExamples Apply(IExamples examples) => new StandardizedExamples(examples, this);

    sealed class StandardizedExamples(IExamples examples, Standardization scale) : IExamples
    {
        public int Count => examples.Count;

        public int Width => examples.Width;

        public ImmutableArray<string> Classes => examples.Classes;

        public int GetLabel(int row) => examples.GetLabel(row);

        public void CopyRow(int row, Span<float> to)
        {
            examples.CopyRow(row, to);
            scale.Apply(to[..Width]);
        }
    }
}
