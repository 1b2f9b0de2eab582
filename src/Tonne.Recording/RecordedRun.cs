using System.Buffers;
using System.Text.Json;
using Tonne.Accounting;
using Tonne.Grids;
using Tonne.Quantities;
using Tonne.Recording.Attribution;
using Tonne.Recording.Marks;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Recording;

/// <summary>A run while it is recorded: takes stages, epochs and notes, and ends with <see cref="FinishAsync(CancellationToken)"/>.</summary>
/// <remarks>
/// Disposing without finishing leaves the run open in its sink; it counts as interrupted then.
/// A mark of a stage or epoch takes a sample of its own, so that no slice crosses its edge; marks within 20 ms of another share one.
/// Thread safe, except that only one caller may stop and finish.
/// </remarks>
public sealed class RecordedRun : IAsyncDisposable, IDisposable
{
    // Marks that follow one another quickly share a sample; one by itself has a fresh one.
    static readonly TimeSpan _minSampleAge = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan _freshSampleAge = TimeSpan.FromMilliseconds(1);

    readonly IMeteredJob _job;
    readonly IRunWriter _writer;
    readonly Action<RecorderProblem>? _onProblem;
    readonly TimeProvider _time;
    readonly Sampler _sampler;
    readonly RunObservers _observers;
    readonly Lock _gate = new();
    readonly Accountant _accountant;
    readonly IIntensityHistory? _intensities;
    readonly Lock _markGate = new();
    readonly ArrayBufferWriter<byte> _markText = new(256);
    readonly Utf8JsonWriter _markJson;
    readonly List<Warning> _finalWarnings = [];
    StageScope? _openStage;
    long? _settledCpu;
    DataTraffic? _traffic;
    Overhead? _overhead;
    long? _end;
    long _sampleAskedAt = long.MinValue / 2;
    bool _finished;
    bool _disposed;
    bool _released;

    internal RecordedRun(
        IMeteredJob job, RunOpening opening, IRunWriter writer, RecordingOptions options, TimeProvider time, TimeSpan period, Accountant accountant,
        long? startTimestamp = null, IReadOnlyList<IMeter>? meters = null)
    {
        (_job, Opening, _writer, _onProblem, _time) = (job, opening, writer, options.OnProblem, time);
        (_accountant, _intensities, _markJson) = (accountant, options.Intensities, new Utf8JsonWriter(_markText));
        _observers = new RunObservers(options.Observers, opening.Id, _onProblem);
        StartTimestamp = startTimestamp ?? time.GetTimestamp();
        job.Ranks?.Begin(StartTimestamp);
        _sampler = new Sampler(
            meters ?? job.Meters, writer.Trace, time, period, job.ThreadCpuClock, StartTimestamp, job.CreateWaiter(), job.NeedsPowerIntegration)
        {
            Ranks = job.Ranks,
            Listener = _observers.IsEmpty ? null : _observers.NotifySample,
            MarkListener = _observers.IsEmpty ? null : _observers.NotifyMark,
        };
        _observers.NotifyOpened(opening);
    }

    /// <summary>Facts known at the start.</summary>
    public RunOpening Opening { get; }

    /// <summary>Id of the run.</summary>
    public string Id => Opening.Id;

    /// <summary>Where the sink stores the run, for people; null if it is not stored.</summary>
    public string? Location => _writer.Location;

    /// <summary>Timestamp of the recorder's clock at the start: 0 of the trace's monotonic time.</summary>
    public long StartTimestamp { get; }

    /// <summary>Monotonic time since the start, in ns.</summary>
    public long ElapsedNanoseconds => _sampler.ElapsedNanoseconds;

    /// <summary>Starts sampling, if the run was only opened. Called once.</summary>
    public void StartSampling() => _sampler.Start();

    /// <summary>Begins a stage; one that was open ends. Stages do not overlap, and a stage that another one ended is not resumed.</summary>
    /// <param name="name">1 to 200 characters, none of them a control character.</param>
    /// <param name="dataIn">Shape of the data it takes in; null if unknown.</param>
    /// <returns>Dispose it to end the stage.</returns>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    public StageScope Stage(string name, DataShape? dataIn = null)
    {
        if (!MarkLine.IsStageName(name))
            throw new ArgumentException(MarkLine.StageNameRule, nameof(name));
        var stage = new StageScope(this, name.Trim());
        lock (_gate)
        {
            _openStage = stage;
            AddMarkNow(new Mark(MarkKind.Stage, ElapsedNanoseconds, stage.Name, DataIn: dataIn));
        }

        return stage;
    }

