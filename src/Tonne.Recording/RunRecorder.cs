using Tonne.Accounting;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>Records runs: their energy, stages and epochs, from the first sample to the footprint. Used by <c>tonne run</c> and by .NET
/// programs.</summary>
/// <remarks>
/// <code>
/// await using var run = await recorder.StartAsync("mnist", cancellationToken);
/// using (run.Stage("train", rows, columns))
/// {
///     using var epoch = run.Epoch(1);
///     …
///     epoch.Report(loss: 0.7, accuracy: 0.72);
/// }
///
/// var result = await run.FinishAsync(cancellationToken);
/// </code>
/// The order is fixed: the sink has the opening before the work starts, the first sample is taken before the work and the last one after
/// it.
/// Thread safe if the sink and the function that opens meters are.
/// </remarks>
public sealed class RunRecorder
{
    static readonly TimeSpan _defaultPeriod = TimeSpan.FromSeconds(1);
    static readonly TimeSpan _integrationPeriod = TimeSpan.FromMilliseconds(100);

    readonly Func<string, IMeteredJob> _openJob;
    readonly IRunSink _sink;
    readonly RecordingOptions _options;
    readonly TimeProvider _time;

    // Its runs share factors, whose random draws are then made once.
    readonly Accountant _accountant = new();

    /// <summary>Creates a recorder.</summary>
    /// <param name="openJob">Opens the meters of a run, given its id. The run disposes them.</param>
    /// <param name="sink">Receives the runs.</param>
    /// <param name="options">How to record. Default: null, the defaults of <see cref="RecordingOptions"/>.</param>
    /// <param name="time">The clock. Default: null, the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The period is out of range.</exception>
    /// <exception cref="Catalogs.UnknownNameException">No catalog knows the zone or region; the message lists the nearest
    /// names.</exception>
    public RunRecorder(Func<string, IMeteredJob> openJob, IRunSink sink, RecordingOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(openJob);
        ArgumentNullException.ThrowIfNull(sink);
        (_openJob, _sink, _options, _time) = (openJob, sink, options ?? new RecordingOptions(), time ?? TimeProvider.System);
        _options.Validate();
    }

    /// <summary>Starts recording: opens meters and sink, takes the first sample, and samples from here on.</summary>
    /// <param name="name">Name of the run, not empty.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public async ValueTask<RecordedRun> StartAsync(string name, CancellationToken cancellationToken = default)
    {
        var run = await OpenAsync(name, cancellationToken).ConfigureAwait(false);
        run.StartSampling();
        return run;
    }

