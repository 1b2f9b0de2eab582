using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>
/// The inner loop of a matrix product: a tile of a few rows and the columns of two vectors, kept in registers. It is the sum over the depth
/// of a column of A times a row of B.
/// </summary>
/// <remarks>
/// Each number is summed in the order of the depth by fused multiply-adds (IEEE 754-2019, one rounding each), so that every kernel gives
/// the same bits. The number of registers limits the tile: 8 × 2 sums, 2 of B and 1 of A fit into 32, 6 × 2 + 2 + 1 into 16. Source of
/// tiles and panels: Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, 2008.
/// </remarks>
sealed unsafe class TileKernel
{
    readonly delegate*<float*, nint, nint, float*, nint, nint, float*, nint, int, bool, void> _tile;

    TileKernel(string name, int rows, int columns, delegate*<float*, nint, nint, float*, nint, nint, float*, nint, int, bool, void> tile)
    {
        (Name, Rows, Columns) = (name, rows, columns);
        _tile = tile;
    }

    /// <summary>For 32 registers of 512 bits (AVX-512).</summary>
    internal static TileKernel Bits512 { get; } = new("512 bits", 8, 32, &Tile512);

    /// <summary>For 16 registers of 256 bits (AVX2).</summary>
    internal static TileKernel Bits256 { get; } = new("256 bits", 6, 16, &Tile256);

    /// <summary>For the vectors that the machine has.</summary>
    internal static TileKernel Portable { get; } = new("portable", 4, 2 * Vector<float>.Count, &TilePortable);

    /// <summary>The fastest for this machine.</summary>
    internal static TileKernel Best { get; } =
        Vector512.IsHardwareAccelerated ? Bits512 : Vector256.IsHardwareAccelerated ? Bits256 : Portable;

    internal string Name { get; }

    /// <summary>Maximum rows of a tile.</summary>
    internal int Rows { get; }

    /// <summary>Columns of a tile.</summary>
    internal int Columns { get; }

    /// <summary>c[i, j] = Σ a[i, k] · b[k, j], or += if <paramref name="add"/>.</summary>
    /// <param name="a">a[0, 0].</param>
    /// <param name="rowStep">Numbers from a[i, k] to a[i + 1, k].</param>
    /// <param name="depthStep">Numbers from a[i, k] to a[i, k + 1].</param>
    /// <param name="b">b[0, 0]; columns are contiguous.</param>
    /// <param name="bStep">Numbers from b[k, j] to b[k + 1, j].</param>
    /// <param name="depth">Number of k.</param>
    /// <param name="c">c[0, 0]; columns are contiguous, and there are <see cref="Columns"/> of them.</param>
    /// <param name="cStep">Numbers from c[i, j] to c[i + 1, j].</param>
    /// <param name="rows">1 to <see cref="Rows"/>.</param>
    /// <param name="add">Whether to add to c.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Run(float* a, nint rowStep, nint depthStep, float* b, nint bStep, nint depth, float* c, nint cStep, int rows, bool add) =>
        _tile(a, rowStep, depthStep, b, bStep, depth, c, cStep, rows, add);

