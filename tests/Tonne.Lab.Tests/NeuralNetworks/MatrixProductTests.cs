using Tonne.Lab.NeuralNetworks;

namespace Tonne.Lab.Tests.NeuralNetworks;

public sealed class MatrixProductTests
{
    public static TheoryData<string> Kernels => ["512", "256", "portable"];

    static TileKernel Kernel(string name) => name switch { "512" => TileKernel.Bits512, "256" => TileKernel.Bits256, _ => TileKernel.Portable };

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_shape_and_step_is_what_a_plain_loop_says(string kernel)
    {
        var random = new Random(7);
        using var team = new ThreadTeam(3);
        for (var trial = 0; trial < 40; trial++)
        {
            int rows = random.Next(1, 80), depth = random.Next(0, trial % 10 == 0 ? 700 : 60), columns = random.Next(1, 90);
            if (trial % 30 == 0)
                (rows, columns) = (130, 100);
            var a = Random(random, rows, depth, trial % 2 == 0);
            var b = Random(random, depth, columns, trial % 3 == 0);
            var c = Random(random, rows, columns, trial % 5 == 0);
            var add = trial % 4 == 0;
            var expected = Plain(a, b, c, add);
            var outside = Outside(c);
            MatrixProduct.Multiply(a, b, c, trial % 7 == 0 ? null : team, add, Kernel(kernel));
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    // A sum of n products is off by at most about n roundings of its absolute sum (Higham, Accuracy and Stability, 2002, section 3.1).
                    var (value, bound) = expected[row, column];
                    Assert.True(Math.Abs(c[row, column] - value) <= (depth + 2) * Math.Pow(2, -24) * bound + 1e-30, $"[{rows}, {depth}] x [{depth}, {columns}]: {c[row, column]} at {row}, {column} is not {value}");
                }
            }

            Assert.Equal(outside, Outside(c));
        }
    }

    [Fact]
    public void Bits_depend_neither_on_the_width_of_the_vectors_nor_on_the_threads()
    {
        var random = new Random(3);
        var a = Random(random, 133, 700, false);
        var b = Random(random, 700, 171, true);
        var results = new List<float[]>();
        foreach (var kernel in new[] { TileKernel.Bits512, TileKernel.Bits256, TileKernel.Portable })
        {
            foreach (var threads in new[] { 1, 2, 5 })
            {
                using var team = new ThreadTeam(threads);
                var values = new float[133 * 171];
                MatrixProduct.Multiply(a, b, new MatrixView(values, 133, 171), team, add: false, kernel);
                results.Add(values);
            }
        }

        Assert.All(results, values => Assert.Equal(results[0], values));
    }

    [Fact]
    public void A_transpose_as_the_target_is_the_product_of_the_transposes()
    {
        // [1 2; 3 4] · [5 6; 7 8] = [19 22; 43 50], by hand.
        var a = new MatrixView([1, 2, 3, 4], 2, 2);
        var b = new MatrixView([5, 6, 7, 8], 2, 2);
        var values = new float[4];
        MatrixProduct.Multiply(a, b, new MatrixView(values, 2, 2).Transposed);
        Assert.Equal([19, 43, 22, 50], values);
        MatrixProduct.Multiply(a.Transposed, b, new MatrixView(values, 2, 2));
        Assert.Equal([26, 30, 38, 44], values);
        MatrixProduct.Multiply(a, b.Transposed, new MatrixView(values, 2, 2), add: true);
        Assert.Equal([26 + 17, 30 + 23, 38 + 39, 44 + 53], values);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        var a = new MatrixView(new float[6], 2, 3);
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(a, a, a));
        Assert.Throws<ArgumentException>(() => new MatrixView(new float[5], 2, 3));
        Assert.Throws<ArgumentException>(() => MatrixProduct.Multiply(a, new MatrixView(new float[9], 3, 3), new MatrixView(new float[20], 0, 2, 3, 7, 2)));
    }

    static MatrixView Random(Random random, int rows, int columns, bool transposed)
    {
        var (height, width) = transposed ? (columns, rows) : (rows, columns);
        var step = width + random.Next(3);
        var offset = random.Next(4);
        var values = new float[offset + height * step + 5];
        for (var index = 0; index < values.Length; index++)
            values[index] = random.NextSingle() * 2 - 1;
        var view = new MatrixView(values, offset, height, width, step, 1);
        return transposed ? view.Transposed : view;
    }

    static (double Value, double Bound)[,] Plain(MatrixView a, MatrixView b, MatrixView c, bool add)
    {
        var result = new (double, double)[c.Rows, c.Columns];
        for (var row = 0; row < c.Rows; row++)
        {
            for (var column = 0; column < c.Columns; column++)
            {
                double sum = add ? c[row, column] : 0, bound = Math.Abs(sum);
                for (var index = 0; index < a.Columns; index++)
                {
                    sum += (double)a[row, index] * b[index, column];
                    bound += Math.Abs((double)a[row, index] * b[index, column]);
                }

                result[row, column] = (sum, bound);
            }
        }

        return result;
    }

    static double Outside(MatrixView c)
    {
        var inside = new HashSet<int>();
        for (var row = 0; row < c.Rows; row++)
        {
            for (var column = 0; column < c.Columns; column++)
                inside.Add(c.Offset + row * c.RowStride + column * c.ColumnStride);
        }

        return c.Values.Where((_, index) => !inside.Contains(index)).Sum(value => (double)value);
    }
}
