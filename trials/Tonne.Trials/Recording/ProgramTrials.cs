using Tonne.Instruments.Machines;
using Tonne.Ledgers;
using Tonne.Recording;
using Tonne.Runs;

namespace Tonne.Trials.Recording;

/// <summary>A .NET program records a part of its own work with the libraries alone; the command line reads the run.</summary>
// The process of all trials is the job here: every run that another trial starts meanwhile would be inside it.
[Collection(nameof(Alone))]
public class ProgramTrials
{
    [Fact]
    public async Task A_program_records_itself_into_the_ledger_and_the_command_line_shows_the_run()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "CPU time is read from Linux's clocks.");
        using var tonne = new TonneCommand();
        var cancellation = TestContext.Current.CancellationToken;
        var problems = new List<RecorderProblem>();
        var ledger = new Ledger(new LedgerHome(tonne.Home), TimeProvider.System);
        var options = new RecordingOptions { Place = new Place("FR", How: PlaceOrigin.Given), Period = TimeSpan.FromMilliseconds(100), OnProblem = problems.Add };
        var recorder = new RunRecorder(MachineJob.OpenThisProcess, ledger, options);

        await using var run = await recorder.StartAsync("in-process", cancellation);
        using (var stage = run.Stage("train", rows: 1_000, columns: 10))
        {
            for (var number = 1; number <= 3; number++)
            {
                using var epoch = run.Epoch(number);
                Burn(TimeSpan.FromMilliseconds(200), cancellation);
                epoch.Report(loss: 1.0 / number);
            }

            stage.ReportOutput(rows: 1_000, columns: 2);
        }

        var alive = (await tonne.RunAsync("list", "--json")).Expect(0);
        var result = await run.FinishAsync(cancellation);

        // While it is recorded another process sees it as running, and leaves it alone.
        Assert.Contains("is running", alive.Error, StringComparison.Ordinal);
        Assert.Empty(problems);
        Assert.Equal([1, 2, 3], result.Record.Epochs.Select(epoch => epoch.Number));
        Assert.True(result.Record.Samples >= 6, $"{result.Record.Samples} samples in {result.Record.DurationSeconds} s at 100 ms");

        var stored = ledger.Load(run.Id);
        Assert.Equal(result.Record.JobCpuSeconds, stored.Record.JobCpuSeconds);
        Assert.Equal(result.Statement.Figures.Select(figure => (figure.Name, figure.Bounds)), stored.Statements[^1].Figures.Select(figure => (figure.Name, figure.Bounds)));
        Assert.Empty(ledger.Verify());

        var shown = new RunJson((await tonne.RunAsync("show", "last", "--json")).Expect(0).Output);
        Assert.Equal((run.Id, "completed", 0), (shown.Id, shown.Status, shown.ExitCode));
        Assert.Equal("in-process", (string?)shown.Root["name"]);
        Assert.Equal(result.Record.JobCpuSeconds, shown.JobCpuSeconds, 1e-9);
        // Job, others and idle are the machine, in each component.
        foreach (var component in result.Record.Components)
            Assert.Equal(component.MachineMicrojoules, component.JobMicrojoules + component.OthersMicrojoules + component.IdleMicrojoules + (component.UnexplainedMicrojoules ?? 0));
    }

    /// <summary>Uses one processor for a time.</summary>
    static void Burn(TimeSpan time, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < time)
            cancellation.ThrowIfCancellationRequested();
    }
}
