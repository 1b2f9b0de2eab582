using System.Diagnostics;
using Tonne.Extensions.AI;
using Tonne.Ledgers.Calls;

namespace Tonne.Bench;

/// <summary>Measures the time of the estimate of one call, after the first of its model.</summary>
static class CallEstimateCost
{
    const int Calls = 20_000;

    /// <summary>Prints the time to prepare a model, of the first call of an order of magnitude of tokens, and of all others.</summary>
    public static void Run(string[] args)
    {
        // The code itself is compiled before anything is timed.
        _ = new CallEstimator(new TonneCallOptions { Zone = "FR", Hardware = "h100" })
            .Estimate("llama-3.1-8b", new CallTokens(300, 0, 200));
        foreach (var (model, hardware) in new[] { ("llama-3.1-8b", "h100"), ("llama-3.1-70b", null), ("deepseek-v3", "h100"),
            ("gpt-4o", null) })
        {
            var estimator = new CallEstimator(new TonneCallOptions { Zone = "FR", Hardware = hardware });
            var prepare = Stopwatch.StartNew();
            estimator.Prepare(model);
            prepare.Stop();
            var random = new Random(1);
            var tokens = Enumerable.Range(0, Calls).Select(_ =>
            {
                var input = (long)Math.Exp(random.NextDouble() * Math.Log(16_000));
                return new CallTokens(input, input / 2, 1 + (long)Math.Exp(random.NextDouble() * Math.Log(4_000)));
            }).ToArray();
            var times = new double[Calls];
            var kilograms = 0d;
            var slowest = 0d;
            for (var round = 0; round < 2; round++)
            {
                for (var i = 0; i < Calls; i++)
                {
                    var clock = Stopwatch.GetTimestamp();
                    kilograms += estimator.Estimate(model, tokens[i]).EmissionsKg!.Value.Best;
                    times[i] = Stopwatch.GetElapsedTime(clock).TotalMicroseconds;
                }

                if (round == 0)
                    slowest = times.Max();
            }

            Array.Sort(times);
            Console.WriteLine($"{model,-14} {hardware ?? "unknown hardware",-17} prepared in {prepare.Elapsed.TotalMilliseconds,6:0.0} ms, "
                + $"new tokens at most {slowest / 1000,5:0.0} ms, "
                + $"then median {times[Calls / 2],5:0.0} µs, 99 % within {times[Calls * 99 / 100],5:0.0} µs ({kilograms:0.000} kg)");
        }
    }
}
