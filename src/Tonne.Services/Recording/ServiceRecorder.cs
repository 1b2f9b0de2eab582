using Tonne.Ledgers;
using Tonne.Recording;

namespace Tonne.Services.Recording;

/// <summary>Records a service for weeks: its energy as a run of the ledger for each day (UTC), its requests and tokens as looks, and the hours
/// that both give.</summary>
/// <remarks>
/// Disk and memory are bounded: raw readings and looks are kept for <see cref="ServiceRecorderOptions.Keep"/>, then quarter hours and hours. A
/// recorder that is killed loses what came after its last sample and its last look; the next one closes its run, computes its hours, and goes
/// on from the last state of the counters: what was counted meanwhile is counted without energy.
/// </remarks>
public sealed class ServiceRecorder
{
    // Computing the hours reads the day's trace; it may take this part of the time, at most.
    const int SettlementCostShare = 200;

    readonly RunRecorder _recorder;
    readonly Ledger _ledger;
    readonly ServiceFolder _folder;
    readonly IUseSource _source;
    readonly ServiceRecorderOptions _options;
    readonly TimeProvider _time;
    readonly ServiceSettlement _settler;
    readonly RequestEnergyDivider? _divider;
    readonly List<ServiceObservation> _unwritten = [];
    readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    RecordedRun? _run;
    long _lookedAt;
    long? _idleUntil;
    string? _state;
    long _settledAt;
    TimeSpan _settlementCost;
    bool _hasSettled;