    /// <summary>Opens meters and sink and takes the first sample. Sampling starts with <see cref="RecordedRun.StartSampling"/>.</summary>
    /// <remarks>For work that another process does: meters that follow that process can be set up completely only after it has
    /// started.</remarks>
    /// <param name="name">Name of the run, not empty.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    public async ValueTask<RecordedRun> OpenAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        cancellationToken.ThrowIfCancellationRequested();
        return await OpenAsync(name, _time.GetUtcNow(), null, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends the sampling of a run, and starts the next one of the same job where it ends: a recording of weeks is a chain of runs.
    /// </summary>
    /// <remarks>
    /// The last readings of the machine's meters are the first of the next run, so that no energy is lost between them or counted twice;
    /// the processor time that the job uses in between, some milliseconds, counts with other processes. The run before is then to be
    /// finished, at leisure.
    /// </remarks>
    /// <param name="before">A run of this recorder, not finished. Its meters are released.</param>
    /// <param name="name">Name of the next run, not empty.</param>
    /// <param name="cancellationToken">Cancels the opening; the run before has stopped sampling then and can be finished.</param>
    public async ValueTask<RecordedRun> ContinueAsync(RecordedRun before, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var (at, timestamp, last) = before.HandOver();
        var run = await OpenAsync(name, at, timestamp, last, cancellationToken).ConfigureAwait(false);
        run.StartSampling();
        return run;
    }

    async ValueTask<RecordedRun> OpenAsync(
        string name, DateTimeOffset now, long? startTimestamp, IReadOnlyDictionary<string, Reading>? last, CancellationToken cancellationToken)
    {
        var id = RunId.Create(now);
        var job = _openJob(id);
        IRunWriter? writer = null;
        try
        {
            var period = _options.Period ?? (job.NeedsPowerIntegration ? _integrationPeriod : _defaultPeriod);
            var opening = CreateOpening(id, name, now, job, period);
            writer = await BeginAsync(opening, cancellationToken).ConfigureAwait(false);
            var run = new RecordedRun(
                job, opening, writer, _options, _time, period, _accountant, startTimestamp, last is null ? null : TakeOver(job.Meters, last));
            run.TakeFirstSample();
            return run;
        }
        catch
        {
            writer?.Dispose();
            job.Dispose();
            throw;
        }
    }

    /// <summary>Continues a run that another process of this machine recorded until it ended, and takes a sample.</summary>
    /// <param name="writer">Appends to the trace; the run disposes it.</param>
    /// <param name="state">What the trace has so far.</param>
    /// <param name="startTimestamp">Timestamp of the clock at the start of the run; clocks of one machine since its boot are the same.</param>
    /// <exception cref="InvalidOperationException">The machine's meters are not those of the trace.</exception>
    public RecordedRun Resume(IRunWriter writer, TraceState state, long startTimestamp)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(state);
        var job = _openJob(state.Opening.Id);
        try
        {
            var ids = job.Meters.Select(meter => meter.Description.Id);
            if (!ids.SequenceEqual(state.Opening.Meters.Select(meter => meter.Id), StringComparer.Ordinal))
                throw new InvalidOperationException($"Run {state.Opening.Id} cannot be continued: this process finds other meters than its trace has.");
            var meters = job.Meters.Select((meter, i) => meter.CountsFromOpening && state.LastValues[i] is { } last and not 0 ? new ContinuedMeter(meter, last) : meter);
            var run = new RecordedRun(
                job, state.Opening, writer, _options, _time, TimeSpan.FromSeconds(state.Opening.PeriodSeconds), _accountant, startTimestamp, [.. meters]);
            run.TakeFirstSample();
            return run;
        }
        catch
        {
            writer.Dispose();
            job.Dispose();
            throw;
        }
    }

    static IMeter[] TakeOver(IReadOnlyList<IMeter> meters, IReadOnlyDictionary<string, Reading> last) =>
        [.. meters.Select(meter => !meter.CountsFromOpening && last.TryGetValue(meter.Description.Id, out var reading) && !reading.IsGap
            ? new TakenOverMeter(meter, reading) : meter)];

    RunOpening CreateOpening(string id, string name, DateTimeOffset now, IMeteredJob job, TimeSpan period) => new()
    {
        Id = id,
        Name = name,
        Project = _options.Project,
        Tags = _options.Tags,
        Rank = job.RankGroup is null ? JobEnvironment.FindRank(_options.GetVariable) : null,
        Ranks = job.RankGroup,
        Job = JobEnvironment.FindJob(_options.GetVariable) is { } found ? _options.CoversJob ? found with { CoversJob = true } : found : null,
        User = JobEnvironment.FindUser(_options.GetVariable) ?? job.User,
        Node = JobEnvironment.FindNode(_options.GetVariable) ?? job.Node,
        Container = job.Container,
        Parent = ParentRun.Find(_options.GetVariable, job.Holder.BootId) is { } outer && job.MayBeInside(outer) ? outer : job.EnclosingRun,
        Command = _options.MaskSecrets ? SecretMask.Mask(_options.Command) : _options.Command,
        StartedAt = now,
        Machine = job.Machine,
        Place = _options.Place,
        Policy = _options.Policy,
        CoversNode = _options.CoversNode,
        ReservedShare = job.ReservedThreadShare,
        ReservedMemoryBytes = job.ReservedMemoryBytes,
        PeriodSeconds = period.TotalSeconds,
        Meters = [.. job.Meters.Select(meter => meter.Description)],
        Bases = job.Bases,
        Rates = job.Rates,
        Fallback = job.Fallback,
        Warnings = job.Warnings,
        Holder = job.Holder,
    };

    async ValueTask<IRunWriter> BeginAsync(RunOpening opening, CancellationToken cancellationToken)
    {
        try
        {
            return await _sink.BeginAsync(opening, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever the sink's failure is, it must not keep the work from starting.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            _options.OnProblem?.Invoke(new RecorderProblem(RecorderProblemKind.SinkUnavailable, error));
            return await new MemoryRunSink().BeginAsync(opening, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
