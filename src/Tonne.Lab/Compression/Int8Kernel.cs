using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tonne.Lab.Compression;

/// <summary>
/// The inner loop of a product of 8-bit numbers with 32-bit sums: a tile of a few rows and 16 columns, kept in registers.
/// </summary>
/// <remarks>
/// Sums of integers are exact, so every kernel gives the same bits as a plain loop. A row of A has a + 128 as unsigned bytes, a and b from
/// −127 to 127. B is stored in panels of 16 columns, with four of the depth side by side: the order in which the instruction VPDPBUSD reads
/// them. .NET 10 has that instruction for 256 bits (AVX-VNNI) and not for 512 (AVX512-VNNI); a processor that has only the latter uses
/// AVX2.
/// </remarks>
sealed unsafe class Int8Kernel
{
    /// <summary>Columns of a panel.</summary>
    internal const int Columns = 16;

    /// <summary>Numbers of the depth that are stored side by side.</summary>
    internal const int Depth = 4;

    /// <summary>Bytes from a step of depth to the next in a panel.</summary>
    const int Step = Columns * Depth;

    const int Lanes = 8;
    readonly delegate*<byte*, nint, sbyte*, nint, int*, int*, nint, int, void> _tile;
    readonly delegate*<byte*, sbyte*, nint, int, int*, int*, void> _row;

    Int8Kernel(string name, int rows, delegate*<byte*, nint, sbyte*, nint, int*, int*, nint, int, void> tile, delegate*<byte*, sbyte*, nint, int, int*, int*, void> row)
    {
        (Name, Rows) = (name, rows);
        _tile = tile;
        _row = row;
    }

    /// <summary>One 256-bit instruction for four products and their sum.</summary>
    internal static Int8Kernel VnniKernel { get; } = new("AVX-VNNI", 6, &TileVnni, &RowVnni);

    /// <summary>Two instructions for the same. Pairs of products are summed in 16 bits, which have room for 2 · 127 · 127.</summary>
    internal static Int8Kernel Avx2Kernel { get; } = new("AVX2", 4, &TileAvx2, &RowAvx2);

    /// <summary>A plain loop.</summary>
    internal static Int8Kernel Portable { get; } = new("portable", 1, &TilePortable, &RowPortable);

    /// <summary>The fastest for this machine.</summary>
    internal static Int8Kernel Best { get; } = Supported.Last();

    /// <summary>The kernels that this machine can run, the slowest first.</summary>
    internal static IEnumerable<Int8Kernel> Supported
    {
        get
        {
            yield return Portable;
            if (Avx2.IsSupported)
                yield return Avx2Kernel;
            if (AvxVnni.IsSupported)
                yield return VnniKernel;
        }
    }

    internal string Name { get; }

    /// <summary>Maximum rows of a tile.</summary>
    internal int Rows { get; }

    /// <summary>c[i, j] = Σ (a[i, k] − 128) · b[k, j] for 16 columns.</summary>
    /// <param name="a">a[0, 0].</param>
    /// <param name="aStep">Bytes from a row to the next.</param>
    /// <param name="panel">B.</param>
    /// <param name="quads">Depth in steps of 4.</param>
    /// <param name="corrections">−128 · Σ b[k, j], one for each column.</param>
    /// <param name="c">c[0, 0].</param>
    /// <param name="cStep">Numbers from a row to the next.</param>
    /// <param name="rows">1 to <see cref="Rows"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ComputeTile(byte* a, nint aStep, sbyte* panel, nint quads, int* corrections, int* c, nint cStep, int rows) => _tile(a, aStep, panel, quads, corrections, c, cStep, rows);

    /// <summary>The same for one row and all panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void ComputeRow(byte* a, sbyte* panels, nint quads, int count, int* corrections, int* c) => _row(a, panels, quads, count, corrections, c);

