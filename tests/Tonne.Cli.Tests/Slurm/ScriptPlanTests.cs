using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.Cli.Slurm;

namespace Tonne.Cli.Tests.Slurm;

public sealed class ScriptPlanTests : IDisposable
{
    static readonly DateTimeOffset _midnight = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    readonly Terminal _terminal = new();

    [Fact]
    public void The_hours_of_the_lowest_intensity_are_named_in_local_time()
    {
        // Two hours of 100 g from 05:00 UTC, which is 06:00 in Berlin; all others have 400 g.
        Write("#SBATCH --time=1:59:30\n#SBATCH --comment=tonne:finish-by=+20h\n", cleanFrom: 5);

        var (code, text, error) = Type("plan", "--slurm", "train.sh", "--series", "week.csv", "--zone", "FR");

        Assert.True(code == 0, error);
        Assert.Contains("\n  sbatch --begin=2026-12-01T06:00:00 train.sh\n", text, StringComparison.Ordinal);
        Assert.Contains("saves 75 %", text, StringComparison.Ordinal);
        Assert.Contains("is taken as its duration", text, StringComparison.Ordinal);
        Assert.Contains("reserves nothing", text, StringComparison.Ordinal);
        Assert.DoesNotContain("best with ", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_has_the_words_of_the_command()
    {
        Write("#SBATCH -t 120\n", cleanFrom: 5);

        var slurm = JsonNode.Parse(Type("plan", "--slurm", "train.sh", "--series", "week.csv", "--finish-by", "20h", "--json").Out)!["slurm"]!;

        Assert.Equal(7200, (double)slurm["time_limit_s"]!);
        Assert.Equal(["sbatch", "--begin=2026-12-01T06:00:00", "train.sh"], slurm["command"]!.AsArray().Select(word => (string)word!));
        Assert.Null((string?)slurm["job_id"]);
    }

    [Fact]
    public void The_begin_of_the_script_is_the_earliest_start()
    {
        // The clean hours from 05:00 UTC are before 09:00 in Berlin; of the others none is better, so the end decides nothing: the earliest.
        Write("#SBATCH -t 60\n#SBATCH --begin=09:00\n", cleanFrom: 5);

        var document = JsonNode.Parse(Type("plan", "--slurm", "train.sh", "--series", "week.csv", "--finish-by", "20h", "--json").Out)!;

        var contiguous = document["options"]!.AsArray().Single(option => (string)option!["name"]! == "contiguous")!;
        Assert.Equal(_midnight.AddHours(8), DateTimeOffset.Parse((string)contiguous["segments"]![0]!["from"]!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Where_waiting_saves_nothing_the_script_is_submitted_as_it_is()
    {
        Write("#SBATCH -t 60\n", cleanFrom: 0);

        var (code, text, _) = Type("plan", "--slurm", "train.sh", "--series", "week.csv", "--finish-by", "20h");

        Assert.Equal(0, code);
        Assert.Contains("\n  sbatch train.sh\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "has no --time")]
    [InlineData("#SBATCH --time=0\n", "is no limit")]
    [InlineData("#SBATCH --time=6h\n", "is not a time limit of Slurm")]
    [InlineData("#SBATCH --time=60 --begin=12/01/26\n", "is not read here")]
    [InlineData("#SBATCH --time=60 --comment=tonne:finish-by=soon\n", "is not a time")]
    public void A_script_that_cannot_be_planned_is_refused_with_the_reason(string lines, string reason)
    {
        Write(lines, cleanFrom: 5);

        var (code, _, error) = Type("plan", "--slurm", "train.sh", "--series", "week.csv");

        Assert.NotEqual(0, code);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--duration", "6h")]
    [InlineData("--max-pauses", "1")]
    [InlineData("--zones", "FR,DE")]
    public void Options_that_the_script_replaces_are_refused(string option, string value)
    {
        Write("#SBATCH --time=60\n", cleanFrom: 5);

        Assert.Contains($"{option} is not for --slurm", Type("plan", "--slurm", "train.sh", "--series", "week.csv", option, value).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_sbatch_nothing_is_submitted()
    {
        Write("#SBATCH --time=60\n", cleanFrom: 5);
        _terminal["PATH"] = _terminal.Folder;

        var (code, _, error) = Type("plan", "--slurm", "train.sh", "--series", "week.csv", "--submit");

        Assert.NotEqual(0, code);
        Assert.Contains("sbatch is not on the PATH", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_intensities_for_the_controller_are_the_hours_to_come()
    {
        Write("", cleanFrom: 5);

        var (code, _, error) = Type("slurm", "intensities", "--series", "week.csv", "--output", "table/intensities.csv", "--days", "1");

        Assert.True(code == 0, error);
        // 2026-12-01T00:00Z is 1796083200; the clock stands at 00:20, so the first hour is the present one.
        var lines = File.ReadAllLines(Path.Combine(_terminal.Folder, "table", "intensities.csv"));
        Assert.Equal(["# tonne.slurm-intensities/1", "# written=1796084400 zone=FR signal=observed step_s=3600", "epoch_s,g_co2e_per_kwh", "1796083200,400"], lines[..4]);
        Assert.Equal("1796101200,100", lines[8]);
        Assert.Equal((28, "# end"), (lines.Length, lines[^1]));
    }

    [Fact]
    public void Intensities_of_the_past_do_not_replace_the_file()
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "week.csv"), "zone,timestamp_utc,gco2e_per_kwh\nFR,2025-01-01T00:00Z,10\nFR,2025-01-01T01:00Z,20\n");
        File.WriteAllText(Path.Combine(_terminal.Folder, "kept.csv"), "before");

        var (code, _, error) = Type("slurm", "intensities", "--series", "week.csv", "--output", "kept.csv");

        Assert.NotEqual(0, code);
        Assert.Contains("is not changed", error, StringComparison.Ordinal);
        Assert.Equal("before", File.ReadAllText(Path.Combine(_terminal.Folder, "kept.csv")));
    }

    [Fact]
    public void The_plugin_names_the_file_and_calls_nothing_outside()
    {
        var script = Type("slurm", "job-submit", "--file", "/srv/tonne/table.csv").Out;

        Assert.Contains("local tonne_file = \"/srv/tonne/table.csv\"", script, StringComparison.Ordinal);
        Assert.Contains(IntensityTable.Format, script, StringComparison.Ordinal);
        foreach (var call in new[] { "os.execute", "io.popen", "require", "ESLURM" })
            Assert.DoesNotContain(call, script, StringComparison.Ordinal);
        // It refuses a job by one rule only, which has to be chosen.
        Assert.Contains("local over_quota = \"off\"", script, StringComparison.Ordinal);
        Assert.Equal(2, script.Split("slurm.ERROR").Length);
        Assert.NotEqual(0, Type("slurm", "job-submit", "--file", "table.csv").Code);
        Assert.NotEqual(0, Type("slurm", "job-submit", "--file", "/a\"b").Code);
    }

    [Fact]
    public void Rows_of_sacct_in_a_file_are_settled()
    {
        Write("", cleanFrom: 5);
        File.WriteAllText(Path.Combine(_terminal.Folder, "rows.txt"),
            "JobIDRaw|Submit|Eligible|Start|End|State\n7|2026-12-01T01:00:00|2026-12-01T06:00:00|2026-12-01T07:00:00|2026-12-01T09:00:00|COMPLETED\n8|2026-12-01T01:00:00|Unknown|Unknown|Unknown|PENDING\n");

        var (code, text, error) = Type("slurm", "settle", "--sacct", "rows.txt", "--series", "week.csv");

        Assert.True(code == 0, error);
        // Local time is an hour ahead: planned 05:00 to 07:00 UTC, 100 g; achieved 06:00 to 08:00, 100 and 400 g: 250; at once 400.
        Assert.Contains("100 g CO2e/kWh, saves 75 %", text, StringComparison.Ordinal);
        Assert.Contains("250 g CO2e/kWh, saves 37.5 %", text, StringComparison.Ordinal);
        Assert.Contains("job 8 has not ended", text, StringComparison.Ordinal);
    }

    public void Dispose() => _terminal.Dispose();

    /// <summary>Types a command at 00:20 UTC, or at midnight where a plan is made.</summary>
    (int Code, string Out, string Error) Type(params string[] words)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var context = _terminal.CreateContext(output, error) with { Time = new FixedClock(words[0] == "plan" ? _midnight : _midnight.AddMinutes(20)) };
        // Paths of --series are relative to the folder of the process.
        var code = Cli.Commands.CommandLine.Invoke([.. words.Select(word => word == "week.csv" ? Path.Combine(_terminal.Folder, word) : word)], context);
        return (code, output.ToString(), error.ToString());
    }

    void Write(string lines, int cleanFrom)
    {
        File.WriteAllText(Path.Combine(_terminal.Folder, "train.sh"), "#!/bin/sh\n" + lines + "srun train\n");
        var rows = Enumerable.Range(0, 72).Select(hour => string.Create(CultureInfo.InvariantCulture, $"FR,{_midnight.AddHours(hour):yyyy-MM-ddTHH:mm}Z,{(hour - cleanFrom is 0 or 1 ? 100 : 400)}\n"));
        File.WriteAllText(Path.Combine(_terminal.Folder, "week.csv"), "zone,timestamp_utc,gco2e_per_kwh\n" + string.Concat(rows));
    }
}
