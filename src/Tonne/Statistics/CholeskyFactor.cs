namespace Tonne.Statistics;

/// <summary>The lower Cholesky factor L of a symmetric positive definite matrix, A = L·Lᵀ.</summary>
/// <remarks>
/// Source: Golub and Van Loan, Matrix Computations, 4th edition 2013, section 4.2. Immutable, thread safe.
/// If the matrix is not positive definite, its factor contains NaN.
/// </remarks>
public sealed class CholeskyFactor
{
    readonly double[] _factor;
    readonly int _size;

    /// <summary>Factorises a matrix.</summary>
    /// <param name="matrix">The matrix, [size, size], by rows. Only its lower triangle is read.</param>
    /// <param name="size">Number of rows.</param>
    /// <exception cref="ArgumentException">The matrix does not have size² values.</exception>
    public CholeskyFactor(ReadOnlySpan<double> matrix, int size)
    {
        if (matrix.Length != size * size)
            throw new ArgumentException($"{matrix.Length} values are not a matrix of {size} rows and columns.", nameof(matrix));
        (_factor, _size) = (matrix.ToArray(), size);
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = _factor[(i * size) + j];
                for (var k = 0; k < j; k++)
                    sum -= _factor[(i * size) + k] * _factor[(j * size) + k];
                _factor[(i * size) + j] = i == j ? Math.Sqrt(sum) : sum / _factor[(j * size) + j];
            }

            LogDeterminant += 2 * Math.Log(_factor[(i * size) + i]);
        }
    }

    /// <summary>Natural logarithm of the determinant of the matrix.</summary>
    public double LogDeterminant { get; }

    /// <summary>Solves A·x = b.</summary>
    /// <param name="right">b, [size].</param>
    /// <returns>x, [size].</returns>
    /// <exception cref="ArgumentException">b does not have as many values as the matrix has rows.</exception>
    public double[] Solve(ReadOnlySpan<double> right)
    {
        if (right.Length != _size)
            throw new ArgumentException($"{right.Length} values do not fit a matrix of {_size} rows.", nameof(right));
        var x = right.ToArray();
        for (var i = 0; i < _size; i++)
        {
            for (var k = 0; k < i; k++)
                x[i] -= _factor[(i * _size) + k] * x[k];
            x[i] /= _factor[(i * _size) + i];
        }

        for (var i = _size - 1; i >= 0; i--)
        {
            for (var k = i + 1; k < _size; k++)
                x[i] -= _factor[(k * _size) + i] * x[k];
            x[i] /= _factor[(i * _size) + i];
        }

        return x;
    }
}
