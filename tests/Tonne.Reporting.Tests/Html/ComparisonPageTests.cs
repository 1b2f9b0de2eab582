using System.Text.Json.Nodes;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Html;
using Tonne.Reporting.Json;
using Tonne.Reporting.Tests.Terminal;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Html;

public class ComparisonPageTests
{
    static readonly string[] _samples = ["shell", "training", "metered", "troubled"];

    static ComparedRun Sample(string name, string? id = null, double times = 1)
    {
        var (record, footprint) = RunSummaryTextTests.Sample(name);
        if (id is null)
            return new ComparedRun(record, footprint);
        record = record with
        {
            Opening = record.Opening with { Id = id, Name = id },
            Components = [.. record.Components.Select(part => part with
            {
                Job = [.. part.Job.Select(amount => amount with { Amount = amount.Amount * times })],
                Machine = [.. part.Machine.Select(amount => amount with { Amount = amount.Amount * times })],
            })],
        };
        return new ComparedRun(record, SampleRuns.Account(record, footprint.Factors));
    }

    [Fact]
    public void Ratios_intervals_and_verdicts_are_those_of_compare_json_for_every_pair_of_sample_runs()
    {
        foreach (var a in _samples)
        {
            foreach (var b in _samples.Where(b => b != a))
            {
                var comparison = RunComparison.Compare([Sample(a), Sample(b)]);
                var page = PageDocument.FromComparison(comparison);
                ReportSchemaTests.AssertMatchesSchema(page);
                var (shown, expected) = (JsonNode.Parse(page.Json)!["pairs"]![0]!,
                    JsonNode.Parse(ComparisonDocument.From(comparison).ToJson())!["comparisons"]![0]!);
                AssertSameRatio(expected["energy_ratio"], shown["energy"]);
                AssertSameRatio(expected["emissions_ratio"], shown["emissions"]);
                Assert.Equal(expected["boundary_differences"]!.AsArray().Count, shown["boundary_differences"]!.AsArray().Count);
                Assert.Equal(expected["verdict"]!.ToJsonString(), shown["verdict"]!.ToJsonString());
            }
        }
    }

    static void AssertSameRatio(JsonNode? expected, JsonNode? shown)
    {
        Assert.Equal(expected is null, shown is null);
        if (expected is null)
            return;
        foreach (var field in new[] { "value", "low", "high" })
            Assert.Equal((double)expected[field]!, (double)shown![field]!);
        var (low, best, high) = ((double)expected["low"]!, (double)expected["value"]!, (double)expected["high"]!);
        Assert.Equal(DisplayValue.Format(new Bounds(low, best, high), "1").Text + " ×", (string?)shown!["text"]);
        Assert.Equal(high < 1 ? "less" : low > 1 ? "more" : "same", (string?)shown["outcome"]);
    }

    [Fact]
    public void The_answer_of_a_run_with_half_the_amounts_says_so_with_the_interval()
    {
        var comparison = RunComparison.Compare([Sample("training", "a"), Sample("training", "b", 0.5)]);
        var document = JsonNode.Parse(PageDocument.FromComparison(comparison).Json)!;
        var answer = document["answer"]!;
        Assert.Equal("less", (string?)answer["outcome"]);
        // The same factors on both sides cancel to the digit: half, and no interval.
        Assert.StartsWith("b used 0.5 × the energy of a", (string?)answer["sentence"], StringComparison.Ordinal);
        Assert.Equal(0.5, (double)document["pairs"]![0]!["energy"]!["low"]!, 6);
        Assert.Equal(0.5, (double)document["pairs"]![0]!["energy"]!["high"]!, 6);
    }

    [Fact]
    public void Two_runs_with_the_same_figures_show_no_difference()
    {
        var document = JsonNode.Parse(PageDocument.FromComparison(
            RunComparison.Compare([Sample("training", "a"), Sample("training", "b")])).Json)!;
        Assert.Equal("same", (string?)document["answer"]!["outcome"]);
        Assert.Equal("No difference seen", (string?)document["answer"]!["headline"]);
        Assert.Contains("do not differ in energy", (string?)document["answer"]!["sentence"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_shared_factor_has_no_share_in_the_uncertainty_of_a_ratio()
    {
        var document = JsonNode.Parse(PageDocument.FromComparison(
            RunComparison.Compare([Sample("training", "a"), Sample("training", "b", 3)])).Json)!;
        var ratio = document["derivation"]!["figures"]![0]!;
        Assert.Equal("ratio.1.energy", (string?)ratio["figure"]!["name"]);
        // Every factor is shared and enters in proportion, so all cancel.
        Assert.All(ratio["shares"]!.AsArray(), share => Assert.Equal(0, (double)share!));
        Assert.Equal(0, (int)document["pairs"]![0]!["own_factors"]!);
    }

    [Fact]
    public void Command_user_machine_and_hardware_are_there_only_if_they_were_asked_for()
    {
        var runs = new[] { Hide(Sample("training", "a")), Hide(Sample("training", "b")) };
        var plain = PageDocument.FromComparison(RunComparison.Compare(runs)).Json;
        var detailed = PageDocument.FromComparison(RunComparison.Compare(runs), withDetails: true).Json;
        foreach (var text in new[] { "lovelace", "node-77", "secret" })
        {
            Assert.DoesNotContain(text, plain, StringComparison.Ordinal);
            Assert.Contains(text, detailed, StringComparison.Ordinal);
        }

        static ComparedRun Hide(ComparedRun run) => run with
        {
            Record = run.Record with
            {
                Warnings = [new Warning("odd", "cannot read /home/lovelace/secret/file.txt", null)],
                Opening = run.Record.Opening with { User = "lovelace", Node = "node-77", Command = ["python3", "secret.py"] },
            },
        };
    }

    [Fact]
    public void Facts_that_differ_come_first_and_those_that_do_not_are_marked()
    {
        var (a, b) = (Sample("training", "a"), Sample("training", "b"));
        b = b with { Footprint = SampleRuns.Account(b.Record, SampleRuns.Factors(57)) };
        var facts = JsonNode.Parse(PageDocument.FromComparison(RunComparison.Compare([a, b])).Json)!["facts"]!.AsArray();
        Assert.True((bool)facts[0]!["differs"]!);
        Assert.Contains(facts, fact => (string?)fact!["name"] == "Intensity, g CO2e/kWh" && (bool)fact["differs"]!);
        Assert.Contains(facts, fact => (string?)fact!["name"] == "Command" && !(bool)fact["differs"]!);
        foreach (var fact in facts)
        {
            var values = fact!["values"]!.AsArray().Select(value => (string?)value).Distinct().Count();
            Assert.Equal(values > 1, (bool)fact["differs"]!);
        }
    }
}
