using System.Collections.Immutable;
using System.Globalization;
using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Recording;
using Tonne.Recording.Metering;
using Tonne.Recording.Traces;
using Tonne.Runs;

namespace Tonne.Instruments.Ranks;

/// <summary>The ranks of one node as one job: the machine's meters, and those of each rank. The recorder of the group has it.</summary>
/// <remarks>The job's CPU time and memory are the sums over its ranks, so their parts always add up to the job's.</remarks>
public sealed class RankedJob : IMeteredJob, IRankMeters, IRankedProcesses
{
    /// <summary>How often it is looked whether a rank's tonne still lives, in ns.</summary>
    const long CheckInterval = 1_000_000_000;

    readonly DiscoveryResult _discovery;
    readonly JobInstruments _own;
    readonly RankFolder _folder;
    readonly Func<TimeSpan, Overhead>? _measureOverhead;
    readonly List<RankFollower> _members = [];
    readonly HashSet<RunHolder> _earlier = [];
    readonly List<Mark> _marks = [];
    readonly List<long> _values = [];
    readonly LiveRunRegistry _liveRuns;
    readonly TimeProvider _time;
    readonly bool _takesOver;
    readonly IReadOnlyList<IDeviceUsers> _devices;
    RankState _state;
    long _publishedBefore;
    long _publishedAt = long.MinValue / 2;
    long _checkedAt = long.MinValue / 2;
    long _updatedAt = long.MinValue;
    long _startTimestamp;
    bool _hasBegun;

    /// <summary>Creates the job of a group.</summary>
    /// <param name="runId">Id of the run.</param>
    /// <param name="discovery">The machine; stays the caller's to dispose.</param>
    /// <param name="own">The instruments of this process's rank; stay the caller's to dispose.</param>
    /// <param name="reservedMemoryBytes">Memory limit of the ranks together, in bytes; null if none.</param>
    /// <param name="folder">The folder of the group.</param>
    /// <param name="state">This process's rank.</param>
    /// <param name="group">What the ranks have in common.</param>
    /// <param name="time">The monotonic clock.</param>
    /// <param name="before">What another recorder has recorded; null if this one begins the run.</param>
    /// <param name="measureOverhead">Measures what recording has cost, given the CPU time of the sampling thread. Default: that CPU time.</param>
    public RankedJob(
        string runId, DiscoveryResult discovery, JobInstruments own, long? reservedMemoryBytes, RankFolder folder, RankState state, RankGroup group, TimeProvider time,
        TraceState? before = null, Func<TimeSpan, Overhead>? measureOverhead = null)
    {
        ArgumentNullException.ThrowIfNull(discovery);
        ArgumentNullException.ThrowIfNull(state);
        (_discovery, _own, _folder, _state, RankGroup, _time, _measureOverhead) = (discovery, own, folder, state, group, time, measureOverhead);
        (_takesOver, ReservedMemoryBytes) = (before is not null, reservedMemoryBytes);
        if (before is not null)
            Continue(before);
        discovery.TrackJob(this);
        _devices = [.. discovery.Instruments.SelectMany(instrument => instrument.DeviceUsers)];
        var claim = LiveRunClaim.Create(discovery.Machine.BootId, ResourceReservation.ReadOwn(), Environment.GetEnvironmentVariable) with { Run = runId, IsRanked = true };
        _liveRuns = new LiveRunRegistry(state.Holder, discovery.Machine.Threads, isPartOfJob: Contains, claim: claim);
        Meters =
        [
            .. discovery.Meters,
            new SumMeter(new MeterDescription(JobCpuMeter.MeterId, Component.Cpu, MeterKind.CpuTime, MeterRole.Job, Note: "the sum of all ranks"), ReadCpu),
            new SumMeter(new MeterDescription(JobMemoryMeter.MeterId, Component.Memory, MeterKind.Memory, MeterRole.Job, Note: "the sum of all ranks"), ReadMemory),
            _liveRuns,
            .. claim.Share is null ? [] : new[] { _liveRuns.HeldMeter },
        ];
    }

