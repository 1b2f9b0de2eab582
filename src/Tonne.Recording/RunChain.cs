namespace Tonne.Recording;

/// <summary>Records one job for weeks: a run for each day (UTC), each of which begins where the one before ends.</summary>
/// <remarks>
/// No energy is lost between two runs or counted twice; see <see cref="RunRecorder.ContinueAsync"/>. If a day cannot be begun, it is tried
/// again at each
/// <see cref="AdvanceAsync"/>. A recorder that is killed loses what came after its last sample. Not thread safe.
/// </remarks>
/// <param name="recorder">Records the job.</param>
/// <param name="name">Name of the runs.</param>
/// <param name="time">The clock.</param>
/// <param name="onProblem">Receives what went wrong, a sentence. Default: null, nothing.</param>
public sealed class RunChain(RunRecorder recorder, string name, TimeProvider time, Action<string>? onProblem = null) : IDisposable
{
    bool _isReported;

    /// <summary>The run that is recorded now; null before the first one, and while none can be begun.</summary>
    public RecordedRun? Run { get; private set; }

    /// <summary>Begins a run if none is recorded, and the run of the next day when it has come.</summary>
    /// <param name="cancellationToken">Stops the beginning.</param>
    /// <returns>The run of the day that has ended; null if none has.</returns>
    public async Task<RunResult?> AdvanceAsync(CancellationToken cancellationToken = default)
    {
        if (Run is not { } day)
        {
            Run = await TryBeginAsync(() => recorder.StartAsync(name, cancellationToken)).ConfigureAwait(false);
            return null;
        }

        if (time.GetUtcNow().UtcDateTime.Date <= day.Opening.StartedAt.UtcDateTime.Date)
            return null;
        Run = await TryBeginAsync(() => recorder.ContinueAsync(day, name, cancellationToken)).ConfigureAwait(false);
        return await FinishAsync(day, new RunCompletion()).ConfigureAwait(false);
    }

    /// <summary>Ends the recording.</summary>
    /// <param name="completion">Describes the end.</param>
    /// <returns>The last run; null if none was recorded.</returns>
    public async Task<RunResult?> FinishAsync(RunCompletion completion)
    {
        if (Run is not { } day)
            return null;
        Run = null;
        day.StopSampling();
        return await FinishAsync(day, completion).ConfigureAwait(false);
    }

    static async Task<RunResult> FinishAsync(RecordedRun run, RunCompletion completion)
    {
        using (run)
            return await run.FinishAsync(completion, CancellationToken.None).ConfigureAwait(false);
    }

    async Task<RecordedRun?> TryBeginAsync(Func<ValueTask<RecordedRun>> begin)
    {
        try
        {
            var run = await begin().ConfigureAwait(false);
            _isReported = false;
            return run;
        }
#pragma warning disable CA1031 // A recording of weeks must not end because a day could not be begun.
        catch (Exception error) when (error is not OutOfMemoryException and not OperationCanceledException)
#pragma warning restore CA1031
        {
            if (!_isReported)
                onProblem?.Invoke($"{name} is not measured: {error.Message} It is tried again.");
            _isReported = true;
            return null;
        }
    }

    /// <summary>Stops without ending the run, which is closed from its trace later.</summary>
    public void Dispose() => Run?.Dispose();
}
