using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Runs;
using Tonne.Tests;

namespace Tonne.Recording.Tests.Recorder;

/// <summary>A recording of weeks as a chain of runs: what a counter counts is in one of them, once.</summary>
public class RunChainTests
{
    readonly HandTime _time = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A job whose counters run on by the clock, whoever reads them, as those of a machine do.</summary>
    sealed class CountingJob(HandTime time, long begin) : IMeteredJob
    {
        static readonly Source _source = new("TEST", "A counter described by the test");

        public Machine Machine { get; } = new(HostKind.Server, "scripted", null, 4, 1, 8_000_000_000, "none", false, "boot");

        public IReadOnlyList<IMeter> Meters { get; } =
        [
            new Counter(new("busy", Component.Cpu, MeterKind.CpuTime, MeterRole.Busy), time, 2_000_000_000, begin),
            new Counter(new("job", Component.Cpu, MeterKind.CpuTime, MeterRole.Job), time, 1_000_000_000, begin),
            // 100 W.
            new Counter(new("package", Component.Cpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: "package-0", CeilingWatts: 1_000), time, 100_000_000, begin),
        ];

        public System.Collections.Immutable.ImmutableArray<ComponentBasis> Bases { get; } =
            [new(Component.Cpu, Quality.Measured, ["package"], "cpu/meter", "cpu/idle-power", null, 4, "described by the test")];

        public System.Collections.Immutable.ImmutableArray<Rate> Rates { get; } =
            [CreateRate("cpu/meter", "J", "1", 1), CreateRate("cpu/idle-power", "s", "W", 40)];

        public RunHolder Holder { get; } = new("boot", 1, 1);

        public ISampleWaiter CreateWaiter() => new Waiter();

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;

        static Rate CreateRate(string id, string per, string unit, double value) =>
            new(id, per, new Derivation.FactorNode(new Factor(id, id, unit, Bounds.FromExact(value), Quality.Measured, _source)));

        sealed class Counter(MeterDescription description, HandTime time, long perSecond, long begin) : IMeter
        {
            public MeterDescription Description => description;

            public Reading Read(long timestamp) => Reading.FromValue((long)((Int128)(time.GetTimestamp() - begin) * perSecond / time.TimestampFrequency));
        }

        sealed class Waiter : ISampleWaiter
        {
            readonly ManualResetEventSlim _ended = new();

            public void Wait(TimeSpan atMost) => _ended.Wait();

            public void Cancel() => _ended.Set();

            public void Dispose() => _ended.Dispose();
        }
    }

    [Fact]
    public async Task A_chain_of_runs_has_what_the_counter_counted_once()
    {
        var begin = _time.GetTimestamp();
        List<CountingJob> jobs = [];
        var recorder = new RunRecorder(
            _ =>
            {
                // Opening takes its time, in which the machine's counter goes on.
                _time.Advance(TimeSpan.FromMilliseconds(7));
                jobs.Add(new CountingJob(_time, begin));
                return jobs[^1];
            },
            new MemoryRunSink(), new RecordingOptions(), _time);
        var run = await recorder.StartAsync("chat", Cancellation);
        var first = _time.GetTimestamp();
        List<RunRecord> records = [];
        foreach (var seconds in new[] { 86_400, 0.4, 3_599.613 })
        {
            _time.Advance(TimeSpan.FromSeconds(seconds));
            var before = run;
            run = await recorder.ContinueAsync(before, "chat", Cancellation);
            Assert.True(jobs[^2].IsDisposed);
            records.Add((await before.FinishAsync(Cancellation)).Record);
            before.Dispose();
        }

        _time.Advance(TimeSpan.FromSeconds(5));
        var last = _time.GetTimestamp();
        records.Add((await run.FinishAsync(Cancellation)).Record);
        run.Dispose();

        // 100 W over the whole time, in whole microjoules, though each opening fell between two runs.
        var counted = (long)((Int128)(last - first) * 100_000_000 / _time.TimestampFrequency);
        Assert.Equal(counted, records.Sum(record => record.Components.Single().MachineMicrojoules));
        foreach (var (one, next) in records.Zip(records.Skip(1)))
        {
            Assert.Equal(one.Opening.StartedAt.AddSeconds(one.DurationSeconds), next.Opening.StartedAt, TimeSpan.FromTicks(1));
            Assert.NotEqual(one.Opening.Id, next.Opening.Id);
        }
    }

