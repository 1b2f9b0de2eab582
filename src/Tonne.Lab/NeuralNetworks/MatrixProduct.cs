using System.Buffers;
using System.Runtime.CompilerServices;

namespace Tonne.Lab.NeuralNetworks;

/// <summary>Multiplies two matrices of 32-bit floating point numbers.</summary>
/// <remarks>
/// B is packed into panels, one block of depth after the other, and each thread computes blocks of C. A number of C is summed by one thread
/// in the order of the depth, so its bits depend neither on the number of threads nor on the width of the machine's vectors. Costs 2 · rows
/// · columns · depth operations. Not to be called for the same C at the same time.
/// </remarks>
static unsafe class MatrixProduct
{
    /// <summary>
    /// Depth of a block: its panel of B, 512 × 32 × 4 B, stays in the second-level cache while all rows of A are multiplied by it.
    /// </summary>
    const int BlockDepth = 512;

    const int BlockRows = 64;
    const int BlockPanels = 4;
    const long ParallelThreshold = 1L << 20;

    /// <summary>Maximum numbers of B that are packed at a time (one block of depth at least): 64 MiB.</summary>
    const long MaxPackedNumbers = 1L << 24;

    /// <summary>C = A · B, or C += A · B.</summary>
    /// <param name="a">[rows, depth]. For Aᵀ · B pass <see cref="MatrixView.Transposed"/>.</param>
    /// <param name="b">[depth, columns].</param>
    /// <param name="c">[rows, columns]; may not overlap with A or B.</param>
    /// <param name="team">Threads; null for the caller's alone.</param>
    /// <param name="add">Whether to add to C.</param>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static void Multiply(MatrixView a, MatrixView b, MatrixView c, ThreadTeam? team = null, bool add = false) =>
        Multiply(a, b, c, team, add, TileKernel.Best);

    internal static void Multiply(MatrixView a, MatrixView b, MatrixView c, ThreadTeam? team, bool add, TileKernel kernel)
    {
        if (a.Columns != b.Rows || a.Rows != c.Rows || b.Columns != c.Columns)
            throw new ArgumentException($"[{a.Rows}, {a.Columns}] times [{b.Rows}, {b.Columns}] is not [{c.Rows}, {c.Columns}].");
        if (c.Rows == 0 || c.Columns == 0)
            return;
        if (c.ColumnStride != 1 && c.RowStride == 1)
        {
            Multiply(b.Transposed, a.Transposed, c.Transposed, team, add, kernel);
            return;
        }

        if ((c.ColumnStride != 1 && c.Columns > 1) || (c.RowStride < c.Columns && c.Rows > 1))
            throw new ArgumentException("Neither the rows nor the columns of C are contiguous.", nameof(c));
        var deep = (int)Math.Clamp(MaxPackedNumbers / PackedMatrix.CountNumbers(kernel, 1, c.Columns) / BlockDepth * BlockDepth, BlockDepth, Math.Max(BlockDepth, a.Columns));
        for (var begin = 0; begin < Math.Max(1, a.Columns); begin += deep)
            Multiply(a, b, c, (begin, Math.Min(deep, a.Columns - begin)), team, add || begin > 0, kernel);
    }

    /// <summary>A part of the depth, whose part of B is packed at once.</summary>
    static void Multiply(MatrixView a, MatrixView b, MatrixView c, (int Begin, int Depth) part, ThreadTeam? team, bool add, TileKernel kernel)
    {
        var packs = new PackedMatrix[Math.Max(1, (part.Depth + BlockDepth - 1) / BlockDepth)];
        var memory = ArrayPool<float>.Shared.Rent(checked((int)PackedMatrix.CountNumbers(kernel, Math.Max(1, part.Depth), b.Columns) + AlignedBuffer.Padding));
        fixed (float* aStart = a.Values, bStart = b.Values, cStart = c.Values, packed = memory)
        {
            var start = AlignedBuffer.Align(packed);
            for (var index = 0; index < packs.Length; index++)
            {
                packs[index] = new PackedMatrix(kernel, Math.Clamp(part.Depth - index * BlockDepth, 1, BlockDepth), b.Columns, start);
                start += PackedMatrix.CountNumbers(kernel, packs[index].Rows, b.Columns);
            }

            var first = (nint)part.Begin;
            new Blocks(kernel, a, aStart + a.Offset + first * a.ColumnStride, b, bStart + b.Offset + first * b.RowStride, c, cStart + c.Offset, part.Depth, packs, add).Run(team);
        }

        ArrayPool<float>.Shared.Return(memory);
    }

