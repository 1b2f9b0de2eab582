using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Compression;

/// <summary>A matrix of 8-bit numbers in the layout of <see cref="Int8Kernel"/>, padded with zeros.</summary>
sealed unsafe class Int8Matrix
{
    /// <summary>Maximum rows for which a sum of products, each at most 255 · 127, fits into 32 bits.</summary>
    internal const int MaxRows = int.MaxValue / (255 * 127);

    readonly AlignedBuffer _panels;
    readonly AlignedBuffer _corrections;
    readonly Int8Kernel _kernel;
    readonly int _quads;
    readonly int _count;

    /// <summary>Packs a matrix.</summary>
    /// <param name="values">[rows, columns], from −127 to 127.</param>
    /// <param name="rows">Rows, the depth of a product.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="kernel">The kernel; null for the fastest of this machine.</param>
    internal Int8Matrix(ReadOnlySpan<sbyte> values, int rows, int columns, Int8Kernel? kernel = null)
    {
        if (rows > MaxRows)
            throw new ArgumentException($"{rows} products of 8 bits overflow a sum of 32 bits; at most {MaxRows} are taken.", nameof(rows));
        if (values.Length != rows * columns || values.Contains(sbyte.MinValue))
            throw new ArgumentException($"{rows} × {columns} numbers from −127 to 127 are needed.", nameof(values));
        _kernel = kernel ?? Int8Kernel.Best;
        (Rows, Columns) = (rows, columns);
        _quads = (rows + Int8Kernel.Depth - 1) / Int8Kernel.Depth;
        _count = (columns + Int8Kernel.Columns - 1) / Int8Kernel.Columns;
        _panels = new AlignedBuffer((long)_count * _quads * Int8Kernel.Columns);
        _corrections = new AlignedBuffer(PaddedColumns);
        var panels = (sbyte*)_panels.Start;
        var corrections = (int*)_corrections.Start;
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var value = values[row * columns + column];
                var panel = column / Int8Kernel.Columns * (nint)_quads + row / Int8Kernel.Depth;
                panels[(panel * Int8Kernel.Columns + column % Int8Kernel.Columns) * Int8Kernel.Depth + row % Int8Kernel.Depth] = value;
                corrections[column] -= 128 * value;
            }
        }
    }

    internal int Rows { get; }

    internal int Columns { get; }

    /// <summary>Columns including the padding.</summary>
    internal int PaddedColumns => _count * Int8Kernel.Columns;

    /// <summary>Bytes of a row of A: a multiple of four.</summary>
    internal int PaddedRows => _quads * Int8Kernel.Depth;

    /// <summary>C = A · B, exactly.</summary>
    /// <param name="a">
    /// a + 128 as unsigned bytes, a from −127 to 127, <see cref="PaddedRows"/> to a row; bytes beyond <see cref="Rows"/> are ignored.
    /// </param>
    /// <param name="aStep">Bytes from a row of A to the next.</param>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="c">C[0, 0], <see cref="PaddedColumns"/> wide.</param>
    /// <param name="cStep">Numbers from a row of C to the next.</param>
    internal void Multiply(byte* a, nint aStep, int rows, int* c, nint cStep)
    {
        var panels = (sbyte*)_panels.Start;
        var corrections = (int*)_corrections.Start;
        if (rows == 1)
        {
            _kernel.ComputeRow(a, panels, _quads, _count, corrections, c);
            return;
        }

        for (var panel = 0; panel < _count; panel++)
        {
            for (var row = 0; row < rows; row += _kernel.Rows)
            {
                _kernel.ComputeTile(a + row * aStep, aStep, panels + (nint)panel * _quads * Int8Kernel.Columns * Int8Kernel.Depth, _quads, corrections + panel * Int8Kernel.Columns,
                    c + row * cStep + panel * Int8Kernel.Columns, cStep, Math.Min(_kernel.Rows, rows - row));
            }
        }
    }
}
