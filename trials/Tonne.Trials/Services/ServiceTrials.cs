using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Tonne.NvmlStandIn;

namespace Tonne.Trials.Services;

/// <summary>
/// <c>tonne service</c> around a real server: its counts to the token, its energy to the microjoule, whatever happens to either.
/// </summary>
public class ServiceTrials
{
    static readonly string[] _look = ["--look", "1s", "--zone", "FR", "--period", "200ms"];

    [Fact]
    public async Task A_report_has_the_server_s_counts_to_the_token_and_the_run_s_energy_to_the_microjoule()
    {
        using var tonne = new TonneCommand();
        using var server = new SmallServer();
        var recorder = tonne.Start(
            ["service", "run", "--name", "chat", "--metrics", server.Metrics, .. _look, "--", .. server.GetCommand()]);
        // The first requests may come before the recorder's first look.
        await server.WaitUntilUpAsync();
        await server.WorkAsync("mistral-7b", 11, 3);
        for (var i = 1; i <= 6; i++)
            await Task.WhenAll(server.WorkAsync("mistral-7b", 100 + i, 10 * i), server.WorkAsync("acme/unknown", 7 * i, 1));
        await server.WaitForLookAsync();
        var truth = await server.GetTruthAsync();
        // The signal goes on to the server, which ends with 9; so does tonne.
        (await EndAsync(tonne, recorder, "TERM")).Expect(9);

        var report = await ShowAsync(tonne, "chat");
        AssertCounts(truth, report);
        Assert.Equal([13L, 621 + 11 + 147, 210 + 3 + 6], Counts(report["all"]!));
        var run = Assert.Single(await ReadRunsAsync(tonne, report));
        Assert.Equal(9, run.ExitCode);
        AssertEnergy(report, [run]);
        Assert.True((long)report["all"]!["energy_uj"]! > 0);
        Assert.Equal(2, report["models"]!.AsArray().Count);
        foreach (var model in report["models"]!.AsArray())
            Assert.Equal([.. Truth(truth["models"]![(string)model!["model"]!]!)], Counts(model["amounts"]!));
        Assert.False((bool)report["is_recorded"]!);
        Assert.Contains("13", (await tonne.RunAsync("service", "show")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_recorder_is_followed_by_another_and_nothing_counts_twice()
    {
        using var tonne = new TonneCommand();
        using var server = new SmallServer();
        using var first = tonne.Start(
            ["service", "run", "--name", "chat", "--metrics", server.Metrics, .. _look, "--", .. server.GetCommand()]);
        var pid = (string)(await server.WaitUntilUpAsync())["pid"]!.ToJsonString();
        await server.WaitForLookAsync();
        for (var i = 0; i < 5; i++)
            await server.WorkAsync("m", 10, 20);
        await server.WaitForLookAsync();
        first.Kill();
        // The server goes on, and has the pipes of its output still.
        await first.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(137, first.ExitCode);

        // Whoever looks now: the run is closed, its hours are computed.
        var between = await ShowAsync(tonne, "chat");
        Assert.Equal([5L, 50, 100], Counts(between["all"]!));
        Assert.Equal("interrupted", Assert.Single(await ReadRunsAsync(tonne, between)).Status);
        for (var i = 0; i < 3; i++)
            await server.WorkAsync("m", 10, 20);
        var second = tonne.Start(
            ["service", "observe", "--name", "chat", "--pid", pid, "--metrics", server.Metrics, .. _look]);
        await server.WaitForLookAsync();
        for (var i = 0; i < 4; i++)
            await server.WorkAsync("m", 10, 20);
        await server.WaitForLookAsync();
        (await EndAsync(tonne, second, "INT")).Expect(0);
        // What follows is nobody's.
        await server.WorkAsync("m", 10, 20);
        await server.StopAsync(0);

        var report = await ShowAsync(tonne, "chat");
        Assert.Equal([12L, 120, 240], Counts(report["all"]!));
        Assert.Equal(3, (long)report["all"]!["requests_without_energy"]!);
        var runs = await ReadRunsAsync(tonne, report);
        Assert.Equal(["interrupted", "completed"], runs.Select(run => run.Status));
        AssertEnergy(report, runs);
        Assert.Equal(report["all"]!["energy_uj"]!.ToJsonString(), (await ShowAsync(tonne, "chat"))["all"]!["energy_uj"]!.ToJsonString());
    }

    [Fact]
    public async Task What_the_metrics_answer_never_harms_and_is_a_gap_with_its_reason()
    {
        using var tonne = new TonneCommand();
        using var server = new SmallServer();
        using var process = tonne.StartOther(server.GetCommand());
        var pid = (string)(await server.WaitUntilUpAsync())["pid"]!.ToJsonString();
        // Without a request the page has no counters yet; the first one counts.
        var recorder = tonne.Start(
            ["service", "observe", "--name", "chat", "--pid", pid, "--metrics", server.Metrics, .. _look]);
        await server.WaitForLookAsync();
        await server.WorkAsync("m", 1000, 1000);
        await server.WaitForLookAsync();

        (string Mode, string Reason)[] modes =
        [
            ("down", "refused"), ("500", "it answered 500"), ("redirect", "it answered 302"), ("html", "not a page of metrics"),
            ("garbage", "not a page of metrics"), ("huge", "larger than 32 MiB"),
            ("renamed", "PromptTokens is not known"), ("hang", "did not answer within 5 s"),
        ];
        foreach (var (mode, _) in modes)
        {
            await server.SetModeAsync(mode);
            await server.WorkAsync("m", 10, 1);
            if (mode == "down")
                await Task.Delay(TimeSpan.FromSeconds(2.5), TimeProvider.System, TestContext.Current.CancellationToken);
            else
                await server.WaitForLookAsync(1);
            await server.SetModeAsync("ok");
            await server.WorkAsync("m", 10, 1);
            await server.WaitForLookAsync(1);
        }

        // More than before, which only the announcement can show; then less.
        await server.RestartCountersAsync(isAnnounced: true);
        for (var i = 0; i < 20; i++)
            await server.WorkAsync("m", 400, 400, 1);
        await server.WaitForLookAsync(1);
        await server.RestartCountersAsync(isAnnounced: false);
        await server.WorkAsync("m", 30, 3);
        await server.WaitForLookAsync();
        // The server has not noticed anything; it answers, and ends when it is asked to.
        var after = await server.GetTruthAsync();
        (await EndAsync(tonne, recorder, "INT")).Expect(0);
        await server.StopAsync(0);

        var report = await ShowAsync(tonne, "chat");
        AssertCounts(after, report);
        var reasons = report["gaps"]!.AsArray().Select(gap => (string)gap!["reason"]!).ToList();
        foreach (var (mode, reason) in modes)
            Assert.True(reasons.Exists(each => each.Contains(reason, StringComparison.Ordinal)), $"{mode}: {string.Join(" | ", reasons)}");
        Assert.True(reasons.Exists(each => each.Contains("began anew", StringComparison.Ordinal)), string.Join(" | ", reasons));
        AssertEnergy(report, await ReadRunsAsync(tonne, report));
    }

    [Fact]
    public async Task A_second_recorder_and_wrong_words_are_refused_with_2()
    {
        using var tonne = new TonneCommand();
        using var server = new SmallServer();
        using var process = tonne.StartOther(server.GetCommand());
        var pid = (string)(await server.WaitUntilUpAsync())["pid"]!.ToJsonString();
        Assert.Contains("No service is recorded yet", (await tonne.RunAsync("service", "list")).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("no service is recorded yet", (await tonne.RunAsync("service", "show")).Expect(2).Error, StringComparison.Ordinal);
        var recorder = tonne.Start(
            ["service", "observe", "--name", "chat", "--pid", pid, "--metrics", server.Metrics, .. _look]);
        await server.WaitForLookAsync();

        await RefuseAsync("recorded already by another tonne", "service", "observe", "--name", "chat", "--pid", pid);
        // A server is not started for nothing.
        await RefuseAsync("recorded already by another tonne", "service", "run", "--name", "chat", "--", "touch", tonne.At("started"));
        Assert.False(File.Exists(tonne.At("started")));
        await RefuseAsync("--name '../x'", "service", "observe", "--name", "../x", "--pid", pid);
        await RefuseAsync("--name", "service", "observe", "--pid", pid);
        await RefuseAsync("--pid PID", "service", "observe", "--name", "other");
        await RefuseAsync("no process 2000000000", "service", "observe", "--name", "other", "--pid", "2000000000");
        await RefuseAsync("needs a command", "service", "run", "--name", "other");
        await RefuseAsync("--metrics 'ftp://x'", "service", "run", "--name", "other", "--metrics", "ftp://x", "--", "true");
        await RefuseAsync("--look '0s'", "service", "run", "--name", "other", "--look", "0s", "--", "true");
        await RefuseAsync(
            "--metric:", "service", "run", "--name", "other", "--metrics", server.Metrics, "--metric", "tokens", "--", "true");
        await RefuseAsync("there is no service 'caht'; there are: chat", "service", "show", "caht");
        Assert.Equal(127, (await tonne.RunAsync("service", "run", "--name", "none", "--", "/nonexistent/server")).Code);
        Assert.Equal("chat  (recorded now)\n", (await tonne.RunAsync("service", "list")).Expect(0).Output);
        // Both go on; a server's own exit code and signal come through, however short it lives.
        Assert.Equal(7, (await tonne.RunAsync("service", "run", "--name", "short", "--", "sh", "-c", "exit 7")).Code);
        Assert.Equal(137, (await tonne.RunAsync("service", "run", "--name", "killed", "--", "sh", "-c", "kill -9 $$")).Code);
        Assert.False(recorder.HasExited);
        // Where the server ends, so does its recorder.
        await server.StopAsync(3);
        (await Finished.OfAsync(recorder)).Expect(0);
        Assert.DoesNotContain("recorded now", (await tonne.RunAsync("service", "list")).Expect(0).Output, StringComparison.Ordinal);

        async Task RefuseAsync(string message, params string[] words)
        {
            var finished = (await tonne.RunAsync(words)).Expect(2);
            Assert.Contains(message, finished.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_energy_of_a_GPU_is_the_service_s()
    {
        Assert.SkipUnless(StandInLibrary.CanBuild, StandInLibrary.NoCompiler);
        using var tonne = new TonneCommand();
        using var server = new SmallServer();
        var (clock, id) = (tonne.At("clock"), tonne.At("job.pid"));
        await File.WriteAllBytesAsync(clock, new byte[8], TestContext.Current.CancellationToken);
        tonne.Environment["TONNE_NVML"] = StandInLibrary.CopyInto(tonne.Folder);
        tonne.Environment["TONNE_NVML_SCRIPT"] = tonne.Write(
            "gpus", $"clock {clock}\ngpu\nlimit 700\nrefresh 20\npower -10 500\nprocess @{id} 0 inf 80\n");
        var recorder = tonne.Start(
            ["service", "run", "--name", "chat", "--metrics", server.Metrics, .. _look, "--", .. server.GetCommand(clock, id)]);
        await server.WaitUntilUpAsync();
        await server.WaitForLookAsync();
        for (var i = 0; i < 4; i++)
            await server.WorkAsync("m", 10, 20);
        await server.WaitForLookAsync();
        (await EndAsync(tonne, recorder, "TERM")).Expect(9);

        var report = await ShowAsync(tonne, "chat");
        var run = Assert.Single(await ReadRunsAsync(tonne, report));
        AssertEnergy(report, [run]);
        Assert.Equal([4L, 40, 80], Counts(report["all"]!));
        // 500 W as long as it was recorded, and the server alone on the GPU: within the first and last second.
        var gpu = run.Microjoules("gpu", "job") / 1e6;
        Assert.InRange(gpu, 500 * (run.DurationSeconds - 1.5), 500 * (run.DurationSeconds + 0.1));
        Assert.True((long)report["all"]!["energy_uj"]! / 1e6 >= gpu);
        Assert.True((long)report["models"]![0]!["amounts"]!["energy_uj"]! > 0);
    }

    internal static async Task<Finished> EndAsync(TonneCommand tonne, Process recorder, string signal)
    {
        (await tonne.RunOtherAsync("/bin/kill", "-" + signal, recorder.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
        return await Finished.OfAsync(recorder);
    }

    internal static async Task<JsonNode> ShowAsync(TonneCommand tonne, string name) =>
        JsonNode.Parse((await tonne.RunAsync("service", "show", name, "--json")).Expect(0).Output)!;

    internal static async Task<List<RunJson>> ReadRunsAsync(TonneCommand tonne, JsonNode report)
    {
        List<RunJson> runs = [];
        foreach (var id in report["runs"]!.AsArray())
            runs.Add(new RunJson((await tonne.RunAsync("show", (string)id!, "--json")).Expect(0).Output));
        return runs;
    }

    internal static long[] Counts(JsonNode amounts) =>
        [(long)amounts["requests"]!, (long)amounts["prompt_tokens"]!, (long)amounts["output_tokens"]!];

    static long[] Truth(JsonNode counts) => [(long)counts["requests"]!, (long)counts["prompt"]!, (long)counts["output"]!];

    static void AssertCounts(JsonNode truth, JsonNode report) => Assert.Equal(Truth(truth), Counts(report["all"]!));

    /// <summary>Models and idle add up to the service, and the service is the job's part of its runs, to the microjoule.</summary>
    internal static void AssertEnergy(JsonNode report, IReadOnlyList<RunJson> runs)
    {
        var all = report["all"]!;
        Assert.Equal(
            (long)all["energy_uj"]!,
            (long)all["idle_uj"]! + report["models"]!.AsArray().Sum(model => (long)model!["amounts"]!["energy_uj"]!));
        Assert.Equal((long)all["energy_uj"]!, report["days"]!.AsArray().Sum(day => (long)day!["amounts"]!["energy_uj"]!));
        Assert.Equal(runs.Sum(run => run.Components.Sum(component => (long)component["job_uj"]!)), (long)all["energy_uj"]!);
    }
}
