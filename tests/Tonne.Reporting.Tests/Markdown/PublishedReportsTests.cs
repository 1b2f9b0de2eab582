using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Ledgers.ImportExport;
using Tonne.Reporting.Markdown;
using Tonne.Reporting.Terminal;
using Tonne.Reporting.Tests.Terminal;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Reporting.Tests.Markdown;

public class PublishedReportsTests
{
    public static TheoryData<string> Samples => ["shell", "training", "metered", "troubled"];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Each_report_of_each_sample_run_looks_as_reviewed(string sample)
    {
        var (record, footprint) = RunSummaryTextTests.Sample(sample);
        Golden.Matches($"Golden/report-{sample}.golden.md", MarkdownReport.Render(record, footprint));
        Golden.Matches($"Golden/model-card-{sample}.golden.md", ModelCard.Render(record, footprint));
        Golden.Matches($"Golden/hugging-face-{sample}.golden.yaml", HuggingFaceCard.Render(record, footprint));
        Golden.Matches($"Golden/row-{sample}.golden.csv", CarbonCsvRow.From(record, footprint).ToCsv());
    }

    [Fact]
    public void The_hub_gets_grams_of_operational_emissions()
    {
        // Metered: 47,520 J = 13.2 Wh; PUE 1; 50 g/kWh: 0.66 g.
        var (record, footprint) = RunSummaryTextTests.Sample("metered");
        var yaml = HuggingFaceCard.Render(record, footprint);
        Assert.Contains("\n  emissions: 0.66\n", yaml);
        Assert.Contains("hardware_used: \"1 x NVIDIA RTX A2000 Laptop GPU, 8 threads of Example Server CPU 7777 @ 2.50GHz\"", yaml);
        Assert.Contains("geographical_location: \"France (FR)\"", yaml);
    }

    [Theory]
    [InlineData(HostKind.Server, "none")]
    [InlineData(HostKind.Vm, "unknown: a virtual machine whose provider was not found")]
    [InlineData(HostKind.Unknown, "unknown")]
    public void The_provider_is_none_only_where_the_machine_is_known_to_be_no_virtual_one(HostKind host, string provider)
    {
        var record = SampleRuns.Training();
        record = record with { Opening = record.Opening with { Machine = record.Opening.Machine with { Kind = host }, Place = new Place("DE", null, 380) } };
        Assert.Contains($"**Cloud Provider:** {provider}\n", ModelCard.Render(record, SampleRuns.Account(record)));
    }

    [Fact]
    public void A_country_that_is_stated_with_an_intensity_is_the_place()
    {
        const string csv = "timestamp,project_name,run_id,duration,emissions,energy_consumed,country_name,country_iso_code,gpu_count,gpu_model,tracking_mode,on_cloud\n"
            + "2026-05-10T23:47:11,p,1,100,0.0133,0.035,Germany,DEU,2.0,2 x NVIDIA A100-SXM4-80GB,machine,N\n";
        var path = Path.Combine(Directory.CreateTempSubdirectory("tonne-card-").FullName, "emissions.csv");
        File.WriteAllText(path, csv);
        var entry = Assert.Single(CodeCarbonCsv.Import(path, default).Runs).Entry;
        var card = ModelCard.Render(entry.Record, entry.Account());
        Assert.Contains("**Compute Region:** Germany (DE)", card);
        Assert.Contains("**Hardware Type:** 2 x NVIDIA A100-SXM4-80GB\n", card);
        Assert.Contains("geographical_location: \"Germany (DE)\"", HuggingFaceCard.Render(entry.Record, entry.Account()));
    }

    [Fact]
    public void The_training_type_is_what_the_tag_says_and_never_a_guess()
    {
        var record = SampleRuns.Training();
        var footprint = SampleRuns.Account(record);
        Assert.DoesNotMatch(new Regex("^  training_type:", RegexOptions.Multiline, TimeSpan.FromSeconds(1)), HuggingFaceCard.Render(record, footprint));
        record = record with { Opening = record.Opening with { Tags = record.Opening.Tags.Add("training_type", "fine-tuning") } };
        Assert.Contains("\n  training_type: \"fine-tuning\"\n", HuggingFaceCard.Render(record, footprint));
    }