    /// <summary>Whether only this process's rank is followed, because no other can find the run. Default: no.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Number of this process's rank in the order of joining; -1 before the first sample.</summary>
    public int OwnMember => _members.FindIndex(member => member.State.Holder == _state.Holder);

    /// <inheritdoc/>
    public Machine Machine => _discovery.Machine;

    /// <inheritdoc/>
    public IReadOnlyList<IMeter> Meters { get; }

    /// <inheritdoc/>
    public ImmutableArray<ComponentBasis> Bases => _discovery.Bases;

    /// <inheritdoc/>
    public ImmutableArray<Rate> Rates => _discovery.Rates;

    /// <inheritdoc/>
    public RunFallback? Fallback => _discovery.Fallback;

    /// <inheritdoc/>
    public RunHolder Holder => _state.Holder;

    /// <inheritdoc/>
    public string User { get; } = Environment.UserName;

    /// <inheritdoc/>
    public string Node { get; } = Environment.MachineName;

    /// <inheritdoc/>
    public ContainerIdentity? Container { get; } = ContainerDetector.Detect(Environment.GetEnvironmentVariable);

    /// <inheritdoc/>
    public RankGroup RankGroup { get; }

    /// <inheritdoc/>
    public IRankMeters Ranks => this;

    /// <inheritdoc/>
    public string? EnclosingRun => _liveRuns.EnclosingRun;

    /// <inheritdoc/>
    public bool MayBeInside(string runId) => LiveRunFolder.MayMeasure(runId, Environment.ProcessId);

    /// <inheritdoc/>
    public ImmutableArray<Warning> Warnings => MachineJob.ListWarnings(_discovery);

    /// <inheritdoc/>
    /// <remarks>All ranks of a job have the same limit, that of the job's or step's control group.</remarks>
    public long? ReservedMemoryBytes { get; }

    /// <inheritdoc/>
    public bool NeedsPowerIntegration => _discovery.NeedsPowerIntegration;

    /// <inheritdoc/>
    public Func<long> ThreadCpuClock => ProcessIdentity.GetThreadCpuNanoseconds;

    /// <inheritdoc/>
    public ISampleWaiter? CreateWaiter() => EventFdWaiter.TryCreate();

    /// <inheritdoc/>
    public IReadOnlyList<long> Values => _values;

    /// <summary>
    /// Exit code of the run: that of the lowest rank whose command failed, else 0. Ranks whose end nobody saw are left out.
    /// </summary>
    public int ExitCode => _members.Where(member => member.State.ExitCode is not (null or 0)).OrderBy(member => member.State.Rank)
        .Select(member => member.State.ExitCode!.Value).FirstOrDefault();

    /// <summary>Sets what is newly known of this process's rank; the last sample needs its end.</summary>
    /// <param name="state">The rank.</param>
    public void SetOwn(RankState state) => _state = state;

    /// <inheritdoc/>
    public int GetMember(int processId) => _members.FindIndex(member => member.Contains(processId));

    /// <inheritdoc/>
    public bool Contains(int processId) => _members.Exists(member => member.Contains(processId));

    /// <inheritdoc/>
    public long? CompleteAccount()
    {
        _liveRuns.End();
        _discovery.PrepareFinalSample();
        // The last sample takes the final accounts of all ranks that have ended, so it has nothing left to settle.
        return null;
    }

    /// <inheritdoc/>
    public IEnumerable<Warning> GetFinalWarnings() => _discovery.GetFinalWarnings();

    /// <inheritdoc/>
    public Overhead MeasureOverhead(TimeSpan samplerCpu)
    {
        var own = _measureOverhead?.Invoke(samplerCpu) ?? new Overhead(samplerCpu.TotalSeconds, samplerCpu.TotalSeconds, 0);
        var others = _members.Where(member => member.State.Holder != _state.Holder).Select(member => member.State.Overhead).OfType<Overhead>().ToList();
        return own with
        {
            CpuSeconds = own.CpuSeconds + others.Sum(overhead => overhead.CpuSeconds),
            SamplerCpuSeconds = own.SamplerCpuSeconds + others.Sum(overhead => overhead.SamplerCpuSeconds),
            PeakResidentBytes = own.PeakResidentBytes + others.Sum(overhead => overhead.PeakResidentBytes),
        };
    }

