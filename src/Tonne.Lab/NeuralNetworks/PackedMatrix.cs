using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>
/// A matrix B in the layout of a tile kernel: panels of a tile's columns, one row after the other, the last padded with zeros.
/// </summary>
/// <remarks>B[k, j] is at panel j / w, row k, column j mod w, where w is the kernel's columns.</remarks>
sealed unsafe class PackedMatrix
{
    const int Lanes = 16;
    readonly AlignedBuffer? _own;
    readonly float* _panels;

    internal PackedMatrix(TileKernel kernel, int rows, int columns)
        : this(kernel, rows, columns, null)
    {
        _own = new AlignedBuffer(CountNumbers(kernel, rows, columns));
        _panels = _own.Start;
    }

    /// <summary>Creates a matrix in memory of the caller, which must exist longer.</summary>
    internal PackedMatrix(TileKernel kernel, int rows, int columns, float* memory)
    {
        (Kernel, Rows, Columns) = (kernel, rows, columns);
        Panels = (columns + kernel.Columns - 1) / kernel.Columns;
        _panels = memory;
    }

    /// <summary>Numbers of a packed matrix, padding included.</summary>
    internal static long CountNumbers(TileKernel kernel, int rows, int columns) => (columns + kernel.Columns - 1L) / kernel.Columns * kernel.Columns * rows;

    internal TileKernel Kernel { get; }

    /// <summary>Rows of B: the depth of a product A · B.</summary>
    internal int Rows { get; }

    internal int Columns { get; }

    internal int Panels { get; }

    /// <summary>Columns including the padding.</summary>
    internal int PaddedColumns => Panels * Kernel.Columns;

    internal float* GetPanel(int index) => _panels + (nint)index * Rows * Kernel.Columns;

    /// <summary>Packs a panel.</summary>
    /// <param name="index">Number of the panel.</param>
    /// <param name="b">B[0, 0].</param>
    /// <param name="rowStep">Numbers from a row of B to the next.</param>
    /// <param name="columnStep">Numbers from a column of B to the next.</param>
    /// <param name="rows">Rows to pack, at most <see cref="Rows"/>.</param>
    internal void Fill(int index, float* b, nint rowStep, nint columnStep, int rows)
    {
        var width = Kernel.Columns;
        var columns = Math.Min(width, Columns - index * width);
        var to = GetPanel(index);
        b += index * width * columnStep;
        if (columnStep == 1 && columns == width && width % Lanes == 0)
        {
            for (var row = 0; row < rows; row++, to += width, b += rowStep)
            {
                for (var column = 0; column < width; column += Lanes)
                    Vector512.Load(b + column).Store(to + column);
            }

            return;
        }

        if (columnStep == 1)
        {
            for (var row = 0; row < rows; row++, to += width, b += rowStep)
            {
                new ReadOnlySpan<float>(b, columns).CopyTo(new Span<float>(to, width));
                new Span<float>(to + columns, width - columns).Clear();
            }

            return;
        }

        for (var row = 0; row < rows; row++, to += width, b += rowStep)
        {
            for (var column = 0; column < columns; column++)
                to[column] = b[column * columnStep];
            new Span<float>(to + columns, width - columns).Clear();
        }
    }

    /// <summary>Packs a whole matrix whose numbers are stored row after row.</summary>
    internal void Fill(ReadOnlySpan<float> values, bool transposed = false)
    {
        fixed (float* first = values)
        {
            for (var index = 0; index < Panels; index++)
                Fill(index, first, transposed ? 1 : Columns, transposed ? Rows : 1, Rows);
        }
    }

    /// <summary>Copies it out, row after row.</summary>
    internal float[] ToArray()
    {
        var values = new float[Rows * Columns];
        for (var row = 0; row < Rows; row++)
        {
            for (var column = 0; column < Columns; column += Kernel.Columns)
            {
                var width = Math.Min(Kernel.Columns, Columns - column);
                new ReadOnlySpan<float>(GetPanel(column / Kernel.Columns) + (nint)row * Kernel.Columns, width).CopyTo(values.AsSpan(row * Columns + column, width));
            }
        }

        return values;
    }

