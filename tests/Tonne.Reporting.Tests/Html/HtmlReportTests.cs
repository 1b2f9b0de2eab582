using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Recording.Tests.Attribution;
using Tonne.Reporting.Html;
using Tonne.Reporting.Html.Documents;
using Tonne.Reporting.Json;
using Tonne.Reporting.Tests.Terminal;
using Tonne.Runs;
using Tonne.Tests;
using Tonne.Tests.Architecture;

namespace Tonne.Reporting.Tests.Html;

public class HtmlReportTests
{
    const string Template =
        "<title>{{report-title}}</title><p>{{report-answer}}</p><script type=\"application/json\">{{report-data}}</script>";

    // Ends of elements, comments, entities, places of the template, line separators, directions, controls, formulas.
    const string Hostile = "</script><img src=x onerror=alert(1)><!-- &lt; {{report-data}} ${x} "
        + "\u2028\u2029 \u202egnp.exe \u0007\u001b[31m \ud800 'q\" =1+1";

    static (RunRecord Record, Footprint Footprint) CreateHostile()
    {
        var (record, footprint) = RunSummaryTextTests.Sample("troubled");
        var opening = record.Opening;
        record = record with
        {
            Notes = [Hostile],
            Gaps = [new Gap(Hostile, 1, 2, Hostile)],
            Warnings = [new Warning("odd", Hostile, Hostile)],
            Stages = [.. record.Stages.Select(stage => stage.Name == StageRecord.Outside ? stage : stage with { Name = Hostile })],
            Opening = opening with
            {
                Name = Hostile, Project = Hostile, User = Hostile, Node = Hostile, Command = [Hostile],
                    Tags = opening.Tags.SetItem(Hostile, Hostile),
            },
        };
        return (record, footprint);
    }

    [Fact]
    public void Hostile_names_and_notes_are_text_in_the_page()
    {
        var (record, footprint) = CreateHostile();
        var page = HtmlReport.Fill(Template,
            PageDocument.FromRun(record, footprint, new HtmlReportOptions { WithDetails = true }));
        const string tag = "<script type=\"application/json\">";
        var start = page.IndexOf(tag, StringComparison.Ordinal) + tag.Length;
        var data = page[start..page.IndexOf("</script>", start, StringComparison.Ordinal)];
        // The data ends where the template ends it, and nothing in it can begin or end an element.
        Assert.Equal(page.Length, start + data.Length + "</script>".Length);
        Assert.DoesNotContain(data, c => c is '<' or '>' or '&' or '\u2028' or '\u2029' or < ' ' or >= '\u007f');
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        var document = JsonNode.Parse(data)!;
        var name = (string)document["run"]!["name"]!;
        Assert.StartsWith("</script><img src=x", name, StringComparison.Ordinal);
        Assert.Contains("{{report-data}}", name, StringComparison.Ordinal);
        Assert.All(FindTexts(document), text => Assert.DoesNotContain(text,
            c => char.IsControl(c) || c is '\u202e' or '\u2028' or '\u2029'));
    }

