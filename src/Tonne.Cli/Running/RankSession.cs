using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tonne.Accounting;
using Tonne.Cli.Configuration;
using Tonne.Cli.Wrapping;
using Tonne.Grids;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Instruments.Ranks;
using Tonne.Ledgers;
using Tonne.Ledgers.RunFolders;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Recording.Attribution;
using Tonne.Recording.Traces;
using Tonne.Reporting.Json;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>One rank of a run that has all ranks of a job on this node in one trace.</summary>
/// <remarks>
/// The rank that has the lock of the group records: it reads the machine's meters once and those of every rank. The others wait for the lock on
/// a thread of their own. When the recorder's command ends, or its tonne is killed, the next one continues the trace. The last one closes
/// the run. See docs/decisions/0014-ranks.md.
/// </remarks>
sealed class RankSession : IMarkTarget, IDisposable
{
    static readonly TimeSpan _longestJoin = TimeSpan.FromSeconds(5);
    static readonly TimeSpan _joinInterval = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan _longestWaitForSample = TimeSpan.FromSeconds(2);
    static readonly TimeSpan _sampleInterval = TimeSpan.FromMilliseconds(10);
    const int WakeMilliseconds = 1_000;

    readonly CommandContext _context;
    readonly Settings _settings;
    readonly RunSession _session;
    readonly RunRequest _request;
    readonly DiscoveryResult _discovery;
    readonly RankFolder _folder;
    readonly RankGroup _group;
    readonly JobInstruments _own;
    readonly ResourceReservation _reservation = ResourceReservation.ReadOwn();
    readonly LimitWatcher? _watcher;
    readonly Lock _gate = new();
    RankState _state;
    IRunningCommand? _child;
    RankGroupState? _published;
    RankLock? _lock;
    RankedJob? _job;
    RecordedRun? _run;
    Task<Place>? _place;
    bool _left;
    volatile bool _disposed;

    RankSession(
        CommandContext context, Settings settings, RunSession session, RunRequest request, DiscoveryResult discovery, RankIdentity identity, RankFolder folder, LimitWatcher? watcher)
    {
        (_context, _settings, _session, _request, _discovery, _folder, _watcher) = (context, settings, session, request, discovery, folder, watcher);
        _group = new RankGroup(identity.Key, identity.Size);
        var holder = ProcessIdentity.GetCurrent();
        _own = request.Attached is { } attached ? Follow(attached, holder, discovery, folder) : new JobInstruments(
            Path.GetFileName(folder.Location), holder, discovery.Machine.Threads, () => _child?.ReapedCpu.Ticks * 100 ?? 0, id => _child?.IsHelperProcess(id) ?? false, liveRunsFolder: null);
        _state = new RankState
        {
            Rank = identity.Rank,
            LocalRank = identity.LocalRank,
            Holder = holder,
            JoinedAt = context.Time.GetTimestamp(),
            Child = request.Attached,
            AttachedNanoseconds = request.Attached is null ? null : _own.CpuNanosecondsBefore,
            ControlGroup = _own.ControlGroup?.Folder,
            ControlGroupVersion = _own.ControlGroup?.Version ?? 0,
            ReservedShare = _reservation.ThreadShare,
            Reservation = _reservation.ThreadShare is null ? null : _reservation.Name,
            ExcludedDevices = [.. discovery.Bases.Where(basis => basis.Excluded).Select(basis => basis.Device ?? "")],
        };
        Placement = _own.EnterFiles.Count > 0 ? new CgroupPlacement(_own.EnterFiles, _own.ReturnFiles) : null;
        StartTimestamp = _state.JoinedAt;
    }

    static JobInstruments Follow(RunHolder process, RunHolder holder, DiscoveryResult discovery, RankFolder folder) =>
        JobInstruments.FollowProcess(Path.GetFileName(folder.Location), discovery.Machine.BootId, process.ProcessId, holder, discovery.Machine.Threads, liveRunsFolder: null)
        ?? throw new IOException($"process {process.ProcessId.ToString(CultureInfo.InvariantCulture)} has ended");

