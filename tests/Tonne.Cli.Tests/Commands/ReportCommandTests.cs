using System.Text.Json;
using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Cli.Tests.Commands;

public sealed class ReportCommandTests : IDisposable
{
    readonly Terminal _terminal = new();

    public void Dispose() => _terminal.Dispose();

    void Import()
    {
        var file = Path.Combine(_terminal.Folder, "emissions.csv");
        File.WriteAllText(file, "timestamp,run_id,project_name,duration,emissions,energy_consumed\n2026-03-02T10:00:00Z,a,p,3600,0.05,0.07\n");
        _terminal.Type("ledger", "import", "codecarbon", file);
    }

    [Theory]
    [InlineData("training-token=3e11", null, "must state whether its count is gross")]
    [InlineData("token=3e11", "gross", "--basis goes with a provider's unit")]
    public void A_provider_s_unit_states_its_basis_and_no_other_does(string unit, string? basis, string why)
    {
        Import();
        var (code, _, error) = _terminal.Type(["report", "last", "--sci", "--per", unit, .. basis is null ? (string[])[] : ["--basis", basis]]);

        Assert.Equal(2, code);
        Assert.Contains(why, error);
    }

    [Fact]
    public void Several_runs_go_with_a_page_only_and_the_same_run_is_not_compared_with_itself()
    {
        Import();
        var (code, _, error) = _terminal.Type("report", "last", "p", "--md");
        Assert.Equal(2, code);
        Assert.Contains("several runs go with --html only", error);
        (code, _, error) = _terminal.Type("report", "last", "p", "--html");
        Assert.Equal(2, code);
        Assert.Contains("the same run is named twice", error);
    }

    [Theory]
    [InlineData("compare", "a", "b", "--html", "--json")]
    [InlineData("estimate", "training", "--parameters", "7e9", "--tokens", "1e12", "--hardware", "h100", "--html", "--json")]
    [InlineData("estimate", "inference", "--parameters", "7e9", "--output-tokens", "9", "--hardware", "h100", "--html", "--explain")]
    [InlineData("footprint", "life.yaml", "--html", "--md")]
    public void A_page_and_another_format_are_refused_together(params string[] words)
    {
        var (code, _, error) = _terminal.Type(words);
        Assert.Equal(2, code);
        Assert.Contains("give one format", error);
    }

    [Theory]
    [InlineData("compare", "a", "b", "--open")]
    [InlineData("estimate", "training", "--parameters", "7e9", "--tokens", "1e12", "--hardware", "h100", "-o", "x.html")]
    [InlineData("footprint", "life.yaml", "--with-details")]
    public void Options_of_a_page_without_a_page_are_refused(params string[] words)
    {
        var (code, _, error) = _terminal.Type(words);
        Assert.Equal(2, code);
        Assert.Contains("go with --html", error);
    }

    [Fact]
    public void A_provider_s_rate_of_one_run_says_that_it_is_of_one()
    {
        Import();
        var (code, output, _) = _terminal.Type("report", "last", "--sci", "--per", "training-token=1e6", "--basis", "effective");

        Assert.Equal(0, code);
        Assert.Contains("sci-one-run", output);
        Assert.Contains("effective", output);
        Assert.Equal(2, _terminal.Type("report", "last", "--sci", "--per", "training-token=1e6", "--basis", "effective", "--campaign").Code);
    }

    [Fact]
    public void A_rate_counts_the_failed_run_of_its_campaign_too()
    {
        // The second run of the campaign has only the tag model, and failed; the third is of another one.
        var ledger = new Ledger(new LedgerHome(Path.Combine(_terminal.Folder, "ledger")), TimeProvider.System, static _ => { });
        var runs = new[] { ("20261122-054210-aaaaaa", "campaign", "llm", RunStatus.Completed), ("20261122-064210-bbbbbb", "model", "llm", RunStatus.Failed), ("20261122-074210-cccccc", "model", "other", RunStatus.Failed) };
        foreach (var (id, tag, value, status) in runs)
        {
            var entry = CreateEntry(id, tag, value, status);
            using var run = ledger.Begin(entry.Record.Opening);
            run.Finish(entry.Record, entry.Statements[^1]);
        }

        var (code, output, error) = _terminal.Type("report", "20261122-054210-aaaaaa", "--sci", "--per", "parameter=7e9", "--basis", "gross");
        var (_, one, _) = _terminal.Type("report", "20261122-054210-aaaaaa", "--sci", "--per", "parameter=7e9", "--basis", "gross", "--campaign", "false");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("campaign llm: 2 runs, 1 completed, 1 failed, 0 interrupted", Words(output));
        Assert.DoesNotContain("sci-one-run", output);
        Assert.Contains("sci-one-run", one);
        // 67.2 J each, PUE 1.5: 28 µWh for one, twice that for both.
        Assert.Contains("E 28 mWh", Words(one));
        Assert.Contains("E 56 mWh", Words(output));
    }

    [Fact]
    public void A_BoAmps_report_names_what_is_missing_and_an_export_has_one_for_each_run()
    {
        Import();
        var (code, output, error) = _terminal.Type("report", "last", "--boamps");
        var folder = Path.Combine(_terminal.Folder, "reports");
        _terminal.Type("ledger", "export", "boamps", folder);

        Assert.Equal(0, code);
        Assert.Contains("BoAmps requires task.taskFamily", error);
        using var document = JsonDocument.Parse(output);
        Assert.Equal("codecarbon", document.RootElement.GetProperty("measures")[0].GetProperty("measurementMethod").GetString());
        Assert.Single(Directory.GetFiles(folder));
        Assert.Single(_terminal.Type("ledger", "export", "boamps").Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    static string Words(string text) => string.Join(' ', text.Split((char[])[' ', '\n', '\u00A0'], StringSplitOptions.RemoveEmptyEntries));

    static LedgerEntry CreateEntry(string id, string tag, string value, RunStatus status)
    {
        var record = SampleRuns.Shell(value, id);
        record = record with { Status = status, Opening = record.Opening with { Tags = record.Opening.Tags.SetItem(tag, value) } };
        return new LedgerEntry(record, [SampleRuns.Account(record).CreateStatement(record.Opening.StartedAt)]);
    }
}
