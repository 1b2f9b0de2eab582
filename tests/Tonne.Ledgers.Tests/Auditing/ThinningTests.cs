using Tonne.Recording.Attribution;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;
using FsCheck;
using FsCheck.Fluent;

namespace Tonne.Ledgers.Tests.Auditing;

public class ThinningTests
{
    // Starts at 05:42:10, so quarter hours end after 170 s, 1,070 s, …
    const string Id = "20260622-054210-aaaaa1";
    const int Hour = 3_600;

    [Fact]
    public void A_trace_of_linear_counters_folds_to_the_same_when_thinned()
    {
        using var home = new TemporaryHome();
        home.Complete(Id, trace => SampleRun.Write(trace, Hour, counter: false), opening => SampleRun.Opening(opening.Id, counter: false));
        var before = home.Ledger.Load(Id).Record;
        var bytes = new FileInfo(home.Home.GetRunFolder(Id).TracePath).Length;

        var thinned = Assert.Single(home.Ledger.Thin());

        Assert.Null(thinned.Problem);
        Assert.Equal(Hour + 1, thinned.SamplesBefore);
        // First, last, two marks, four quarter hours: at most two samples for each.
        Assert.InRange(thinned.SamplesAfter, 8, 16);
        Assert.True(new FileInfo(home.Home.GetRunFolder(Id).TracePath).Length < bytes / 20);
        var after = RecordBuilder.Build(home.Home.GetRunFolder(Id).OpenTrace);
        // Each slice is rounded to a microjoule; an hour has 3,600 of them, the thinned trace a dozen.
        foreach (var (a, b) in before.QuarterHours.Zip(after.QuarterHours))
        {
            Assert.Equal(a.Start, b.Start);
            Assert.All(a.Energy.Zip(b.Energy), pair => Assert.InRange(pair.First.Microjoules - pair.Second.Microjoules, -900, 900));
            Assert.All(a.Energy.Zip(b.Energy).SelectMany(pair => pair.First.Amounts.Zip(pair.Second.Amounts)), pair => Assert.Equal(pair.First.Amount, pair.Second.Amount, 1e-6));
        }

        Assert.Equal(before.Stages.Select(stage => (stage.Name, stage.StartSeconds, stage.DurationSeconds)), after.Stages.Select(stage => (stage.Name, stage.StartSeconds, stage.DurationSeconds)));
        Assert.All(before.Stages.SelectMany(s => s.Energy).Zip(after.Stages.SelectMany(s => s.Energy)), pair => Assert.InRange(pair.First.Microjoules - pair.Second.Microjoules, -3_600, 3_600));
        Assert.InRange(thinned.LargestDeviation, 0, 1e-6);
        Assert.Empty(home.Ledger.Verify());
    }

    [Fact]
    public void A_counter_that_wraps_stays_readable_and_its_energy_is_kept()
    {
        using var home = new TemporaryHome();
        const long range = 262_143_328_850;
        home.Complete(Id, trace =>
        {
            for (var second = 0; second <= Hour; second++)
            {
                var counted = (range - 6_000_000_000) + (second * 12_000_000L);
                trace.AppendSample(second * 1_000_000_000L, [Reading.FromValue(second * 1_500_000_000L), Reading.FromValue(second * 1_000_000_000L), Reading.FromValue(counted % range)]);
            }

            SampleRun.End(trace, Hour * 1_000_000_000L);
        });
        var before = home.Ledger.Load(Id).Record;

        var thinned = Assert.Single(home.Ledger.Thin());

        Assert.Null(thinned.Problem);
        var after = RecordBuilder.Build(home.Home.GetRunFolder(Id).OpenTrace);
        Assert.Empty(after.Gaps);
        // 12 W for an hour, over the wrap after 500 s.
        Assert.Equal(12_000_000L * Hour, before.Components.Single(c => c.Device is not null).MachineMicrojoules);
        Assert.Equal(12_000_000L * Hour, after.Components.Single(c => c.Device is not null).MachineMicrojoules);
        Assert.InRange(thinned.SamplesAfter, 10, 40);
        Assert.InRange(thinned.LargestDeviation, 0, 1e-6);
    }

    [Fact]
    public void Gaps_keep_their_beginning_end_and_reason()
    {
        using var home = new TemporaryHome();
        home.Complete(Id, trace =>
        {
            for (var second = 0; second <= 600; second++)
            {
                var package = second is >= 300 and < 330 ? Reading.FromGapReason("permission denied") : Reading.FromValue(second < 300 ? second * 12_000_000L : 1_000_000L + ((second - 330) * 12_000_000L));
                trace.AppendSample(second * 1_000_000_000L, [Reading.FromValue(second * 1_500_000_000L), Reading.FromValue(second * 1_000_000_000L), package]);
            }

            SampleRun.End(trace, 600_000_000_000);
        });
        var before = home.Ledger.Load(Id).Record;

        home.Ledger.Thin();

        var after = RecordBuilder.Build(home.Home.GetRunFolder(Id).OpenTrace);
        Assert.NotEmpty(before.Gaps);
        Assert.Equal(before.Gaps, after.Gaps);
        Assert.Equal(before.Components.Select(c => c.MachineMicrojoules), after.Components.Select(c => c.MachineMicrojoules));
    }

