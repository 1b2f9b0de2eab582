using System.Collections.Immutable;
using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.EpochPatterns;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Recording.Tests.Recorder;

/// <summary>A part of a program recorded with scripted meters and a clock moved by hand: figures follow from <see cref="ScriptedJob"/>'s powers.</summary>
public class RunRecorderTests
{
    readonly HandTime _time = new();
    readonly List<string> _events = [];
    readonly List<RecorderProblem> _problems = [];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    ScriptedJob? Job { get; set; }

    RunRecorder Recorder(IRunSink sink, RecordingOptions? options = null, Func<ScriptedJob>? job = null) =>
        new(_ => Job = job?.Invoke() ?? new ScriptedJob(_events), sink, (options ?? new RecordingOptions()) with { OnProblem = _problems.Add }, _time);

    void Wait(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    static double Joules(IEnumerable<EnergyUse> uses, Component component) =>
        uses.Where(use => use.Component == component).Sum(use => use.Microjoules) / 1e6;

    [Fact]
    public async Task A_part_of_a_program_is_recorded_with_its_stages_epochs_and_energy()
    {
        var sink = new ScriptedSink();
        var options = new RecordingOptions
        {
            Project = "digits", Tags = ImmutableSortedDictionary<string, string>.Empty.Add("seed", "1"), Place = new Place("FR", How: PlaceOrigin.Given),
        };
        await using var run = await Recorder(sink, options).StartAsync("mnist", Cancellation);

        Wait(5);
        using (var stage = run.Stage("train", 60_000, 784))
        {
            for (var number = 1; number <= 2; number++)
            {
                using var epoch = run.Epoch(number);
                Wait(10 * number);
                epoch.Report(loss: 1.0 / number, accuracy: 0.5 * number);
                epoch.Report("val_acc", 0.4);
            }

            stage.ReportOutput(60_000, 10);
            Wait(1);
        }

        run.Note("the seed\nwas 1");
        Wait(4);
        var (record, footprint, statement) = await run.FinishAsync(Cancellation);

        Assert.Equal(("mnist", "digits", RunStatus.Completed, 0), (record.Opening.Name, record.Opening.Project, record.Status, record.ExitCode));
        Assert.Equal(40, record.DurationSeconds, 9);
        var cpu = record.Components.Single(use => use.Component == Component.Cpu);
        Assert.Equal(ScriptedJob.JobCpuWatts * 40, cpu.JobMicrojoules / 1e6, 1e-3);
        Assert.Equal(ScriptedJob.MachineCpuWatts * 40, cpu.MachineMicrojoules / 1e6, 1e-3);
        Assert.Equal(ScriptedJob.JobWatts * 40 / 3.6e6, footprint.Energy.Bounds.Best, 1e-9);
        Assert.Equal("FR", footprint.Factors.Grid.Zone);
        Assert.Equal(["(outside)", "train"], record.Stages.Select(stage => stage.Name).Order(StringComparer.Ordinal));
        var train = record.Stages.Single(stage => stage.Name == "train");
        Assert.Equal((5.0, 31.0), (train.StartSeconds, train.DurationSeconds));
        Assert.Equal((new DataShape(60_000, 784), new DataShape(60_000, 10)), (train.DataIn, train.DataOut));
        Assert.Equal(ScriptedJob.JobCpuWatts * 31, Joules(train.Energy, Component.Cpu), 1e-3);
        Assert.Equal([(1, 10.0), (2, 20.0)], record.Epochs.Select(epoch => (epoch.Number, epoch.DurationSeconds)));
        Assert.Equal(ScriptedJob.JobCpuWatts * 20, Joules(record.Epochs[1].Energy, Component.Cpu), 1e-3);
        Assert.Equal([("accuracy", 1), ("loss", 0.5), ("validation_accuracy", 0.4)], record.Epochs[1].Metrics.Select(metric => (metric.Key, metric.Value)));
        Assert.Equal(["the seed was 1"], record.Notes);
        Assert.Contains(record.Warnings, warning => warning.Code == "final");
        Assert.Equal((record, statement), (sink.Record, sink.Statement));
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task An_epoch_read_from_output_has_a_sample_at_its_end_though_its_mark_comes_later()
    {
        await using var run = await Recorder(new ScriptedSink()).StartAsync("output", Cancellation);
        var detector = new EpochDetector(EpochPattern.Auto, null, run.AddMark, run.TakeSample);
        for (var epoch = 1; epoch <= 2; epoch++)
        {
            Wait(epoch);
            _events.Add($"line {epoch}");
            detector.Output.Process(System.Text.Encoding.UTF8.GetBytes($"Epoch {epoch}/2 loss={epoch}\n"), run.ElapsedNanoseconds);
        }

        Wait(10);
        detector.Finish(run.ElapsedNanoseconds);
        await run.FinishAsync(Cancellation);

        Assert.Equal("sample|line 1|sample|line 2|sample", string.Join('|', _events).Split("|sample|complete")[0]);
    }

    [Theory]
    [InlineData("20261122-054210-4f2a9c", true)]
    [InlineData("../etc", false)]
    [InlineData("", false)]
    public async Task A_run_inside_a_run_records_it_if_that_one_measures_this_machine(string id, bool isParent)
    {
        Func<string, string?> Variables(string boot, string? socket = null) => name => name switch
        {
            ParentRun.IdVariable => id,
            ParentRun.BootVariable => boot,
            ParentRun.SocketVariable => socket,
            _ => null,
        };
        var here = new ScriptedJob().Holder.BootId;

        Assert.Equal(isParent ? id : null, await FindParent(Variables(here)));
        Assert.Null(await FindParent(Variables("another boot")));
        Assert.Null(await FindParent(Variables(here, "/nonexistent/of-a-run-that-has-ended")));

        async Task<string?> FindParent(Func<string, string?> variables)
        {
            await using var run = await Recorder(new ScriptedSink(), new RecordingOptions { GetVariable = variables }).StartAsync("inner", Cancellation);
            return run.Opening.Parent;
        }
    }

    [Fact]
    public async Task The_opening_is_stored_before_the_first_sample_and_the_last_sample_is_taken_after_the_work()
    {
        await using var run = await Recorder(new ScriptedSink(_events)).StartAsync("order", Cancellation);
        Assert.Equal(["begin", "sample"], _events);
        _events.Add("work");
        Wait(1);

        await run.FinishAsync(Cancellation);

        Assert.Equal(["begin", "sample", "work", "complete", "sample", "finish"], _events);
    }

    [Fact]
    public async Task Energy_is_kept_by_quarter_hour_of_the_clock()
    {
        // The clock stands at 11:50.
        await using var run = await Recorder(new ScriptedSink()).StartAsync("quarters", Cancellation);
        // A counter that is not read for ten minutes may have wrapped.
        for (var minute = 0; minute < 20; minute++)
        {
            using var epoch = run.Epoch(minute);
            Wait(60);
        }

        var (record, _, _) = await run.FinishAsync(Cancellation);

        Assert.Equal(["11:45", "12:00"], record.QuarterHours.Select(quarter => quarter.Start.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(record.QuarterHours, quarter => Assert.Equal(ScriptedJob.JobCpuWatts * 600, Joules(quarter.Energy, Component.Cpu), 1e-2));
    }

    [Fact]
    public async Task A_sink_that_cannot_begin_costs_the_run_nothing_but_its_place()
    {
        var error = new IOException("no room");
        await using var run = await Recorder(new ScriptedSink { FailToBegin = error }).StartAsync("memory", Cancellation);
        using (run.Stage("train"))
            Wait(10);

        var (record, footprint, _) = await run.FinishAsync(Cancellation);

        Assert.Equal([new RecorderProblem(RecorderProblemKind.SinkUnavailable, error)], _problems);
        Assert.Null(run.Location);
        Assert.Equal("train", record.Stages.Single(stage => stage.DurationSeconds > 0).Name);
        Assert.Equal(ScriptedJob.JobWatts * 10 / 3.6e6, footprint.Energy.Bounds.Best, 1e-9);
    }

    [Fact]
    public async Task A_sink_that_cannot_store_the_end_is_reported_and_the_result_is_returned()
    {
        var error = new TimeoutException("nobody answers");
        await using var run = await Recorder(new ScriptedSink { FailToFinish = error }).StartAsync("late", Cancellation);
        Wait(10);

        var (record, _, _) = await run.FinishAsync(Cancellation);

        Assert.Equal([new RecorderProblem(RecorderProblemKind.ResultNotStored, error)], _problems);
        Assert.Equal(10, record.DurationSeconds, 9);
        Assert.Equal("here", run.Location);
    }

    [Fact]
    public async Task A_disk_that_fills_up_on_the_way_loses_no_sample_of_the_result()
    {
        await using var run = await Recorder(new ScriptedSink { Capacity = 20_000 }).StartAsync("full", Cancellation);
        for (var number = 0; number < 300; number++)
        {
            using var epoch = run.Epoch(number);
            Wait(1);
        }

        var (record, _, _) = await run.FinishAsync(Cancellation);

        Assert.Equal(RecorderProblemKind.TraceIncomplete, Assert.Single(_problems).Kind);
        Assert.Equal(300, record.Epochs.Length);
        Assert.Equal(ScriptedJob.MachineCpuWatts * 300, record.Components.Single(use => use.Component == Component.Cpu).MachineMicrojoules / 1e6, 1e-3);
    }

    [Fact]
    public async Task A_run_that_was_not_finished_is_left_to_the_sink_as_it_is()
    {
        var sink = new ScriptedSink(_events);
        await using (await Recorder(sink).StartAsync("left", Cancellation))
            Wait(1);

        Assert.True(sink.IsReleased && Job!.IsDisposed);
        Assert.Null(sink.Record);
        Assert.DoesNotContain("finish", _events);
    }

    [Fact]
    public async Task A_stage_that_another_one_ended_does_not_end_the_other()
    {
        await using var run = await Recorder(new ScriptedSink()).StartAsync("stages", Cancellation);
        var outer = run.Stage("outer");
        Wait(1);
        var inner = run.Stage("inner");
        Wait(2);
        outer.Dispose();
        Wait(3);
        inner.Dispose();
        inner.Dispose();
        Wait(4);

        var (record, _, _) = await run.FinishAsync(Cancellation);

        Assert.Equal([("(outside)", 4.0), ("inner", 5.0), ("outer", 1.0)],
            record.Stages.Select(stage => (stage.Name, stage.DurationSeconds)).OrderBy(stage => stage.Name, StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_caller_says_how_the_work_ended_and_where_it_was()
    {
        await using var run = await Recorder(new ScriptedSink(), job: () => new ScriptedJob { SettledCpu = 3_000_000_000 }).StartAsync("failed", Cancellation);
        Wait(2);
        var completion = new RunCompletion { ExitCode = 3, Place = new Place("DE", How: PlaceOrigin.Given), Warnings = [new Warning("mine", "of the caller")] };

        var (record, footprint, _) = await run.FinishAsync(completion, Cancellation);

        Assert.Equal((RunStatus.Failed, 3, "DE"), (record.Status, record.ExitCode, record.Opening.Place.Zone));
        Assert.Equal("DE", footprint.Factors.Grid.Zone);
        Assert.Equal(3, record.JobCpuSeconds, 9);
        Assert.Contains(record.Warnings, warning => warning.Code == "mine");
    }

    [Fact]
    public async Task After_the_last_sample_marks_are_taken_and_nothing_is_measured()
    {
        await using var run = await Recorder(new ScriptedSink(_events)).OpenAsync("marks", Cancellation);
        Wait(10);
        var end = run.StopSampling();
        Wait(5);
        run.AddMark(new Mark(MarkKind.Epoch, end, Number: 1, Origin: MarkOrigin.Pattern));
        Assert.Equal(end, run.StopSampling());

        var (record, _, _) = await run.FinishAsync(Cancellation);

        Assert.Equal((10.0, 2), (record.DurationSeconds, record.Samples));
        Assert.Equal(10.0, Assert.Single(record.Epochs).DurationSeconds);
    }

    [Fact]
    public async Task An_observer_follows_a_run_that_is_kept_in_memory()
    {
        var seen = new RecordingObserver();
        await using var run = await Recorder(new MemoryRunSink(), new RecordingOptions { Observers = [seen] }).StartAsync("seen", Cancellation);
        using (run.Stage("train"))
            Wait(2);

        var result = await run.FinishAsync(Cancellation);

        // 12 W for 2 s. The stage begins less than 20 ms after the first sample and takes none of its own; the last sample is always taken.
        Assert.Equal(
            ["open seen", "sample 0 s: 0", "Stage train", "sample 2 s: 24000000", "StageEnd train", "sample 2 s: 24000000", "end seen"], seen.Events);
        Assert.Equal((run.Id, 2.0), (result.Record.Opening.Id, result.Record.DurationSeconds));
        Assert.Null(run.Location);
        Assert.Empty(_problems);
    }

    [Fact]
    public async Task An_observer_that_throws_is_reported_once_and_costs_no_sample()
    {
        var (failing, seen) = (new RecordingObserver { FailAt = "sample" }, new RecordingObserver());
        await using var run = await Recorder(new MemoryRunSink(), new RecordingOptions { Observers = [failing, seen] }).StartAsync("failing", Cancellation);
        using (run.Stage("train"))
            Wait(2);

        var (record, _, _) = await run.FinishAsync(Cancellation);

        Assert.Equal(RecorderProblemKind.ObserverFailed, Assert.Single(_problems).Kind);
        Assert.Equal(["open failing"], failing.Events);
        Assert.Equal(record.Samples, seen.Events.Count(line => line.StartsWith("sample", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_run_is_finished_once()
    {
        await using var run = await Recorder(new ScriptedSink()).StartAsync("once", Cancellation);
        await run.FinishAsync(Cancellation);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await run.FinishAsync(Cancellation));
    }

    [Fact]
    public async Task What_is_not_a_number_is_kept_and_what_is_not_a_name_is_refused()
    {
        await using var run = await Recorder(new ScriptedSink()).StartAsync("metrics", Cancellation);
        using (var epoch = run.Epoch(0))
        {
            Wait(1);
            epoch.Report(loss: double.NaN);
            Assert.Throws<ArgumentException>(() => epoch.Report("", 1));
            Assert.Throws<ArgumentException>(() => epoch.Report("a=b", 1));
            for (var i = 0; i < 100; i++)
                epoch.Report("metric" + i.ToString(System.Globalization.CultureInfo.InvariantCulture), i);
        }

        Assert.Throws<ArgumentException>(() => run.Stage(""));
        Assert.Throws<ArgumentException>(() => run.Stage("(outside)"));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Stage("train", -1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => run.Epoch(-1));
        run.Note("\n");
        var (record, _, _) = await run.FinishAsync(Cancellation);

        Assert.Equal(double.NaN, Assert.Single(record.Epochs).Metrics["loss"]);
        Assert.Equal(64, record.Epochs[0].Metrics.Count);
        Assert.Empty(record.Notes);
    }

    [Fact]
    public void What_cannot_be_recorded_is_refused_before_any_run()
    {
        Assert.Throws<UnknownNameException>(() => Recorder(new ScriptedSink(), new RecordingOptions { Place = new Place("Atlantis") }));
        Assert.Throws<UnknownNameException>(() => Recorder(new ScriptedSink(), new RecordingOptions { Place = new Place(Region: "aws:atlantis-1") }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Recorder(new ScriptedSink(), new RecordingOptions { Period = TimeSpan.FromMilliseconds(9) }));
    }

    [Fact]
    public void Ids_sort_by_time()
    {
        var early = RunId.Create(new DateTimeOffset(2026, 3, 1, 11, 50, 0, TimeSpan.Zero));

        Assert.StartsWith("20260301-115000-", early, StringComparison.Ordinal);
        Assert.True(string.CompareOrdinal(early, RunId.Create(new DateTimeOffset(2026, 3, 1, 11, 50, 1, TimeSpan.Zero))) < 0);
    }
}