    /// <summary>The control groups in which the child starts; null if it starts in tonne's own.</summary>
    public CgroupPlacement? Placement { get; }

    /// <summary>Where the run is stored; null if it is not.</summary>
    public string? Location { get; private set; }

    /// <inheritdoc/>
    /// <remarks>It stays when the run has to be begun anew, because the socket of marks was opened with it.</remarks>
    public long StartTimestamp { get; private set; }

    /// <inheritdoc/>
    public long ElapsedNanoseconds => _context.Time.GetElapsedTime(StartTimestamp).Ticks * 100;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> ChildVariables => new Dictionary<string, string>
    {
        [ParentRun.IdVariable] = _run?.Id ?? _published?.RunId ?? "",
        [ParentRun.BootVariable] = _state.Holder.BootId,
    };

    /// <summary>Whether this rank's marks are the run's stages, as far as it knows, so that they need samples of their own.</summary>
    bool IsLead => _state.LocalRank is 0 || _state.Rank == 0;

    /// <summary>Joins the ranks of this node.</summary>
    /// <returns>Null if they cannot be joined; the command is then recorded as a run of its own.</returns>
    public static RankSession? TryJoin(
        CommandContext context, Settings settings, RunSession session, RunRequest request, DiscoveryResult discovery, RankIdentity identity, LimitWatcher? watcher)
    {
        // Commands that the ranks run one after another have different names: a fast rank does not join what a slow one still does.
        // A limit is one of the whole run.
        var name = $"{request.Name ?? RunNames.FromCommand(request.Command)}\n{request.Limits?.Max}";
        var folder = RankFolder.TryOpen(identity.Key + "\n" + name, DescribeMeters(discovery), out var refusal);
        if (folder is null)
        {
            session.WriteMessage($"each rank is recorded as a run of its own: {refusal}.");
            return null;
        }

        if (HasTakenPart(folder, identity.Rank))
        {
            session.WriteMessage($"rank {identity.Rank} has a part in this run already: this command is recorded as a run of its own.");
            folder.Dispose();
            return null;
        }

        RankSession? ranks = null;
        try
        {
            ranks = new RankSession(context, settings, session, request, discovery, identity, folder, watcher);
            folder.WriteRank(ranks._state);
            if (ranks.Join())
                return ranks;
            session.WriteMessage("each rank is recorded as a run of its own: the rank that records did not answer.");
        }
        catch (IOException error)
        {
            session.WriteMessage("each rank is recorded as a run of its own: " + error.Message);
        }

        folder.RemoveRank(ProcessIdentity.GetCurrent());
        if (ranks is null)
            folder.Dispose();
        ranks?.Dispose();
        return null;
    }

    /// <summary>Whether a rank of this number is in a run that goes on: a second one would be counted with it. What killed ranks have left does not count.</summary>
    static bool HasTakenPart(RankFolder folder, int rank)
    {
        var states = folder.ReadRanks();
        return states.Any(state => state.Rank == rank && (ProcessIdentity.IsAlive(state.Holder)
            || (state.EndedAt is not null && folder.HasRun && states.Any(other => other.EndedAt is null && ProcessIdentity.IsAlive(other.Holder)))));
    }

    /// <summary>Adds the child, after it has started.</summary>
    public void AttachChild(IRunningCommand child)
    {
        _own.OverheadNanoseconds = child.OwnCpuInCgroupNanoseconds;
        _child = child;
        Update(_state with
        {
            ChargedNanoseconds = child.OwnCpuInCgroupNanoseconds,
            Child = ProcessIdentity.GetStartTicks(child.Pid) is { } start ? new RunHolder(_state.Holder.BootId, child.Pid, start) : null,
        });
        _watcher?.Start(
            AccountSoFar, () => JobMeters.ListProcessIds(_own, _child),
            new SharedStop(_folder.ReadStop, reason => RunGuarded(() => _folder.WriteStop(reason))));
    }

