using Tonne.Accounting;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Tasks;
using Tonne.Facilities;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Reporting.Json;
using Tonne.Reporting.Terminal;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Terminal;

public class InferenceEstimateTextTests
{
    static readonly AccountingFactors Factors = FactorSelector.SelectFactors(new Place(IntensityGramsPerKwh: 56, Pue: 1.2, How: PlaceOrigin.Given), FacilityKind.UnknownCloud);

    static List<InferenceEstimate> Ranked() =>
    [
        .. new[] { "h100", "b200", "mi300x" }
            .Select(name => new InferenceEstimator().Estimate(new ServingWorkload { Parameters = 235e9, ActiveParameters = 22e9, Accelerator = AcceleratorCatalog.Find(name).ValueOrThrow, Batch = 64, PromptTokens = 500, OutputTokens = 800 }, Factors))
            .OrderBy(one => one.FacilityEnergy.Value),
    ];

    [Theory]
    [InlineData(80, true)]
    [InlineData(120, true)]
    [InlineData(60, false)]
    public void Serving_is_shown_from_the_accelerators_outwards(int width, bool unicode)
    {
        var text = Golden.TextOf(writer => InferenceEstimateText.Write(writer, Ranked(), 1e6, null, new TerminalCapabilities { Width = width, Unicode = unicode }));

        Assert.All(text.Split('\n'), line => Assert.True(TextSanitizer.CountColumns(line) <= width, line));
        Assert.True(unicode || text.All(char.IsAscii), "beyond ASCII");
        Golden.Matches($"Golden/inference-{width}{(unicode ? "" : "-ascii")}.golden.txt", text);
    }

    [Fact]
    public void A_service_with_a_rate_shows_its_waiting_and_its_days()
    {
        var estimate = new InferenceEstimator().Estimate(new ServingWorkload { Parameters = 8e9, Accelerator = AcceleratorCatalog.Find("h100").ValueOrThrow, PromptTokens = 200, OutputTokens = 300, RequestsPerDay = 5000 }, Factors);

        Golden.Matches("Golden/inference-service.golden.txt", Golden.TextOf(writer => InferenceEstimateText.Write(writer, [estimate], null, 5000, new TerminalCapabilities())));
    }

    [Fact]
    public void A_measured_task_is_shown_with_its_own_boundary()
    {
        var estimate = TaskEstimator.Estimate(MeasuredTaskCatalog.Find("image generation", "sdxl").ValueOrThrow, Factors);

        Golden.Matches("Golden/inference-task.golden.txt", Golden.TextOf(writer => TaskEstimateText.Write(writer, estimate, 1000, null, new TerminalCapabilities())));
    }

    [Fact]
    public void The_document_has_the_best_at_the_top_and_every_answer_below()
    {
        var ranked = Ranked();
        // The hash of the tables changes with every one of them.
        var json = InferenceEstimateDocument.ToJson(ranked, 1e6, null).Replace(Factors.FactorsHash, "(hash)", StringComparison.Ordinal);
        using var document = System.Text.Json.JsonDocument.Parse(json);
        var root = document.RootElement;

        Assert.Equal("tonne.inference-estimate/1", root.GetProperty("schema").GetString());
        Assert.Equal(ranked[0].GpuEnergyPerToken.Value, root.GetProperty("gpu_energy_j_per_output_token").GetProperty("value").GetDouble());
        Assert.Equal(3, root.GetProperty("estimates").GetArrayLength());
        foreach (var field in new[] { "it_energy_wh_per_request", "facility_energy_wh_per_request", "emissions_g_per_request" })
            Assert.True(root.GetProperty(field).GetProperty("low").GetDouble() < root.GetProperty(field).GetProperty("high").GetDouble());
        Golden.Matches("Golden/inference-estimate.golden.json", json + "\n");
    }
}