    [Fact]
    public void Command_user_machine_tags_notes_and_paths_are_there_only_if_they_were_asked_for()
    {
        var (record, footprint) = RunSummaryTextTests.Sample("training");
        record = record with
        {
            Notes = ["secret note"],
            Warnings = [new Warning("odd", "cannot read /home/lovelace/secret/file.txt: try /sys/class/powercap/x",
                "chmod /home/lovelace/secret")],
            Opening = record.Opening with
            {
                User = "lovelace", Node = "node-77", Command = ["python3", "/home/lovelace/train.py", "--token", "abc"],
                Tags = ImmutableSortedDictionary<string, string>.Empty.Add("ticket", "XY-1"),
            },
        };
        var plain = JsonSerializer.Serialize(ReportDocumentBuilder.Create(record, footprint, new HtmlReportOptions()),
            ReportJsonContext.Default.ReportDocument);
        var detailed = JsonSerializer.Serialize(ReportDocumentBuilder.Create(record, footprint,
            new HtmlReportOptions { WithDetails = true }), ReportJsonContext.Default.ReportDocument);
        foreach (var text in new[] { "secret", "lovelace", "node-77", "--token", "train.py", "XY-1", "/sys/class",
            record.Opening.Machine.BootId })
        {
            Assert.DoesNotContain($"{text}", plain, StringComparison.Ordinal);
            if (text != record.Opening.Machine.BootId)
                Assert.Contains(text, detailed, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_figure_has_the_value_and_the_text_of_show_json() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(50), Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            var random = new Random(seed);
            var sample = new[] { "shell", "training", "metered", "troubled" }[random.Next(4)];
            var (record, footprint) = RunSummaryTextTests.Sample(sample);
            var times = Math.Exp((random.NextDouble() * 30) - 12);
            record = record with
            {
                DurationSeconds = record.DurationSeconds * times,
                JobCpuSeconds = record.JobCpuSeconds * times,
                Components = [.. record.Components.Select(part => part with
                {
                    Job = [.. part.Job.Select(amount => amount with { Amount = amount.Amount * times })],
                    Machine = [.. part.Machine.Select(amount => amount with { Amount = amount.Amount * times })],
                })],
            };
            footprint = SampleRuns.Account(record, SampleRuns.Factors(1 + (random.NextDouble() * 1000), embodied: random.Next(2) == 0));
            var page = ReportDocumentBuilder.Create(record, footprint, new HtmlReportOptions());
            var shown = RunDocument.From(record, footprint);
            AssertSame(shown.EnergyKwh, page.Answer.ItEnergy, DisplayValue.Format(footprint.Energy.Bounds, "kWh",
                footprint.FacilityEnergy.Value));
            AssertSame(shown.FacilityEnergyKwh, page.Answer.Energy, DisplayValue.Format(footprint.FacilityEnergy));
            AssertSame(shown.MachineEnergyKwh, page.Answer.MachineEnergy, DisplayValue.Format(footprint.MachineEnergy));
            AssertSame(shown.EmissionsKg.Total, page.Answer.Total, DisplayValue.Format(footprint.Total));
            AssertSame(shown.EmissionsKg.Operational, page.Answer.Operational, DisplayValue.Format(footprint.Operational.Bounds,
                "kg CO2e", footprint.Total.Value));
            Assert.Equal(shown.EmissionsKg.Embodied is null, page.Answer.Embodied is null);
            var program = (page.Stages?.Rows ?? []).Where(row => row.Kind is "program" or "outside").ToDictionary(row => row.Name);
            foreach (var stage in page.Stages is null ? [] : shown.Stages!)
                AssertSame(stage.EmissionsKg!, program[stage.Name].Emissions!,
                    DisplayValue.Format(footprint.Stages.Single(one => one.Name == stage.Name).Emissions.Bounds, "kg CO2e",
                        footprint.Operational.Value));
            Assert.Equal(page.Answer.Total,
                page.Boundaries.Steps.Single(step => step.IsHeadline).Emissions with { Name = "emissions_kg.total" });
        }));

    [Fact]
    public void Each_boundary_contains_the_one_before_it()
    {
        foreach (var sample in new[] { "shell", "training", "metered", "troubled" })
        {
            var (record, footprint) = RunSummaryTextTests.Sample(sample);
            var steps = ReportDocumentBuilder.Create(record, footprint, new HtmlReportOptions()).Boundaries.Steps;
            Assert.True(steps.Count >= 2);
            Assert.All(steps.Zip(steps.Skip(1)),
                pair => Assert.True(pair.First.Emissions.Value <= pair.Second.Emissions.Value * (1 + 1e-12)));
            Assert.Single(steps, step => step.IsHeadline);
            // At the plug the PUE is not in it.
            Assert.Equal(footprint.Operational.Value / footprint.Factors.Pue.Bounds.Best,
                steps.Single(step => step.Id == "it").Emissions.Value, 1e-12);
        }
    }