    /// <inheritdoc/>
    public override string ToString() => Name;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void TileVnni(byte* a, nint aStep, sbyte* b, nint quads, int* corrections, int* c, nint cStep, int rows)
    {
        var row1 = Math.Min(1, rows - 1) * aStep;
        var row2 = Math.Min(2, rows - 1) * aStep;
        var row3 = Math.Min(3, rows - 1) * aStep;
        var row4 = Math.Min(4, rows - 1) * aStep;
        var row5 = Math.Min(5, rows - 1) * aStep;
        Vector256<int> left0 = Vector256.Load(corrections), right0 = Vector256.Load(corrections + Lanes);
        Vector256<int> left1 = left0, right1 = right0, left2 = left0, right2 = right0, left3 = left0, right3 = right0, left4 = left0, right4 = right0, left5 = left0, right5 = right0;
        for (; quads > 0; quads--)
        {
            var left = Vector256.Load(b);
            var right = Vector256.Load(b + 32);
            var w = LoadFour(a);
            left0 = AvxVnni.MultiplyWideningAndAdd(left0, w, left);
            right0 = AvxVnni.MultiplyWideningAndAdd(right0, w, right);
            w = LoadFour(a + row1);
            left1 = AvxVnni.MultiplyWideningAndAdd(left1, w, left);
            right1 = AvxVnni.MultiplyWideningAndAdd(right1, w, right);
            w = LoadFour(a + row2);
            left2 = AvxVnni.MultiplyWideningAndAdd(left2, w, left);
            right2 = AvxVnni.MultiplyWideningAndAdd(right2, w, right);
            w = LoadFour(a + row3);
            left3 = AvxVnni.MultiplyWideningAndAdd(left3, w, left);
            right3 = AvxVnni.MultiplyWideningAndAdd(right3, w, right);
            w = LoadFour(a + row4);
            left4 = AvxVnni.MultiplyWideningAndAdd(left4, w, left);
            right4 = AvxVnni.MultiplyWideningAndAdd(right4, w, right);
            w = LoadFour(a + row5);
            left5 = AvxVnni.MultiplyWideningAndAdd(left5, w, left);
            right5 = AvxVnni.MultiplyWideningAndAdd(right5, w, right);
            a += Depth;
            b += Step;
        }

        Store(c, left0, right0);
        if (rows > 1)
            Store(c + cStep, left1, right1);
        if (rows > 2)
            Store(c + 2 * cStep, left2, right2);
        if (rows > 3)
            Store(c + 3 * cStep, left3, right3);
        if (rows > 4)
            Store(c + 4 * cStep, left4, right4);
        if (rows > 5)
            Store(c + 5 * cStep, left5, right5);
    }

