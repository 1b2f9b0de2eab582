using System.Diagnostics;
using Tonne.Accounting;
using Tonne.Estimation.Serving;
using Tonne.Hardware;
using Tonne.Runs;

namespace Tonne.Bench;

/// <summary>Measures the time of one estimate of serving with its derivation and bounds, after the first for a model and hardware.</summary>
static class InferenceEstimateCost
{
    const int Estimates = 400;

    /// <summary>Prints the first time, then the median and the fastest, for six workloads.</summary>
    public static void Run(string[] args)
    {
        var accelerator = AcceleratorCatalog.Find("h100").ValueOrThrow;
        var factors = FactorSelector.SelectFactors(new Place("FR"));
        (string Name, Func<int, ServingWorkload> Create)[] cases =
        [
            ("batch and prompt given", i => Workload(i) with { Batch = 64, PromptTokens = 500 + i }),
            ("batch given", i => Workload(i) with { Batch = 64 }),
            ("batch not given", Workload),
            ("requests per day, with idle time", i => Workload(i) with { RequestsPerDay = 100 + i }),
            ("requests per day, busy", i => Workload(i) with { RequestsPerDay = 1e5 + i }),
            ("mixture of experts at 8 bits", i => Workload(i) with { ActiveParameters = 17e9, Format = WeightFormat.Find("fp8").ValueOrThrow, RequestsPerDay = 100 + i }),
        ];
        foreach (var (name, create) in cases)
        {
            var estimator = new InferenceEstimator();
            var first = Stopwatch.StartNew();
            var grams = estimator.Estimate(create(0), factors).Emissions.Value;
            first.Stop();
            var times = new double[Estimates];
            var cpu = TimeSpan.Zero;
            for (var round = 0; round < 2; round++)
            {
                var began = Environment.CpuUsage.TotalTime;
                for (var i = 0; i < Estimates; i++)
                {
                    var clock = Stopwatch.GetTimestamp();
                    grams += estimator.Estimate(create(i + 1), factors).Emissions.Value;
                    times[i] = Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
                }

                cpu = Environment.CpuUsage.TotalTime - began;
            }

            Array.Sort(times);
            Console.WriteLine($"{name,-34} first {first.Elapsed.TotalMilliseconds,6:0.0} ms, then median {times[Estimates / 2]:0.000} ms, fastest {times[0]:0.000} ms, CPU {cpu.TotalMilliseconds / Estimates:0.000} ms ({grams:0.0} g)");
        }

        ServingWorkload Workload(int i) => new() { Parameters = 70e9, Accelerator = accelerator, OutputTokens = 400 + i };
    }
}
