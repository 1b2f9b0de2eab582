using Tonne.Instruments.Machines;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Nvidia;

/// <summary>Who uses one GPU: the time it worked and the part of that for the job, and who holds it.</summary>
/// <remarks>
/// Looked at once a second or less often; the driver's own sample period is 1/6 to 1 s. Between looks the times move evenly towards what
/// was last known, so shares lag by about a second;
/// their totals are whole at the end.
/// busy = the larger of the device's utilisation and the sum over processes; job = busy × Σ sm % of the job's processes ÷ Σ of all.
/// Where processes have no utilisation the job has the part of the holders that it is. Where processes cannot be determined, the job is
/// taken to be alone on the GPUs it may use, and a warning reports it.
/// A GPU in parts (MIG): holders are slices, of those in use.
/// </remarks>
sealed class GpuUsageTracker : IDeviceUsers
{
    /// <summary>
    /// Compute slices of a whole GPU that can be cut. Source: NVIDIA Multi-Instance GPU User Guide (A30: 4; A100, H100, H200: 7).
    /// </summary>
    const int WholeSlices = 7;

    /// <summary>The longest sample period of the driver and half as much again, µs.</summary>
    const long SamplePeriod = 1_500_000;

    readonly Gpu _gpu;
    readonly GpuProcessFilter _processes;
    bool _visible;
    readonly MigInstance[] _named;
    readonly TimeProvider _wall;
    readonly List<int> _ids = [];
    IReadOnlyList<MigInstance> _instances;
    NvmlProcessSample[] _samples = new NvmlProcessSample[64];
    byte[] _buffer = new byte[24 * 64];
    ulong _lastSampleTime;
    long _lastSampleReadAt;
    bool _lastSampleIsEstimate;
    long _updatedAt = long.MinValue;
    long _interval = 1;
    long _readAt = long.MinValue;
    readonly Dictionary<int, RankUse> _ranks = [];
    (double Busy, double Job, double Processes) _time;
    (double Busy, double Job, double Processes) _reported;
    (long All, long Job) _holders;
    string? _failure;
    bool _settled;
    bool _wasHidden;

    internal GpuUsageTracker(Gpu gpu, GpuProcessFilter processes, bool visible, IReadOnlyList<MigInstance> named, TimeProvider wall)
    {
        (_gpu, _processes, _visible, _wall) = (gpu, processes, visible, wall);
        _instances = gpu.Identity.Instances;
        _named = [.. named.Where(instance => _instances.Contains(instance))];
        if (_instances.Count > 0)
            return;
        HasDeviceUtilization = gpu.Nvml.ReadUtilization(gpu.Handle, out _) is not NvmlReturn.NotSupported and not NvmlReturn.FunctionNotFound;
        HasProcessUtilization = gpu.Nvml.ReadProcessUtilization(gpu.Handle, ref _samples, ulong.MaxValue / 2, out _) is not NvmlReturn.NotSupported and not NvmlReturn.FunctionNotFound;
    }

    /// <summary>Whether the device reports how busy it is.</summary>
    internal bool HasDeviceUtilization { get; }

    /// <summary>Whether the GPU reports the utilisation of each process.</summary>
    internal bool HasProcessUtilization { get; }

    /// <summary>Whether the job was taken to be alone for want of knowing better, while the GPU worked or could not say so.</summary>
    internal bool WasAssumedExclusive { get; private set; }

    /// <summary>Whether the energy was divided equally among the processes that hold the GPU, because their use of it is unknown.</summary>
    internal bool WasSplitByHolders { get; private set; }

    /// <summary>Whether a part of the GPU was shared by processes of the job and others.</summary>
    internal bool WasInstanceShared { get; private set; }

    /// <inheritdoc/>
    public string? Device => _gpu.Identity.Device;

    /// <inheritdoc/>
    public (long Nanoseconds, long Holders) GetUse(int member) => _ranks.TryGetValue(member, out var use) ? ((long)use.Time, use.Holders) : (0, 0);

    /// <summary>The ranks of a job may use different devices, so what this process may use says nothing of them.</summary>
    internal void ShareAmongRanks() => _visible = true;

    internal Reading ReadBusyTime(long timestamp) => ReadTime(timestamp, MeterRole.Busy);

    internal Reading ReadJobTime(long timestamp) => ReadTime(timestamp, MeterRole.Job);

    internal Reading ReadProcessTime(long timestamp) => ReadTime(timestamp, MeterRole.Processes);

    internal Reading Holders => _gpu.LostReason is { } gone ? Reading.FromGapReason(gone) : _failure is { } failure ? Reading.FromGapReason(failure) : Reading.FromValue(_holders.All);

    internal Reading JobHolders => _gpu.LostReason is { } gone ? Reading.FromGapReason(gone) : _failure is { } failure ? Reading.FromGapReason(failure) : Reading.FromValue(_holders.Job);

