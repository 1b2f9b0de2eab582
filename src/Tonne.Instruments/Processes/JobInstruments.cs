using System.Globalization;
using Tonne.Instruments.Files;
using Tonne.Instruments.MacAndWindows;
using Tonne.Instruments.Slurm;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>
/// The instruments for one job: its CPU time, its memory, and the CPU time of other live runs, each by the best way that this machine
/// permits.
/// </summary>
/// <remarks>
/// Made before the job starts. The starter steps into <see cref="EnterFiles"/>, starts the job, and steps back through
/// <see cref="ReturnFiles"/>; both are empty where no control group may be made.
/// Always the running kernel's, never a stand-in's. Not thread safe.
/// </remarks>
public sealed class JobInstruments : IJobProcesses, IDisposable
{
    const int MaxNamed = 5;

    readonly JobControlGroup? _group;
    readonly ProcessTree? _descendants;
    readonly SlurmJobProcesses? _slurm;
    readonly IJobAccount? _account;
    readonly LiveRunRegistry? _liveRuns;
    readonly bool _isAttached;
    readonly JobCpuMeter _cpu;
    readonly Func<long> _reaped;
    readonly int _followedId = Environment.ProcessId;
    readonly List<Warning> _warnings = [];

    /// <summary>Gets ready for a job.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="holder">This process.</param>
    /// <param name="threads">Hardware threads of the machine.</param>
    /// <param name="reapedNanoseconds">CPU time of everything this process has reaped so far, in ns; asked from the sampler's
    /// thread.</param>
    /// <param name="isOwn">Whether a process is a helper of tonne and not part of the job. Default: none is.</param>
    /// <param name="liveRunsFolder">Folder in which live runs register; null if this one is a rank of a run that is registered. Default:
    /// <see cref="LiveRunFolder.DefaultLocation"/>.</param>
    /// <param name="machine">Boot of the machine that is measured, from its description. Default: null, unknown.</param>
    public JobInstruments(
        string runId, RunHolder holder, int threads, Func<long> reapedNanoseconds, Func<int, bool>? isOwn = null, string? liveRunsFolder = LiveRunFolder.DefaultLocation, string? machine = null)
    {
        _reaped = reapedNanoseconds;
        if (HostSystem.Current is { } system)
        {
            _account = system.CreateJobAccount();
            _cpu = new JobCpuMeter(_account);
            Meters = [_cpu, new AccountMemoryMeter(_account)];
            return;
        }

        var claim = machine is null ? null : CreateClaim(runId, machine);
        _liveRuns = liveRunsFolder is null ? null : new LiveRunRegistry(holder, threads, liveRunsFolder, claim: claim);
        var others = ListMeters(_liveRuns, claim);
        _group = JobControlGroup.TryCreate(runId, out var refusals);
        if (_group is not null)
        {
            (EnterFiles, ReturnFiles) = (_group.EnterFiles, _group.ReturnFiles);
            _cpu = new JobCpuMeter(_group, _liveRuns);
            Meters = [_cpu, new JobMemoryMeter(_group), .. others];
            return;
        }

        RefusalReasons = refusals;
        _descendants = new ProcessTree(isOwn ?? (static _ => false));
        _cpu = new JobCpuMeter(_descendants, reapedNanoseconds, _liveRuns);
        Meters = [_cpu, new JobMemoryMeter(_descendants), .. others];
    }

    static LiveRunClaim CreateClaim(string runId, string machine) =>
        LiveRunClaim.Create(machine, ResourceReservation.ReadOwn(), Environment.GetEnvironmentVariable) with { Run = runId };

    static IMeter[] ListMeters(LiveRunRegistry? liveRuns, LiveRunClaim? claim) => liveRuns is null ? [] : claim?.Share is null ? [liveRuns] : [liveRuns, liveRuns.HeldMeter];

    JobInstruments(string runId, string machine, RunHolder holder, int threads, string liveRunsFolder)
    {
        // Other runs read what this one has used, not what the process used before it.
        var (own, reaped) = (Libc.GetProcessCpuTime(), Libc.GetReapedCpuTime());
        _reaped = () => Libc.GetReapedCpuTime() - reaped;
        _descendants = new ProcessTree(static _ => false);
        _descendants.Update(0);
        var before = own + _descendants.CpuNanoseconds;
        var claim = CreateClaim(runId, machine);
        _liveRuns = new LiveRunRegistry(holder, threads, liveRunsFolder, claim: claim);
        _cpu = new JobCpuMeter(_descendants, _reaped, _liveRuns, () => Libc.GetProcessCpuTime() - before);
        FollowsThisProcess = true;
        Meters = [_cpu, JobMemoryMeter.OfThisProcess(_descendants), .. ListMeters(_liveRuns, claim)];
    }

