using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Compression;

/// <summary>Operations on a row between two products of 8-bit numbers.</summary>
/// <remarks>
/// As in <see cref="RowArithmetic"/>, the order of all sums is fixed, so that the result is the same to the bit on each machine.
/// </remarks>
static unsafe class Int8Arithmetic
{
    const int Lanes = 16;

    /// <summary>
    /// 1.5 · 2²³: the floats near it are whole numbers, so adding it rounds to the nearest, ties to even, and the lowest byte is the
    /// result.
    /// </summary>
    const float RoundingConstant = 12_582_912;

    /// <summary>to = round(from · scale) + 128, limited to 1 to 255.</summary>
    /// <param name="from">A row.</param>
    /// <param name="to">Bytes.</param>
    /// <param name="width">Numbers.</param>
    /// <param name="scale">1 / the size of a step.</param>
    internal static void Quantize(float* from, byte* to, int width, float scale) => NormAndQuantize(from, to, width, 0, scale);

    /// <summary>The norm of a row (<see cref="RowArithmetic.Normalize"/>), quantized.</summary>
    internal static void NormAndQuantize(float* from, byte* to, int width, float scale)
    {
        var mean = RowArithmetic.Sum(from, width) / width;
        var centre = Vector512.Create(mean);
        var squares = Vector512<float>.Zero;
        var column = 0;
        for (; column <= width - Lanes; column += Lanes)
        {
            var number = Vector512.Load(from + column) - centre;
            squares = Vector512.FusedMultiplyAdd(number, number, squares);
        }

        var sum = RowArithmetic.Sum(squares);
        for (; column < width; column++)
            sum += (from[column] - mean) * (from[column] - mean);
        NormAndQuantize(from, to, width, mean, scale / MathF.Sqrt(sum / width + RowArithmetic.Epsilon));
    }

    /// <summary>z = max(0, scale · z + bias), and h = h + z, or h = z.</summary>
    /// <param name="z">Sums of products.</param>
    /// <param name="scale">Scale of each column.</param>
    /// <param name="bias">Bias of each column.</param>
    /// <param name="h">The row between the layers; long enough for whole vectors.</param>
    /// <param name="width">Numbers.</param>
    /// <param name="add">Whether to add to h.</param>
    internal static void Activate(int* z, float* scale, float* bias, float* h, int width, bool add)
    {
        for (var column = 0; column < width; column += Lanes)
        {
            var number = Vector512.Max(Linear(z, scale, bias, column), Vector512<float>.Zero);
            if (add)
                number += Vector512.Load(h + column);
            number.Store(h + column);
        }
    }

    /// <summary>to = scale · z + bias.</summary>
    internal static void Scale(int* z, float* scale, float* bias, float* to, int width)
    {
        for (var column = 0; column < width; column += Lanes)
            Linear(z, scale, bias, column).Store(to + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Linear(int* z, float* scale, float* bias, int column) =>
        Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(Vector512.Load(z + column)), Vector512.Load(scale + column), Vector512.Load(bias + column));

    /// <summary>to = round((from − mean) · scale) + 128, limited to 1 to 255.</summary>
    static void NormAndQuantize(float* from, byte* to, int width, float mean, float scale)
    {
        var centre = Vector512.Create(mean);
        var factor = Vector512.Create(scale);
        var column = 0;
        for (; column <= width - 4 * Lanes; column += 4 * Lanes)
        {
            var lower = Vector512.Narrow(Rounded(from + column, centre, factor), Rounded(from + column + Lanes, centre, factor));
            var upper = Vector512.Narrow(Rounded(from + column + 2 * Lanes, centre, factor), Rounded(from + column + 3 * Lanes, centre, factor));
            Vector512.Narrow(lower, upper).Store(to + column);
        }

        for (; column < width; column++)
        {
            var number = MathF.Max(-127, MathF.Min(127, (from[column] - mean) * scale));
            to[column] = (byte)BitConverter.SingleToUInt32Bits(number + (RoundingConstant + 128));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<uint> Rounded(float* from, Vector512<float> centre, Vector512<float> factor)
    {
        var number = (Vector512.Load(from) - centre) * factor;
        number = Vector512.Max(Vector512.Min(number, Vector512.Create(127f)), Vector512.Create(-127f));
        return (number + Vector512.Create(RoundingConstant + 128)).AsUInt32() & Vector512.Create(255u);
    }
}
