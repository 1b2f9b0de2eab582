using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Lab.Training;

namespace Tonne.Bench;

/// <summary>
/// The lab's half of bench/lab_training.py, which describes the measurement. It reads one command a line and answers each with a line of
/// numbers.
/// </summary>
/// <remarks>
/// <code>
/// peak THREADS          a loop of independent fused multiply-adds: operations per second of wall time and of CPU time
/// product N THREADS     a product of N x N by N x N matrices: the same
/// epoch                 wall seconds, CPU seconds and loss of the next epoch of a training whose shape comes as arguments:
///                       WIDTH LAYERS BATCH ROWS INPUTS CLASSES THREADS
/// </code>
/// </remarks>
static class LabTraining
{
    internal static void Run(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        int[] number = [.. args.Select(int.Parse)];
        if (number.Length == 7)
        {
            var (width, layers, batch, rows, inputs, classes, threads) = (number[0], number[1], number[2], number[3], number[4], number[5], number[6]);
            var random = new Random(1);
            ImmutableArray<string> names = [.. Enumerable.Range(0, classes).Select(index => $"{index}")];
            var examples = new InMemoryExamples(inputs, names, [.. Enumerable.Range(0, rows * inputs).Select(_ => random.NextSingle() * 2 - 1)], [.. Enumerable.Range(0, rows).Select(_ => random.Next(classes))]);
            var none = new InMemoryExamples(inputs, names, [], []);
            var network = Network.Create(new NetworkShape(inputs, classes) { Width = width, Layers = layers }, names, 1);
            Console.WriteLine($"{network.Shape.ParameterCount}");
            if (Console.ReadLine() is null)
                return;
            using var end = new CancellationTokenSource();
            var used = Environment.CpuUsage.TotalTime;
            new Trainer(TimeProvider.System).Train(network, examples, none, new TrainingPlan { Epochs = 10_000, BatchSize = batch, Threads = threads, StopWhen = _ => end.IsCancellationRequested }, epoch =>
            {
                Console.WriteLine($"{epoch.Duration.TotalSeconds:r} {(Environment.CpuUsage.TotalTime - used).TotalSeconds:r} {epoch.Loss:r}");
                if (Console.ReadLine() is null)
                    end.Cancel();
                used = Environment.CpuUsage.TotalTime;
            }, default);
            return;
        }

        Console.WriteLine(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128);
        var matrices = new Dictionary<int, (MatrixView A, MatrixView B, MatrixView C)>();
        while (Console.ReadLine()?.Split(' ') is { } words)
        {
            var threads = int.Parse(words[^1]);
            using var team = new ThreadTeam(threads);
            if (words[0] == "peak")
            {
                const int Steps = 400_000;
                Time(12, () => team.Run(threads, static (_, _) => Multiply(Steps)), threads * Steps * OperationsPerStep());
                continue;
            }

            var n = int.Parse(words[1]);
            if (!matrices.TryGetValue(n, out var one))
                matrices[n] = one = (Made(n, 1), Made(n, 2), Made(n, 3));
            Time((int)Math.Max(4, 1e10 / (2.0 * n * n * n)), () => MatrixProduct.Multiply(one.A, one.B, one.C, team), 2.0 * n * n * n);

            // Operations per second of wall time at best, and per second of a thread's CPU time on average, which other programs disturb less.
            void Time(int repetitions, Action work, double operations)
            {
                work();
                var wall = double.MaxValue;
                var used = Environment.CpuUsage.TotalTime;
                for (var repetition = 0; repetition < repetitions; repetition++)
                {
                    var begin = Stopwatch.GetTimestamp();
                    work();
                    wall = Math.Min(wall, Stopwatch.GetElapsedTime(begin).TotalSeconds);
                }

                var processor = (Environment.CpuUsage.TotalTime - used).TotalSeconds / threads / repetitions;
                Console.WriteLine($"{operations / wall:r} {operations / processor:r}");
            }
        }

        static MatrixView Made(int n, int seed)
        {
            var random = new Random(seed);
            return new MatrixView([.. Enumerable.Range(0, n * n).Select(_ => random.NextSingle() * 2 - 1)], n, n);
        }

        static double OperationsPerStep() => 12 * 2 * (Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4);

        // Twelve sums that do not wait for each other: enough for two units of four cycles' latency.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static float Multiply(int steps)
        {
            if (Vector512.IsHardwareAccelerated)
                return Multiply512(steps);
            if (Vector256.IsHardwareAccelerated)
                return Multiply256(steps);
            Vector128<float> x = Vector128.Create(0.5f), y = Vector128.Create(0.25f);
            Vector128<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
            for (; steps > 0; steps--)
            {
                a = Vector128.FusedMultiplyAdd(x, y, a); b = Vector128.FusedMultiplyAdd(x, y, b); c = Vector128.FusedMultiplyAdd(x, y, c);
                d = Vector128.FusedMultiplyAdd(x, y, d); e = Vector128.FusedMultiplyAdd(x, y, e); f = Vector128.FusedMultiplyAdd(x, y, f);
                g = Vector128.FusedMultiplyAdd(x, y, g); h = Vector128.FusedMultiplyAdd(x, y, h); i = Vector128.FusedMultiplyAdd(x, y, i);
                j = Vector128.FusedMultiplyAdd(x, y, j); k = Vector128.FusedMultiplyAdd(x, y, k); l = Vector128.FusedMultiplyAdd(x, y, l);
            }

            return Vector128.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static float Multiply256(int steps)
        {
            Vector256<float> x = Vector256.Create(0.5f), y = Vector256.Create(0.25f);
            Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
            for (; steps > 0; steps--)
            {
                a = Vector256.FusedMultiplyAdd(x, y, a); b = Vector256.FusedMultiplyAdd(x, y, b); c = Vector256.FusedMultiplyAdd(x, y, c);
                d = Vector256.FusedMultiplyAdd(x, y, d); e = Vector256.FusedMultiplyAdd(x, y, e); f = Vector256.FusedMultiplyAdd(x, y, f);
                g = Vector256.FusedMultiplyAdd(x, y, g); h = Vector256.FusedMultiplyAdd(x, y, h); i = Vector256.FusedMultiplyAdd(x, y, i);
                j = Vector256.FusedMultiplyAdd(x, y, j); k = Vector256.FusedMultiplyAdd(x, y, k); l = Vector256.FusedMultiplyAdd(x, y, l);
            }

            return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        static float Multiply512(int steps)
        {
            Vector512<float> x = Vector512.Create(0.5f), y = Vector512.Create(0.25f);
            Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
            for (; steps > 0; steps--)
            {
                a = Vector512.FusedMultiplyAdd(x, y, a); b = Vector512.FusedMultiplyAdd(x, y, b); c = Vector512.FusedMultiplyAdd(x, y, c);
                d = Vector512.FusedMultiplyAdd(x, y, d); e = Vector512.FusedMultiplyAdd(x, y, e); f = Vector512.FusedMultiplyAdd(x, y, f);
                g = Vector512.FusedMultiplyAdd(x, y, g); h = Vector512.FusedMultiplyAdd(x, y, h); i = Vector512.FusedMultiplyAdd(x, y, i);
                j = Vector512.FusedMultiplyAdd(x, y, j); k = Vector512.FusedMultiplyAdd(x, y, k); l = Vector512.FusedMultiplyAdd(x, y, l);
            }

            return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
        }
    }
}
