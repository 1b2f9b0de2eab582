using Tonne.Accounting;
using Tonne.Estimation.Serving;
using Tonne.Facilities;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Estimation.Tests.Serving;

public class InferenceEstimatorConcurrencyTests
{
    [Fact]
    public void Eight_threads_that_share_an_estimator_read_what_one_thread_with_its_own_reads()
    {
        var asked = CreateQuestions();
        var alone = asked.Select(one => Read(new InferenceEstimator(), one)).ToArray();

        var shared = new InferenceEstimator();
        var together = new Bounds[8][][];
        var threads = Enumerable.Range(0, together.Length).Select(number => new Thread(() =>
        {
            // Each thread starts at another question, so that different factors of one id meet.
            together[number] = new Bounds[asked.Length][];
            for (var i = 0; i < 3 * asked.Length; i++)
            {
                var at = (i + number) % asked.Length;
                together[number][at] = Read(shared, asked[at]);
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());

        Assert.All(together, each => Assert.Equal(alone, each));
    }

    static (ServingWorkload Workload, AccountingFactors Factors)[] CreateQuestions()
    {
        AccountingFactors[] places = [.. new[] { "FR", "PL", "US" }.Select(zone =>
            FactorSelector.SelectFactors(new Place(Zone: zone, How: PlaceOrigin.Given), FacilityKind.UnknownCloud))];
        ServingWorkload[] workloads =
        [
            new() { Parameters = 70e9, Accelerator = AcceleratorCatalog.Find("h100").ValueOrThrow, OutputTokens = 400 },
            new() { Parameters = 8e9, Accelerator = AcceleratorCatalog.Find("a100").ValueOrThrow, OutputTokens = 250, RequestsPerDay = 500 },
            new() { Parameters = 8e9, Accelerator = AcceleratorCatalog.Find("h100").ValueOrThrow, OutputTokens = 90, Batch = 8, PromptTokens = 700 },
        ];
        return [.. places.SelectMany(place => workloads.Select(workload => (workload, place)))];
    }

    static Bounds[] Read(InferenceEstimator estimator, (ServingWorkload Workload, AccountingFactors Factors) asked)
    {
        var estimate = estimator.Estimate(asked.Workload, asked.Factors);
        return
        [
            estimate.GpuEnergyPerToken.Bounds, estimate.ItEnergy.Bounds, estimate.FacilityEnergy.Bounds,
            estimate.Operational.Bounds, estimate.Embodied.Bounds, estimate.Emissions.Bounds,
        ];
    }
}
