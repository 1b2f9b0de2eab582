using System.Diagnostics;
using System.Globalization;
using Tonne.Lab.Compression;
using Tonne.Lab.NeuralNetworks;

namespace Tonne.Bench;

/// <summary>
/// Measures the product of 8-bit numbers with each kernel of this machine, and that of 32-bit floating point numbers, on one thread.
/// </summary>
/// <remarks>
/// dotnet run -c Release --project bench -- LabProducts
/// </remarks>
static class LabProducts
{
    internal static void Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Console.WriteLine($"| rows × depth × columns | {string.Join(" | ", Int8Kernel.Supported)} | floating point ({TileKernel.Best}) |");
        foreach (var (rows, depth, columns) in new[] { (64, 512, 128), (64, 128, 128), (64, 64, 64), (1, 512, 128), (1, 128, 128) })
        {
            var random = new Random(1);
            var values = Enumerable.Range(0, depth * columns).Select(_ => (sbyte)random.Next(-127, 128)).ToArray();
            var packed = new PackedMatrix(TileKernel.Best, depth, columns);
            packed.Fill(Array.ConvertAll(values, value => (float)value));
            unsafe
            {
                var (a, c) = (new AlignedBuffer((long)rows * (depth + 16)), new AlignedBuffer((long)rows * (columns + 16)));
                a.Values.Fill(1);
                var speeds = Int8Kernel.Supported.Select(kernel => new Int8Matrix(values, depth, columns, kernel)).Select(matrix => Speed(() => matrix.Multiply((byte*)a.Start, 4 * (depth + 16), rows, (int*)c.Start, columns + 16))).ToList();
                speeds.Add(Speed(() => packed.Multiply(a.Start, depth + 16, rows, c.Start, columns + 16)));
                Console.WriteLine($"| {rows} × {depth} × {columns} | {string.Join(" | ", speeds.Select(speed => $"{speed:0}"))} |");
            }

            double Speed(Action product)
            {
                var best = double.MaxValue;
                for (var round = 0; round < 60; round++)
                {
                    var begin = Stopwatch.GetTimestamp();
                    for (var repetition = 0; repetition < 30; repetition++)
                        product();
                    best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalSeconds / 30);
                }

                return 2e-9 * rows * depth * columns / best;
            }
        }
    }
}
