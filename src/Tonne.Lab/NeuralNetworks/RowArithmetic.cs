using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>Operations on a row between two products: norm, bias, activation, residual sum, softmax.</summary>
/// <remarks>
/// Written for vectors of 512 bits, which .NET emulates with narrower ones if needed. So the order of the sums, and with it the bits of the
/// result, are the same on each machine.
/// </remarks>
static unsafe class RowArithmetic
{
    /// <summary>Added to the variance, so that a row of equal numbers has a norm (Ba et al. 2016; the usual value).</summary>
    internal const float Epsilon = 1e-5f;

    const int Lanes = 16;

    /// <summary>to = (from − mean) / √(variance + ε).</summary>
    /// <returns>1 / √(variance + ε).</returns>
    internal static float Normalize(float* from, float* to, int width)
    {
        var mean = Sum(from, width) / width;
        var centre = Vector512.Create(mean);
        var squares = Vector512<float>.Zero;
        var column = 0;
        for (; column <= width - Lanes; column += Lanes)
        {
            var number = Vector512.Load(from + column) - centre;
            squares = Vector512.FusedMultiplyAdd(number, number, squares);
        }

        var sum = Sum(squares);
        for (; column < width; column++)
            sum += (from[column] - mean) * (from[column] - mean);
        var inverse = 1 / MathF.Sqrt(sum / width + Epsilon);
        var scale = Vector512.Create(inverse);
        for (column = 0; column <= width - Lanes; column += Lanes)
            ((Vector512.Load(from + column) - centre) * scale).Store(to + column);
        for (; column < width; column++)
            to[column] = (from[column] - mean) * inverse;
        return inverse;
    }

    /// <summary>Adds the gradient through a norm: inverse · (g − mean(g) − x · mean(g · x)).</summary>
    /// <param name="gradient">The gradient of the norm's input; added to.</param>
    /// <param name="g">The gradient of the norm's output.</param>
    /// <param name="x">The norm's output.</param>
    /// <param name="inverse">Result of <see cref="Normalize"/>.</param>
    /// <param name="width">Numbers.</param>
    internal static void AddNormBackward(float* gradient, float* g, float* x, float inverse, int width)
    {
        var sums = Vector512<float>.Zero;
        var products = Vector512<float>.Zero;
        var column = 0;
        for (; column <= width - Lanes; column += Lanes)
        {
            var number = Vector512.Load(g + column);
            sums += number;
            products = Vector512.FusedMultiplyAdd(number, Vector512.Load(x + column), products);
        }

        float sum = Sum(sums), product = Sum(products);
        for (; column < width; column++)
        {
            sum += g[column];
            product += g[column] * x[column];
        }

        sum /= width;
        product /= width;
        var scale = Vector512.Create(inverse);
        var centre = Vector512.Create(sum);
        var slope = Vector512.Create(-product);
        for (column = 0; column <= width - Lanes; column += Lanes)
        {
            var through = Vector512.FusedMultiplyAdd(Vector512.Load(x + column), slope, Vector512.Load(g + column) - centre);
            Vector512.FusedMultiplyAdd(through, scale, Vector512.Load(gradient + column)).Store(gradient + column);
        }

        for (; column < width; column++)
            gradient[column] += (g[column] - sum - x[column] * product) * inverse;
    }

    /// <summary>
    /// Bias and activation: z = max(0, z + b); then h = h + z, or h = z. The columns above zero are stored as bits, 16 to a number.
    /// </summary>
    /// <param name="z">The product; overwritten.</param>
    /// <param name="bias">Bias of the columns, padded to a whole vector.</param>
    /// <param name="h">The row between the layers.</param>
    /// <param name="width">Numbers; rows are padded to whole vectors.</param>
    /// <param name="add">Whether to add to h.</param>
    /// <param name="activationMask">Receives one bit for each column, 16 columns in a number; null if not wanted.</param>
    internal static void Activate(float* z, float* bias, float* h, int width, bool add, ushort* activationMask)
    {
        for (var column = 0; column < width; column += Lanes)
        {
            var number = Vector512.Load(z + column) + Vector512.Load(bias + column);
            if (activationMask is not null)
                activationMask[column / Lanes] = (ushort)Vector512.GreaterThan(number, Vector512<float>.Zero).ExtractMostSignificantBits();
            number = Vector512.Max(number, Vector512<float>.Zero);
            if (add)
                number += Vector512.Load(h + column);
            number.Store(h + column);
        }
    }

