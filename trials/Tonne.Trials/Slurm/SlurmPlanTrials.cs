using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tonne.Trials.Slurm;

/// <summary>A real Slurm: jobs that wait for clean hours by <c>tonne plan --slurm</c> or by <c>job_submit.lua</c>, are paused and settled.</summary>
[Collection(nameof(Alone))]
[UnsupportedOSPlatform("windows")]
public sealed class SlurmPlanTrials(SlurmCluster cluster) : IClassFixture<SlurmCluster>
{
    const string Comment = "--comment=tonne:finish-by=+12h";

    static readonly DateTimeOffset _hour = FloorToHour(DateTimeOffset.UtcNow);

    [Fact]
    public async Task A_job_whose_user_chooses_it_becomes_eligible_at_the_clean_hour()
    {
        SkipWithoutPlugin();
        await WriteIntensitiesAsync();

        var (job, said) = await SubmitAsync("--time=2:00:00", Comment);

        var shown = await ShowAsync(job);
        Assert.Equal(_hour.AddHours(4).ToUnixTimeSeconds(), Epoch(shown, "EligibleTime"));
        Assert.Equal(_hour.AddHours(4).ToUnixTimeSeconds(), Epoch(shown, "StartTime"));
        // 2 h at 50 g in place of 400 g: 87.5 %, as %.0f writes it.
        Assert.Matches("tonne: the job waits [34] h [0-9]+ min, until [-0-9]+ [0-9]+:00, and saves (87|88) % \\(50 in place of 400 g CO2e/kWh, FR, observed\\)", said);
        await cluster.RunAsync("scancel", job);
    }