    /// <summary>Looks who uses it now, and counts how much since the last look.</summary>
    internal void Update(long timestamp)
    {
        if (_gpu.LostReason is not null)
            return;
        var first = _updatedAt == long.MinValue;
        var interval = first ? 0 : Math.Max(0, timestamp - _updatedAt);
        (_updatedAt, _interval) = (timestamp, Math.Max(1, interval));
        if (_instances.Count > 0)
        {
            UpdateInstances();
            return;
        }

        _ids.Clear();
        var code = _gpu.Nvml.ListProcesses(_gpu.Handle, ref _buffer, _ids);
        _gpu.CheckStatus(code);
        var listed = code == NvmlReturn.Success;
        // If the driver fails to return a list that it supports, that is a gap. If it never returns one, the job is assumed to be alone.
        _failure = listed || code is NvmlReturn.NotSupported or NvmlReturn.FunctionNotFound or NvmlReturn.NoPermission ? null : NvmlReturn.Describe(code);
        long mine = 0;
        BeginRanks();
        foreach (var id in _ids)
        {
            if (_processes.BelongsToJob(id) != true)
                continue;
            mine++;
            if (GetRank(id) is { } rank)
                rank.Holders++;
        }

        var (all, job, known) = ReadUtilization(timestamp, first);
        var busy = Math.Min(1, all);
        if (HasDeviceUtilization)
        {
            code = _gpu.Nvml.ReadUtilization(_gpu.Handle, out var percent);
            _gpu.CheckStatus(code);
            if (code == NvmlReturn.Success && percent <= 100)
                busy = Math.Max(busy, percent / 100.0);
        }

        // It works, and nothing is reported since a time that was guessed: the driver's clock is another.
        if (_lastSampleIsEstimate && all == 0 && busy > 0.01)
            (_lastSampleTime, _lastSampleIsEstimate) = (0, false);
        double share;
        // Nobody in the list and nobody who was: yet it works. Some systems show no processes at all.
        var hidden = listed && _ids.Count == 0 && all == 0 && busy > 0.01;
        if (!listed || !_processes.SharesPidNamespace || hidden)
        {
            // A process that is named and is the job's has shown the ids to be ours: then we are not here.
            (share, _holders) = _visible ? (1, (1, 1)) : (0, (Math.Max(1, _ids.Count), 0));
            // Hidden once may be a process that ended just before the look.
            WasAssumedExclusive |= _visible && _processes.HasJob && (!hidden || _wasHidden) && (busy > 0.01 || (!HasDeviceUtilization && !HasProcessUtilization));
        }
        else
        {
            _holders = (_ids.Count, mine);
            share = all > 0 ? job / all : _ids.Count > 0 ? (double)mine / _ids.Count : 0;
            WasSplitByHolders |= !HasProcessUtilization && mine > 0 && mine < _ids.Count && busy > 0.01;
        }

        _wasHidden = hidden;
        if (!_processes.HasJob)
            (share, _holders) = (0, (_holders.All, 0));
        // Where no process has utilisation, all of it is that of the holders.
        _time = (_time.Busy + (busy * interval), _time.Job + (busy * share * interval), _time.Processes + (busy * (all > 0 ? Math.Max(share, known / all) : 1) * interval));
        AddRankTime(busy * share * interval);
    }

    void BeginRanks()
    {
        foreach (var use in _ranks.Values)
            (use.Holders, use.Mean) = (0, 0);
    }

    RankUse? GetRank(int processId)
    {
        if (!_processes.HasRanks || _processes.GetMember(processId) is not (>= 0 and var member))
            return null;
        if (!_ranks.TryGetValue(member, out var use))
            _ranks[member] = use = new RankUse();
        return use;
    }

    /// <summary>Divides the job's time by what its ranks used of it; if no process has utilisation, by their holders.</summary>
    void AddRankTime(double time)
    {
        var (means, holders) = (_ranks.Values.Sum(use => use.Mean), _ranks.Values.Sum(use => use.Holders));
        foreach (var use in _ranks.Values)
            use.Time += means > 0 ? time * use.Mean / means : holders > 0 ? time * use.Holders / holders : 0;
    }

    /// <summary>What one rank uses: its time in ns, its holders now, and its percent since the last look.</summary>
    sealed class RankUse
    {
        public double Time { get; set; }

        public long Holders { get; set; }

        public double Mean { get; set; }
    }

    /// <summary>The next reading is the last: it reports all that is known.</summary>
    internal void PrepareFinalSample() => _settled = true;

    Reading ReadTime(long timestamp, MeterRole role)
    {
        if (_gpu.LostReason is { } gone)
            return Reading.FromGapReason(gone);
        if (timestamp != _readAt)
        {
            var part = _settled || _readAt == long.MinValue ? 1 : Math.Clamp((double)(timestamp - _readAt) / _interval, 0, 1);
            _reported = (_reported.Busy + ((_time.Busy - _reported.Busy) * part), _reported.Job + ((_time.Job - _reported.Job) * part), _reported.Processes + ((_time.Processes - _reported.Processes) * part));
            _readAt = timestamp;
        }

        return Reading.FromValue((long)(role switch { MeterRole.Busy => _reported.Busy, MeterRole.Job => _reported.Job, _ => _reported.Processes }));
    }

