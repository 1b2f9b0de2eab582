using System.Collections.Immutable;

namespace Tonne.Lab.Featurizing;

/// <summary>Puts columns of numbers on one scale: (x − mean) ÷ standard deviation, both of the training part only, so that nothing of the other parts leaks. A column without spread becomes 0.</summary>
/// <param name="Means">Mean of each column.</param>
/// <param name="Deviations">Standard deviation of each column (of the population), not negative.</param>
public sealed record Standardization(ImmutableArray<float> Means, ImmutableArray<float> Deviations)
{
    /// <summary>Learns the scale.</summary>
    /// <param name="training">The training part.</param>
    public static Standardization Fit(IExamples training)
    {
        var (means, squares) = (new double[training.Width], new double[training.Width]);
        var row = new float[training.Width];
        for (var i = 0; i < training.Count; i++)
        {
            training.CopyRow(i, row);
            // Welford: no sum of squares loses its last digits.
            for (var column = 0; column < row.Length; column++)
            {
                var before = row[column] - means[column];
                means[column] += before / (i + 1);
                squares[column] += before * (row[column] - means[column]);
            }
        }
        return new([.. means.Select(mean => (float)mean)], [.. squares.Select(square => (float)Math.Sqrt(square / Math.Max(1, training.Count)))]);
    }

    /// <summary>Puts a row on the scale, in place.</summary>
    /// <param name="row">Its numbers.</param>
    public void Apply(Span<float> row)
    {
        for (var column = 0; column < row.Length; column++)
            row[column] = Deviations[column] > 0 ? (row[column] - Means[column]) / Deviations[column] : 0;
    }

    /// <summary>Examples on the scale; rows are made when asked for.</summary>
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