    /// <summary>Begins a stage that takes in a table of data.</summary>
    /// <param name="name">1 to 200 characters, none of them a control character.</param>
    /// <param name="rows">Rows of the data, not negative.</param>
    /// <param name="columns">Columns of the data, not negative.</param>
    /// <returns>Dispose it to end the stage.</returns>
    /// <exception cref="ArgumentException">The name is not valid, or a number is negative.</exception>
    public StageScope Stage(string name, long rows, long columns) => Stage(name, CreateShape(rows, columns));

    /// <summary>Begins an epoch.</summary>
    /// <param name="number">Its number, not negative, as the program counts.</param>
    /// <returns>Report metrics to it, and dispose it to end the epoch.</returns>
    public EpochScope Epoch(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        AddMarkNow(new Mark(MarkKind.EpochBegin, ElapsedNanoseconds, Number: number));
        return new EpochScope(this, number);
    }

    /// <summary>Stores a note with the run. Control characters become spaces; an empty note is ignored.</summary>
    public void Note(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (MarkLine.ToNoteText(text) is { Length: > 0 } clean)
            AddMark(new Mark(MarkKind.Note, ElapsedNanoseconds, clean));
    }

    /// <summary>Adds a mark from another source, for example a socket or a line of output.</summary>
    /// <param name="mark">The mark, stamped with monotonic time since the start.</param>
    public void AddMark(Mark mark)
    {
        ArgumentNullException.ThrowIfNull(mark);
        AddMark(mark, ElapsedNanoseconds);
    }

    /// <summary>Adds a mark of this moment: its time is now.</summary>
    void AddMarkNow(Mark mark) => AddMark(mark, mark.Timestamp);

    void AddMark(Mark mark, long now)
    {
        // Nothing is measured after the last sample, but marks of earlier events may still arrive.
        if (mark.Kind != MarkKind.Note)
            TakeSample(now);
        lock (_markGate)
        {
            _markText.ResetWrittenCount();
            _markJson.Reset();
            JsonSerializer.Serialize(_markJson, mark, RunJson.Default.Mark);
            _writer.Trace.AppendMark(now, _markText.WrittenSpan);
        }

        _observers.NotifyMark(mark);
    }

    /// <summary>Takes a sample, unless the last one is younger than 1 ms, or than 20 ms if this is called again within 20 ms, or sampling has stopped.</summary>
    /// <remarks>For the time of an event whose mark is added later.</remarks>
    public void TakeSample() => TakeSample(ElapsedNanoseconds);

    void TakeSample(long now)
    {
        if (_end is not null)
            return;
        var alone = now - Interlocked.Exchange(ref _sampleAskedAt, now) >= _minSampleAge.Ticks * 100;
        _sampler.SampleUnlessYounger(now, alone ? _freshSampleAge : _minSampleAge);
    }

    /// <summary>Ends measuring: completes the job's account, takes the last sample and stops the sampling thread. Marks are still taken.</summary>
    /// <remarks>May wait as long as <see cref="IMeteredJob.CompleteAccount"/> does. Called again it only returns the time.</remarks>
    /// <returns>The end of the run, in ns since its start.</returns>
    public long StopSampling()
    {
        if (_end is { } known)
            return known;
        _settledCpu = _job.CompleteAccount();
        _traffic = _job.CountDataTraffic();
        var end = _sampler.SampleNow();
        _end = end;
        _sampler.Dispose();
        _finalWarnings.AddRange(_job.GetFinalWarnings());
        _overhead = _job.MeasureOverhead(TimeSpan.FromTicks(_sampler.ThreadCpuNanoseconds / 100));
        return end;
    }

    /// <summary>Stops sampling and releases the meters, so that the next run of the same job can take over; the run can still be finished.</summary>
    /// <returns>Wall clock of the end, and the last reading of each meter.</returns>
    internal (DateTimeOffset At, long Timestamp, IReadOnlyDictionary<string, Reading> Last) HandOver()
    {
        var end = StopSampling();
        ReleaseJob();
        var last = Opening.Meters.Index().ToDictionary(meter => meter.Item.Id, meter => _sampler.LastReadings[meter.Index], StringComparer.Ordinal);
        return (Opening.StartedAt.AddTicks(end / 100), StartTimestamp + (long)((Int128)end * _time.TimestampFrequency / 1_000_000_000), last);
    }

    /// <summary>Accounts what was recorded so far, as if the run ended now. Costs more the longer the run is: some 10 µs a sample.</summary>
    /// <param name="place">The place, if it became known after the start. Default: null, that of the opening.</param>
    public (RunRecord Record, Footprint Footprint) AccountSoFar(Place? place = null) => AccountSoFar(null, place);