    /// <inheritdoc/>
    /// <remarks>Of this rank alone.</remarks>
    (RunRecord Record, Footprint Footprint)? IMarkTarget.AccountSoFar()
    {
        if (_run is not { } run || _job is not { } job)
            return null;
        run.TakeSample();
        var record = run.BuildRank(Math.Max(0, job.OwnMember));
        return (record, new Accountant().Account(record, FactorSelector.SelectFactors(record, Intensities)));
    }

    /// <summary>What the run of all ranks has used; null if another rank records it.</summary>
    Bounds? AccountSoFar() => _run is { } run ? RunSession.AccountSoFar(run, _place, _request.Limits!.Max!) : null;

    /// <inheritdoc/>
    public void AddMark(Mark mark)
    {
        lock (_gate)
        {
            if (_run is { } run)
            {
                // A run that was begun anew has another start.
                var shift = _context.Time.GetElapsedTime(StartTimestamp, run.StartTimestamp).Ticks * 100;
                run.AddMark(mark with { Member = Math.Max(0, _job!.OwnMember), Timestamp = Math.Max(0, mark.Timestamp - shift) });
                return;
            }
        }

        RunGuarded(() => _folder.AddMark(_state.Holder, mark));
        TakeSample();
    }

    /// <inheritdoc/>
    public void TakeSample()
    {
        if (_run is { } run)
            run.TakeSample();
        else if (IsLead)
            _folder.Wake();
    }

    /// <summary>The command has ended: writes the rank's own part, and hands the recording over or closes the run.</summary>
    /// <remarks>
    /// A rank first writes that it has ended, and then looks whether another has not. So of two that end at the same time at least one sees that
    /// the other has ended, and closes the run.
    /// </remarks>
    /// <returns>The result of the run if this rank has closed it; null if other ranks still run.</returns>
    public RunResult? Leave(int exitCode, MarkReceiver? marks, IEnumerable<Warning> warnings, bool stoppedByUser)
    {
        var (cpu, jobWarnings) = _own.GetFinalCpuTime();
        marks?.Finish(ElapsedNanoseconds);
        Update(_state with
        {
            EndedAt = _context.Time.GetTimestamp(),
            ExitCode = exitCode,
            CpuNanoseconds = cpu,
            Overhead = TonneOverhead.Measure(TimeSpan.Zero, _request.OwnCpuBefore),
            Warnings = [.. warnings, .. jobWarnings],
        });
        if (FindOwnRun() is not { } run)
        {
            if (_request.Output is { } path)
                RunGuarded(() => WriteAttachedPart(path));
            return null;
        }

        // It may have taken over just while this rank ended, with the state of before.
        _job!.SetOwn(_state);
        // A rank that comes while the run is hidden waits; one that has come before is among those that are read now.
        if (!_job.IsAlone)
            _folder.HideGroup();
        var goesOn = !_job.IsAlone && IsAnotherRunning();
        run.StopSampling();
        if (_request.Output is { } output)
            RunGuarded(() => WritePart(output, run.BuildRank(Math.Max(0, _job!.OwnMember)), run.Location is not null));
        if (!goesOn)
            return Close(run, stoppedByUser);
        _folder.ShowGroup();
        run.Dispose();
        _lock?.Dispose();
        return null;
    }

    /// <summary>The run, if this process records it. If no other rank runs any more, waits until another has closed it or this one can.</summary>
    RecordedRun? FindOwnRun()
    {
        var begin = _context.Time.GetTimestamp();
        while (true)
        {
            lock (_gate)
            {
                _left = _run is null && (_context.Time.GetElapsedTime(begin) >= _longestWaitForSample || IsAnotherRunning() || !_folder.HasRun);
                if (_run is not null || _left)
                    return _run;
            }

            Task.Delay(_sampleInterval, _context.Time).GetAwaiter().GetResult();
        }
    }