    [Fact]
    public void Metered_energy_of_the_machine_is_kept_whatever_the_job_did() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(8), Prop.ForAll(
            Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
            {
                using var home = new TemporaryHome();
                var random = new Random(seed);
                home.Complete(Id, trace => Random(trace, random, 960));
                var before = home.Ledger.Load(Id).Record;
                var thinned = home.Ledger.Thin().Single();
                var after = RecordBuilder.Build(home.Home.GetRunFolder(Id).OpenTrace);
                return thinned.Problem is null
                    && before.Components.Where(c => c.Device is not null).Select(c => c.MachineMicrojoules).SequenceEqual(after.Components.Where(c => c.Device is not null).Select(c => c.MachineMicrojoules))
                    && before.Status == after.Status && before.ExitCode == after.ExitCode && before.DurationSeconds == after.DurationSeconds
                    && before.Epochs.Select(e => (e.Number, e.StartSeconds, e.DurationSeconds)).SequenceEqual(after.Epochs.Select(e => (e.Number, e.StartSeconds, e.DurationSeconds)))
                    && home.Ledger.Verify().Count == 0;
            }));

    [Fact]
    public void Only_old_traces_are_thinned_unless_all_are_too_large()
    {
        using var home = new TemporaryHome();
        home.Complete("20260101-000000-aaaaa1", trace => SampleRun.Write(trace, 200));
        home.Complete("20261120-000000-bbbbb2", trace => SampleRun.Write(trace, 200));
        home.Complete("20261121-000000-ccccc3", trace => SampleRun.Write(trace, 200));
        var size = new FileInfo(home.Home.GetRunFolder("20261120-000000-bbbbb2").TracePath).Length;

        Assert.Equal(["20260101-000000-aaaaa1"], home.Ledger.Thin().Select(run => run.Id));
        Assert.Empty(home.Ledger.Thin());
        Assert.Equal(["20261120-000000-bbbbb2"], home.Ledger.Thin(new ThinningRule { Bytes = 2 * size }).Select(run => run.Id));
        Assert.Empty(home.Ledger.Verify());
        Assert.Equal(3, home.Ledger.ListRuns().Count);
    }

    [Fact]
    public void A_trace_that_differs_from_its_record_is_never_thinned()
    {
        using var home = new TemporaryHome();
        home.Complete(Id, trace => SampleRun.Write(trace, 200));
        var folder = home.Home.GetRunFolder(Id);
        var bytes = File.ReadAllBytes(folder.TracePath);
        bytes[^300] ^= 1;
        File.WriteAllBytes(folder.TracePath, bytes);

        Assert.NotNull(Assert.Single(home.Ledger.Thin()).Problem);
        Assert.Equal(bytes, File.ReadAllBytes(folder.TracePath));
        Assert.False(File.Exists(folder.ThinningNotePath));
    }

    [Fact]
    public void A_thinned_trace_that_was_changed_is_found()
    {
        using var home = new TemporaryHome();
        home.Complete(Id, trace => SampleRun.Write(trace, 200));
        var folder = home.Home.GetRunFolder(Id);
        home.Ledger.Thin();
        var whole = File.ReadAllBytes(folder.TracePath);

        using (var stream = new FileStream(folder.TracePath, FileMode.Create))
        {
            var reader = new TraceReader(new MemoryStream(whole));
            var writer = new TraceWriter(stream);
            var readings = new Reading[3];
            while (reader.Read())
            {
                if (reader.Kind != TraceBlock.Sample)
                {
                    writer.Append(reader.Kind, reader.Payload.Span);
                    continue;
                }

                var at = reader.ReadSample(readings);
                readings[2] = Reading.FromValue(readings[2].Value / 2);
                writer.AppendSample(at, readings);
            }
        }

        Assert.Contains(home.Ledger.Verify(), problem => problem.File == folder.TracePath && problem.What.Contains("when it was thinned", StringComparison.Ordinal));
    }

    [Fact]
    public void A_crash_between_note_and_exchange_leaves_a_whole_trace()
    {
        using var home = new TemporaryHome();
        home.Complete(Id, trace => SampleRun.Write(trace, 200));
        var folder = home.Home.GetRunFolder(Id);
        var whole = File.ReadAllBytes(folder.TracePath);
        home.Ledger.Thin();
        File.WriteAllBytes(folder.TracePath, whole);

        Assert.Empty(home.Ledger.Verify());
        Assert.Single(home.Ledger.Thin());
        Assert.True(new FileInfo(folder.TracePath).Length < whole.Length);
        Assert.Empty(home.Ledger.Verify());
    }

    static void Random(TraceWriter trace, Random random, int seconds)
    {
        long busy = 0, job = 0, package = random.NextInt64(262_143_328_850);
        for (var second = 0; second <= seconds; second++)
        {
            var at = second * 1_000_000_000L;
            if (random.Next(200) == 0)
                SampleRun.Append(trace, new Mark(MarkKind.Stage, at, "stage " + random.Next(3)));
            if (random.Next(150) == 0)
                SampleRun.Append(trace, new Mark(MarkKind.Epoch, at, Number: second));
            trace.AppendSample(at, [Reading.FromValue(busy), Reading.FromValue(job), random.Next(100) == 0 ? Reading.FromGapReason("busy") : Reading.FromValue(package)]);
            var used = random.NextInt64(1_000_000_000);
            (busy, job) = (busy + used + random.NextInt64(1_000_000_000), job + used);
            package = (package + random.NextInt64(400_000_000)) % 262_143_328_850;
        }

        SampleRun.End(trace, seconds * 1_000_000_000L, random.Next(2));
    }
}
