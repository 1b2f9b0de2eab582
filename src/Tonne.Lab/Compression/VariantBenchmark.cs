using System.Collections.Immutable;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Tonne.Comparing;
using Tonne.Lab.EnergyEstimation;
using Tonne.Lab.Featurizing;
using Tonne.Lab.NeuralNetworks;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Lab.Compression;

/// <summary>
/// Measures variants side by side. Each round measures every variant, in another order, so that a disturbance affects all of them alike.
/// </summary>
/// <param name="time">Measures latency.</param>
/// <param name="cpuTime">CPU time of this process so far.</param>
public sealed class VariantBenchmark(TimeProvider time, Func<TimeSpan> cpuTime)
{
    const double SignificanceLevel = 0.05;
    const int MaxRows = 2048;
    const int MaxPredictions = 1 << 20;

    static readonly ParetoObjective<VariantMeasurements>[] Objectives =
    [
        new("accuracy", one => one.Score.Accuracy, MoreIsBetter: true),
        new("size (bytes)", one => one.FileBytes, MoreIsBetter: false),
        new("latency (s)", one => one.Single.LatencySeconds, MoreIsBetter: false),
        new("energy in batches, by CPU time (s)", one => one.Batched.CpuSeconds.Best, MoreIsBetter: false),
    ];

    /// <summary>Measures the variants.</summary>
    /// <param name="variants">The variants; the first is the baseline.</param>
    /// <param name="test">Examples that neither training nor pruning used; for accuracy and for predictions.</param>
    /// <param name="estimator">Estimates energy from CPU time.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="team">
    /// Threads for measuring accuracy; null for the caller's alone. Predictions are measured on the caller's thread.
    /// </param>
    public ImmutableArray<VariantMeasurements> Measure(IReadOnlyList<Variant> variants, IExamples test, CpuTimeEstimator estimator, VariantPlan? plan = null, ThreadTeam? team = null)
    {
        plan ??= new VariantPlan();
        if (variants.Count == 0 || test.Count == 0)
            throw new ArgumentException("At least one variant and one example are needed.");
        var scores = variants.Select(variant => variant.Classifier.Score(test, team)).ToArray();
        var rows = new float[Math.Min(MaxRows, test.Count) * test.Width];
        for (var row = 0; row < rows.Length / test.Width; row++)
            test.CopyRow((int)((long)row * test.Count / (rows.Length / test.Width)), rows.AsSpan(row * test.Width, test.Width));
        var single = MeasureCosts(variants, rows, 1, estimator, plan);
        var batched = MeasureCosts(variants, rows, plan.Batch, estimator, plan);
        var figures = variants.Select((variant, index) =>
        {
            var (file, packed) = MeasureSizes(variant.Classifier);
            return new VariantMeasurements(variant, file, packed, scores[index], single[index], batched[index], IsParetoOptimal: true);
        }).ToList();
        var front = new ParetoFront<VariantMeasurements>(figures, Objectives);
        return [.. figures.Select((one, index) => one with { IsParetoOptimal = front.IsOnFront(index) })];
    }

    static (long File, long Packed) MeasureSizes(Classifier classifier)
    {
        var bytes = classifier.ToBytes();
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
            brotli.Write(bytes);
        return (bytes.Length, packed.Length);
    }

    PredictionCost[] MeasureCosts(IReadOnlyList<Variant> variants, float[] rows, int batch, CpuTimeEstimator price, VariantPlan plan)
    {
        var predictions = plan.Predictions > 0 ? plan.Predictions : FindPredictionCount(variants[0].Classifier, rows, batch, plan.Measurement);
        var latencies = variants.Select(_ => new List<double>()).ToArray();
        var cpus = variants.Select(_ => new List<double>()).ToArray();
        var ratios = variants.Select(_ => new RatioTest(SignificanceLevel, plan.Rounds, 0)).ToArray();
        var begin = time.GetTimestamp();
        for (var warmUp = 0; warmUp < plan.WarmUpRounds || time.GetElapsedTime(begin) < plan.WarmUp; warmUp++)
            Round(warmUp);
        for (var round = 0; round < plan.Rounds; round++)
        {
            var used = Round(round);
            for (var index = 0; index < variants.Count; index++)
            {
                latencies[index].Add(used[index].Latency);
                cpus[index].Add(used[index].Cpu);
                if (used[index].Cpu > 0 && used[0].Cpu > 0)
                    ratios[index].Add(used[index].Cpu, used[0].Cpu);
            }
        }

        return [.. variants.Select((_, index) =>
        {
            var cpu = OrderStatistic.Median(CollectionsMarshal.AsSpan(cpus[index]));
            return new PredictionCost(OrderStatistic.Median(CollectionsMarshal.AsSpan(latencies[index])), new Bounds(cpus[index].Min(), cpu, cpus[index].Max()), price.Estimate("1,000 predictions", TimeSpan.FromSeconds(1000 * cpu)), ratios[index].ComputeInterval() ?? new RatioInterval(0, 1, double.PositiveInfinity));
        })];

        (double Latency, double Cpu)[] Round(int number)
        {
            var used = new (double Latency, double Cpu)[variants.Count];
            for (var turn = 0; turn < variants.Count; turn++)
            {
                var index = (turn + number) % variants.Count;
                used[index] = Run(variants[index].Classifier, rows, batch, predictions);
            }

            return used;
        }
    }

    /// <summary>Number of predictions that take as long as a measurement should.</summary>
    int FindPredictionCount(Classifier classifier, float[] rows, int batch, TimeSpan measurement)
    {
        var predictions = batch;
        Run(classifier, rows, batch, predictions);
        while (predictions < MaxPredictions && Run(classifier, rows, batch, predictions).Latency * predictions < measurement.TotalSeconds)
            predictions *= 2;
        return predictions;
    }

    /// <summary>Seconds of time and of CPU time for one prediction.</summary>
    (double Latency, double Cpu) Run(Classifier classifier, float[] rows, int batch, int predictions)
    {
        var width = classifier.Shape.Inputs;
        var there = rows.Length / width;
        var probabilities = new float[batch * classifier.Shape.Classes];
        var together = Math.Min(batch, there);
        var made = 0;
        var cpuBegin = cpuTime();
        var begin = time.GetTimestamp();
        for (var at = 0; made < predictions; made += together, at = at + 2 * together <= there ? at + together : 0)
            classifier.Predict(rows.AsSpan(at * width, together * width), probabilities.AsSpan(0, together * classifier.Shape.Classes));
        var took = time.GetElapsedTime(begin);
        return (took.TotalSeconds / made, (cpuTime() - cpuBegin).TotalSeconds / made);
    }
}