    /// <summary>Four panels at a time, so that eight sums run in parallel; panels beyond the last are the last one again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void RowVnni(byte* a, sbyte* panels, nint quads, int count, int* corrections, int* c)
    {
        for (var panel = 0; panel < count; panel += 4)
        {
            nint second = Math.Min(panel + 1, count - 1), third = Math.Min(panel + 2, count - 1), fourth = Math.Min(panel + 3, count - 1);
            sbyte* b0 = panels + panel * quads * Step, b1 = panels + second * quads * Step, b2 = panels + third * quads * Step, b3 = panels + fourth * quads * Step;
            Vector256<int> left0 = Vector256.Load(corrections + panel * Columns), right0 = Vector256.Load(corrections + panel * Columns + Lanes);
            Vector256<int> left1 = Vector256.Load(corrections + second * Columns), right1 = Vector256.Load(corrections + second * Columns + Lanes);
            Vector256<int> left2 = Vector256.Load(corrections + third * Columns), right2 = Vector256.Load(corrections + third * Columns + Lanes);
            Vector256<int> left3 = Vector256.Load(corrections + fourth * Columns), right3 = Vector256.Load(corrections + fourth * Columns + Lanes);
            nint at = 0;
            for (nint quad = 0; quad < quads; quad++, at += Step)
            {
                var w = LoadFour(a + quad * Depth);
                left0 = AvxVnni.MultiplyWideningAndAdd(left0, w, Vector256.Load(b0 + at));
                right0 = AvxVnni.MultiplyWideningAndAdd(right0, w, Vector256.Load(b0 + at + 32));
                left1 = AvxVnni.MultiplyWideningAndAdd(left1, w, Vector256.Load(b1 + at));
                right1 = AvxVnni.MultiplyWideningAndAdd(right1, w, Vector256.Load(b1 + at + 32));
                left2 = AvxVnni.MultiplyWideningAndAdd(left2, w, Vector256.Load(b2 + at));
                right2 = AvxVnni.MultiplyWideningAndAdd(right2, w, Vector256.Load(b2 + at + 32));
                left3 = AvxVnni.MultiplyWideningAndAdd(left3, w, Vector256.Load(b3 + at));
                right3 = AvxVnni.MultiplyWideningAndAdd(right3, w, Vector256.Load(b3 + at + 32));
            }

            Store(c + panel * Columns, left0, right0);
            Store(c + second * Columns, left1, right1);
            Store(c + third * Columns, left2, right2);
            Store(c + fourth * Columns, left3, right3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void TileAvx2(byte* a, nint aStep, sbyte* b, nint quads, int* corrections, int* c, nint cStep, int rows)
    {
        var row1 = Math.Min(1, rows - 1) * aStep;
        var row2 = Math.Min(2, rows - 1) * aStep;
        var row3 = Math.Min(3, rows - 1) * aStep;
        Vector256<int> left0 = Vector256<int>.Zero, right0 = left0, left1 = left0, right1 = left0, left2 = left0, right2 = left0, left3 = left0, right3 = left0;
        for (; quads > 0; quads--)
        {
            var left = Vector256.Load(b);
            var right = Vector256.Load(b + 32);
            var w = LoadSigned(a);
            left0 = AddFour(left0, w, left);
            right0 = AddFour(right0, w, right);
            w = LoadSigned(a + row1);
            left1 = AddFour(left1, w, left);
            right1 = AddFour(right1, w, right);
            w = LoadSigned(a + row2);
            left2 = AddFour(left2, w, left);
            right2 = AddFour(right2, w, right);
            w = LoadSigned(a + row3);
            left3 = AddFour(left3, w, left);
            right3 = AddFour(right3, w, right);
            a += Depth;
            b += Step;
        }

        Store(c, left0, right0);
        if (rows > 1)
            Store(c + cStep, left1, right1);
        if (rows > 2)
            Store(c + 2 * cStep, left2, right2);
        if (rows > 3)
            Store(c + 3 * cStep, left3, right3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void RowAvx2(byte* a, sbyte* panels, nint quads, int count, int* corrections, int* c)
    {
        for (var panel = 0; panel < count; panel += 2)
        {
            nint second = Math.Min(panel + 1, count - 1);
            sbyte* b0 = panels + panel * quads * Step, b1 = panels + second * quads * Step;
            Vector256<int> left0 = Vector256<int>.Zero, right0 = left0, left1 = left0, right1 = left0;
            nint at = 0;
            for (nint quad = 0; quad < quads; quad++, at += Step)
            {
                var w = LoadSigned(a + quad * Depth);
                left0 = AddFour(left0, w, Vector256.Load(b0 + at));
                right0 = AddFour(right0, w, Vector256.Load(b0 + at + 32));
                left1 = AddFour(left1, w, Vector256.Load(b1 + at));
                right1 = AddFour(right1, w, Vector256.Load(b1 + at + 32));
            }

            Store(c + panel * Columns, left0, right0);
            Store(c + second * Columns, left1, right1);
        }
    }

    static void TilePortable(byte* a, nint aStep, sbyte* b, nint quads, int* corrections, int* c, nint cStep, int rows)
    {
        for (var row = 0; row < rows; row++)
            RowPortable(a + row * aStep, b, quads, 1, corrections, c + row * cStep);
    }

    static void RowPortable(byte* a, sbyte* panels, nint quads, int count, int* corrections, int* c)
    {
        for (var panel = 0; panel < count; panel++, c += Columns, panels += quads * Step)
        {
            new Span<int>(c, Columns).Clear();
            for (nint quad = 0; quad < quads; quad++)
            {
                int w0 = a[quad * Depth] - 128, w1 = a[quad * Depth + 1] - 128, w2 = a[quad * Depth + 2] - 128, w3 = a[quad * Depth + 3] - 128;
                var b = panels + quad * Step;
                for (var column = 0; column < Columns; column++, b += Depth)
                    c[column] += w0 * b[0] + w1 * b[1] + w2 * b[2] + w3 * b[3];
            }
        }
    }

    /// <summary>Four neighbours of a row, for every column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<byte> LoadFour(byte* a) => Vector256.Create(*(int*)a).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<sbyte> LoadSigned(byte* a) => (LoadFour(a) ^ Vector256.Create((byte)128)).AsSByte();

    /// <summary>|a| · (b with the sign of a) equals a · b, and fits an instruction whose first factor is unsigned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> AddFour(Vector256<int> sum, Vector256<sbyte> a, Vector256<sbyte> b)
    {
        var pairs = Avx2.MultiplyAddAdjacent(Avx2.Abs(a), Avx2.Sign(b, a));
        return sum + Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(int* c, Vector256<int> left, Vector256<int> right)
    {
        left.Store(c);
        right.Store(c + Lanes);
    }
}
