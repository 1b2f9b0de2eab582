using Microsoft.Extensions.Time.Testing;
using Tonne.Ledgers.Calls;

namespace Tonne.Ledgers.Tests.Calls;

public sealed class CallRecorderTests : IDisposable
{
    readonly TemporaryHome _home = new();
    readonly FakeTimeProvider _time = new(SampleCalls.Hour);

    public void Dispose() => _home.Dispose();

    CallLog Log => new(_home.Home);

    [Fact]
    public void Calls_are_written_each_period_as_one_line_for_each_key()
    {
        using var recorder = new CallRecorder(_home.Home, time: _time);
        for (var i = 0; i < 1_000; i++)
            Assert.True(recorder.Record(SampleCalls.Row()));

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(Log.Read().Rows);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(1_000, Assert.Single(Log.Read().Rows).Sum.Requests);
        Assert.Single(File.ReadAllLines(Path.Combine(Log.Location, "2026", "2026-11-30.jsonl")));
    }

    [Fact]
    public async Task What_was_not_written_yet_is_written_when_the_recorder_is_disposed()
    {
        await using (var recorder = new CallRecorder(_home.Home, time: _time))
            recorder.Record(SampleCalls.Row());

        Assert.Equal(1, Assert.Single(Log.Read().Rows).Sum.Requests);
    }

    [Fact]
    public void After_it_is_disposed_a_call_is_refused_and_counted()
    {
        var recorder = new CallRecorder(_home.Home, time: _time);
        recorder.Dispose();
        recorder.Dispose();

        Assert.False(recorder.Record(SampleCalls.Row()));
        Assert.Equal(1, recorder.Dropped);
    }

    [Fact]
    public void More_keys_than_fit_are_dropped_and_the_ledger_says_how_many()
    {
        var problems = new List<Exception>();
        Directory.CreateDirectory(_home.Home.Root);
        File.WriteAllText(Log.Location, "");
        using var recorder = new CallRecorder(_home.Home,
            new CallRecorderOptions { Capacity = 3, Service = "shop", OnProblem = problems.Add }, _time);
        for (var i = 0; i < 5; i++)
        {
            recorder.Record(SampleCalls.Row($"m{i}"));
            Assert.False(recorder.Flush());
        }

        Assert.NotEmpty(problems);
        Assert.Equal(2, recorder.Dropped);

        // The disk is back: what was kept is written, and what was lost is a number.
        File.Delete(Log.Location);
        Assert.True(recorder.Flush());
        var rows = Log.Read().Rows;
        Assert.Equal(["", "m0", "m1", "m2"], rows.Select(row => row.Key.Model).Order(StringComparer.Ordinal));
        Assert.Equal((2, 0),
            (rows.Single(row => row.Key.Model.Length == 0).Sum.Dropped, rows.Single(row => row.Key.Model.Length == 0).Sum.Requests));
        Assert.All(rows.Where(row => row.Key.Model.Length > 0), row => Assert.Equal(1, row.Sum.Requests));
    }

    [Fact]
    public void Recorders_of_several_programs_on_one_ledger_add_up()
    {
        var recorders = Enumerable.Range(0, 4).Select(_ => new CallRecorder(_home.Home, time: _time)).ToList();
        Parallel.ForEach(recorders, recorder =>
        {
            for (var i = 0; i < 500; i++)
            {
                recorder.Record(SampleCalls.Row());
                if (i % 50 == 0)
                    recorder.Flush();
            }
        });
        recorders.ForEach(recorder => recorder.Dispose());

        var read = Log.Read();
        Assert.Empty(read.Problems);
        Assert.Equal(2_000, Assert.Single(read.Rows).Sum.Requests + recorders.Sum(recorder => recorder.Dropped));
    }

    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(3_601, 10)]
    [InlineData(60, 0)]
    public void A_wrong_option_is_refused(double seconds, int capacity) => Assert.Throws<ArgumentOutOfRangeException>(() =>
        new CallRecorder(_home.Home, new CallRecorderOptions { Period = TimeSpan.FromSeconds(seconds), Capacity = capacity }, _time));
}
