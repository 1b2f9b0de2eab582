using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.RunFolders;
using Tonne.Recording;
using Tonne.Recording.Replaying;
using Tonne.Runs;

namespace Tonne.Trials.FleetNodes;

/// <summary>A node of a fleet: it records runs of known energy into its ledger, and pushes them as the agent does.</summary>
/// <remarks>
/// The journal has a line for each run that is in the ledger with the energy that it must have, <c>run ID MICROJOULES</c>, and one for each
/// push that was answered, <c>push BATCHES ACCEPTED KNOWN REFUSED</c>.
/// </remarks>
/// <param name="home">Its ledger.</param>
/// <param name="settings">Server and key.</param>
/// <param name="journal">What it has seen.</param>
/// <param name="random">What it does.</param>
/// <param name="pause">Mean time between two runs.</param>
sealed class HostedNode(LedgerHome home, FleetSettings settings, Journal journal, Random random, TimeSpan pause)
{
    // By the rules of ReplayJob the run has WATTS - 2 + 2 · 1 ÷ 2 W.
    const int IdleWatts = 2;
    const int LongestSeconds = 7200;
    const int LooksBetweenAll = 20;

    // The agent looks once a minute and waits for minutes; here a trial has to see many pushes.
    static readonly TimeSpan _pushEvery = TimeSpan.FromSeconds(1);
    static readonly TimeSpan _longestWait = TimeSpan.FromSeconds(2);

    readonly ReplayedClock _clock = new();
    readonly Random _pushRandom = new(random.Next());
    readonly Ledger _ledger = new(home, TimeProvider.System);
    volatile bool _hasEnded;
    int _watts;
    bool _isKept;

    /// <summary>Records and pushes until it is stopped, then pushes until nothing waits.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var pushing = Task.Run(PushAsync, CancellationToken.None);
        await CloseInterruptedAsync();
        await RecordAsync(stop);
        _hasEnded = true;
        await pushing;
    }

    /// <summary>What the process before left open when it was killed. A full disk passes.</summary>
    async Task CloseInterruptedAsync()
    {
        while (true)
        {
            try
            {
                _ledger.CloseInterrupted(static record =>
                    new Accountant().Account(record, FactorSelector.SelectFactors(record, null))
                        .CreateStatement(TimeProvider.System.GetUtcNow()));
                return;
            }
            catch (LedgerUnavailableException)
            {
                await Task.Delay(_pushEvery, TimeProvider.System, CancellationToken.None);
            }
        }
    }

    async Task RecordAsync(CancellationToken stop)
    {
        var holder = new HolderProcessChecker().GetCurrent();
        var recorder = new RunRecorder(_ => new ReplayedNodeJob(new ReplayJob(_watts, IdleWatts), settings.Name, holder), _ledger,
            new RecordingOptions
        {
            Project = settings.Name,
            Place = new Place("FR"),
            GetVariable = static _ => null,
            OnProblem = _ => _isKept = false,
        }, _clock);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                // Spread over 0 to twice the mean.
                await Task.Delay(pause * (2 * random.NextDouble()), TimeProvider.System, stop);
                await RecordAsync(recorder);
            }
        }
        catch (OperationCanceledException)
        {
            // It is stopped.
        }
    }

    async Task RecordAsync(RunRecorder recorder)
    {
        var seconds = random.Next(1, LongestSeconds);
        _watts = random.Next(IdleWatts + 1, 400);
        _isKept = true;
        _clock.Begin(TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(seconds));
        await using var run = await recorder.StartAsync("replayed", CancellationToken.None);
        // In half of them there is time to be killed in the middle.
        if (random.Next(2) == 0)
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(200)), TimeProvider.System, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        var result = await run.FinishAsync(CancellationToken.None);
        if (!_isKept)
            return;
        journal.Write($"run {run.Id} {(_watts - 1) * 1_000_000L * seconds}");
        // Accounted again, as tonne ledger recount does it with other factors.
        if (random.Next(10) == 0)
            TryAppend(run.Id, result.Statement with { AccountedAt = result.Statement.AccountedAt.AddHours(1) });
    }

    void TryAppend(string id, FootprintStatement statement)
    {
        try
        {
            home.GetRunFolder(id).Append(statement);
        }
        catch (LedgerUnavailableException)
        {
            // The disk is full.
        }
    }

    async Task PushAsync()
    {
        using var http = PushConnection.Create(settings);
        using var queue = await OpenQueueAsync();
        var client = new PushClient(http, settings, queue, TimeProvider.System, _pushRandom);
        for (var look = 0; ; look++)
        {
            var wait = _pushEvery * (0.5 + _pushRandom.NextDouble());
            try
            {
                var isLast = _hasEnded;
                queue.Refresh(isLast || look % LooksBetweenAll == 0);
                var outcome = await client.PushAsync(static backlog => new NodeReport
                {
                    Version = "0.1.0", Waiting = backlog.Lines, WaitingSince = backlog.Since,
                }, greets: false, CancellationToken.None);
                if (outcome.Batches > 0)
                    journal.Write($"push {outcome.Batches} {outcome.Accepted} {outcome.Known} {outcome.RefusedCount}");
                foreach (var line in outcome.Refused)
                    journal.Write($"refused {line.Run} {line.Sequence} {line.Reason}");
                if (isLast && outcome.Problem is null && queue.Backlog.Lines == 0)
                    return;
                if (outcome.Problem is { } problem)
                {
                    journal.Write($"problem {problem}");
                    var asked = client.ComputeWait(outcome.RetryAfter);
                    wait = asked < _longestWait ? asked : _longestWait * (0.5 + (0.5 * _pushRandom.NextDouble()));
                }
            }
            catch (LedgerUnavailableException error)
            {
                journal.Write($"ledger {error.Message.ReplaceLineEndings(" ")}");
            }

            await Task.Delay(wait, TimeProvider.System, CancellationToken.None);
        }
    }

    async Task<PushQueue> OpenQueueAsync()
    {
        while (true)
        {
            try
            {
                if (PushQueue.TryOpen(home, settings.Server) is { } queue)
                    return queue;
            }
            catch (LedgerUnavailableException error)
            {
                journal.Write($"ledger {error.Message.ReplaceLineEndings(" ")}");
            }

            await Task.Delay(_pushEvery, TimeProvider.System, CancellationToken.None);
        }
    }
}
