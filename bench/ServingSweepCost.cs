using System.Diagnostics;
using System.Globalization;
using Tonne.Accounting;
using Tonne.Estimation.Serving;
using Tonne.Hardware;
using Tonne.Runs;

namespace Tonne.Bench;

/// <summary>A million estimates of serving with bounds in a sweep on two threads, and one with its trees.</summary>
/// <remarks>
/// Run: dotnet run -c Release --project bench -- ServingSweepCost
/// </remarks>
static class ServingSweepCost
{
    internal static void Run(string[] args)
    {
        const int Estimates = 1_000_000;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var accelerator = AcceleratorCatalog.Find("h100").ValueOrThrow;
        var factors = FactorSelector.SelectFactors(new Place(Zone: "FR", How: PlaceOrigin.Given));
        var sweep = new ServingSweep(accelerator, WeightFormat.Bf16, factors);
        Console.WriteLine($"fitted on {ServingFit.Shipped.Rows} measurements; {Environment.ProcessorCount} threads");
        for (var round = 0; round < 5; round++)
        {
            var sum = 0d;
            var clock = Stopwatch.StartNew();
            var gate = new Lock();
            Parallel.For(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 2 }, static () => 0d, (block, _, part) =>
            {
                for (var i = 0; i < Estimates / 100; i++)
                {
                    // Sizes from 100 million to 10 trillion, a tenth to all of it active, batches of 1 to 1,000.
                    var at = (block * (Estimates / 100)) + i;
                    var parameters = Math.Pow(10, 8 + (5 * (at % 100) / 100d));
                    part += sweep.Estimate(sweep.HardwareConfiguration with
                    {
                        Parameters = parameters, ActiveParameters = parameters * (1 + (at / 100 % 10)) / 10, Gpus = 8, Batch = Math.Pow(10, 3 * (at / 1000) / 1000d), PromptTokens = 500, OutputTokens = 500,
                    }).TotalGrams.High;
                }

                return part;
            }, part =>
            {
                lock (gate)
                    sum += part;
            });
            Console.WriteLine($"{Estimates:N0} estimates: {clock.Elapsed.TotalSeconds:0.00} s (sum of the upper bounds {sum:0.000e0} g)");
        }

        for (var round = 0; round < 3; round++)
        {
            var clock = Stopwatch.StartNew();
            var grams = new InferenceEstimator().Estimate(new ServingWorkload { Parameters = 70e9 + round, Accelerator = accelerator, Batch = 64, OutputTokens = 400 }, factors).Emissions.Value;
            Console.WriteLine($"one with its trees: {clock.Elapsed.TotalMilliseconds:0.0} ms ({grams:0.000} g)");
        }
    }
}