    /// <inheritdoc/>
    public void Begin(long startTimestamp) => _startTimestamp = startTimestamp;

    /// <inheritdoc/>
    public IReadOnlyList<RankEvent> Update(long timestamp)
    {
        var changes = new List<RankEvent>();
        if (_takesOver && !_hasBegun)
            changes.Add(CreateEvent(RankEventKind.Recorder, timestamp, Math.Max(0, OwnMember), _state) with { Holder = _state.Holder });
        var begins = !_takesOver && !_hasBegun;
        _hasBegun = true;
        foreach (var state in IsAlone ? [_state] : _folder.ReadRanks())
        {
            // A rank that had ended before the run began belongs to an earlier one.
            if (begins && state.EndedAt is not null)
                _earlier.Add(state.Holder);
            if (!_earlier.Contains(state.Holder))
                Learn(state.Holder == _state.Holder ? _state : state, changes);
        }

        var isCheckDue = timestamp - _checkedAt >= CheckInterval;
        _checkedAt = isCheckDue ? timestamp : _checkedAt;
        _values.Clear();
        foreach (var (number, member) in _members.Index())
        {
            member.Update(timestamp);
            // A command starts after the run has begun, unless an earlier run of the same ranks had to be given up.
            if (begins)
                member.BeginHere();
            if (!member.HasLeft)
                CheckEnd(number, member, timestamp, isCheckDue, changes);
            TakeMarks(number, member);
            _values.Add(member.CpuNanoseconds);
            _values.Add(member.MemoryBytes);
            AddDeviceUse(number, member);
        }

        _updatedAt = timestamp;
        return changes;
    }

    /// <summary>
    /// Adds the rank's use of devices, as many as it joined with. The devices are looked at in the same sample after the ranks, so their values
    /// are those of the sample before.
    /// </summary>
    void AddDeviceUse(int number, RankFollower member)
    {
        for (var i = 0; i < member.DevicesBefore.Length; i++)
        {
            var (time, holders) = i < _devices.Count ? _devices[i].GetUse(number) : (0, 0);
            _values.Add(member.DevicesBefore[i] + time);
            _values.Add(member.HasLeft ? 0 : holders);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Mark> TakeMarks()
    {
        Mark[] taken = [.. _marks];
        _marks.Clear();
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _liveRuns.Dispose();
        foreach (var member in _members)
            member.Dispose();
    }

    /// <summary>Begins with the members that another recorder has written, in their order.</summary>
    void Continue(TraceState before)
    {
        var states = _folder.ReadRanks();
        var next = 0;
        foreach (var joined in before.Joined)
        {
            var state = states.FirstOrDefault(one => one.Holder == joined.Holder);
            var first = next;
            next += joined.Meters.Length;
            var cpu = first < before.RankValues.Length ? before.RankValues[first] : 0;
            var known = state ?? new RankState { Rank = joined.Rank, LocalRank = joined.LocalRank, Holder = joined.Holder ?? new RunHolder("", 0, 0), JoinedAt = 0 };
            var member = known.Holder == _state.Holder ? new RankFollower(_state, _own) : new RankFollower(known, cpu);
            // CPU time, memory, then time and holders of each device.
            member.DevicesBefore =
            [
                .. Enumerable.Range(0, Math.Max(0, (joined.Meters.Length - 2) / 2)).Select(i => first + 2 + (2 * i))
                    .Select(i => i < before.RankValues.Length ? before.RankValues[i] : 0),
            ];
            member.MarksToSkip = before.Marks.GetValueOrDefault(_members.Count);
            if (before.Left.Contains(_members.Count))
                member.Leave();
            _members.Add(member);
        }
    }

    void Learn(RankState state, List<RankEvent> changes)
    {
        if (_members.Find(member => member.State.Holder == state.Holder) is { } known)
        {
            known.State = state;
            return;
        }

        // A rank that had ended before a recorder saw it still has its final account.
        var time = ToRunTime(state.JoinedAt);
        changes.Add(CreateEvent(RankEventKind.Joined, time, _members.Count, state) with
        {
            Holder = state.Holder,
            Meters =
            [
                new MeterDescription(string.Create(CultureInfo.InvariantCulture, $"rank:{state.Rank}:cpu"), Component.Cpu, MeterKind.CpuTime, MeterRole.Job),
                new MeterDescription(string.Create(CultureInfo.InvariantCulture, $"rank:{state.Rank}:memory"), Component.Memory, MeterKind.Memory, MeterRole.Job),
                .. _devices.SelectMany(device => DescribeDevice(state.Rank, device.Device)),
            ],
            ReservedShare = state.ReservedShare,
            Reservation = state.Reservation,
            ExcludedDevices = state.ExcludedDevices,
        });
        var follower = state.Holder == _state.Holder ? new RankFollower(state, _own) : new RankFollower(state);
        follower.DevicesBefore = new long[_devices.Count];
        _members.Add(follower);
    }

    static IEnumerable<MeterDescription> DescribeDevice(int rank, string? device)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"rank:{rank}:gpu:{device ?? "0"}");
        yield return new MeterDescription(name + "/time", Component.Gpu, MeterKind.DeviceTime, MeterRole.Job, Device: device);
        yield return new MeterDescription(name + "/holders", Component.Gpu, MeterKind.Holders, MeterRole.Job, Device: device);
    }