    [Fact]
    public async Task The_slices_of_a_run_add_up_to_the_job_and_know_what_is_idle()
    {
        var recorder = new RunRecorder(_ => new CountingJob(_time, 0), new MemoryRunSink(), new RecordingOptions(), _time);
        await using var run = await recorder.StartAsync("chat", Cancellation);
        for (var i = 0; i < 50; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            run.TakeSample();
        }

        List<JobEnergySlice> slices = [];
        var (record, _) = run.AccountSoFar(slices.Add);

        Assert.Equal(record.Components.Single().JobMicrojoules, slices.Sum(slice => slice.Job.Value));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (i * 1_000_000_000L, (i + 1) * 1_000_000_000L)), slices.Select(slice => (slice.From, slice.To)));
        // docs/methods/attribution.md by hand: A = 100 - 40 W, u = 1 of 2 busy threads: 30 W; B = 40 W, h = 1 of 4 threads: 10 W.
        Assert.All(slices, slice => Assert.Equal((40_000_000, 10_000_000), (slice.Job.Value, slice.JobIdle.Value)));
    }

    [Fact]
    public async Task A_chain_begins_a_run_at_each_midnight_and_again_after_a_failure()
    {
        List<CountingJob> jobs = [];
        List<string> problems = [];
        var fails = false;
        var recorder = new RunRecorder(
            _ =>
            {
                if (fails)
                    throw new InvalidOperationException("no meter");
                jobs.Add(new CountingJob(_time, 0));
                return jobs[^1];
            },
            new MemoryRunSink(), new RecordingOptions(), _time);
        using var chain = new RunChain(recorder, "node", _time, problems.Add);
        List<RunRecord> days = [];
        var begin = _time.GetTimestamp();
        async Task StepAsync(TimeSpan by)
        {
            _time.Advance(by);
            if (await chain.AdvanceAsync(Cancellation) is { } day)
                days.Add(day.Record);
        }

        await StepAsync(TimeSpan.Zero);
        var toMidnight = _time.GetUtcNow().UtcDateTime.Date.AddDays(1) - _time.GetUtcNow().UtcDateTime;
        await StepAsync(toMidnight - TimeSpan.FromSeconds(1));
        Assert.Empty(days);
        await StepAsync(TimeSpan.FromSeconds(1));
        Assert.Single(days);
        Assert.Equal(TimeSpan.Zero, chain.Run!.Opening.StartedAt.UtcDateTime.TimeOfDay);
        await StepAsync(TimeSpan.FromDays(1));
        // 100 W over two runs that meet at midnight: each joule of the time is in one of them.
        Assert.Equal((long)((_time.GetTimestamp() - begin) * (Int128)100_000_000 / _time.TimestampFrequency), days.Sum(
            day => day.Components.Single().MachineMicrojoules));
        fails = true;
        await StepAsync(TimeSpan.FromDays(1));
        await StepAsync(TimeSpan.FromSeconds(1));
        Assert.Null(chain.Run);
        Assert.Contains("no meter", Assert.Single(problems), StringComparison.Ordinal);
        fails = false;
        await StepAsync(TimeSpan.FromSeconds(1));
        Assert.NotNull(chain.Run);
        days.Add((await chain.FinishAsync(new RunCompletion()))!.Record);
        Assert.Equal(4, days.Count);
        Assert.All(jobs, job => Assert.True(job.IsDisposed));
    }

    [Fact]
    public async Task A_run_that_cannot_be_continued_can_be_finished()
    {
        var opened = 0;
        var recorder = new RunRecorder(
            _ => opened++ == 0 ? new CountingJob(_time, 0) : throw new InvalidOperationException("the process has ended"),
            new MemoryRunSink(), new RecordingOptions(), _time);
        await using var run = await recorder.StartAsync("chat", Cancellation);
        _time.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await recorder.ContinueAsync(run, "chat", Cancellation));

        var (record, _, _) = await run.FinishAsync(Cancellation);
        Assert.Equal(10, record.DurationSeconds, 6);
        Assert.Equal(1_000_000_000, record.Components.Single().MachineMicrojoules);
    }
}