    /// <summary>Follows this process itself, with all its threads and descendants: a program that records a part of its own work.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="machine">Boot of the machine that is measured, from its description.</param>
    /// <param name="holder">This process.</param>
    /// <param name="threads">Hardware threads of the machine.</param>
    /// <param name="liveRunsFolder">Folder in which live runs register. Default: <see cref="LiveRunFolder.DefaultLocation"/>.</param>
    public static JobInstruments FollowThisProcess(string runId, string machine, RunHolder holder, int threads, string liveRunsFolder = LiveRunFolder.DefaultLocation) =>
        HostSystem.Current is { } system
            ? new JobInstruments(new ProcessTreeAccount(system, Environment.ProcessId, isRootPartOfJob: true), Environment.ProcessId, isAttached: true, followsThisProcess: true)
            : new JobInstruments(runId, machine, holder, threads, liveRunsFolder);

    JobInstruments(IJobAccount account, int followedId, bool isAttached, bool followsThisProcess)
    {
        (_reaped, _account, _followedId, _isAttached, FollowsThisProcess) = (static () => 0, account, followedId, isAttached, followsThisProcess);
        _cpu = new JobCpuMeter(account);
        Meters = [_cpu, new AccountMemoryMeter(account)];
    }

    /// <summary>Follows the command that an account counts, on another system than Linux.</summary>
    /// <param name="account">The account; disposed with this object.</param>
    public static JobInstruments FollowAccount(IJobAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return new JobInstruments(account, Environment.ProcessId, isAttached: false, followsThisProcess: false);
    }

    JobInstruments(ProcessTree tree, LiveRunClaim claim, RunHolder holder, int threads, string? liveRunsFolder, bool isKept)
    {
        _reaped = static () => 0;
        _followedId = claim.Follows!.Value.Id;
        _descendants = tree;
        // What it used before is not part of the run.
        tree.Update(0);
        var before = tree.CpuNanoseconds;
        CpuNanosecondsBefore = before;
        _isAttached = true;
        _liveRuns = liveRunsFolder is null ? null : new LiveRunRegistry(holder, threads, liveRunsFolder, tree.Contains, claim, onlyReads: !isKept);
        _cpu = new JobCpuMeter(tree, _reaped, _liveRuns, () => -before);
        Meters = [_cpu, new JobMemoryMeter(tree), .. ListMeters(_liveRuns, claim)];
    }

    /// <summary>Follows a process that runs already, and its descendants, from now on.</summary>
    /// <remarks>By polling: children that live shorter than a sample are seen when their parent has waited for them.</remarks>
    /// <param name="runId">Id of the run.</param>
    /// <param name="machine">Boot of the machine that is measured, from its description.</param>
    /// <param name="processId">The process.</param>
    /// <param name="holder">This process.</param>
    /// <param name="threads">Hardware threads of the machine.</param>
    /// <param name="liveRunsFolder">Folder in which live runs register; null if this one is a rank of a run that is registered. Default:
    /// <see cref="LiveRunFolder.DefaultLocation"/>.</param>
    /// <param name="isKept">Whether the run is kept. One that is not is no parent of the runs inside it, which would be counted with nothing. Default: yes.</param>
    /// <returns>Null if there is no such process.</returns>
    public static JobInstruments? FollowProcess(
        string runId, string machine, int processId, RunHolder holder, int threads, string? liveRunsFolder = LiveRunFolder.DefaultLocation, bool isKept = true) =>
        HostSystem.Current is { } system ? FollowProcess(system, processId)
            : ProcessTree.OfProcess(processId, Environment.ProcessId) is { } tree && ProcessIdentity.GetStartTicks(processId) is { } start
            ? new JobInstruments(tree, new LiveRunClaim(null, null, false, machine) { Run = runId, Follows = (processId, start) }, holder, threads, liveRunsFolder, isKept)
            : null;