    void CheckEnd(int number, RankFollower member, long timestamp, bool isCheckDue, List<RankEvent> changes)
    {
        var state = member.State;
        if (state.EndedAt is { } ended)
        {
            member.Leave();
            changes.Add(CreateEvent(RankEventKind.Left, ToRunTime(ended), number, state) with
            {
                ExitCode = state.ExitCode,
                CpuNanoseconds = member.CpuNanoseconds,
                Overhead = state.Overhead,
                Warnings = state.Warnings,
            });
        }
        else if (isCheckDue && state.Holder != _state.Holder && !ProcessIdentity.IsAlive(state.Holder) && !member.IsChildAlive)
        {
            // It may have written its end and gone since it was read.
            if (_folder.ReadRanks().FirstOrDefault(now => now.Holder == state.Holder) is { EndedAt: not null } last)
            {
                member.State = last;
                CheckEnd(number, member, timestamp, isCheckDue, changes);
                return;
            }

            member.Leave();
            changes.Add(CreateEvent(RankEventKind.Left, timestamp, number, state));
        }
    }

    void TakeMarks(int number, RankFollower member)
    {
        if (IsAlone)
            return;
        foreach (var mark in _folder.ReadMarks(member.State.Holder, ref member.MarksPosition))
        {
            if (member.MarksToSkip > 0)
                member.MarksToSkip--;
            else
                _marks.Add(mark with { Member = number });
        }
    }

    static RankEvent CreateEvent(RankEventKind kind, long timestamp, int member, RankState state) =>
        new() { Kind = kind, Timestamp = timestamp, Member = member, Rank = state.Rank, LocalRank = state.LocalRank };

    long ToRunTime(long clock) => Math.Max(0, _time.GetElapsedTime(_startTimestamp, clock).Ticks * 100);

    Reading ReadCpu(long timestamp)
    {
        if (timestamp != _updatedAt)
            return Reading.FromGapReason("the ranks were not read");
        var sum = _members.Sum(member => member.CpuNanoseconds);
        // Other runs count what this process has published, so it begins with what it finds.
        if (_publishedAt < 0)
            _publishedBefore = sum;
        if (timestamp - _publishedAt >= CheckInterval)
        {
            _liveRuns.Publish(sum - _publishedBefore);
            _publishedAt = timestamp;
        }

        return Reading.FromValue(sum);
    }

    Reading ReadMemory(long timestamp) =>
        timestamp == _updatedAt ? Reading.FromValue(_members.Sum(member => member.MemoryBytes)) : Reading.FromGapReason("the ranks were not read");

    sealed class SumMeter(MeterDescription description, Func<long, Reading> read) : IMeter
    {
        public MeterDescription Description { get; } = description;

        public Reading Read(long timestamp) => read(timestamp);
    }
}
