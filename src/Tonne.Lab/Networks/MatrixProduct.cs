using System.Buffers;
using System.Runtime.CompilerServices;

namespace Tonne.Lab.Networks;

/// <summary>The product of two matrices of 32-bit floating point numbers.</summary>
/// <remarks>
/// B is packed into panels once per block of depth, and each thread takes blocks of C. A number of C is summed by one thread in the order of the depth:
/// its bits depend neither on the number of threads nor on the width of the machine's vectors.
/// Costs 2 · rows · columns · depth operations. Not to be called for the same C at the same time.
/// </remarks>
public static unsafe class MatrixProduct
{
    /// <summary>Depth of a block: its panel of B, 512 × 32 × 4 B, stays in the second cache while all rows of A pass by.</summary>
    const int BlockDepth = 512;

    const int BlockRows = 64;
    const int BlockPanels = 4;
    const long WorthSharing = 1L << 20;

    /// <summary>C = A · B, or C += A · B.</summary>
    /// <param name="a">[rows, depth]. For Aᵀ · B hand in <see cref="MatrixView.Transposed"/>.</param>
    /// <param name="b">[depth, columns].</param>
    /// <param name="c">[rows, columns]; may not overlap with A or B.</param>
    /// <param name="team">Threads, or none for the caller's.</param>
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
        if (c.ColumnStep != 1 && c.RowStep == 1)
        {
            Multiply(b.Transposed, a.Transposed, c.Transposed, team, add, kernel);
            return;
        }

        if ((c.ColumnStep != 1 && c.Columns > 1) || (c.RowStep < c.Columns && c.Rows > 1))
            throw new ArgumentException("Neither rows nor columns of C are neighbours.", nameof(c));
        var depth = Math.Clamp(b.Rows, 1, BlockDepth);
        var memory = ArrayPool<float>.Shared.Rent(checked((int)PackedMatrix.Numbers(kernel, depth, b.Columns) + AlignedBuffer.Spare));
        fixed (float* aStart = a.Values, bStart = b.Values, cStart = c.Values, packed = memory)
        {
            var panels = new PackedMatrix(kernel, depth, b.Columns, AlignedBuffer.Align(packed));
            new Blocks(kernel, a, aStart + a.Offset, b, bStart + b.Offset, c, cStart + c.Offset, panels).Run(team, add);
        }

        ArrayPool<float>.Shared.Return(memory);
    }

    /// <summary>One product under way.</summary>
    sealed class Blocks(TileKernel kernel, MatrixView a, float* aStart, MatrixView b, float* bStart, MatrixView c, float* cStart, PackedMatrix panels)
    {
        int _begin;
        int _depth;
        bool _add;

        internal void Run(ThreadTeam? team, bool add)
        {
            var shared = (long)c.Rows * c.Columns * a.Columns >= WorthSharing ? team : null;
            var rowBlocks = (c.Rows + BlockRows - 1) / BlockRows;
            var panelBlocks = (panels.Panels + BlockPanels - 1) / BlockPanels;
            for (_begin = 0; _begin < Math.Max(1, a.Columns); _begin += BlockDepth)
            {
                _depth = Math.Min(BlockDepth, a.Columns - _begin);
                _add = add || _begin > 0;
                Share(shared, panels.Panels, (panel, _) => panels.Fill(panel, bStart + (nint)_begin * b.RowStep, b.RowStep, b.ColumnStep, _depth));
                Share(shared, rowBlocks * panelBlocks, (block, _) => Block(block % rowBlocks * BlockRows, block / rowBlocks * BlockPanels));
            }
        }

        static void Share(ThreadTeam? team, int items, Action<int, int> work)
        {
            if (team is not null)
            {
                team.Run(items, work);
                return;
            }

            for (var item = 0; item < items; item++)
                work(item, 0);
        }

        void Block(int firstRow, int firstPanel)
        {
            var edge = stackalloc float[kernel.Rows * kernel.Columns];
            for (var panel = firstPanel; panel < Math.Min(firstPanel + BlockPanels, panels.Panels); panel++)
            {
                var column = panel * kernel.Columns;
                var columns = Math.Min(kernel.Columns, c.Columns - column);
                for (var row = firstRow; row < Math.Min(firstRow + BlockRows, c.Rows); row += kernel.Rows)
                {
                    var rows = Math.Min(kernel.Rows, Math.Min(firstRow + BlockRows, c.Rows) - row);
                    var left = aStart + (nint)row * a.RowStep + (nint)_begin * a.ColumnStep;
                    var to = cStart + (nint)row * c.RowStep + column;
                    if (columns == kernel.Columns)
                    {
                        kernel.Run(left, a.RowStep, a.ColumnStep, panels.Panel(panel), kernel.Columns, _depth, to, c.RowStep, rows, _add);
                        continue;
                    }

                    kernel.Run(left, a.RowStep, a.ColumnStep, panels.Panel(panel), kernel.Columns, _depth, edge, kernel.Columns, rows, add: false);
                    Put(edge, kernel.Columns, rows, columns, to);
                }
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Put(float* edge, int edgeStep, int rows, int columns, float* to)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    ref var number = ref to[(nint)row * c.RowStep + column];
                    number = edge[row * edgeStep + column] + (_add ? number : 0);
                }
            }
        }
    }
}