    [Fact]
    public void A_graph_of_derivations_has_the_value_of_every_figure_and_each_node_once()
    {
        var (_, footprint) = RunSummaryTextTests.Sample("metered");
        var graph = DerivationGraph.Create(footprint);
        Assert.All(graph.Figures, figure => Assert.Equal(figure.Figure.Value, graph.Nodes[figure.Root].Value));
        Assert.All(graph.Nodes.Select((node, i) => (node, i)), one => Assert.All(one.node.Of ?? [], below => Assert.True(below < one.i)));
        Assert.Equal(graph.Factors.Count, graph.Factors.Select(factor => factor.Id).Distinct().Count());
        Assert.All(graph.Figures, figure => Assert.InRange(figure.Shares.Sum(), 0, 1 + 1e-4));
    }

    [Fact]
    public void The_document_of_a_run_of_ten_epochs_is_small()
    {
        var (record, footprint) = RunSummaryTextTests.Sample("training");
        // The page around it has some 140 kB, and 350 kB are allowed.
        Assert.InRange(Serialize(record, footprint, null).Length, 10_000, 200_000);
    }

    /// <summary>With its page in artifacts/web/week.html, for a look and for the trial of its speed.</summary>
    [Fact]
    public void A_week_at_a_sample_a_second_is_at_most_two_megabytes()
    {
        const int samples = 7 * 86_400;
        var trace = ScriptedTrace.Modelled();
        var random = new Random(1);
        double busy = 0;
        trace.Sample(0, 0, 0);
        for (var i = 1; i <= samples; i++)
        {
            // Nights are quiet; every second has noise of its own.
            busy += (i / 43_200 % 2 == 0 ? 1.2 : 0.3) + (random.NextDouble() * 0.6);
            trace.Sample(i, busy, busy, 0, 4_000_000_000);
            if (i % 86_400 == 1)
                trace.Mark(i, new Mark(MarkKind.Stage, 0, $"day {(i / 86_400) + 1}"));
            if (i % 3_600 == 0)
                trace.Mark(i, new Mark(MarkKind.Epoch, 0, Number: i / 3_600, Metrics: GetLoss(i / 3600d)));
        }

        trace.End(samples, jobSeconds: busy);
        var record = trace.Record();
        var bytes = trace.Bytes;
        var footprint = SampleRuns.Account(record, SampleRuns.Factors());
        var data = Serialize(record, footprint, () => new MemoryStream(bytes));
        Assert.InRange(data.Length, 100_000, 1_800_000);
        if (HtmlReport.IsAvailable)
        {
            var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "web"));
            var page = HtmlReport.Render(record, footprint, new HtmlReportOptions { OpenTrace = () => new MemoryStream(bytes) });
            Assert.InRange(page.Length, data.Length, 2_000_000);
            File.WriteAllText(Path.Combine(folder.FullName, "week.html"), page);
        }
    }

    [Fact]
    public void The_name_of_the_file_has_the_name_of_the_run_and_its_day()
    {
        var (record, _) = RunSummaryTextTests.Sample("training");
        Assert.Equal("tonne-a-b-2026-11-22.html",
            HtmlReport.GetFileName(record with { Opening = record.Opening with { Name = "A/../b \u202e<>" } }));
        Assert.Equal("tonne-run-2026-11-22.html", HtmlReport.GetFileName(record with { Opening = record.Opening with { Name = "学習" } }));
    }

    static Dictionary<string, double> GetLoss(double hours) => new() { ["loss"] = 2 / Math.Sqrt(hours) };

    static byte[] Serialize(RunRecord record, Footprint footprint, Func<Stream>? open) =>
        JsonSerializer.SerializeToUtf8Bytes(
            ReportDocumentBuilder.Create(record, footprint, new HtmlReportOptions { OpenTrace = open }),
                ReportJsonContext.Default.ReportDocument);

    static void AssertSame(QuantityDocument shown, ReportFigure figure, DisplayValue text)
    {
        Assert.Equal((shown.Value, shown.Low, shown.High, shown.Quality, shown.MeasuredShare), (figure.Value, figure.Low, figure.High,
            figure.Quality, figure.MeasuredShare));
        Assert.Equal((text.Text, text.FormatInterval()), (figure.Text, figure.Interval));
    }

    static IEnumerable<string> FindTexts(JsonNode? node) => node switch
    {
        JsonObject one => one.SelectMany(pair => FindTexts(pair.Value)),
        JsonArray all => all.SelectMany(FindTexts),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [(string)value!],
        _ => [],
    };
}
