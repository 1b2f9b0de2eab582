using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Tonne.Trials.Planning;

/// <summary><c>tonne run --when-clean</c> under an accelerated clock: whatever is killed, the command is never left stopped, and it finishes in time.</summary>
/// <remarks>Seeded. <c>TONNE_CLEAN_CASES</c> sets the number of cases; ./soak clean-hours runs 200.</remarks>
[Collection(nameof(Alone))]
public partial class CleanHoursTrials
{
    const int Seed = 20261130;
    const int AtOnce = 5;
    const int Kill = 9;
    const int MaxPauses = 3;

    // 24 h of planned work take 2.4 s.
    const double Scale = 36_000;
    const int Ticks = 24;
    static readonly TimeSpan _grace = TimeSpan.FromSeconds(2);
    // From the start of tonne to that of its clock, and from its end of waiting to the command.
    static readonly TimeSpan _startUp = TimeSpan.FromSeconds(3);

    static int Cases => int.TryParse(Environment.GetEnvironmentVariable("TONNE_CLEAN_CASES"), CultureInfo.InvariantCulture, out var cases) ? cases : 20;

    [Fact]
    public async Task A_command_that_may_be_paused_always_finishes_whatever_is_killed()
    {
        var random = new Random(Seed);
        var seeds = Enumerable.Range(0, Cases).Select(i => (Seed: random.Next(), Whom: (Victim)(i % 4))).ToList();
        var (pauses, killedWhilePaused) = (0, 0);
        for (var done = 0; done < seeds.Count; done += AtOnce)
        {
            foreach (var outcome in await Task.WhenAll(seeds.Skip(done).Take(AtOnce).Select(one => RunAsync(one.Seed, one.Whom))))
            {
                pauses += outcome.Pauses;
                killedWhilePaused += outcome.WasPaused ? 1 : 0;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{seeds.Count} cases, {pauses} pauses seen, {killedWhilePaused} killed while paused");
        Assert.True(pauses > 0, "no case had a pause");
    }

    [Fact]
    public async Task What_was_planned_and_achieved_is_in_the_ledger_and_a_pause_is_part_of_the_run()
    {
        using var tonne = new TonneCommand();
        // Two times of 12 clean hours, 24 hours apart: 24 h of work are 12 h, a pause, 12 h.
        var series = WriteSeries(tonne, [.. Enumerable.Range(0, 72).Select(hour => hour is (>= 12 and < 24) or (>= 48 and < 60) ? 10 : 500)]);
        // Half as fast as the other cases, so that the start of tonne does not take the first of them.
        var (finished, run) = await MeasureAsync(tonne, series, "2022-06-04T00:00Z", 2 * Ticks, Scale / 2);

        finished.Expect(7);
        Assert.Contains("paused until ", finished.Error, StringComparison.Ordinal);
        Assert.Contains("continued", finished.Error, StringComparison.Ordinal);
        var timing = run["timing"]!;
        Assert.Equal(2, timing["planned"]!.AsArray().Count);
        Assert.True(timing["achieved"]!.AsArray().Count >= 2);
        // By the plan all of it at 10 g, at once half of it at 500 g.
        Assert.Equal(255, (double)timing["immediate_kg"]! / (double)timing["planned_kg"]! * 10, 15.0);
        Assert.InRange((double)timing["saving_share"]!, 0.5, 0.97);
        // 48 ticks of 0.1 s, and 24 h of pause, which are 4.8 s.
        Assert.True((double)run["duration_s"]! > 8.0, "the pause is missing in the run");
        Assert.Equal(7, (int)run["exit_code"]!);
    }

    [Fact]
    public async Task A_missing_feed_starts_the_command_at_once_and_says_so()
    {
        using var tonne = new TonneCommand();

        var finished = await tonne.RunAsync("run", "--when-clean", "--duration", "6h", "--finish-by", "48h", "--zone", "FR", "--quiet", "--", "sh", "-c", "exit 4");

        finished.Expect(4);
        Assert.Contains("starting now", finished.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_runs_nothing()
    {
        using var tonne = new TonneCommand();
        var series = WriteSeries(tonne, [.. Enumerable.Range(0, 72).Select(hour => hour < 36 ? 500 : 10)]);
        tonne.Environment["TONNE_PLAN_CLOCK"] = "2022-06-01T00:00Z*1";

        var finished = await tonne.RunAsync("run", "--when-clean", "--dry-run", "--duration", "6h", "--finish-by", "2022-06-03T00:00Z", "--series", series, "--zone", "FR", "--", "touch", tonne.At("ran"));

        finished.Expect(0);
        Assert.Contains("Start Thu 12:00", finished.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(tonne.At("ran")));
        Assert.Empty(tonne.RunFolders());
    }

    [Fact]
    public async Task An_interrupted_wait_leaves_nothing_behind()
    {
        using var tonne = new TonneCommand();
        var series = WriteSeries(tonne, [.. Enumerable.Range(0, 72).Select(hour => hour < 36 ? 500 : 10)]);
        tonne.Environment["TONNE_PLAN_CLOCK"] = "2022-06-01T00:00Z*1";
        using var process = tonne.Start("run", "--when-clean", "--duration", "6h", "--finish-by", "2022-06-03T00:00Z", "--series", series, "--zone", "FR", "--", "touch", tonne.At("ran"));
        var said = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.Contains("waiting until", said, StringComparison.Ordinal);

        _ = Send(process.Id, 2);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(130, process.ExitCode);
        Assert.False(File.Exists(tonne.At("ran")));
        Assert.Empty(tonne.RunFolders());
    }

    [Fact]
    public async Task A_job_of_Slurm_is_not_held()
    {
        using var tonne = new TonneCommand();
        tonne.Environment["SLURM_JOB_ID"] = "17";

        var finished = await tonne.RunAsync("run", "--when-clean", "--duration", "6h", "--zone", "FR", "--", "touch", tonne.At("ran"));

        finished.Expect(2);
        Assert.Contains("sbatch --begin", finished.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(tonne.At("ran")));
    }

    static async Task<(Finished Finished, System.Text.Json.Nodes.JsonNode Run)> MeasureAsync(TonneCommand tonne, string series, string finishBy, int ticks, double scale)
    {
        tonne.Environment["TONNE_PLAN_CLOCK"] = $"2022-06-01T00:00Z*{scale.ToString(CultureInfo.InvariantCulture)}";
        var output = tonne.At("run.json");
        var finished = await tonne.RunAsync(
            "run", "--when-clean", "--duration", "24h", "--finish-by", finishBy, "--series", series, "--zone", "FR", "--pue", "1", "--max-pauses", $"{MaxPauses}", "--quiet", "--output", output, "--", "bash", "-c", Work(tonne, ticks));
        return (finished, System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(output))!);
    }

    static string Work(TonneCommand tonne, int ticks) => $"echo $$ > {tonne.At("pid")}; for ((i = 0; i < {ticks}; i++)); do sleep 0.1; echo $i >> {tonne.At("work")}; done; echo done >> {tonne.At("work")}; exit 7";

    static string WriteSeries(TonneCommand tonne, IReadOnlyList<int> grams)
    {
        var text = new StringBuilder("zone,timestamp_utc,gco2e_per_kwh,basis,scope\n");
        foreach (var (hour, value) in grams.Index())
            text.Append(CultureInfo.InvariantCulture, $"FR,{new DateTime(2022, 6, 1).AddHours(hour):yyyy-MM-dd'T'HH:mm'Z'},{value},lifecycle,production\n");
        return tonne.Write("grid.csv", text.ToString());
    }

    static async Task<Outcome> RunAsync(int seed, Victim whom)
    {
        var random = new Random(seed);
        using var tonne = new TonneCommand();
        var series = WriteSeries(tonne, [.. Enumerable.Range(0, 96).Select(_ => random.Next(20, 600))]);
        tonne.Environment["TONNE_PLAN_CLOCK"] = $"2022-06-01T00:00Z*{Scale.ToString(CultureInfo.InvariantCulture)}";
        const int Window = 72;
        var latest = TimeSpan.FromHours(Window) / Scale;
        var began = Stopwatch.GetTimestamp();
        using var process = tonne.Start(
            "run", "--when-clean", "--duration", "24h", "--finish-by", "2022-06-04T00:00Z", "--series", series, "--zone", "FR", "--pue", "1", "--max-pauses", $"{MaxPauses}", "--quiet", "--", "bash", "-c", Work(tonne, Ticks));
        var error = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEndAsync();
        var wasPaused = false;
        if (whom != Victim.Nobody)
        {
            await Task.Delay(random.Next(1_000, (int)latest.TotalMilliseconds));
            var guardian = FindGuardian(process.Id);
            var command = ReadPid(tonne);
            wasPaused = command is { } pid && ReadState(pid) == 'T';
            if (whom is Victim.Tonne or Victim.Both)
                _ = Send(process.Id, Kill);
            if (whom is Victim.Guardian or Victim.Both && guardian is { } found)
                _ = Send(found, Kill);
        }

        var deadline = latest + _startUp + _grace;
        while (Stopwatch.GetElapsedTime(began) < deadline && !IsOver(tonne, process))
            await Task.Delay(20);
        var state = ReadPid(tonne) is { } left ? ReadState(left) : null;
        var work = File.Exists(tonne.At("work")) ? await File.ReadAllTextAsync(tonne.At("work")) : "";
        var about = $"{whom}, seed {seed}, paused {wasPaused}: state {state}, work {work.Split('\n').Length - 1} of {Ticks + 1} lines";
        Assert.True(state is not ('T' or 't'), "left stopped: " + about);
        // Where nobody is left who could continue it, the kernel ends it by SIGHUP, or lets it go on.
        if (ReadPid(tonne) is not null && !(whom == Victim.Both && state is null or 'Z'))
            Assert.True(work.EndsWith("done\n", StringComparison.Ordinal), "not finished in time: " + about);
        if (whom is Victim.Nobody)
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(7, process.ExitCode);
        }

        if (!process.HasExited)
            process.Kill();
        var pauses = (await error).Split("paused until").Length - 1;
        Assert.True(pauses <= MaxPauses, $"{pauses} pauses of at most {MaxPauses}: {about}");
        return new Outcome(pauses, wasPaused);
    }

    /// <summary>Whether the command has ended, or never will begin.</summary>
    static bool IsOver(TonneCommand tonne, Process process) =>
        ReadPid(tonne) is { } pid ? ReadState(pid) is null or 'Z' : process.HasExited;

    static int? ReadPid(TonneCommand tonne) =>
        File.Exists(tonne.At("pid")) && int.TryParse(File.ReadAllText(tonne.At("pid")).Trim(), CultureInfo.InvariantCulture, out var pid) ? pid : null;

    static int? FindGuardian(int tonne)
    {
        foreach (var folder in Directory.GetDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var parent = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
                if (parent == tonne && File.ReadAllText(Path.Combine(folder, "cmdline")).Contains("__guard", StringComparison.Ordinal))
                    return int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }
        }

        return null;
    }

    /// <summary>State of a process as in proc(5): T stopped, Z ended; null if it is gone.</summary>
    static char? ReadState(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int pid, int signal);

    enum Victim
    {
        Nobody,
        Tonne,
        Guardian,
        Both,
    }

    sealed record Outcome(int Pauses, bool WasPaused);
}