    /// <summary>Follows a process that runs already on another system than Linux, and its descendants, from now on.</summary>
    /// <param name="system">The system.</param>
    /// <param name="processId">The process.</param>
    /// <returns>Null if there is no such process.</returns>
    public static JobInstruments? FollowProcess(HostSystem system, int processId)
    {
        ArgumentNullException.ThrowIfNull(system);
        return system.GetStart(processId) is null ? null
            : new JobInstruments(new ProcessTreeAccount(system, processId, isRootPartOfJob: true), processId, isAttached: true, followsThisProcess: false);
    }

    JobInstruments(JobControlGroup group)
    {
        _reaped = static () => 0;
        (_group, _isAttached) = (group, true);
        // What it used before is not part of the run.
        CpuNanosecondsBefore = group.TryReadCpu(out var before, out _) ? before : 0;
        _cpu = new JobCpuMeter(group) { OverheadNanoseconds = CpuNanosecondsBefore };
        Meters = [_cpu, new JobMemoryMeter(group)];
    }

    /// <summary>Follows all processes of a control group that another program has made, from now on; the group is not changed.</summary>
    /// <remarks>It does not register as a live run: the recorder of a node has several at a time in one process.</remarks>
    /// <param name="folder">Full path of the group's folder.</param>
    /// <param name="version">Version of its hierarchy, 1 or 2.</param>
    /// <returns>Null if there is no such group, or its CPU time cannot be read.</returns>
    public static JobInstruments? FollowControlGroup(string folder, int version)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return JobControlGroup.TryFollow(folder, version) is { } group ? new JobInstruments(group) : null;
    }

    JobInstruments()
    {
        _reaped = static () => 0;
        _descendants = new ProcessTree(static _ => false);
        FollowsThisProcess = true;
        var own = Libc.GetProcessCpuTime();
        _cpu = new JobCpuMeter(_descendants, static () => 0, null, () => Libc.GetProcessCpuTime() - own);
        Meters = [_cpu, JobMemoryMeter.OfThisProcess(_descendants)];
    }

    /// <summary>Follows only this process, without registering as a live run: for a run that has the whole machine anyway.</summary>
    public static JobInstruments FollowMachine() => HostSystem.Current is { } system
        ? new JobInstruments(
            new ProcessTreeAccount(system, Environment.ProcessId, isRootPartOfJob: true), Environment.ProcessId, isAttached: true,
                followsThisProcess: true)
        : new JobInstruments();

    JobInstruments(SlurmJobProcesses slurm, LiveRunRegistry liveRuns)
    {
        (_reaped, _slurm, _liveRuns) = (static () => 0, slurm, liveRuns);
        _cpu = new JobCpuMeter(slurm, liveRuns);
        Meters = [_cpu, new JobMemoryMeter(slurm), liveRuns, liveRuns.HeldMeter];
    }

    /// <summary>Follows everything of a job of Slurm on this node.</summary>
    /// <param name="job">The job.</param>
    /// <param name="holder">This process.</param>
    /// <param name="machine">The machine that is measured.</param>
    /// <param name="reservation">What Slurm has allocated to the job on this node.</param>
    /// <param name="getVariable">Reads a variable of the job; null if it is not set.</param>
    public static JobInstruments FollowSlurmJob(SlurmJob job, RunHolder holder, Machine machine, ResourceReservation reservation, Func<string, string?> getVariable)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(reservation);
        var processes = new SlurmJobProcesses(job);
        var claim = LiveRunClaim.Create(machine.BootId, reservation, getVariable, coversJob: true);
        return new JobInstruments(processes, new LiveRunRegistry(holder, machine.Threads, isPartOfJob: processes.Contains, claim: claim));
    }

    /// <summary>CPU time that a followed process had used before, in ns; 0 if the job was not there before.</summary>
    public long CpuNanosecondsBefore { get; }

    /// <summary>Whether the job is this process; its CPU time is read from its own clock then, and needs no settling.</summary>
    public bool FollowsThisProcess { get; }

    /// <summary>Id of a run that measures this job's processes already, because it follows one of their parents; null if there is none.</summary>
    public string? EnclosingRun => _liveRuns?.EnclosingRun;

    /// <summary>Whether a run that a variable names may measure this job: not if it is live on this machine and follows none of the job's parents.</summary>
    /// <param name="runId">Id of the run.</param>
    public bool MayBeInside(string runId) => MayBeInside(runId, _followedId);

    /// <summary>Whether a run that a variable names may measure a process: not if it is live on this machine and follows none of the process's parents.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="processId">The process.</param>
    public static bool MayBeInside(string runId, int processId) => LiveRunFolder.MayMeasure(runId, processId);

    /// <summary>CPU time and memory of the job, CPU time of other live runs.</summary>
    public IReadOnlyList<IMeter> Meters { get; }

    /// <summary>Files to write <c>0</c> to, to step into the job's group; empty if there is none.</summary>
    public IReadOnlyList<string> EnterFiles { get; } = [];

    /// <summary>Files to write <c>0</c> to, to step back.</summary>
    public IReadOnlyList<string> ReturnFiles { get; } = [];

    /// <summary>Why there is no control group; empty if there is one.</summary>
    public IReadOnlyList<string> RefusalReasons { get; } = [];

    /// <summary>
    /// CPU time in ns that the group was charged with and that is the starter's own: it stood in the group to start the job. Default 0.
    /// </summary>
    public long OverheadNanoseconds
    {
        get => _cpu.OverheadNanoseconds;
        set => _cpu.OverheadNanoseconds = value;
    }

    /// <summary>The job's control group: its folder, and the version of its hierarchy; null if there is none.</summary>
    public (string Folder, int Version)? ControlGroup => _group is null ? null : (_group.Folder, _group.Version);

    /// <summary>Whether the kernel counts the job exactly.</summary>
    public bool IsExact => _group is not null;

    /// <inheritdoc/>
    public bool Contains(int processId) =>
        (FollowsThisProcess && processId == Environment.ProcessId) || (_account?.Contains(processId) ?? _slurm?.Contains(processId) ?? _group?.Contains(processId) ?? _descendants!.Contains(processId));

    /// <summary>Ids of the processes of the job that live now.</summary>
    public IReadOnlyList<int> ListProcessIds() => _account?.ListProcessIds() ?? _slurm?.LiveIds ?? _group?.ListProcessIds() ?? [.. _descendants!.LiveIds];

    /// <summary>The job's CPU time when the command has ended, and what is unsure about it. Call before the last sample.</summary>
    /// <returns>CPU time in ns.</returns>
    public (long Nanoseconds, IReadOnlyList<Warning> Warnings) GetFinalCpuTime()
    {
        _liveRuns?.End();
        var (nanoseconds, warning) = _cpu.GetFinalCpuTime(_reaped());
        if (warning is not null)
            _warnings.Add(warning);
        _warnings.AddRange(_account?.Warnings ?? []);
        if (_liveRuns?.RefusalReason is { } refusal)
        {
            _warnings.Add(new Warning("live-runs-unseen",
                $"Other runs of tonne on this machine were not seen ({refusal}): their idle energy counts as held by nobody."));
        }

        // Of a process that was there before, nobody expects that it has ended.
        var alive = _isAttached ? [] : (_account?.ListProcessIds() ?? _slurm?.LiveIds ?? _group?.ListProcessIds() ?? _descendants?.LiveIds ?? []).Where(id => ProcessIdentity.GetStartTicks(id) is not null).ToArray();
        if (alive.Length > 0)
        {
            var names = alive.Take(MaxNamed).Select(id => $"{ReadName(id)} ({id.ToString(CultureInfo.InvariantCulture)})");
            _warnings.Add(new Warning("descendants-alive",
                $"{alive.Length} process{(alive.Length == 1 ? "" : "es")} of the job lived on when the command ended: {string.Join(", ", names)}{(alive.Length > MaxNamed ? ", …" : "")}. What they use from here is not counted, and what they print is not read."));
        }

        return (nanoseconds, _warnings);
    }

    /// <summary>Removes the run from the registry and the control group; a group with living processes remains.</summary>
    public void Dispose()
    {
        _liveRuns?.Dispose();
        _slurm?.Dispose();
        _account?.Dispose();
        _group?.Dispose();
    }

    static string ReadName(int id) => HostSystem.Current is not null ? HostSystem.GetProcessName(id) : FileTree.Local.ReadLine($"proc/{id.ToString(CultureInfo.InvariantCulture)}/comm") ?? "?";
}