    /// <summary>to = from if the bit is set, else 0.</summary>
    internal static void Mask(float* from, ushort* activationMask, float* to, int width)
    {
        var bits = Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        for (var column = 0; column < width; column += Lanes)
        {
            var open = Vector512.Equals(Vector512.Create((int)activationMask[column / Lanes]) & bits, bits).AsSingle();
            (Vector512.Load(from + column) & open).Store(to + column);
        }
    }

    /// <summary>to = from · scale; returns whether all of it is finite.</summary>
    internal static bool Scale(float* row, int width, float scale)
    {
        var factor = Vector512.Create(scale);
        var poison = Vector512<float>.Zero;
        var column = 0;
        for (; column <= width - Lanes; column += Lanes)
        {
            var number = Vector512.Load(row + column) * factor;
            poison += number * Vector512<float>.Zero;
            number.Store(row + column);
        }

        var sum = Sum(poison);
        for (; column < width; column++)
        {
            row[column] *= scale;
            sum += row[column] * 0;
        }

        return sum == 0;
    }

    /// <summary>Converts logits to probabilities, in place: exp(zᵢ − max) / Σ.</summary>
    /// <returns>The logarithm of the sum, with the maximum: logits minus this are the logarithms of the probabilities.</returns>
    internal static double Softmax(float* z, int width)
    {
        var greatest = z[0];
        for (var column = 1; column < width; column++)
            greatest = MathF.Max(greatest, z[column]);
        double sum = 0;
        for (var column = 0; column < width; column++)
        {
            z[column] = MathF.Exp(z[column] - greatest);
            sum += z[column];
        }

        var scale = (float)(1 / sum);
        for (var column = 0; column < width; column++)
            z[column] *= scale;
        return greatest + Math.Log(sum);
    }

    /// <summary>Copies some columns of a matrix to contiguous memory, and sums each.</summary>
    /// <param name="from">The first number.</param>
    /// <param name="step">Numbers from a row to the next.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="to">[rows, columns].</param>
    /// <param name="sums">[columns].</param>
    internal static void CopyColumns(float* from, nint step, int rows, int width, float* to, float* sums)
    {
        var column = 0;
        for (; column <= width - Lanes; column += Lanes)
        {
            var sum = Vector512<float>.Zero;
            for (var row = 0; row < rows; row++)
            {
                var number = Vector512.Load(from + row * step + column);
                number.Store(to + (nint)row * width + column);
                sum += number;
            }

            sum.Store(sums + column);
        }

        for (; column < width; column++)
        {
            float sum = 0;
            for (var row = 0; row < rows; row++)
                sum += to[(nint)row * width + column] = from[row * step + column];
            sums[column] = sum;
        }
    }

    /// <summary>The sum of a row.</summary>
    internal static float Sum(float* row, int width)
    {
        Vector512<float> even = Vector512<float>.Zero, odd = Vector512<float>.Zero;
        var column = 0;
        for (; column <= width - 2 * Lanes; column += 2 * Lanes)
        {
            even += Vector512.Load(row + column);
            odd += Vector512.Load(row + column + Lanes);
        }

        for (; column <= width - Lanes; column += Lanes)
            even += Vector512.Load(row + column);
        var sum = Sum(even + odd);
        for (; column < width; column++)
            sum += row[column];
        return sum;
    }

    /// <summary>The sum of a vector, always in the same order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Sum(Vector512<float> vector)
    {
        var half = vector.GetLower() + vector.GetUpper();
        var quarter = half.GetLower() + half.GetUpper();
        return (quarter[0] + quarter[2]) + (quarter[1] + quarter[3]);
    }
}