    [Theory]
    [InlineData("+90min", "may end after the finish that is wanted")]
    [InlineData("soon", "'soon' is not a time")]
    [InlineData("1", "'1' is not a time")]
    [InlineData("2020-01-01T00:00Z", "may end after the finish that is wanted")]
    public async Task A_finish_that_cannot_be_kept_leaves_the_job_as_it_is(string finish, string reason)
    {
        SkipWithoutPlugin();
        await WriteIntensitiesAsync();

        var (job, said) = await SubmitAsync("--time=2:00:00", "--comment=tonne:finish-by=" + finish);

        await ExpectUnchangedAsync(job);
        Assert.Contains("tonne: the job is submitted as it is: ", said, StringComparison.Ordinal);
        Assert.Contains(reason, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forms_of_the_finish_are_read_by_the_controller_as_by_the_command()
    {
        SkipWithoutPlugin();
        await WriteIntensitiesAsync();
        var finish = _hour.AddHours(9);
        foreach (var text in new[]
        {
            finish.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            finish.ToString("yyyy-MM-ddTHH:mmZ", CultureInfo.InvariantCulture),
            finish.ToOffset(TimeSpan.FromHours(-5)).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
            finish.ToLocalTime().ToString("yyyy-MM-ddTHH:mm", CultureInfo.InvariantCulture),
        })
        {
            var (job, said) = await SubmitAsync("--time=2:00:00", "--comment=tonne:finish-by=" + text);
            Assert.True(Epoch(await ShowAsync(job), "EligibleTime") == _hour.AddHours(4).ToUnixTimeSeconds(), text + ": " + said);
            await cluster.RunAsync("scancel", job);
        }
    }

    [Fact]
    public async Task Other_jobs_are_not_touched()
    {
        SkipWithoutPlugin();
        await WriteIntensitiesAsync();

        foreach (var options in new string[][] { ["--time=2:00:00"], ["--time=2:00:00", "--comment=a note"] })
        {
            var (job, said) = await SubmitAsync(options);
            await ExpectUnchangedAsync(job);
            Assert.DoesNotContain("tonne", said, StringComparison.Ordinal);
        }

        var (unlimited, reason) = await SubmitAsync(Comment);
        await ExpectUnchangedAsync(unlimited);
        Assert.Contains("it has no --time", reason, StringComparison.Ordinal);
        var (own, kept) = await SubmitAsync("--time=2:00:00", "--begin=now+3600", Comment);
        Assert.InRange(Epoch(await ShowAsync(own), "EligibleTime") - Epoch(await ShowAsync(own), "SubmitTime"), 3595, 3605);
        Assert.Contains("its own --begin counts", kept, StringComparison.Ordinal);
        await cluster.RunAsync("scancel", own);
    }

    [Fact]
    public async Task With_a_file_that_is_old_missing_or_broken_jobs_are_submitted_as_they_are()
    {
        SkipWithoutPlugin();
        await WriteIntensitiesAsync();
        var fresh = await File.ReadAllTextAsync(cluster.Intensities, TestContext.Current.CancellationToken);
        var written = DateTimeOffset.UtcNow.AddHours(-27).ToUnixTimeSeconds();
        foreach (var (text, reason) in new (string?, string)[]
        {
            (Regex.Replace(fresh, "written=[0-9]+", $"written={written}", RegexOptions.None, TimeSpan.FromSeconds(1)), "not within 26 h of now"),
            (null, "there are no intensities at"),
            ("", "is empty or too large"),
            (fresh.Replace("# end\n", "", StringComparison.Ordinal), "has no end"),
            (fresh.Replace(",400\n", ",many\n", StringComparison.Ordinal), "is malformed"),
            ("os.exit(1)\n", "is not of the format"),
            (fresh.Replace("epoch_s", "hour", StringComparison.Ordinal), "line 3 of"),
            (new string('1', 70_000), "is empty or too large"),
            ("# tonne.slurm-intensities/1\n# written=" + DateTimeOffset.UtcNow.ToUnixTimeSeconds() + " zone=FR signal=observed step_s=3600\nepoch_s,g_co2e_per_kwh\n# end\n", "do not cover"),
        })
        {
            File.Delete(cluster.Intensities);
            if (text is not null)
                await File.WriteAllTextAsync(cluster.Intensities, text, TestContext.Current.CancellationToken);
            var (job, said) = await SubmitAsync("--time=2:00:00", Comment);
            await ExpectUnchangedAsync(job);
            Assert.Contains(reason, said, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_planned_script_is_submitted_with_its_begin()
    {
        Assert.SkipWhen(cluster.SkipReason is not null, cluster.SkipReason ?? "");
        var series = await WriteSeriesAsync();
        // Of a repeated option the last counts.
        var script = cluster.Script("planned", "#SBATCH --time=5\n#SBATCH --time=1:59:30\n#SBATCH --output=/dev/null\nsleep 1\n");

        var planned = JsonNode.Parse((await cluster.RunAsync(TonneCommand.Executable, "plan", "--slurm", script, "--finish-by", "12h", "--series", series, "--json", "--submit")).Expect(0).Output)!["slurm"]!;

        var shown = await ShowAsync((string)planned["job_id"]!);
        Assert.Equal(7200, (double)planned["time_limit_s"]!);
        Assert.Contains("TimeLimit=02:00:00", shown, StringComparison.Ordinal);
        Assert.Equal(_hour.AddHours(4).ToUnixTimeSeconds(), Epoch(shown, "EligibleTime"));
        await cluster.RunAsync("scancel", (string)planned["job_id"]!);

        // The form for the hour that is there twice.
        var (job, _) = await SubmitAsync("--time=5", string.Create(CultureInfo.InvariantCulture, $"--begin=uts{_hour.AddHours(5).ToUnixTimeSeconds()}"));
        Assert.Equal(_hour.AddHours(5).ToUnixTimeSeconds(), Epoch(await ShowAsync(job), "EligibleTime"));
        await cluster.RunAsync("scancel", job);
    }

    [Fact]
    public async Task A_job_that_is_paused_by_requeuehold_and_continued_is_settled_by_sacct()
    {
        Assert.SkipWhen((cluster.SkipReason ?? cluster.NoAccountingReason) is not null, cluster.SkipReason ?? cluster.NoAccountingReason ?? "");
        var series = await WriteSeriesAsync();
        var state = Path.Combine(cluster.Folder, "checkpoint");
        // It writes what it has done, so it continues there.
        var script = cluster.Script("checkpoints", $"#SBATCH --requeue --open-mode=append\nn=$(cat {state} 2>/dev/null || echo 0)\necho \"from $n\"\nwhile [ $n -lt 6 ]; do sleep 0.5; n=$((n + 1)); echo $n > {state}; done\n");

        var job = await cluster.SubmitAsync("--time=5", script);
        await cluster.WaitAsync(() => Task.FromResult(File.Exists(state)), "the job worked");
        (await cluster.RunAsync("scontrol", "requeuehold", job)).Expect(0);
        await cluster.WaitAsync(async () => (await cluster.RunAsync("squeue", "-h", "-j", job, "-o", "%T %r")).Output is var held && held.StartsWith("PENDING", StringComparison.Ordinal) && held.Contains("held", StringComparison.OrdinalIgnoreCase), $"job {job} is held");
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        (await cluster.RunAsync("scontrol", "update", "JobId=" + job, "StartTime=now")).Expect(0);
        (await cluster.RunAsync("scontrol", "release", job)).Expect(0);
        await cluster.EndedAsync(job);

        // The start before the requeue may reach the accounting database after the end of the job.
        List<string> lines = [];
        await cluster.WaitAsync(
            async () => (lines = [.. (await cluster.RunAsync("env", "SLURM_TIME_FORMAT=%s", "sacct", "-n", "-P", "-X", "-D", "-j", job, "-o", "Start,End,State")).Expect(0).Output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)]) is [_, _] && lines[^1].EndsWith("COMPLETED", StringComparison.Ordinal), $"sacct has both starts of job {job}");
        var rows = lines.ConvertAll(static line => line.Split('|').Take(2).Select(static cell => long.Parse(cell, CultureInfo.InvariantCulture)).ToArray());
        var settled = JsonNode.Parse((await cluster.RunAsync(TonneCommand.Executable, "slurm", "settle", job, "--series", series, "--json")).Expect(0).Output)!["jobs"]!.AsArray().Single()!;
        Assert.Equal("COMPLETED", (string)settled["state"]!);
        Assert.Equal(2, (int)settled["starts"]!);
        Assert.Equal(rows.Sum(row => row[1] - row[0]), (double)settled["worked_s"]!);
        Assert.Equal(rows.Min(row => row[0]), DateTimeOffset.Parse((string)settled["start"]!, CultureInfo.InvariantCulture).ToUnixTimeSeconds());
        Assert.Equal(rows.Max(row => row[1]), DateTimeOffset.Parse((string)settled["end"]!, CultureInfo.InvariantCulture).ToUnixTimeSeconds());
        var output = await File.ReadAllTextAsync(Directory.GetFiles(cluster.Folder, $"job-{job}-*.out").Single(), TestContext.Current.CancellationToken);
        Assert.Matches("from 0[\\s\\S]*from [1-6]", output);
    }

    void SkipWithoutPlugin()
    {
        var reason = cluster.SkipReason ?? SlurmCluster.NoPluginReason;
        Assert.SkipWhen(reason is not null, reason ?? "");
    }

    async Task<(string Job, string Said)> SubmitAsync(params string[] options)
    {
        var script = cluster.Script("short", "sleep 0.1\n");
        var submitted = (await cluster.RunAsync(["sbatch", "--parsable", "--output=/dev/null", .. options, script])).Expect(0);
        return (submitted.Output.Trim().Split(';')[0], submitted.Error);
    }

    async Task ExpectUnchangedAsync(string job)
    {
        var shown = await ShowAsync(job);
        Assert.Equal(Epoch(shown, "SubmitTime"), Epoch(shown, "EligibleTime"));
    }

    async Task<string> ShowAsync(string job) => (await cluster.RunAsync("env", "SLURM_TIME_FORMAT=%s", "scontrol", "show", "job", job)).Expect(0).Output;

    static long Epoch(string shown, string field) => long.Parse(Regex.Match(shown, field + "=([0-9]+)", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value, CultureInfo.InvariantCulture);

    /// <summary>400 g, but 50 g from the fourth hour to the sixth.</summary>
    async Task<string> WriteSeriesAsync()
    {
        var path = Path.Combine(cluster.Folder, "series.csv");
        var rows = Enumerable.Range(-2, 50).Select(hour => string.Create(CultureInfo.InvariantCulture, $"FR,{_hour.AddHours(hour):yyyy-MM-ddTHH:mm}Z,{(hour is 4 or 5 ? 50 : 400)}\n"));
        await File.WriteAllTextAsync(path, "zone,timestamp_utc,gco2e_per_kwh\n" + string.Concat(rows), TestContext.Current.CancellationToken);
        return path;
    }

    async Task WriteIntensitiesAsync() =>
        (await cluster.RunAsync(TonneCommand.Executable, "slurm", "intensities", "--output", cluster.Intensities, "--series", await WriteSeriesAsync(), "--days", "1")).Expect(0);

    static DateTimeOffset FloorToHour(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}