    bool IsAnotherRunning() =>
        _folder.ReadRanks().Any(other => other.Holder != _state.Holder && other.EndedAt is null && ProcessIdentity.IsAlive(other.Holder));

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        _run?.Dispose();
        _lock?.Dispose();
        _own.Dispose();
        // The threads that wait use it until the process ends.
        if (_lock is not null)
            _folder.Dispose();
    }

    bool Join()
    {
        var begin = _context.Time.GetTimestamp();
        while (_context.Time.GetElapsedTime(begin) < _longestJoin)
        {
            if (_folder.TryLock() is { } taken)
            {
                Record(taken, isJoining: true);
                return true;
            }

            if (_folder.ReadGroup() is { } group)
            {
                Attach(group);
                return true;
            }

            Task.Delay(_joinInterval, _context.Time).GetAwaiter().GetResult();
        }

        return false;
    }

    void Attach(RankGroupState group)
    {
        (_published, StartTimestamp) = (group, group.StartTimestamp);
        Location = new LedgerHome(group.Home).GetRunFolder(group.RunId).Location;
        new Thread(WaitForTurn, 256 * 1024) { IsBackground = true, Name = "tonne rank" }.Start();
    }

    /// <summary>Waits until the recorder has ended, and takes over.</summary>
    void WaitForTurn()
    {
        if (_folder.WaitForLock() is not { } taken)
            return;
        lock (_gate)
        {
            if (_left || _disposed)
            {
                taken.Dispose();
                return;
            }

            RunGuarded(() => Record(taken, isJoining: false));
        }
    }

    /// <summary>Records from here on: continues the group's run, or begins one.</summary>
    void Record(RankLock taken, bool isJoining)
    {
        _lock = taken;
        _run = (_folder.ReadGroup() ?? _published) is { } group ? Continue(group, isJoining) ?? Begin() : Begin();
        Location = _run.Location;
        _run.StartSampling();
        _place ??= DetectPlace();
        new Thread(TakeSamplesOnDemand, 256 * 1024) { IsBackground = true, Name = "tonne wake" }.Start();
    }

    RecordedRun? Continue(RankGroupState group, bool isJoining)
    {
        try
        {
            var folder = new LedgerHome(group.Home).GetRunFolder(group.RunId);
            // A run whose ranks were all killed some time ago is over.
            if (isJoining && !folder.IsAlive(new HolderProcessChecker(), _context.Time.GetUtcNow()))
                return null;
            if (folder.Resume(_context.Time) is not var (run, state))
                return null;
            var recorder = new RunRecorder(id => _job = CreateJob(id, state), new MemoryRunSink(), CreateOptions(), _context.Time);
            StartTimestamp = isJoining ? group.StartTimestamp : StartTimestamp;
            var resumed = recorder.Resume(run, state, group.StartTimestamp);
            _folder.WriteGroup(group);
            return resumed;
        }
        catch (Exception error) when (error is LedgerUnavailableException or InvalidOperationException or IOException or ArgumentException or FormatException)
        {
            _session.WriteMessage($"run {group.RunId} could not be continued, and another begins: {error.Message}");
            return null;
        }
    }

    Task<Place> DetectPlace() => _settings.Place is { } given ? Task.FromResult(given) : _session.DetectPlaceAsync(_discovery);

    RecordedRun Begin()
    {
        _place = DetectPlace();
        foreach (var left in _folder.ReadRanks().Where(state => !ProcessIdentity.IsAlive(state.Holder)))
            _folder.RemoveRank(left.Holder);
        _folder.RemoveStop();
        var recorder = new RunRecorder(id => _job = CreateJob(id, null), _session.CreateSink(_request), CreateOptions(), _context.Time);
        var run = recorder.OpenAsync(_request.Name ?? RunNames.FromCommand(_session.GetKeptCommand(_request))).AsTask().GetAwaiter().GetResult();
        StartTimestamp = _published is null ? run.StartTimestamp : StartTimestamp;
        if (run.Location is not null)
        {
            _published = new RankGroupState(run.Id, _settings.Home, run.StartTimestamp);
            _folder.WriteGroup(_published);
            return run;
        }

        // Without a trace on the disk no other rank could take over, so each records itself.
        _folder.RemoveRank(_state.Holder);
        _lock?.Dispose();
        return run;
    }

    RankedJob CreateJob(string runId, TraceState? before) => new(
        runId, _discovery, _own, _reservation.MemoryBytes, _folder, _state, _group, _context.Time, before, sampler => TonneOverhead.Measure(sampler, _request.OwnCpuBefore));

    // A part of the run has the intensities of the run.
    IIntensityHistory Intensities => field ??= _settings.OpenIntensities(_request.Series);

    RecordingOptions CreateOptions()
    {
        var options = _session.CreateOptions(_request, _discovery, _place ?? Task.FromResult(new Place()));
        return options with
        {
            Observers = _watcher is null ? [] : [_watcher],
            OnProblem = problem =>
            {
                // Reported before the first sample, in which the other ranks would be read.
                if (problem.Kind == RecorderProblemKind.SinkUnavailable)
                    _job!.IsAlone = true;
                options.OnProblem?.Invoke(problem);
            },
        };
    }

    void TakeSamplesOnDemand()
    {
        while (!_disposed && _run is { } run)
        {
            if (_folder.WaitForWake(WakeMilliseconds))
                run.TakeSample();
        }
    }

    RunResult Close(RecordedRun run, bool stoppedByUser)
    {
        var result = run.FinishAsync(new RunCompletion
        {
            ExitCode = _job!.ExitCode,
            Interrupted = stoppedByUser,
            Place = _place is { IsCompletedSuccessfully: true } place ? place.Result : null,
        }).AsTask().GetAwaiter().GetResult();
        if (!_job.IsAlone)
            _folder.Remove(_context.Time.GetUtcNow());
        return result;
    }

    /// <summary>Writes the part of this rank, once the recorder has a sample of after its end.</summary>
    void WriteAttachedPart(string path)
    {
        var folder = new LedgerHome(_published!.Home).GetRunFolder(_published.RunId);
        var (begin, length) = (_context.Time.GetTimestamp(), -1L);
        TraceState? state = null;
        while (true)
        {
            var now = new FileInfo(folder.TracePath).Length;
            if (now != length)
            {
                length = now;
                using var stream = folder.OpenTrace();
                state = TraceState.Read(stream);
            }

            var member = state?.Joined.FirstOrDefault(joined => joined.Holder == _state.Holder)?.Member;
            var isOver = _context.Time.GetElapsedTime(begin) >= _longestWaitForSample;
            if (member is { } number && (isOver || state!.Left.Contains(number)))
            {
                WritePart(path, RecordBuilder.BuildRank(folder.OpenTrace, number), isInLedger: true);
                return;
            }

            if (isOver)
            {
                _session.WriteMessage($"--output {path}: the rank that records took no sample of this one, so nothing is known of it yet.");
                return;
            }

            _folder.Wake();
            Task.Delay(_sampleInterval, _context.Time).GetAwaiter().GetResult();
        }
    }

    void WritePart(string path, RunRecord record, bool isInLedger)
    {
        var code = _state.ExitCode!.Value;
        record = record with
        {
            ExitCode = code,
            Status = code == 0 ? RunStatus.Completed : RunStatus.Failed,
            Opening = record.Opening with { Command = _session.GetKeptCommand(_request), Rank = _state.Rank },
        };
        var footprint = new Accountant().Account(record, FactorSelector.SelectFactors(record, Intensities));
        _session.WriteOutput(path, RunDocument.From(record, footprint), isInLedger);
    }

    void Update(RankState state)
    {
        _state = state;
        _job?.SetOwn(state);
        if (_job is not { IsAlone: true })
            RunGuarded(() => _folder.WriteRank(state));
    }

    void RunGuarded(Action step) => _session.RunGuarded(step);

    /// <summary>Identifies the meters of the machine: ranks that find others cannot record for each other.</summary>
    static string DescribeMeters(DiscoveryResult discovery) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        discovery.Meters.Select(meter => $"{meter.Description.Id} {meter.Description.Kind} {meter.Description.Role} {meter.Description.Device} {meter.Description.Range}")
            .Append(discovery.Machine.BootId ?? "").Concat(discovery.Bases.Select(basis => $"{basis.Component} {basis.Device} {string.Join(' ', basis.Meters.IsDefault ? [] : basis.Meters)}"))))));
}