    /// <summary>C = A · B.</summary>
    /// <param name="a">A[0, 0]; the numbers of a row are contiguous.</param>
    /// <param name="aStep">Numbers from a row of A to the next.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="c">C[0, 0], <see cref="PaddedColumns"/> wide.</param>
    /// <param name="cStep">Numbers from a row of C to the next.</param>
    internal void Multiply(float* a, nint aStep, int rows, float* c, nint cStep)
    {
        var kernel = Kernel;
        if (rows == 1 && kernel.Columns % Lanes == 0)
        {
            MultiplyRow(a, c);
            return;
        }

        for (var panel = 0; panel < Panels; panel++)
        {
            for (var row = 0; row < rows; row += kernel.Rows)
                kernel.Run(a + row * aStep, aStep, 1, GetPanel(panel), kernel.Columns, Rows, c + row * cStep + panel * kernel.Columns, cStep, Math.Min(kernel.Rows, rows - row), add: false);
        }
    }

    /// <summary>Copies rows of the transposed matrix into columns of this one.</summary>
    /// <param name="from">The first number.</param>
    /// <param name="fromStep">Numbers from a row to the next.</param>
    /// <param name="row">Row here of the first number: its column there.</param>
    /// <param name="rows">Columns there.</param>
    /// <param name="column">Column here of the first number: its row there.</param>
    /// <param name="columns">Rows there.</param>
    internal void StoreTransposed(float* from, int fromStep, int row, int rows, int column, int columns)
    {
        var width = Kernel.Columns;
        if (columns == 8 && column % 8 == 0 && width % 8 == 0)
        {
            var line = GetPanel(column / width) + (nint)row * width + column % width;
            for (var end = from + rows; from < end; from++, line += width)
            {
                var lower = Vector128.Create(from[0], from[fromStep], from[2 * fromStep], from[3 * fromStep]);
                var upper = Vector128.Create(from[4 * fromStep], from[5 * fromStep], from[6 * fromStep], from[7 * fromStep]);
                Vector256.Create(lower, upper).Store(line);
            }

            return;
        }

        for (var index = 0; index < columns; index++)
        {
            var to = GetPanel((column + index) / width) + (nint)row * width + (column + index) % width;
            for (var other = 0; other < rows; other++)
                to[other * width] = from[index * fromStep + other];
        }
    }

    /// <summary>The product of a single row: four parts of a vector at a time, each summed in the same order as in a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void MultiplyRow(float* a, float* c)
    {
        nint step = Kernel.Columns;
        var strips = PaddedColumns / Lanes;
        for (var strip = 0; strip < strips; strip += 4)
        {
            float* b0 = GetStrip(strip), b1 = GetStrip(Math.Min(strip + 1, strips - 1)), b2 = GetStrip(Math.Min(strip + 2, strips - 1)), b3 = GetStrip(Math.Min(strip + 3, strips - 1));
            Vector512<float> c0 = Vector512<float>.Zero, c1 = c0, c2 = c0, c3 = c0;
            nint at = 0;
            for (var row = 0; row < Rows; row++, at += step)
            {
                var w = Vector512.Create(a[row]);
                c0 = Vector512.FusedMultiplyAdd(w, Vector512.Load(b0 + at), c0);
                c1 = Vector512.FusedMultiplyAdd(w, Vector512.Load(b1 + at), c1);
                c2 = Vector512.FusedMultiplyAdd(w, Vector512.Load(b2 + at), c2);
                c3 = Vector512.FusedMultiplyAdd(w, Vector512.Load(b3 + at), c3);
            }

            var to = c + strip * Lanes;
            c0.Store(to);
            if (strip + 1 < strips)
                c1.Store(to + Lanes);
            if (strip + 2 < strips)
                c2.Store(to + 2 * Lanes);
            if (strip + 3 < strips)
                c3.Store(to + 3 * Lanes);
        }
    }

    float* GetStrip(int index) => GetPanel(index * Lanes / Kernel.Columns) + index * Lanes % Kernel.Columns;
}