    [Fact]
    public void The_row_holds_codecarbons_columns_in_its_units()
    {
        // Training: cpu 1,000 J, memory 60 J; × PUE 1.5 = 1,590 J = 4.41667e-4 kWh over 100 s; × 50 g = 2.20833e-5 kg; cpu 15 W, memory 0.9 W.
        var record = SampleRuns.Training();
        var row = CarbonCsvRow.From(record, SampleRuns.Account(record));
        Near(1590 / 3.6e6, "energy_consumed");
        Near(1500 / 3.6e6, "cpu_energy");
        Near(90 / 3.6e6, "ram_energy");
        Near(1590 / 3.6e6 * 0.05, "emissions");
        Near(1590 / 3.6e6 * 0.05 / 100, "emissions_rate");
        Near(15, "cpu_power");
        Near(0.9, "ram_power");
        Near(16e9 / 1073741824, "ram_total_size");
        Near(1272 / 3.6e6, "tonne_energy_kwh");
        Near(2.65e-5, "tonne_operational_kg");
        Assert.Equal("0", row["gpu_energy"]);
        Assert.Equal("", row["gpu_power"]);
        Assert.Equal(("France", "FRA"), (row["country_name"], row["country_iso_code"]));
        Assert.Equal("2026-11-22T05:43:50", row["timestamp"]);
        Assert.Equal(CarbonCsvRow.Columns.Length, row.Fields.Count());
        // The columns that emissions.csv has had since CodeCarbon 2.2, in its order.
        string[] theirs =
        [
            "timestamp", "project_name", "run_id", "duration", "emissions", "emissions_rate", "cpu_power", "gpu_power", "ram_power", "cpu_energy", "gpu_energy", "ram_energy", "energy_consumed",
            "country_name", "country_iso_code", "region", "cloud_provider", "cloud_region", "os", "python_version", "codecarbon_version", "cpu_count", "cpu_model", "gpu_count", "gpu_model",
            "longitude", "latitude", "ram_total_size", "tracking_mode", "on_cloud", "pue",
        ];
        Assert.Equal(theirs, CarbonCsvRow.Columns.Where(theirs.Contains));

        void Near(double expected, string column) => Assert.Equal(1, double.Parse(row[column], CultureInfo.InvariantCulture) / expected, 9);
    }

    [Fact]
    public void A_stated_run_gives_the_same_row_as_a_derived_one()
    {
        var record = SampleRuns.Training();
        var footprint = SampleRuns.Account(record);
        var statement = footprint.CreateStatement(record.Opening.StartedAt);
        Assert.Equal(CarbonCsvRow.From(record, footprint).ToCsv(), CarbonCsvRow.From(record, statement).ToCsv());
        var known = new Dictionary<string, string> { ["python_version"] = "3.11.2", ["run_id"] = "theirs", ["unheard_of"] = "x" };
        var row = CarbonCsvRow.From(record, statement, known);
        Assert.Equal(("3.11.2", "theirs"), (row["python_version"], row["run_id"]));
    }

    [Fact]
    public void Commas_quotes_and_line_breaks_stay_in_their_field()
    {
        var record = SampleRuns.Shell("a,b \"c\"\nd");
        Assert.Contains(",\"a,b \"\"c\"\"\nd\",", CarbonCsvRow.From(record, SampleRuns.Account(record)).ToCsv());
    }

    [Fact]
    public void No_name_becomes_markup_or_leaves_its_line()
    {
        var random = new Random(3);
        const string Alphabet = "ab <>|*_`[]()!#&\\~$\"'\n\r\u001b\u202e{}-+=:;,.0é模";
        var footprint = SampleRuns.Account(SampleRuns.Training());
        var expected = MarkdownReport.Render(SampleRuns.Training("x"), footprint).Count(c => c == '\n');
        for (var round = 0; round < 200; round++)
        {
            var name = new StringBuilder("x");
            for (var i = random.Next(40); i >= 0; i--)
                name.Append(Alphabet[random.Next(Alphabet.Length)]);
            var record = SampleRuns.Training(name.ToString());
            record = record with { Stages = [record.Stages[0] with { Name = name.ToString() }, .. record.Stages.Skip(1)] };
            var page = MarkdownReport.Render(record, footprint);
            Assert.Equal(expected, page.Count(c => c == '\n'));
            Assert.DoesNotContain(page, c => char.IsControl(c) && c != '\n');
            // No tag, and in each row of a table as many cells as in its head.
            Assert.DoesNotMatch(new Regex("<(?!https?://)", RegexOptions.None, TimeSpan.FromSeconds(1)), page);
            Assert.Single(page.Split('\n'), line => line.StartsWith("# ", StringComparison.Ordinal));
            var stage = page.Split('\n').First(line => line.StartsWith("| " + TextSanitizer.EscapeMarkdown(name.ToString()), StringComparison.Ordinal));
            Assert.Equal(7, Regex.Count(stage, @"(?<!\\)\|", RegexOptions.None, TimeSpan.FromSeconds(1)));
            var yaml = HuggingFaceCard.Render(record, footprint);
            Assert.Equal(2, yaml.Split('\n').Count(line => line == "---"));
        }
    }

    [Fact]
    public void The_report_on_a_screen_looks_as_reviewed()
    {
        var record = SampleRuns.Training();
        Golden.Matches("Golden/report-training-100.golden.txt",
            Golden.TextOf(writer => RunReport.Write(writer, record, SampleRuns.Account(record), new TerminalCapabilities { Width = 100 })));
    }

    [Fact]
    public void A_region_given_is_named_with_its_city()
    {
        var record = SampleRuns.Training();
        record = record with { Opening = record.Opening with { Place = new Place(Region: "gcp:europe-west9", How: PlaceOrigin.Given) } };
        var row = CarbonCsvRow.From(record, SampleRuns.Account(record));
        Assert.Equal(("gcp", "europe-west9", "Y"), (row["cloud_provider"], row["cloud_region"], row["on_cloud"]));
        Assert.Contains("**Compute Region:** Paris, France (gcp:europe-west9)", ModelCard.Render(record, SampleRuns.Account(record)));
    }
}
