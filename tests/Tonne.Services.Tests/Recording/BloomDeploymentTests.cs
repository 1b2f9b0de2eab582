using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Ledgers.RunFolders;
using Tonne.Recording;
using Tonne.Runs;
using Tonne.Services.Recording;

namespace Tonne.Services.Tests.Recording;

/// <summary>
/// The deployment of BLOOM: 18 days, 230,768 requests in logs of 10 minutes, 864.25 kWh, at 394 g/kWh 340.5 kg, 18.92 kg a day (Luccioni,
/// Viguier, Ligozat 2022, arXiv 2211.02001, section 4.4), replayed through the recorder, with what happens in 18 days.
/// </summary>
public sealed class BloomDeploymentTests : IDisposable
{
    const double Kwh = 864.25;
    const double IdleWatts = 1_200;
    const long Requests = 230_768;

    static readonly TimeSpan _length = TimeSpan.FromDays(18);
    static readonly string _boot = new HolderProcessChecker().BootId ?? "boot";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-service-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Ended by SIGKILL: nothing after it runs.</summary>
#pragma warning disable RCS1194 // Only this test throws it.
    sealed class KilledException : Exception;
#pragma warning restore RCS1194

    // More by day than by night, never even; at the end all of it.
    static double GetShare(TimeSpan elapsed)
    {
        var days = Math.Min(elapsed / _length, 1) * 18;
        return (days + (0.8 / (2 * Math.PI) * (1 - Math.Cos(2 * Math.PI * days)))) / 18;
    }

    static long CountRequests(TimeSpan elapsed) => (long)Math.Round(GetShare(elapsed) * Requests);

    static long CountMicrojoules(TimeSpan elapsed)
    {
        var idle = IdleWatts * 1e6 * Math.Min(elapsed.TotalSeconds, _length.TotalSeconds);
        var active = (Kwh * 3.6e12) - (IdleWatts * 1e6 * _length.TotalSeconds);
        return (long)Math.Round(idle + (active * GetShare(elapsed)));
    }

    [Fact]
    public async Task Nothing_of_eighteen_days_is_lost_or_counted_twice()
    {
        var start = new DateTimeOffset(2022, 9, 12, 8, 0, 0, TimeSpan.Zero);
        var time = new RunAheadTime(start);
        var begin = time.GetTimestamp();
        var accountant = new Accountant();
        var home = new LedgerHome(_folder.FullName);
        var ledger = new Ledger(home, time);
        var service = ServiceFolder.Open(home, "bloom");
        var options = new RecordingOptions { Place = new Place(null, null, 394, 1, PlaceOrigin.Given) };
        // Ten restarts by kill -9, at odd times of days 2 to 11; two reboots, with 7 minutes without power.
        List<TimeSpan> kills = [.. Enumerable.Range(0, 10).Select(i => TimeSpan.FromHours((24 * (i + 1)) + (i * 2.3) + 0.2))];
        List<TimeSpan> reboots = [TimeSpan.FromHours(300.4), TimeSpan.FromHours(377.9)];
        List<string> problems = [];
        var (bootedAt, off) = (TimeSpan.Zero, TimeSpan.Zero);
        // A machine without power draws nothing, and serves nobody.
        TimeSpan Elapsed() => time.GetElapsedTime(begin) - off;

        while (Elapsed() < _length)
        {
            var next = kills.Concat(reboots).Where(at => at > Elapsed()).DefaultIfEmpty(TimeSpan.MaxValue).Min();
            var (booted, offBefore) = (bootedAt, off);
            // After a reboot the device counts from 0.
            var recorder = new RunRecorder(
                _ => new CounterJob(time, begin, elapsed => CountMicrojoules(elapsed - offBefore) - CountMicrojoules(booted), IdleWatts, _boot), ledger, options, time);
            ServiceRecorder? recording = null;
            using var stop = new CancellationTokenSource();
            using var source = new CounterSource(
                () => CountRequests(Elapsed()),
                // The eighth day has no network: the server's counters cannot be reached, and run on.
                () => Elapsed() >= TimeSpan.FromDays(7) && Elapsed() < TimeSpan.FromDays(8) ? "no network" : null,
                () =>
                {
                    if (Elapsed() >= next)
                    {
                        // Samples come each second; the last one was just before.
                        recording?.Run?.TakeSample();
                        throw new KilledException();
                    }

                    if (Elapsed() >= _length)
                        stop.Cancel();
                });
            recording = new ServiceRecorder(recorder, ledger, service, source, new ServiceRecorderOptions
            {
                Look = TimeSpan.FromMinutes(10),
                Settle = TimeSpan.FromHours(1),
                Account = record => accountant.Account(record, FactorSelector.SelectFactors(record, null)).CreateStatement(time.GetUtcNow()),
                OnProblem = problems.Add,
            }, time);
            using (service.TryLock())
            {
                try
                {
                    await recording.RecordAsync(new TaskCompletionSource().Task, () => new RunCompletion(), stop.Token);
                }
                catch (KilledException)
                {
                    // The next one goes on.
                }
            }

            if (reboots.Contains(next))
            {
                bootedAt = Elapsed();
                time.Advance(TimeSpan.FromMinutes(7));
                off += TimeSpan.FromMinutes(7);
            }
        }

        var segments = service.ListRuns().Select(run => service.ReadSegment(run)!).ToList();
        Assert.All(segments, segment => Assert.True(segment.IsFinal));
        var hours = segments.SelectMany(segment => segment.Hours).ToList();
        Assert.Equal(Requests, hours.Sum(hour => hour.Models.Sum(model => model.Requests)));
        Assert.Equal(20 * Requests, hours.Sum(hour => hour.Models.Sum(model => model.PromptTokens)));
        Assert.Equal(50 * Requests, hours.Sum(hour => hour.Models.Sum(model => model.OutputTokens)));
        Assert.All(hours, hour => Assert.Equal(hour.Microjoules, hour.IdleMicrojoules + hour.Models.Sum(model => model.Microjoules)));
        // 864.25 kWh to the microjoule.
        Assert.Equal(3_111_300_000_000_000, hours.Sum(hour => hour.Microjoules));
        var footprints = segments.Select(segment => ledger.Load(segment.Run).Record)
            .Select(record => accountant.Account(record, FactorSelector.SelectFactors(record, null))).ToList();
        Assert.Equal(864.25, footprints.Sum(footprint => footprint.Energy.Value), 1e-6);
        Assert.Equal(340.5, footprints.Sum(footprint => footprint.Operational.Value), 0.05);
        Assert.Equal(18.92, footprints.Sum(footprint => footprint.Operational.Value) / 18, 0.005);
        // The recorder that was restarted on the eighth day says it again.
        Assert.Equal(
            Enumerable.Repeat("the test's counters: no network. The energy of this time counts as idle, and its requests are not known.", 2), problems);
    }
}