    /// <summary>Creates a recorder.</summary>
    /// <param name="recorder">Records the process of the service into <paramref name="ledger"/>.</param>
    /// <param name="ledger">The ledger.</param>
    /// <param name="folder">The service; the caller has its lock.</param>
    /// <param name="source">Its requests and tokens; stays the caller's to dispose.</param>
    /// <param name="options">The options.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public ServiceRecorder(
        RunRecorder recorder, Ledger ledger, ServiceFolder folder, IUseSource source, ServiceRecorderOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        (_recorder, _ledger, _folder, _source, _options, _time) = (recorder, ledger, folder, source, options, time);
        _divider = options.Receiver is null && source.HasSingleRequests ? new RequestEnergyDivider(options.FindWork) : null;
        _settler = new ServiceSettlement(ledger, folder, options.FindWork, options.Receiver ?? _divider);
    }

    /// <summary>The run that is recorded now; null before the first one.</summary>
    public RecordedRun? Run => _run;

    /// <summary>Records until the service ends or is no longer to be recorded.</summary>
    /// <param name="ended">Completes when the process of the service has ended.</param>
    /// <param name="stop">Ends the recording; the service goes on.</param>
    /// <param name="completion">Describes the end of the last run; called after <paramref name="ended"/> or <paramref name="stop"/>.</param>
    /// <returns>The last run.</returns>
    public async Task<RunResult> RecordAsync(Task ended, Func<RunCompletion> completion, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(ended);
        ArgumentNullException.ThrowIfNull(completion);
        Guard("the recordings before", () =>
        {
            _ledger.CloseInterrupted(_options.Account);
            _settler.SettleLeft();
            // A recorder may be restarted before each midnight.
            _settler.Forget(_time.GetUtcNow() - _options.Keep);
        });
        if (_folder.ReadState() is { } state)
            _source.Restore(_state = state);
        var run = _run = await _recorder.StartAsync(_folder.Name, CancellationToken.None).ConfigureAwait(false);
        try
        {
            await LookAsync(run, isFirst: true, isLast: false).ConfigureAwait(false);
            while (!ended.IsCompleted && !stop.IsCancellationRequested)
            {
                await WaitAsync(ended, stop).ConfigureAwait(false);
                var isDayOver = _time.GetUtcNow().UtcDateTime.Date > run.Opening.StartedAt.UtcDateTime.Date;
                await LookAsync(run, isFirst: false, isLast: ended.IsCompleted).ConfigureAwait(false);
                if (ended.IsCompleted)
                    break;
                if (isDayOver)
                {
                    var (day, next) = await BeginNextDayAsync(run, ended, stop).ConfigureAwait(false);
                    if (next is null)
                        return day;
                    run = next;
                }
                else if (_time.GetElapsedTime(_settledAt) >= Max(_options.Settle, _settlementCost * SettlementCostShare))
                    SettleOpen(run);
            }

            WriteIdle();
            Flush();
            run.StopSampling();
            var result = await run.FinishAsync(completion(), CancellationToken.None).ConfigureAwait(false);
            Guard("the hours", () => _settler.SettleEnded(run.Id, isLast: true));
            return result;
        }
        finally
        {
            _run!.Dispose();
        }
    }

    async Task WaitAsync(Task ended, CancellationToken stop)
    {
        // Looks are at whole multiples of their period, so that they meet the edges of hours and days.
        var now = _time.GetUtcNow();
        var wait = TimeSpan.FromTicks(_options.Look.Ticks - (now.UtcTicks % _options.Look.Ticks));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var delay = Task.Delay(wait, _time, either.Token);
        await Task.WhenAny(ended, delay).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the run of a day and begins the next one; if it cannot, it is tried at each look.</summary>
    /// <returns>The day that has ended, and the next; null if the service ended, or is no longer to be recorded, before there was one.</returns>
    async Task<(RunResult Day, RecordedRun? Next)> BeginNextDayAsync(RecordedRun before, Task ended, CancellationToken stop)
    {
        WriteIdle();
        Flush();
        var next = await TryBeginAsync(() => _recorder.ContinueAsync(before, _folder.Name)).ConfigureAwait(false);
        var isContinued = next is not null;
        // What could not be written before is counted with the next day, without energy.
        for (var i = 0; i < _unwritten.Count; i++)
            _unwritten[i] = _unwritten[i] with { From = -1, To = 0 };
        var day = await before.FinishAsync(new RunCompletion(), CancellationToken.None).ConfigureAwait(false);
        before.Dispose();
        Guard("the hours of the day before", () =>
        {
            _settler.SettleEnded(before.Id);
            _settler.Forget(_time.GetUtcNow() - _options.Keep);
        });
        while (next is null && !ended.IsCompleted && !stop.IsCancellationRequested)
        {
            await WaitAsync(ended, stop).ConfigureAwait(false);
            next = await TryBeginAsync(() => _recorder.StartAsync(_folder.Name)).ConfigureAwait(false);
        }

        if (next is null)
            return (day, null);
        (_run, _lookedAt, _idleUntil) = (next, 0, null);
        // Nothing was measured meanwhile.
        if (!isContinued)
            await LookAsync(next, isFirst: true, isLast: false).ConfigureAwait(false);
        return (day, next);
    }

    async Task<RecordedRun?> TryBeginAsync(Func<ValueTask<RecordedRun>> begin)
    {
        try
        {
            var run = await begin().ConfigureAwait(false);
            _reported.Remove("day");
            return run;
        }
#pragma warning disable CA1031 // A recording of weeks must not end because a day could not be begun.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            Report("day", $"the next day could not be begun: {error.Message} It is tried again at each look; the service goes on unmeasured.");
            return null;
        }
    }

    async Task LookAsync(RecordedRun run, bool isFirst, bool isLast)
    {
        var reading = await _source.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        run.TakeSample();
        var now = run.ElapsedNanoseconds;
        // A server that has ended answers no more.
        if (isLast && reading.Gap is not null)
        {
            WriteIdle();
            Append(new ServiceObservation { From = _lookedAt, To = now, Gap = "the server ended, and what it did after the look before is not known" });
            return;
        }

        if (!isFirst)
            _divider?.Add(reading.Requests);
        if (isFirst)
        {
            // What the counters counted since an earlier recorder looked: its energy was not measured.
            if (reading.Gap is null)
                Append(new ServiceObservation { From = -1, To = 0, Uses = reading.Uses, State = reading.State, Note = reading.Note });
            _lookedAt = 0;
            _settledAt = _time.GetTimestamp();
        }
        else if ((reading.Gap ?? reading.Note) is null && reading.Uses.All(static use => use.IsEmpty) && reading.State == _state)
        {
            // Looks at nothing are joined.
            _idleUntil = now;
        }
        else
        {
            WriteIdle();
            Append(new ServiceObservation { From = _lookedAt, To = now, Uses = reading.Uses, State = reading.State, Gap = reading.Gap, Note = reading.Note });
            _lookedAt = now;
        }

        _state = reading.State ?? _state;
        if (reading.Gap is { } reason)
            Report("source", $"{_source.Description}: {reason}. The energy of this time counts as idle, and its requests are not known.");
        else if (reading.Note is { } note)
            Report("note", $"{_source.Description}: {note}.");
        else
            _reported.ExceptWith(["source", "note"]);
    }

    void WriteIdle()
    {
        if (_idleUntil is not { } until)
            return;
        Append(new ServiceObservation { From = _lookedAt, To = until, State = _state });
        (_lookedAt, _idleUntil) = (until, null);
    }

    void Append(ServiceObservation look)
    {
        _unwritten.Add(look);
        Flush();
    }

    // What cannot be written waits for the disk.
    void Flush()
    {
        try
        {
            while (_unwritten.Count > 0)
            {
                _folder.AppendLook(_run!.Id, _unwritten[0]);
                _unwritten.RemoveAt(0);
            }

            _reported.Remove("looks");
        }
        catch (LedgerUnavailableException error)
        {
            Report("looks", error.Message + " Requests are kept in memory until it can be written.");
            JoinUnwritten();
        }
    }

    /// <summary>A disk may be full for days: then what waits for it becomes coarser.</summary>
    void JoinUnwritten()
    {
        const int Most = 10_000;
        if (_unwritten.Count <= Most)
            return;
        var joined = _unwritten.Chunk(10).Select(static looks => looks[^1] with
        {
            From = looks[0].From,
            Uses = [.. looks.SelectMany(static look => look.Uses).GroupBy(static use => use.Model, StringComparer.Ordinal).Select(Join)],
        }).ToList();
        _unwritten.Clear();
        _unwritten.AddRange(joined);
    }

    static ServiceUse Join(IGrouping<string, ServiceUse> uses) => new()
    {
        Model = uses.Key,
        Requests = uses.Sum(static use => use.Requests),
        Failed = uses.Sum(static use => use.Failed),
        PromptTokens = uses.Sum(static use => use.PromptTokens),
        CachedTokens = uses.Sum(static use => use.CachedTokens),
        OutputTokens = uses.Sum(static use => use.OutputTokens),
        ReasoningTokens = uses.Sum(static use => use.ReasoningTokens),
        Running = uses.Average(static use => use.Running),
        Waiting = uses.Average(static use => use.Waiting),
    };

    void SettleOpen(RecordedRun run)
    {
        var began = _time.GetTimestamp();
        WriteIdle();
        Guard("the hours", () => _settler.SettleOpen(run));
        // The first time is longer by the compilation of the code.
        (_settledAt, _settlementCost, _hasSettled) = (_time.GetTimestamp(), _hasSettled ? _time.GetElapsedTime(began) : TimeSpan.Zero, true);
    }

    void Guard(string what, Action step)
    {
        try
        {
            step();
            _reported.Remove(what);
        }
#pragma warning disable CA1031 // Whatever keeps the hours from being computed, the recording goes on, and they can be computed from it later.
        catch (Exception error) when (error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            Report(what, $"{what} could not be computed: {error.Message} They are computed again later, as long as the raw readings are kept.");
        }
    }

    void Report(string kind, string text)
    {
        if (_reported.Add(kind))
            _options.OnProblem?.Invoke(text);
    }

    static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
