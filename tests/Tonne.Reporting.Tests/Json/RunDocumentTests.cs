using System.Text.Json;
using System.Text.Json.Nodes;
using Tonne.Accounting;
using Tonne.Reporting.Json;
using Tonne.Reporting.Tests.Terminal;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Json;

public class RunDocumentTests
{
    public static TheoryData<string> Samples => ["shell", "training", "metered", "troubled"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void The_document_of_each_sample_run_looks_as_reviewed(string sample) =>
        Golden.Matches($"Golden/run-{sample}.golden.json", Json(sample) + "\n");

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_quantity_has_all_six_fields_and_its_interval_holds_its_value(string sample)
    {
        var quantities = Quantities(JsonNode.Parse(Json(sample))!).ToList();
        Assert.True(quantities.Count >= 5);
        foreach (var quantity in quantities)
        {
            Assert.Equal(["value", "low", "high", "boundary", "quality", "measured_share"], quantity.Select(field => field.Key));
            var (low, value, high) = ((double)quantity["low"]!, (double)quantity["value"]!, (double)quantity["high"]!);
            Assert.True(0 <= low && low <= value && value <= high);
            Assert.Contains((string)quantity["quality"]!, new[] { "measured", "modelled", "assumed" });
            Assert.InRange((double)quantity["measured_share"]!, 0, 1);
            Assert.NotEmpty((string)quantity["boundary"]!);
        }
    }

    [Fact]
    public void Schema_comes_first_and_the_fields_relied_on_are_there()
    {
        var run = JsonNode.Parse(Json("training"))!.AsObject();
        Assert.Equal("schema", run.First().Key);
        Assert.Equal("tonne.run/1", (string)run["schema"]!);
        string[] fields =
        [
            "method", "factors_hash", "id", "name", "project", "tags", "rank", "status", "exit_code", "started_at", "duration_s", "command", "host", "meters",
            "energy_kwh", "machine_energy_kwh", "components", "facility", "facility_energy_kwh", "grid", "emissions_kg", "water_l", "stages", "epochs",
            "samples", "gaps", "overhead", "warnings", "sources",
        ];
        Assert.All(fields, field => Assert.True(run.ContainsKey(field), field));
        Assert.All(new[] { "operational", "embodied", "total" }, field => Assert.True(run["emissions_kg"]!.AsObject().ContainsKey(field), field));
        Assert.All(new[] { "zone", "intensity_g_per_kwh", "basis", "scope", "year", "source" }, field => Assert.True(run["grid"]!.AsObject().ContainsKey(field), field));
        Assert.All(new[] { "component", "device", "quality", "job_kwh", "others_kwh", "idle_kwh", "machine_kwh" }, field => Assert.True(run["components"]![0]!.AsObject().ContainsKey(field), field));
        Assert.All(new[] { "name", "started_at", "duration_s", "data_in", "data_out", "energy_kwh", "emissions_kg" }, field => Assert.True(run["stages"]![0]!.AsObject().ContainsKey(field), field));
        Assert.All(new[] { "number", "stage", "duration_s", "metrics", "energy_kwh", "emissions_kg", "observation" }, field => Assert.True(run["epochs"]![0]!.AsObject().ContainsKey(field), field));
        Assert.All(new[] { "cpu_s", "sampler_cpu_s", "peak_resident_mib" }, field => Assert.True(run["overhead"]!.AsObject().ContainsKey(field), field));
        Assert.Equal("(outside)", (string)run["stages"]!.AsArray()[^1]!["name"]!);
        Assert.Equal(1.5, (double)run["facility"]!["pue"]!);
        Assert.Equal(40, (double)run["overhead"]!["peak_resident_mib"]!);
        Assert.Equal(["python3", "train.py", "--epochs", "10"], run["command"]!.AsArray().Select(word => (string)word!));
        Assert.Null(run["water_l"]);
    }

    [Fact]
    public void Values_are_those_computed_by_hand()
    {
        // 12.72 W for 100 s = 1,272 J = 3.5333e-4 kWh; × 1.5 = 5.3e-4; × 50 g = 2.65e-5 kg.
        // embodied = 1200 · 0.02 · (400 ÷ 800) · 100 ÷ (4 · 31,557,600) = 9.506e-6 kg.
        var run = JsonNode.Parse(Json("training"))!;
        Near(1272 / 3.6e6, run["energy_kwh"]!);
        Near(2016 / 3.6e6, run["machine_energy_kwh"]!);
        Near(5.3e-4, run["facility_energy_kwh"]!);
        Near(2.65e-5, run["emissions_kg"]!["operational"]!);
        Near(1200 / 126_230_400d, run["emissions_kg"]!["embodied"]!);
        Near(2.65e-5 + (1200 / 126_230_400d), run["emissions_kg"]!["total"]!);
        // train: 85 s · 12.72 W = 1081.2 J; an epoch: 8 s = 101.76 J.
        Near(1081.2 / 3.6e6, run["stages"]![1]!["energy_kwh"]!);
        Near(101.76 / 3.6e6, run["epochs"]![0]!["energy_kwh"]!);
        Assert.Equal(1000 / 3.6e6, (double)run["components"]![0]!["job_kwh"]!, 15);
        Assert.Equal(50, (double)run["grid"]!["intensity_g_per_kwh"]!["value"]!);

        static void Near(double expected, JsonNode quantity) => Assert.Equal(1, (double)quantity["value"]! / expected, 9);
    }

    [Fact]
    public void Job_others_and_idle_are_the_machine_to_the_microjoule()
    {
        foreach (var sample in new[] { "shell", "training", "metered" })
        {
            foreach (var part in JsonNode.Parse(Json(sample))!["components"]!.AsArray())
                Assert.Equal((long)part!["machine_uj"]!, (long)part["job_uj"]! + (long)part["others_uj"]! + (long)part["idle_uj"]! + ((long?)part["unexplained_uj"] ?? 0));
        }
    }

    [Fact]
    public void A_loss_that_is_not_a_number_is_null_and_said_in_words()
    {
        var record = SampleRuns.Training(metrics: SampleRuns.Metrics([1.2, double.NaN]));
        var run = JsonNode.Parse(RunDocument.From(record, SampleRuns.Account(record)).ToJson())!;
        Assert.True(run["epochs"]![1]!["metrics"]!.AsObject().ContainsKey("loss"));
        Assert.Null(run["epochs"]![1]!["metrics"]!["loss"]);
        Assert.Contains("not a number", (string)run["epochs"]![1]!["observation"]!);
    }

    [Fact]
    public void Each_of_many_epochs_has_the_figures_that_it_has_alone()
    {
        var run = SampleRuns.Training(metrics: SampleRuns.Metrics([.. Enumerable.Range(1, 450).Select(i => 1d / i)]));
        var record = run with { Epochs = [.. run.Epochs.Select((epoch, i) => epoch with { Energy = [.. epoch.Energy.Select(use => Scale(use, 1 + (i % 7)))], IsLate = i == 300 })] };
        var alone = SampleRuns.Account(record).Epochs;

        var epochs = RunDocument.From(record, SampleRuns.Account(record)).Epochs!;

        Assert.Equal(450, epochs.Count);
        for (var i = 0; i < epochs.Count; i++)
        {
            Assert.Equal(i == 300 ? null : QuantityDocument.From(alone[i].Emissions), epochs[i].EmissionsKg);
            Assert.Equal(i == 300 ? null : QuantityDocument.From(alone[i].Energy), epochs[i].EnergyKwh);
        }

        static EnergyUse Scale(EnergyUse use, int scale) =>
            use with { Microjoules = use.Microjoules * scale, Amounts = [.. use.Amounts.Select(amount => amount with { Amount = amount.Amount * scale })] };
    }

    [Fact]
    public void A_list_has_the_same_fields_without_stages_epochs_and_components()
    {
        var record = SampleRuns.Training();
        var footprint = SampleRuns.Account(record);
        var entry = new LedgerEntry(record, [footprint.CreateStatement(record.Opening.StartedAt)]);
        using var text = new StringWriter();
        RunListDocument.Write([entry], text);
        var list = JsonNode.Parse(text.ToString())!.AsObject();
        Assert.Equal("schema", list.First().Key);
        var listed = list["runs"]![0]!.AsObject();
        var shown = JsonNode.Parse(RunDocument.From(record, footprint).ToJson())!.AsObject();
        string[] left = ["stages", "epochs", "components", "bases"];
        Assert.Equal(shown.Select(field => field.Key).Except(left), listed.Select(field => field.Key));
        foreach (var (name, value) in listed.Where(field => field.Key != "sources"))
            Assert.True(JsonNode.DeepEquals(value, shown[name]), name);
        Assert.Equal(Ids(shown), Ids(listed));

        static IEnumerable<string> Ids(JsonObject run) => run["sources"]!.AsArray().Select(source => (string)source!["id"]!).Order();
    }

    [Fact]
    public void The_document_reads_back_as_itself()
    {
        var json = Json("metered");
        var document = JsonSerializer.Deserialize(json, ReportJson.Readable.RunDocument)!;
        Assert.Equal(json, document.ToJson());
    }

    static string Json(string sample)
    {
        var (record, footprint) = RunSummaryTextTests.Sample(sample);
        return RunDocument.From(record, footprint).ToJson();
    }

    internal static IEnumerable<JsonObject> Quantities(JsonNode? node) => node switch
    {
        // A count of equivalents has an interval and no boundary: it is none.
        JsonObject fields when fields.ContainsKey("low") && !fields.ContainsKey("definition") => [fields],
        JsonObject fields => fields.SelectMany(field => Quantities(field.Value)),
        JsonArray items => items.SelectMany(Quantities),
        _ => [],
    };
}
