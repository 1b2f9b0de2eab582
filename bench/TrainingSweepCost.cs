using System.Diagnostics;
using System.Globalization;
using Tonne.Estimation.Training;
using Tonne.Hardware;
using Tonne.Runs;

namespace Tonne.Bench;

/// <summary>A million estimates of trainings with bounds in a sweep on two threads, and one with its trees.</summary>
/// <remarks>
/// Run: dotnet run -c Release --project bench -- TrainingSweepCost
/// </remarks>
static class TrainingSweepCost
{
    internal static void Run(string[] args)
    {
        const int Estimates = 1_000_000;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var chip = AcceleratorCatalog.Find("h100").ValueOrThrow;
        var sweep = new TrainingSweep(chip, new Place(Zone: "FR", How: PlaceOrigin.Given));
        Console.WriteLine($"learnt from {UtilisationModel.Shipped.Cases.Count} trainings; {Environment.ProcessorCount} threads");
        for (var round = 0; round < 5; round++)
        {
            var sum = 0d;
            var clock = Stopwatch.StartNew();
            var gate = new Lock();
            Parallel.For(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 2 }, static () => 0d, (block, _, part) =>
            {
                for (var i = 0; i < Estimates / 100; i++)
                {
                    // Sizes from 10 million to 10 trillion, 1 to 10,000 tokens a parameter.
                    var at = (block * (Estimates / 100)) + i;
                    var parameters = Math.Pow(10, 7 + (6 * (at % 1000) / 1000d));
                    part += sweep.Estimate(parameters, parameters * Math.Pow(10, 4 * (at / 1000) / 1000d)).TotalKg.High;
                }

                return part;
            }, part =>
            {
                lock (gate)
                    sum += part;
            });
            Console.WriteLine($"{Estimates:N0} estimates: {clock.Elapsed.TotalSeconds:0.00} s (sum of the upper bounds {sum:0.000e0} kg)");
        }

        var estimator = new TrainingEstimator();
        for (var round = 0; round < 3; round++)
        {
            var clock = Stopwatch.StartNew();
            var kilograms = estimator.Estimate(new TrainingTask(chip) { Parameters = 7e9 + round, Tokens = 2e12 }, new Place(Zone: "FR", How: PlaceOrigin.Given)).Footprint.Total.Value;
            Console.WriteLine($"one with its trees: {clock.Elapsed.TotalMilliseconds:0.0} ms ({kilograms:N0} kg)");
        }
    }
}