    /// <summary>
    /// One product in progress: first the panels of B are packed, then blocks of C are computed. The threads share both without a barrier
    /// in between.
    /// </summary>
    /// <remarks>
    /// Items are begun in order, so a thread that needs panels that are not yet packed waits for a thread that is packing them.
    /// </remarks>
    sealed class Blocks(TileKernel kernel, MatrixView a, float* aStart, MatrixView b, float* bStart, MatrixView c, float* cStart, int depth, PackedMatrix[] packs, bool add)
    {
        readonly int _rowBlocks = (c.Rows + BlockRows - 1) / BlockRows;
        readonly int _panels = packs[0].Panels;
        int _packed;

        internal void Run(ThreadTeam? team)
        {
            var items = _panels * packs.Length + _rowBlocks * ((_panels + BlockPanels - 1) / BlockPanels);
            if (team is not null && (long)c.Rows * c.Columns * a.Columns >= ParallelThreshold)
            {
                team.Run(items, ProcessItem);
                return;
            }

            for (var item = 0; item < items; item++)
                ProcessItem(item, 0);
        }

        void ProcessItem(int item, int member)
        {
            var block = item - _panels * packs.Length;
            if (block < 0)
            {
                var pack = packs[item / _panels];
                var row = item / _panels * BlockDepth;
                pack.Fill(item % _panels, bStart + (nint)row * b.RowStride, b.RowStride, b.ColumnStride, Math.Min(BlockDepth, depth - row));
                Interlocked.Increment(ref _packed);
                return;
            }

            var wait = default(SpinWait);
            while (Volatile.Read(ref _packed) < _panels * packs.Length)
                wait.SpinOnce();
            for (var index = 0; index < packs.Length; index++)
                ComputeBlock(packs[index], index * BlockDepth, block % _rowBlocks * BlockRows, block / _rowBlocks * BlockPanels);
        }

        void ComputeBlock(PackedMatrix panels, int begin, int firstRow, int firstPanel)
        {
            var (deep, adds) = (Math.Min(BlockDepth, depth - begin), add || begin > 0);
            var edge = stackalloc float[kernel.Rows * kernel.Columns];
            for (var panel = firstPanel; panel < Math.Min(firstPanel + BlockPanels, _panels); panel++)
            {
                var column = panel * kernel.Columns;
                var columns = Math.Min(kernel.Columns, c.Columns - column);
                for (var row = firstRow; row < Math.Min(firstRow + BlockRows, c.Rows); row += kernel.Rows)
                {
                    var rows = Math.Min(kernel.Rows, Math.Min(firstRow + BlockRows, c.Rows) - row);
                    var left = aStart + (nint)row * a.RowStride + (nint)begin * a.ColumnStride;
                    var to = cStart + (nint)row * c.RowStride + column;
                    if (columns == kernel.Columns)
                    {
                        kernel.Run(left, a.RowStride, a.ColumnStride, panels.GetPanel(panel), kernel.Columns, deep, to, c.RowStride, rows, adds);
                        continue;
                    }

                    kernel.Run(left, a.RowStride, a.ColumnStride, panels.GetPanel(panel), kernel.Columns, deep, edge, kernel.Columns, rows, add: false);
                    StoreEdge(edge, kernel.Columns, rows, columns, to, adds);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void StoreEdge(float* edge, int edgeStep, int rows, int columns, float* to, bool adds)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    ref var number = ref to[(nint)row * c.RowStride + column];
                    number = edge[row * edgeStep + column] + (adds ? number : 0);
                }
            }
        }
    }
}