    /// <summary>Multiprocessors' time of all processes, of the job's, and of those whose owner is known, since the last look, as parts of the time.</summary>
    (double All, double Job, double Known) ReadUtilization(long timestamp, bool first)
    {
        if (!HasProcessUtilization)
            return default;
        // After a silence, not from its beginning: what comes then is of the newest time only. A sample period may be late.
        var since = _lastSampleTime == 0 ? 0 : _lastSampleTime + (ulong)Math.Max(0, ((timestamp - _lastSampleReadAt) / 1_000) - SamplePeriod);
        var code = _gpu.Nvml.ReadProcessUtilization(_gpu.Handle, ref _samples, since, out var count);
        _gpu.CheckStatus(code);
        if (code != NvmlReturn.Success)
            return default;
        var samples = _samples.AsSpan(0, count);
        var newest = _lastSampleTime;
        double jobs = 0, others = 0, unknown = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            var sample = samples[i];
            // Some drivers fill the rest of the list with zeros, and give percents beyond all sense.
            if (sample.ProcessId is 0 or > int.MaxValue || sample.Percent > 100 || !IsPlausible(sample.Timestamp))
                continue;
            newest = Math.Max(newest, sample.Timestamp);
            var mean = ComputeMean(samples, i);
            if (mean < 0)
                continue;
            switch (_processes.BelongsToJob((int)sample.ProcessId))
            {
                case true:
                    jobs += mean;
                    if (GetRank((int)sample.ProcessId) is { } rank)
                        rank.Mean += mean;
                    break;
                case null when !_ids.Contains((int)sample.ProcessId):
                    unknown += mean;
                    break;
                default:
                    others += mean;
                    break;
            }
        }

        if (newest > _lastSampleTime)
        {
            (_lastSampleTime, _lastSampleReadAt, _lastSampleIsEstimate) = (newest, timestamp, false);
        }
        else if (first)
        {
            // No process has used the GPU so far. Samples have time stamps of the CPU's clock, so the next request starts from now.
            (_lastSampleTime, _lastSampleReadAt, _lastSampleIsEstimate) = ((ulong)Math.Max(0, (_wall.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10), timestamp, true);
        }

        // Use by a process that started and ended between two readings is counted for the job, unless other processes used the GPU too: then nobody knows.
        if (others == 0)
            (jobs, unknown) = (jobs + unknown, 0);
        return first ? default : ((jobs + others + unknown) / 100, jobs / 100, (jobs + others) / 100);
    }

    /// <summary>Mean percent of the process of a sample over its samples; below zero where it has been counted before.</summary>
    static double ComputeMean(ReadOnlySpan<NvmlProcessSample> samples, int position)
    {
        var id = samples[position].ProcessId;
        for (var i = 0; i < position; i++)
        {
            if (samples[i].ProcessId == id && samples[i].Percent <= 100)
                return -1;
        }

        long sum = 0, count = 0;
        foreach (var sample in samples)
        {
            if (sample.ProcessId == id && sample.Percent <= 100)
                (sum, count) = (sum + sample.Percent, count + 1);
        }

        return (double)sum / count;
    }

    /// <summary>A sample from days ahead would hide all that come after it.</summary>
    bool IsPlausible(ulong timestamp) => timestamp is > 0 and < 1UL << 56 && (_lastSampleTime == 0 || timestamp <= _lastSampleTime + 86_400_000_000);

    void UpdateInstances()
    {
        long all = 0, job = 0, seen = 0, answered = 0;
        BeginRanks();
        foreach (var part in _instances)
        {
            _ids.Clear();
            var code = _gpu.Nvml.ListProcesses(part.Handle, ref _buffer, _ids);
            _gpu.CheckStatus(code);
            answered += code == NvmlReturn.Success ? 1 : 0;
            var mine = 0;
            foreach (var id in _ids)
                mine += _processes.BelongsToJob(id) == true ? 1 : 0;
            if (_processes.HasRanks)
            {
                foreach (var rank in _ids.Select(GetRank).OfType<RankUse>().Distinct())
                    rank.Holders += part.Slices;
            }

            var held = mine > 0 || Array.IndexOf(_named, part) >= 0;
            WasInstanceShared |= mine > 0 && mine < _ids.Count;
            seen += part.Slices;
            all += held || _ids.Count > 0 ? part.Slices : 0;
            job += held ? part.Slices : 0;
        }

        if (answered == 0 || !_processes.SharesPidNamespace)
        {
            // Who else is on the other parts cannot be seen: the job has its slices of the whole.
            job = _named.Length > 0 ? job : _visible ? seen : 0;
            all = Math.Max(seen, GetTotalSlices());
            WasAssumedExclusive |= _visible && _named.Length == 0 && _processes.HasJob;
        }

        _holders = (all, _processes.HasJob ? job : 0);
        if (answered == 0)
            _instances = _gpu.Nvml.ListMigInstances(_gpu.Handle) is { Count: > 0 } again ? again : _instances;
    }

    int GetTotalSlices() => _gpu.Identity.Name?.Contains("A30", StringComparison.Ordinal) == true ? 4 : WholeSlices;
}