    /// <inheritdoc/>
    public override string ToString() => Name;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile512(float* a, nint rowStep, nint depthStep, float* b, nint bStep, nint depth, float* c, nint cStep, int rows, bool add)
    {
        var row1 = Math.Min(1, rows - 1) * rowStep;
        var row2 = Math.Min(2, rows - 1) * rowStep;
        var row3 = Math.Min(3, rows - 1) * rowStep;
        var row4 = Math.Min(4, rows - 1) * rowStep;
        var row5 = Math.Min(5, rows - 1) * rowStep;
        var row6 = Math.Min(6, rows - 1) * rowStep;
        var row7 = Math.Min(7, rows - 1) * rowStep;
        Vector512<float> left0 = Vector512<float>.Zero, right0 = Vector512<float>.Zero;
        Vector512<float> left1 = Vector512<float>.Zero, right1 = Vector512<float>.Zero;
        Vector512<float> left2 = Vector512<float>.Zero, right2 = Vector512<float>.Zero;
        Vector512<float> left3 = Vector512<float>.Zero, right3 = Vector512<float>.Zero;
        Vector512<float> left4 = Vector512<float>.Zero, right4 = Vector512<float>.Zero;
        Vector512<float> left5 = Vector512<float>.Zero, right5 = Vector512<float>.Zero;
        Vector512<float> left6 = Vector512<float>.Zero, right6 = Vector512<float>.Zero;
        Vector512<float> left7 = Vector512<float>.Zero, right7 = Vector512<float>.Zero;
        for (; depth > 0; depth--)
        {
            var left = Vector512.Load(b);
            var right = Vector512.Load(b + 16);
            var w = Vector512.Create(*a);
            left0 = Vector512.FusedMultiplyAdd(w, left, left0);
            right0 = Vector512.FusedMultiplyAdd(w, right, right0);
            w = Vector512.Create(a[row1]);
            left1 = Vector512.FusedMultiplyAdd(w, left, left1);
            right1 = Vector512.FusedMultiplyAdd(w, right, right1);
            w = Vector512.Create(a[row2]);
            left2 = Vector512.FusedMultiplyAdd(w, left, left2);
            right2 = Vector512.FusedMultiplyAdd(w, right, right2);
            w = Vector512.Create(a[row3]);
            left3 = Vector512.FusedMultiplyAdd(w, left, left3);
            right3 = Vector512.FusedMultiplyAdd(w, right, right3);
            w = Vector512.Create(a[row4]);
            left4 = Vector512.FusedMultiplyAdd(w, left, left4);
            right4 = Vector512.FusedMultiplyAdd(w, right, right4);
            w = Vector512.Create(a[row5]);
            left5 = Vector512.FusedMultiplyAdd(w, left, left5);
            right5 = Vector512.FusedMultiplyAdd(w, right, right5);
            w = Vector512.Create(a[row6]);
            left6 = Vector512.FusedMultiplyAdd(w, left, left6);
            right6 = Vector512.FusedMultiplyAdd(w, right, right6);
            w = Vector512.Create(a[row7]);
            left7 = Vector512.FusedMultiplyAdd(w, left, left7);
            right7 = Vector512.FusedMultiplyAdd(w, right, right7);
            a += depthStep;
            b += bStep;
        }

        Store(c, left0, right0, add);
        if (rows > 1)
            Store(c + cStep, left1, right1, add);
        if (rows > 2)
            Store(c + 2 * cStep, left2, right2, add);
        if (rows > 3)
            Store(c + 3 * cStep, left3, right3, add);
        if (rows > 4)
            Store(c + 4 * cStep, left4, right4, add);
        if (rows > 5)
            Store(c + 5 * cStep, left5, right5, add);
        if (rows > 6)
            Store(c + 6 * cStep, left6, right6, add);
        if (rows > 7)
            Store(c + 7 * cStep, left7, right7, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector512<float> left, Vector512<float> right, bool add)
    {
        if (add)
        {
            left += Vector512.Load(c);
            right += Vector512.Load(c + 16);
        }

        left.Store(c);
        right.Store(c + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile256(float* a, nint rowStep, nint depthStep, float* b, nint bStep, nint depth, float* c, nint cStep, int rows, bool add)
    {
        var row1 = Math.Min(1, rows - 1) * rowStep;
        var row2 = Math.Min(2, rows - 1) * rowStep;
        var row3 = Math.Min(3, rows - 1) * rowStep;
        var row4 = Math.Min(4, rows - 1) * rowStep;
        var row5 = Math.Min(5, rows - 1) * rowStep;
        Vector256<float> left0 = Vector256<float>.Zero, right0 = Vector256<float>.Zero;
        Vector256<float> left1 = Vector256<float>.Zero, right1 = Vector256<float>.Zero;
        Vector256<float> left2 = Vector256<float>.Zero, right2 = Vector256<float>.Zero;
        Vector256<float> left3 = Vector256<float>.Zero, right3 = Vector256<float>.Zero;
        Vector256<float> left4 = Vector256<float>.Zero, right4 = Vector256<float>.Zero;
        Vector256<float> left5 = Vector256<float>.Zero, right5 = Vector256<float>.Zero;
        for (; depth > 0; depth--)
        {
            var left = Vector256.Load(b);
            var right = Vector256.Load(b + 8);
            var w = Vector256.Create(*a);
            left0 = Vector256.FusedMultiplyAdd(w, left, left0);
            right0 = Vector256.FusedMultiplyAdd(w, right, right0);
            w = Vector256.Create(a[row1]);
            left1 = Vector256.FusedMultiplyAdd(w, left, left1);
            right1 = Vector256.FusedMultiplyAdd(w, right, right1);
            w = Vector256.Create(a[row2]);
            left2 = Vector256.FusedMultiplyAdd(w, left, left2);
            right2 = Vector256.FusedMultiplyAdd(w, right, right2);
            w = Vector256.Create(a[row3]);
            left3 = Vector256.FusedMultiplyAdd(w, left, left3);
            right3 = Vector256.FusedMultiplyAdd(w, right, right3);
            w = Vector256.Create(a[row4]);
            left4 = Vector256.FusedMultiplyAdd(w, left, left4);
            right4 = Vector256.FusedMultiplyAdd(w, right, right4);
            w = Vector256.Create(a[row5]);
            left5 = Vector256.FusedMultiplyAdd(w, left, left5);
            right5 = Vector256.FusedMultiplyAdd(w, right, right5);
            a += depthStep;
            b += bStep;
        }

        Store(c, left0, right0, add);
        if (rows > 1)
            Store(c + cStep, left1, right1, add);
        if (rows > 2)
            Store(c + 2 * cStep, left2, right2, add);
        if (rows > 3)
            Store(c + 3 * cStep, left3, right3, add);
        if (rows > 4)
            Store(c + 4 * cStep, left4, right4, add);
        if (rows > 5)
            Store(c + 5 * cStep, left5, right5, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector256<float> left, Vector256<float> right, bool add)
    {
        if (add)
        {
            left += Vector256.Load(c);
            right += Vector256.Load(c + 8);
        }

        left.Store(c);
        right.Store(c + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void TilePortable(float* a, nint rowStep, nint depthStep, float* b, nint bStep, nint depth, float* c, nint cStep, int rows, bool add)
    {
        var row1 = Math.Min(1, rows - 1) * rowStep;
        var row2 = Math.Min(2, rows - 1) * rowStep;
        var row3 = Math.Min(3, rows - 1) * rowStep;
        Vector<float> left0 = Vector<float>.Zero, right0 = Vector<float>.Zero;
        Vector<float> left1 = Vector<float>.Zero, right1 = Vector<float>.Zero;
        Vector<float> left2 = Vector<float>.Zero, right2 = Vector<float>.Zero;
        Vector<float> left3 = Vector<float>.Zero, right3 = Vector<float>.Zero;
        for (; depth > 0; depth--)
        {
            var left = Vector.Load(b);
            var right = Vector.Load(b + Vector<float>.Count);
            var w = Vector.Create(*a);
            left0 = Vector.FusedMultiplyAdd(w, left, left0);
            right0 = Vector.FusedMultiplyAdd(w, right, right0);
            w = Vector.Create(a[row1]);
            left1 = Vector.FusedMultiplyAdd(w, left, left1);
            right1 = Vector.FusedMultiplyAdd(w, right, right1);
            w = Vector.Create(a[row2]);
            left2 = Vector.FusedMultiplyAdd(w, left, left2);
            right2 = Vector.FusedMultiplyAdd(w, right, right2);
            w = Vector.Create(a[row3]);
            left3 = Vector.FusedMultiplyAdd(w, left, left3);
            right3 = Vector.FusedMultiplyAdd(w, right, right3);
            a += depthStep;
            b += bStep;
        }

        Store(c, left0, right0, add);
        if (rows > 1)
            Store(c + cStep, left1, right1, add);
        if (rows > 2)
            Store(c + 2 * cStep, left2, right2, add);
        if (rows > 3)
            Store(c + 3 * cStep, left3, right3, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(float* c, Vector<float> left, Vector<float> right, bool add)
    {
        if (add)
        {
            left += Vector.Load(c);
            right += Vector.Load(c + Vector<float>.Count);
        }

        left.Store(c);
        right.Store(c + Vector<float>.Count);
    }
}
