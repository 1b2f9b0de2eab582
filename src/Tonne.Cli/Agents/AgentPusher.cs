using System.Globalization;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Cli.Commands;
using Tonne.Formatting;
using Tonne.Ledgers;
using Tonne.Ledgers.Pushing;
using Tonne.Runs;

namespace Tonne.Cli.Agents;

/// <summary>Pushes the ledger of a node to its server as long as the agent runs, and keeps the ledger within its bound on the
/// disk.</summary>
/// <param name="context">The clock.</param>
/// <param name="home">The ledger.</param>
/// <param name="request">How often, and how large.</param>
/// <param name="account">Computes the footprint of a run that another recorder left open.</param>
/// <param name="say">Receives messages for the administrator.</param>
sealed class AgentPusher(
    CommandContext context, LedgerHome home, AgentRequest request, Func<RunRecord, FootprintStatement> account, Action<string> say)
{
    static readonly TimeSpan _housekeeping = TimeSpan.FromHours(1);
    static readonly TimeSpan _lookForSettings = TimeSpan.FromSeconds(30);

    readonly Random _random = new(HashCode.Combine(Environment.ProcessId, context.Time.GetUtcNow().Ticks));

    // Not the one of the recorder: a ledger is for one thread.
    readonly Ledger _ledger = new(home, context.Time, say);
    volatile PushStatus _status = new();
    volatile string? _measuringProblem;
    string? _said;
    long _kept;
    long _diskBytes = -1;

    /// <summary>What became of the pushes so far.</summary>
    public PushStatus Status => _status;

    /// <summary>Bytes of all run folders at the last look; null before.</summary>
    public long? DiskBytes => Interlocked.Read(ref _diskBytes) is >= 0 and var bytes ? bytes : null;

    /// <summary>What is wrong with measuring, for the server.</summary>
    public string? MeasuringProblem
    {
        get => _measuringProblem;
        set => _measuringProblem = value;
    }

    /// <summary>Pushes until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var settings = FleetConfiguration.Read(home, out var problem);
                if (settings is null)
                {
                    _status = new PushStatus { Problem = problem };
                    Say(problem ?? "this node is in no fleet: it is measured, and nothing is pushed until `tonne fleet enroll` has "
                        + "written fleet.json.");
                    KeepHouse(null);
                    await Task.Delay(Min(_lookForSettings, request.PushEvery), context.Time, stop).ConfigureAwait(false);
                    continue;
                }

                await PushAsync(settings, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The agent ends.
        }
    }

    /// <summary>Pushes what waits once more, after the last runs were closed.</summary>
    /// <param name="limit">Ends it; what is left is pushed at the next start.</param>
    public async Task PushLastAsync(CancellationToken limit)
    {
        try
        {
            if (FleetConfiguration.Read(home, out _) is not { } settings)
                return;
            using var http = PushConnection.Create(settings);
            using var queue = PushQueue.TryOpen(home, settings.Server);
            if (queue is null)
                return;
            queue.Refresh();
            Note(queue, await new PushClient(http, settings, queue, context.Time, _random).PushAsync(
                backlog => CreateReport(queue, backlog), greets: false, limit).ConfigureAwait(false));
        }
        catch (Exception error) when (error is OperationCanceledException or LedgerUnavailableException)
        {
            // It waits in the ledger.
        }
    }

    /// <summary>Pushes to one server until its settings change.</summary>
    async Task PushAsync(FleetSettings settings, CancellationToken stop)
    {
        using var http = PushConnection.Create(settings);
        using var queue = PushQueue.TryOpen(home, settings.Server);
        _status = new PushStatus
        {
            Server = settings.Server.AbsoluteUri, Pushed = _status.Pushed, Answers = _status.Answers, SentBytes = _status.SentBytes,
        };
        if (queue is null)
        {
            Say("another process pushes this ledger; it is tried again.");
            await Task.Delay(Min(_lookForSettings, request.PushEvery), context.Time, stop).ConfigureAwait(false);
            return;
        }

        var client = new PushClient(http, settings, queue, context.Time, _random);
        var isRefused = false;
        while (FleetConfiguration.Read(home, out _) == settings)
        {
            var wait = request.PushEvery * (0.9 + (0.2 * _random.NextDouble()));
            try
            {
                queue.Refresh(KeepHouse(queue));
                if (!isRefused)
                {
                    var outcome = await client.PushAsync(backlog => CreateReport(queue, backlog), greets: true, stop).ConfigureAwait(false);
                    isRefused = outcome.IsKeyRefused;
                    Note(queue, outcome);
                    if (outcome.Problem is not null)
                        wait = Max(wait, client.ComputeWait(outcome.RetryAfter), outcome.RetryAfter is null);
                }
            }
            catch (LedgerUnavailableException error)
            {
                _status = _status with { Problem = error.Message };
                Say(error.Message);
            }

            // A key that is not taken is of no use; a new one is seen when fleet.json changes.
            await Task.Delay(isRefused ? Min(_lookForSettings, request.PushEvery) : wait, context.Time, stop).ConfigureAwait(false);
        }
    }

    void Note(PushQueue queue, PushOutcome outcome)
    {
        var backlog = queue.Backlog;
        _status = _status with
        {
            AnsweredAt = outcome.Batches > 0 ? context.Time.GetUtcNow() : _status.AnsweredAt,
            Pushed = _status.Pushed + outcome.Accepted + outcome.Known,
            Answers = _status.Answers + outcome.Batches,
            SentBytes = _status.SentBytes + outcome.Bytes,
            Waiting = backlog.Lines,
            WaitingSince = backlog.Since,
            Refused = backlog.Refused,
            Dropped = queue.Dropped,
            Problem = outcome.Problem,
        };
        foreach (var line in outcome.Refused)
            say($"the server does not keep line {line.Sequence.ToString(CultureInfo.InvariantCulture)} of run {line.Run}: {line.Reason}. "
                + $"It is not sent again.");
        Say(outcome.Problem is { } problem ? problem + (
            outcome.IsKeyRefused ? " Nothing is pushed until fleet.json has another key; measuring goes on."
                : " What waits is kept and tried again.") : null);
    }

    NodeReport CreateReport(PushQueue queue, PushBacklog backlog) => new()
    {
        Version = VersionCommand.Version,
        FactorsHash = $"{Accountant.MethodVersion} {FactorSet.ShortHash}",
        Waiting = backlog.Lines,
        WaitingSince = backlog.Since,
        Dropped = queue.Dropped,
        SentAt = context.Time.GetUtcNow(),
        Problem = _measuringProblem ?? (
            backlog.Damaged > 0 ? string.Create(
                CultureInfo.InvariantCulture, $"{backlog.Damaged} records are damaged: tonne ledger verify") : null),
    };

    /// <summary>Once an hour: closes runs that other recorders left open, and removes what is above the bound on the disk.</summary>
    /// <returns>Whether it was time.</returns>
    bool KeepHouse(PushQueue? queue)
    {
        if (_kept != 0 && context.Time.GetElapsedTime(_kept) < _housekeeping)
            return false;
        _kept = context.Time.GetTimestamp();
        try
        {
            foreach (var closed in _ledger.CloseInterrupted(account))
                say(closed.Problem?.ToString() ?? $"{closed.Id} had been left open and is closed from its trace.");
            var outcome = new DiskBound(_ledger, queue, context.Time).Apply(request.MaxDiskBytes);
            Interlocked.Exchange(ref _diskBytes, outcome.BytesAfter);
            if (outcome.BytesAfter != outcome.BytesBefore)
            {
                say(string.Create(CultureInfo.InvariantCulture,
                    $"the runs had {DisplayValue.FormatBytes(outcome.BytesBefore)} on the disk and have "
                        + $"{DisplayValue.FormatBytes(outcome.BytesAfter)}: {outcome.Thinned} traces thinned, {outcome.TracesRemoved} "
                            + $"removed, {outcome.RunsRemoved} runs removed that the server has, {outcome.Dropped} traces removed that "
                                + $"it does not have."));
            }

            if (outcome.BytesAfter > request.MaxDiskBytes)
                say($"the runs have {DisplayValue.FormatBytes(outcome.BytesAfter)} on the disk, above the bound of "
                    + $"{DisplayValue.FormatBytes(request.MaxDiskBytes)}: records that the server does not have are not removed.");
        }
        catch (LedgerUnavailableException error)
        {
            Say(error.Message);
        }

        return true;
    }

    void Say(string? problem)
    {
        if (problem == _said)
            return;
        if (problem is not null)
            say(problem);
        else if (_said is not null)
            say("the server answers again.");
        _said = problem;
    }

    static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    // Back-off by itself replaces the period; what the server asks for is at least that.
    static TimeSpan Max(TimeSpan period, TimeSpan wait, bool isBackOff) => isBackOff || wait > period ? wait : period;
}
