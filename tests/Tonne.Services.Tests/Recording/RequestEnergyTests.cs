using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Recording;
using Tonne.Services.Accounts;
using Tonne.Services.Recording;
using Tonne.Services.Requests;

namespace Tonne.Services.Tests.Recording;

/// <summary>Energies of single requests of a recorded service, across midnight and computed again.</summary>
public sealed class RequestEnergyTests : IDisposable
{
    static readonly DateTimeOffset _start = new(2026, 11, 30, 22, 30, 0, TimeSpan.Zero);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tonne-percentiles-");
    readonly RunAheadTime _time = new(_start);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Percentiles_are_those_of_the_requests_energies_and_survive_another_computation()
    {
        // 100 W, of which 40 W are idle power. In each minute one request of 10 s and one of 40 s, one after the other.
        var begin = _time.GetTimestamp();
        var home = new LedgerHome(_folder.FullName);
        var ledger = new Ledger(home, _time);
        var service = ServiceFolder.Open(home, "chat");
        var accountant = new Accountant();
        Footprint Account(Tonne.Runs.RunRecord record) => accountant.Account(record, FactorSelector.SelectFactors(record, null));
        var recorder = new RunRecorder(
            _ => new CounterJob(_time, begin, static elapsed => elapsed.Ticks * 10, 40, "boot"), ledger, new RecordingOptions(), _time);
        using var stop = new CancellationTokenSource();
        using var source = new MinuteSource(_time, () =>
        {
            if (_time.GetElapsedTime(begin) >= TimeSpan.FromHours(3))
                stop.Cancel();
        });
        var recording = new ServiceRecorder(recorder, ledger, service, source, new ServiceRecorderOptions
        {
            Look = TimeSpan.FromMinutes(1),
            Settle = TimeSpan.FromMinutes(5),
            Account = record => Account(record).CreateStatement(_time.GetUtcNow()),
        }, _time);

        await recording.RecordAsync(new TaskCompletionSource().Task, () => new RunCompletion(), stop.Token);

        var account = ServiceAccount.Read(ledger, service, Account);
        var all = account.Sum(_start.AddHours(-1));
        var percentiles = all.RequestPercentiles!;
        // All but those of the first look, of which no energy was measured.
        Assert.InRange(percentiles.Requests, all.Counts.Requests - 4, all.Counts.Requests);
        Assert.True(all.Counts.Requests > 300);
        // 10 s and 40 s at 100 W, in Wh of the facility.
        var ratio = all.EnergyKwh.Best * 3.6e12 / all.Microjoules;
        Assert.True(ratio > 1);
        Assert.InRange(percentiles.P50 / (10 * 100 / 3600d * ratio), 0.99, 1.01);
        Assert.InRange(percentiles.P95 / (40 * 100 / 3600d * ratio), 0.99, 1.01);
        Assert.InRange(percentiles.P99 / percentiles.P95, 0.99, 1.01);
        // Each hour has those that ended in it: two in a minute.
        Assert.Equal(120, account.Hours.Where(hour => hour.Hour.Hour == 23).Sum(hour => hour.All.Counts.RequestEnergies?.Count ?? 0), 1d);

        // From the looks alone: the same hours.
        var hours = service.ListRuns().Select(run => Path.Combine(service.Location, "hours", run + ".json")).ToList();
        Assert.Equal(2, hours.Count);
        var before = hours.Select(File.ReadAllText).ToList();
        hours.ForEach(File.Delete);
        service.SettleLeft(ledger, static _ => null);
        Assert.Equal(before, hours.Select(File.ReadAllText));
    }

    /// <summary>Reports at each look the two requests of the minute before.</summary>
    sealed class MinuteSource(TimeProvider time, Action onRead) : IUseSource
    {
        public string Description => "the test's requests";

        public bool HasSingleRequests => true;

        public void Restore(string state)
        {
        }

        public ValueTask<UseReading> ReadAsync(CancellationToken cancellationToken)
        {
            onRead();
            var minute = time.GetUtcNow().AddMinutes(-1);
            ImmutableArray<ServedRequest> requests = [Create(minute, 5, 10), Create(minute, 16, 40)];
            return new(new UseReading([new ServiceUse { Model = "m", Requests = 2, PromptTokens = 20, OutputTokens = 40,
                Running = 50 / 60d }]) { Requests = requests });
        }

        public void Dispose()
        {
        }

        static ServedRequest Create(DateTimeOffset minute, int at, int seconds) => new()
        {
            Id = "", Model = "m", Arrival = minute.AddSeconds(at), End = minute.AddSeconds(at + seconds), PromptTokens = 10,
                OutputTokens = 20,
        };
    }
}
