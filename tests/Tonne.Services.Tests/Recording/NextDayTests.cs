using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Recording;
using Tonne.Services.Recording;

namespace Tonne.Services.Tests.Recording;

/// <summary>Midnight, when the machine's meters cannot be opened for a while.</summary>
public sealed class NextDayTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-day-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(3)]
    [InlineData(1_000)]
    public async Task A_day_that_cannot_be_begun_is_tried_again_and_loses_only_its_time(int failures)
    {
        var time = new RunAheadTime(new DateTimeOffset(2026, 11, 30, 23, 30, 0, TimeSpan.Zero));
        var begin = time.GetTimestamp();
        var home = new LedgerHome(_folder.FullName);
        var ledger = new Ledger(home, time);
        var service = ServiceFolder.Open(home, "chat");
        var accountant = new Accountant();
        List<string> problems = [];
        var (opened, looks) = (0, 0);
        // 100 W; meters cannot be opened at midnight, nor for some looks after it.
        var recorder = new RunRecorder(
            _ => opened++ is > 0 and var again && again <= failures ? throw new IOException("no meters.")
                : new CounterJob(time, begin, static elapsed => elapsed.Ticks * 10, 40, "boot"),
            ledger, new RecordingOptions(), time);
        using var stop = new CancellationTokenSource();
        using var source = new CounterSource(() => looks, static () => null, () =>
        {
            looks++;
            if (time.GetElapsedTime(begin) >= TimeSpan.FromHours(1.5))
                stop.Cancel();
        });
        var recording = new ServiceRecorder(recorder, ledger, service, source, new ServiceRecorderOptions
        {
            Look = TimeSpan.FromMinutes(5),
            Account = record => accountant.Account(record, FactorSelector.SelectFactors(record, null)).CreateStatement(time.GetUtcNow()),
            OnProblem = problems.Add,
        }, time);

        await recording.RecordAsync(failures > 10 ? EndAfter(time, begin, TimeSpan.FromHours(1)) : new TaskCompletionSource().Task, () => new RunCompletion(), stop.Token);

        var days = service.ListRuns().Select(run => service.ReadSegment(run)!).ToList();
        Assert.All(days, day => Assert.True(day.IsFinal));
        Assert.Equal(failures > 10 ? 1 : 2, days.Count);
        // 30 minutes before midnight at 100 W; after it, what is left of 90 minutes less three looks of 5 minutes.
        Assert.Equal(180_000_000_000, days[0].Hours.Sum(hour => hour.Microjoules));
        if (failures <= 10)
            Assert.Equal(270_000_000_000, days[1].Hours.Sum(hour => hour.Microjoules));
        Assert.Equal(["the next day could not be begun: no meters. It is tried again at each look; the service goes on unmeasured."], problems);
    }

    // The server ends while no day can be begun.
    static async Task EndAfter(RunAheadTime time, long begin, TimeSpan after)
    {
        while (time.GetElapsedTime(begin) < after)
            await Task.Yield();
    }
}
