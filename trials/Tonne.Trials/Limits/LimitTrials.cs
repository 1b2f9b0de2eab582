namespace Tonne.Trials.Limits;

/// <summary>Runs with limits, against programs that write a checkpoint when asked, and such that do not.</summary>
public class LimitTrials
{
    // Half a second of work an epoch; what happens on SIGUSR1 comes first.
    const string Epochs = """
        for e in range(1, 61):
            end = time.time() + 0.5
            while time.time() < end: pass
            print(f"Epoch {e}/60 loss={1/e:.4f}", flush=True)
        """;

    const string Checkpoint = """
        import os, signal, sys, time
        def save(number, frame):
            open(os.environ["SAVED"], "w").write("weights")
            sys.exit(0)
        signal.signal(signal.SIGUSR1, save)

        """;

    const string Stubborn = """
        import signal, time
        signal.signal(signal.SIGUSR1, lambda number, frame: None)
        signal.signal(signal.SIGTERM, lambda number, frame: None)

        """;

    static async Task<(Finished Finished, RunJson Run)> RunAsync(TonneCommand tonne, string script, params string[] options)
    {
        tonne.Environment["SAVED"] = tonne.At("saved");
        // A machine without meters, so that the figures are those of the model everywhere.
        return await tonne.MeasureAsync(["--zone", "FR", "--policy", "machine", .. options], Needs.Python(), "-u", tonne.Write("train.py", script));
    }

    [Fact]
    public async Task A_program_that_handles_the_request_writes_its_checkpoint_at_the_end_of_an_epoch()
    {
        using var tonne = new TonneCommand();

        var (finished, run) = await RunAsync(tonne, Checkpoint + Epochs, "--max", "1mg");

        finished.Expect(0);
        Assert.Equal("weights", await File.ReadAllTextAsync(tonne.At("saved"), TestContext.Current.CancellationToken));
        Assert.Contains("Asked for a checkpoint (SIGUSR1)", finished.Error, StringComparison.Ordinal);
        Assert.Contains("stopped-at-limit", run.Warnings);
        Assert.InRange(run.Root["epochs"]!.AsArray().Count, 1, 59);
        // Stopped before the limit; on a busy machine an epoch or two go by until the program has saved and ended.
        Assert.InRange((double)run.Root["emissions_kg"]!["total"]!["value"]!, 0.2e-6, 2e-6);
    }

    [Fact]
    public async Task A_program_without_a_handler_is_ended_and_its_exit_code_passed_on()
    {
        using var tonne = new TonneCommand();

        var (finished, run) = await RunAsync(tonne, "import time\n" + Epochs, "--max", "1mg");

        finished.Expect(143);
        Assert.Contains("would be asked for a checkpoint first", finished.Error, StringComparison.Ordinal);
        Assert.Equal("failed", run.Status);
    }

    [Fact]
    public async Task A_program_that_goes_on_is_killed_after_the_grace()
    {
        using var tonne = new TonneCommand();

        var (finished, _) = await RunAsync(tonne, Stubborn + Epochs, "--max", "0.5mg", "--grace", "1s");

        finished.Expect(137);
    }

    [Fact]
    public async Task A_descendant_that_goes_on_is_killed_too()
    {
        using var tonne = new TonneCommand();
        var survivor = tonne.At("survivor");

        var finished = await tonne.RunAsync("run", "-q", "--zone", "FR", "--max", "1e-12kg", "--grace", "1s", "--",
            "/bin/sh", "-c", $"(trap '' TERM; sleep 6; echo alive > '{survivor}') & sleep 30");

        finished.Expect(143);
        await Task.Delay(6000, TestContext.Current.CancellationToken);
        Assert.False(File.Exists(survivor));
    }

    [Fact]
    public async Task Without_epochs_a_command_is_ended_as_soon_as_it_has_used_more()
    {
        using var tonne = new TonneCommand();

        var (finished, run) = await RunAsync(tonne, "while True: pass", "--max", "10mWh");

        finished.Expect(143);
        Assert.InRange((double)run.Root["facility_energy_kwh"]!["value"]!, 1e-5, 1e-4);
    }

    [Fact]
    public async Task A_limit_at_the_end_fails_the_command_only_if_it_had_not_failed()
    {
        using var tonne = new TonneCommand();

        (await tonne.RunAsync("run", "-q", "--zone", "FR", "--fail-over", "1kg", "--", "true")).Expect(0);
        Assert.Contains("chance that it is exceeded", (await tonne.RunAsync("run", "-q", "--zone", "FR", "--fail-over", "1e-12kg", "--", "sleep", "0.3")).Expect(1).Error, StringComparison.Ordinal);
        (await tonne.RunAsync("run", "-q", "--zone", "FR", "--fail-over", "1e-12kg", "--", "/bin/sh", "-c", "sleep 0.3; exit 7")).Expect(7);
        Assert.Contains("--warn-over", (await tonne.RunAsync("run", "-q", "--zone", "FR", "--warn-over", "1e-12kg", "--", "sleep", "0.3")).Expect(0).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_is_compared_with_its_base_as_markdown()
    {
        using var tonne = new TonneCommand();
        var git = Needs.Program("/usr/bin/git", "git");
        string[] asSomebody = [git, "-c", "user.name=t", "-c", "user.email=t@example.org"];
        tonne.Write("work.sh", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done\n");
        (await tonne.RunOtherAsync(git, "init", "-q", "-b", "main", ".")).Expect(0);
        (await tonne.RunOtherAsync(git, "add", "work.sh")).Expect(0);
        (await tonne.RunOtherAsync([.. asSomebody, "commit", "-qm", "base"])).Expect(0);
        (await tonne.RunOtherAsync(git, "checkout", "-qb", "faster")).Expect(0);
        tonne.Write("work.sh", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done\n");
        (await tonne.RunOtherAsync([.. asSomebody, "commit", "-qam", "head"])).Expect(0);
        var script = Path.Combine(TonneCommand.Repository, "examples/ci/compare-branches.sh");

        var within = await tonne.RunOtherAsync(script, "main", "1kg", "--", "sh", "work.sh");
        var above = await tonne.RunOtherAsync(script, "main", "1e-12kg", "--", "sh", "work.sh");

        Assert.StartsWith("### Energy and emissions against `main`", within.Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("less energy than base", within.Output, StringComparison.Ordinal);
        Assert.Contains("used more than 1e-12kg", above.Expect(1).Output, StringComparison.Ordinal);
        Assert.Single((await tonne.RunOtherAsync(git, "worktree", "list")).Output.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_budget_is_checked_by_its_runs_and_warned_of_by_the_run_that_exceeds_it()
    {
        using var tonne = new TonneCommand();
        (await tonne.RunAsync("budget", "set", "--project", "vision", "1e-12kg/month")).Expect(0);
        (await tonne.RunAsync("budget", "check")).Expect(0);

        var run = await tonne.RunAsync("run", "-q", "--zone", "FR", "--project", "vision", "--", "sleep", "0.3");
        var other = await tonne.RunAsync("run", "-q", "--zone", "FR", "--project", "speech", "--", "sleep", "0.3");

        Assert.Contains("Project vision, this month", run.Expect(0).Error, StringComparison.Ordinal);
        Assert.DoesNotContain("vision", other.Expect(0).Error, StringComparison.Ordinal);
        Assert.Contains("above the limit", (await tonne.RunAsync("budget", "check", "--project", "vision")).Expect(1).Output, StringComparison.Ordinal);
    }
}
