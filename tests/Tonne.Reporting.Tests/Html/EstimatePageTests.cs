using System.Text.Json.Nodes;
using Tonne.Accounting;
using Tonne.Estimation.Requests;
using Tonne.Estimation.Serving;
using Tonne.Estimation.Tasks;
using Tonne.Estimation.Training;
using Tonne.Reporting.Html;
using Tonne.Reporting.Json;
using Tonne.Runs;

namespace Tonne.Reporting.Tests.Html;

public class EstimatePageTests
{
    static readonly DateTimeOffset _now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    static EstimateArguments Arguments(params (string Name, string Value)[] given)
    {
        var words = given.ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal);
        return new EstimateArguments(name => words.GetValueOrDefault(name), "--");
    }

    static TrainingRanking RankTraining() => TrainingRanking.Rank(
        TrainingRequest.Read(Arguments(("parameters", "7e9"), ("tokens", "2e12"), ("hardware", "h100,a100"), ("chips", "512")), null),
        new Place(Zone: "FR", How: PlaceOrigin.Given));

    static (IReadOnlyList<InferenceEstimate> Ranked, ServingWorkload Workload) RankServing()
    {
        var arguments = Arguments(("parameters", "70e9"), ("output-tokens", "500"), ("hardware", "h100,a100"));
        var workload = ServingRequest.Read(arguments);
        return (ServingRequest.Rank(workload, arguments.ReadNames("hardware"), FactorSelector.SelectFactors(new Place(Zone: "FR"))), workload);
    }

    [Fact]
    public void The_figures_of_a_training_are_those_of_estimate_json()
    {
        var ranking = RankTraining();
        var page = PageDocument.FromTraining(ranking, _now);
        ReportSchemaTests.AssertMatchesSchema(page);
        var (shown, expected) = (JsonNode.Parse(page.Json)!, JsonNode.Parse(TrainingEstimateDocument.From(ranking).ToJson())!);
        AssertFigure(expected["emissions_kg"]!["total"]!, shown, "emissions_kg.total");
        AssertFigure(expected["facility_energy_kwh"]!, shown, "facility_energy_kwh");
        AssertFigure(expected["chip_hours"]!, shown, "chip_hours");
        Assert.Equal(expected["assumptions"]!.ToJsonString(), shown["assumptions"]!.ToJsonString());
        Assert.Equal(expected["estimates"]!.AsArray().Select(one => (string?)one!["hardware"]),
            shown["ranking"]!["rows"]!.AsArray().Select(row => (string?)row!["name"]));
    }

    [Fact]
    public void The_figures_of_a_request_are_those_of_estimate_json()
    {
        var (ranked, workload) = RankServing();
        var page = PageDocument.FromInference(ranked, workload, 1e6, null, _now);
        ReportSchemaTests.AssertMatchesSchema(page);
        var (shown, expected) = (JsonNode.Parse(page.Json)!, JsonNode.Parse(InferenceEstimateDocument.ToJson(ranked, 1e6, null))!);
        foreach (var name in new[] { "emissions_g_per_request", "facility_energy_wh_per_request", "it_energy_wh_per_request",
            "gpu_energy_wh_per_request", "gpu_energy_j_per_output_token" })
            AssertFigure(expected[name]!, shown, name);
        AssertFigure(expected["totals"]![0]!["emissions_kg"]!, shown, "in_all.emissions_kg");
    }

    static void AssertFigure(JsonNode expected, JsonNode page, string name)
    {
        var shown = page["figures"]!.AsArray().Select(one => one!["figure"]!).Single(figure => (string?)figure["name"] == name);
        foreach (var field in new[] { "value", "low", "high" })
            Assert.Equal((double)expected[field]!, (double)shown[field]!);
    }

    [Fact]
    public void More_requests_together_use_less_energy_a_token_and_each_gets_fewer_tokens_a_second()
    {
        var (ranked, workload) = RankServing();
        var series = JsonNode.Parse(PageDocument.FromInference(ranked, workload, null, null, _now).Json)!["frontier"]!["series"]!.AsArray();
        Assert.Equal(ranked.Count, series.Count);
        Assert.All(series, one =>
        {
            var points = one!["points"]!.AsArray().Select(point => (X: (double)point!["x"]!, Y: (double)point["value"]!)).ToList();
            Assert.True(points.Count > 3);
            Assert.All(points.Zip(points.Skip(1)), pair => Assert.True(pair.Second.Y < pair.First.Y && pair.Second.X < pair.First.X));
        });
        // One point is that of the answer, and the best points are not dominated.
        var all = series.SelectMany(one => one!["points"]!.AsArray()).ToList();
        Assert.Single(all, point => (bool)point!["is_chosen"]!);
        foreach (var best in all.Where(point => (bool)point!["is_best"]!))
            Assert.DoesNotContain(all, other => (double)other!["x"]! > (double)best!["x"]! && (double)other["value"]! < (double)best["value"]!);
    }

    [Fact]
    public void A_measured_task_has_a_page()
    {
        var estimate = TaskEstimator.Estimate(MeasuredTaskCatalog.Find("image-generation", null).ValueOrThrow,
            FactorSelector.SelectFactors(new Place(Zone: "FR")));
        var page = PageDocument.FromTask(estimate, null, null, _now);
        ReportSchemaTests.AssertMatchesSchema(page);
        var (shown, expected) = (JsonNode.Parse(page.Json)!, JsonNode.Parse(TaskEstimateDocument.From(estimate, null, null).ToJson())!);
        AssertFigure(expected["emissions_g_per_request"]!, shown, "emissions_g_per_request");
    }
}