    /// <summary>Accounts what was recorded so far, and passes on the job's energy slice by slice.</summary>
    /// <param name="onSlice">Receives the slices. Null, then nobody.</param>
    /// <param name="place">The place, if it became known after the start. Default: null, that of the opening.</param>
    public (RunRecord Record, Footprint Footprint) AccountSoFar(Action<JobEnergySlice>? onSlice, Place? place = null)
    {
        // Between the first sample and a second one there is a figure, however soon it is asked for.
        if (_end is null)
            _sampler.SampleNow(_sampler.Samples < 2 ? TimeSpan.FromTicks(1) : _minSampleAge);
        var opening = place is null ? Opening : Opening with { Place = place };
        var record = RecordBuilder.Build(OpenTrace, onSlice, opening);
        record = place is null ? record : record with { Opening = record.Opening with { Place = place } };
        return (record, _accountant.Account(record, FactorSelector.SelectFactors(record, _intensities)));
    }

    /// <summary>Ends the run as completed: builds its record from the trace, computes the footprint, and passes both to the sink.</summary>
    /// <param name="cancellationToken">Cancels storing.</param>
    public ValueTask<RunResult> FinishAsync(CancellationToken cancellationToken = default) => FinishAsync(new RunCompletion(), cancellationToken);

    /// <summary>Ends the run: builds its record from the trace, computes the footprint, and passes both to the sink.</summary>
    /// <param name="completion">How the work ended.</param>
    /// <param name="cancellationToken">Cancels storing.</param>
    /// <exception cref="InvalidOperationException">The run was finished before.</exception>
    public async ValueTask<RunResult> FinishAsync(RunCompletion completion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(completion);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_finished)
            throw new InvalidOperationException($"Run {Id} was finished before.");
        _finished = true;
        var end = StopSampling();
        if (_writer.Trace.Failure is { } failure)
            _onProblem?.Invoke(new RecorderProblem(RecorderProblemKind.TraceIncomplete, failure));
        var ending = new RunEnding
        {
            Timestamp = end,
            ExitCode = completion.ExitCode,
            Interrupted = completion.Interrupted,
            JobCpuNanoseconds = _settledCpu,
            Place = completion.Place,
            Job = completion.Job,
            Traffic = _traffic,
            Timing = completion.Timing,
            Overhead = _overhead,
            Warnings = [.. completion.Warnings, .. _finalWarnings],
        };
        _writer.Trace.Append(TraceBlock.Ending, JsonSerializer.SerializeToUtf8Bytes(ending, RunJson.Default.RunEnding));
        var record = RecordBuilder.Build(OpenTrace, Opening, ending);
        var footprint = _accountant.Account(record, FactorSelector.SelectFactors(record, _intensities));
        var statement = footprint.CreateStatement(_time.GetUtcNow());
        try
        {
            await _writer.FinishAsync(record, statement, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The result is there, whatever keeps the sink from storing it.
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            _onProblem?.Invoke(new RecorderProblem(RecorderProblemKind.ResultNotStored, error));
        }

        var result = new RunResult(record, footprint, statement);
        _observers.NotifyFinished(result);
        return result;
    }

    /// <summary>Builds the record of one rank from the trace so far; for a rank that has left while the run goes on.</summary>
    /// <param name="member">Number of the rank in the order of joining.</param>
    /// <exception cref="ArgumentOutOfRangeException">The trace has no such rank.</exception>
    public RunRecord BuildRank(int member) => RecordBuilder.BuildRank(OpenTrace, member);

    /// <summary>Stops sampling and releases the sink and the meters.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _sampler.Dispose();
        _writer.Trace.Flush();
        _writer.Dispose();
        ReleaseJob();
    }

    void ReleaseJob()
    {
        if (!_released)
            _job.Dispose();
        _released = true;
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    internal void TakeFirstSample() => _sampler.SampleNow();

    internal void EndStage(StageScope stage, DataShape? dataOut)
    {
        lock (_gate)
        {
            // Another stage has ended this one.
            if (_openStage != stage)
                return;
            _openStage = null;
            AddMarkNow(new Mark(MarkKind.StageEnd, ElapsedNanoseconds, stage.Name, DataOut: dataOut));
        }
    }

    internal static DataShape CreateShape(long rows, long columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        return new DataShape(rows, columns);
    }

    Stream OpenTrace()
    {
        _writer.Trace.Flush();
        var stored = _writer.OpenTrace();
        return _writer.Trace.Unwritten.IsEmpty ? stored : new ConcatenatedStream(stored, _writer.Trace.Length, _writer.Trace.Unwritten);
    }
}
