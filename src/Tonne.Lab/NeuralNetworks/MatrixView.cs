namespace Tonne.Lab.NeuralNetworks;

/// <summary>A view of an array as a matrix: rows and columns with their steps, so that a transpose or a part needs no copy.</summary>
readonly record struct MatrixView
{
    /// <summary>Creates a matrix that fills an array row after row.</summary>
    /// <param name="values">The array, [rows, columns].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    public MatrixView(float[] values, int rows, int columns)
        : this(values, 0, rows, columns, columns, 1)
    {
    }

    /// <summary>Creates any matrix in an array.</summary>
    /// <param name="values">The array.</param>
    /// <param name="offset">Index of the first number.</param>
    /// <param name="rows">Rows, at least 0.</param>
    /// <param name="columns">Columns, at least 0.</param>
    /// <param name="rowStep">Numbers from a row to the next, at least 0.</param>
    /// <param name="columnStep">Numbers from a column to the next, at least 0.</param>
    /// <exception cref="ArgumentException">The matrix exceeds the array.</exception>
    public MatrixView(float[] values, int offset, int rows, int columns, int rowStep, int columnStep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        ArgumentOutOfRangeException.ThrowIfNegative(rowStep);
        ArgumentOutOfRangeException.ThrowIfNegative(columnStep);
        if (rows > 0 && columns > 0 && offset + (rows - 1L) * rowStep + (columns - 1L) * columnStep >= values.Length)
            throw new ArgumentException($"A matrix of {rows} × {columns} from {offset} with steps {rowStep} and {columnStep} reaches beyond {values.Length} numbers.");
        (Values, Offset, Rows, Columns, RowStride, ColumnStride) = (values, offset, rows, columns, rowStep, columnStep);
    }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Numbers from a row to the next.</summary>
    public int RowStride { get; }

    /// <summary>Numbers from a column to the next.</summary>
    public int ColumnStride { get; }

    /// <summary>The transpose; nothing is copied.</summary>
    public MatrixView Transposed => new(Values, Offset, Columns, Rows, ColumnStride, RowStride);

    /// <summary>A number.</summary>
    /// <param name="row">0 to <see cref="Rows"/> − 1.</param>
    /// <param name="column">0 to <see cref="Columns"/> − 1.</param>
    public float this[int row, int column] => Values[Offset + row * RowStride + column * ColumnStride];

    internal float[] Values { get; }

    internal int Offset { get; }
}
