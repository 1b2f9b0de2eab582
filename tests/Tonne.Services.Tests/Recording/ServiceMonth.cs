using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Ledgers.RunFolders;
using Tonne.Recording;
using Tonne.Runs;
using Tonne.Services.Accounts;
using Tonne.Services.Recording;

namespace Tonne.Services.Tests.Recording;

/// <summary>Days of a service on a clock that runs ahead, with real files: what stays of them on the disk and in memory.</summary>
static class ServiceMonth
{
    /// <summary>Days of 12 h at 1,500 W and 12 h at 1,200 W, µJ: 43,200 s × 2,700 W.</summary>
    internal const long MicrojoulesPerDay = 116_640_000_000_000;

    static readonly string _boot = new HolderProcessChecker().BootId ?? "boot";

    /// <summary>Records days, beginning at midnight (UTC).</summary>
    /// <param name="home">An empty folder.</param>
    /// <param name="days">Number of days.</param>
    /// <param name="sample">Time between two samples.</param>
    /// <param name="look">Time between two looks.</param>
    internal static async Task<ServiceMonthResult> RecordAsync(string home, int days, TimeSpan sample, TimeSpan look)
    {
        var time = new RunAheadTime(new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));
        var (begin, length) = (time.GetTimestamp(), TimeSpan.FromDays(days));
        var accountant = new Accountant();
        var ledger = new Ledger(new LedgerHome(home), time);
        var service = ServiceFolder.Open(ledger.Home, "chat");
        var recorder = new RunRecorder(_ => new CounterJob(time, begin, CountMicrojoules, 1_000, _boot), ledger,
            new RecordingOptions { Place = new Place(null, null, 400, 1, PlaceOrigin.Given) }, time);
        using var stop = new CancellationTokenSource();
        var (managed, workingSet, nextHour, samples) = (0L, 0L, TimeSpan.Zero, 0L);
        List<string> problems = [];
        using var source = new CounterSource(() => (long)time.GetElapsedTime(begin).TotalSeconds, static () => null, () =>
        {
            var elapsed = time.GetElapsedTime(begin);
            if (elapsed >= length)
                stop.Cancel();
            if (elapsed < nextHour)
                return;
            nextHour += TimeSpan.FromHours(1);
            managed = Math.Max(managed, GC.GetTotalMemory(forceFullCollection: false));
            workingSet = Math.Max(workingSet, Environment.WorkingSet);
        });
        var recording = new ServiceRecorder(recorder, ledger, service, source, new ServiceRecorderOptions
        {
            Look = look,
            Settle = TimeSpan.FromHours(1),
            Account = record => accountant.Account(record, FactorSelector.SelectFactors(record, null)).CreateStatement(time.GetUtcNow()),
            OnProblem = problems.Add,
        }, time);
        time.Step = (sample, () =>
        {
            recording.Run?.TakeSample();
            samples++;
        });
        using (service.TryLock())
            await recording.RecordAsync(new TaskCompletionSource().Task, static () => new RunCompletion(), stop.Token);

        var account = ServiceAccount.Read(
            ledger, service, record => accountant.Account(record, FactorSelector.SelectFactors(record, null)));
        var whole = service.ListRuns().Select(ledger.Home.GetRunFolder).Where(static run => !File.Exists(run.ThinningNotePath)).ToList();
        var raw = whole.Sum(run => Measure(Path.GetDirectoryName(run.TracePath)!)) + Measure(Path.Combine(service.Location, "looks"));
        return new ServiceMonthResult(account, samples, whole.Count, raw, Measure(home) - raw, managed, workingSet, problems);
    }

    // 1,500 W from 08:00 to 20:00.
    static long CountMicrojoules(TimeSpan elapsed)
    {
        var (day, ofDay) = ((long)elapsed.TotalDays, (elapsed.Ticks % TimeSpan.TicksPerDay) - TimeSpan.FromHours(8).Ticks);
        return (day * MicrojoulesPerDay) + (elapsed.Ticks % TimeSpan.TicksPerDay * 120)
            + (Math.Clamp(ofDay, 0, TimeSpan.FromHours(12).Ticks) * 30);
    }

    static long Measure(string folder) => Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length) : 0;
}
