using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Nvidia;

/// <summary>NVIDIA's GPUs through their management library (NVML): energy or power, and who used each.</summary>
/// <remarks>See README.md beside this file for what is read and its caveats.</remarks>
sealed class NvidiaMeters : Instrument
{
    internal const string DefaultLibrary = "libnvidia-ml.so.1";
    const int MaxGpus = 64;

    /// <summary>Between two looks at who uses the GPUs. A little less than the usual period, so that each sample of it looks.</summary>
    static readonly TimeSpan UpdateInterval = TimeSpan.FromMilliseconds(950);

    static readonly Source AccuracySource = new("YANG-2024", "Yang, Adamek, Armour: Accurate and Convenient Energy Measurements for GPUs, SC24 (arXiv 2312.02741)", 2024);

    /// <summary>Accuracy of an energy counter.</summary>
    public static Factor CounterAccuracy { get; } = new(
        "nvml/counter-accuracy", "joules per joule counted by a GPU", "1", new Bounds(0.95, 1, 1.05), Quality.Measured, AccuracySource,
        "the counter is taken as it is; the width is our reading of the card-to-card error reported");

    /// <summary>Accuracy of an energy counter whose sensor looks for a quarter of the time only (GA100, Hopper).</summary>
    public static Factor PartialSamplingAccuracy { get; } = new(
        "nvml/counter-accuracy-quarter", "joules per joule counted by a GPU whose power is sampled for a quarter of the time", "1", new Bounds(0.9, 1, 1.1), Quality.Measured, AccuracySource,
        "on A100 and H100 the sensor sees 25 % of the run time; the width is assumed, for work that is not in step with it");

    /// <summary>Accuracy of a power reading.</summary>
    public static Factor PowerAccuracy { get; } = new(
        "nvml/power-accuracy", "joules per joule integrated from the power a GPU reports", "1", new Bounds(0.9, 1, 1.1), Quality.Measured, AccuracySource,
        "the sensor's own error; what is missed between samples comes on top. The width is assumed");

    readonly Nvml? _nvml;
    readonly List<Gpu> _gpus = [];
    readonly List<GpuUsageTracker> _users = [];
    readonly List<CounterPowerCheck?> _checks = [];
    readonly List<CounterResolutionCheck?> _watches = [];
    readonly List<IMeter> _meters = [];
    readonly List<MeteredPart> _parts = [];
    readonly List<MissingMeter> _missing = [];
    readonly List<Warning> _warnings = [];
    readonly GpuProcessFilter _processes;
    readonly CostThrottle _pace = new(UpdateInterval, initialRuns: 0);
    readonly Action _updateUsage;
    readonly TimeProvider _time;
    long _now = long.MinValue;
    bool _updated;
    bool _settling;

    /// <summary>Looks for GPUs.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="options">The library to load and the environment.</param>
    public NvidiaMeters(FileTree tree, DiscoveryOptions options)
        : this(tree, options, new GpuProcessFilter())
    {
    }

    internal NvidiaMeters(FileTree tree, DiscoveryOptions options, GpuProcessFilter processes)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(options);
        (_processes, _updateUsage, _time) = (processes, UpdateUsage, options.Time);
        if (!NvmlLocator.TryFind(tree, options.NvmlLibrary, DefaultLibrary, _missing, out var path))
            return;
        _nvml = Nvml.TryLoad(path, out var reason);
        if (_nvml is null)
        {
            _missing.Add(NvmlLocator.CreateNotLoaded(path, reason!));
            return;
        }

        var code = _nvml.Initialize();
        if (code == NvmlReturn.Success)
            code = _nvml.GetDeviceCount(out var count) is var answer && answer == NvmlReturn.Success ? FindAll(Math.Min(count, MaxGpus), path, options.EnvironmentVariable) : answer;
        if (code != NvmlReturn.Success)
            _missing.Add(NvmlLocator.CreateRefused("nvml", path, code));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IMeter> Meters => _meters;

    /// <inheritdoc/>
    public override IReadOnlyList<MeteredPart> Parts => _parts;

    /// <inheritdoc/>
    public override IReadOnlyList<MissingMeter> Missing => _missing;

    /// <inheritdoc/>
    public override IReadOnlyList<Warning> Warnings => _warnings;

    /// <inheritdoc/>
    public override void TrackJob(IJobProcesses job)
    {
        _processes.TrackJob(job);
        if (_processes.HasRanks)
            _users.ForEach(static users => users.ShareAmongRanks());
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IDeviceUsers> DeviceUsers => _processes.HasRanks && _processes.SharesPidNamespace ? _users : [];

    /// <inheritdoc/>
    public override void PrepareFinalSample()
    {
        _settling = true;
        foreach (var users in _users)
            users.PrepareFinalSample();
        foreach (var watch in _watches)
            watch?.PrepareFinalSample();
    }

    /// <inheritdoc/>
    public override IEnumerable<Warning> GetFinalWarnings()
    {
        for (var i = 0; i < _gpus.Count; i++)
        {
            var (gpu, users) = (_gpus[i], _users[i]);
            if (gpu.LostReason is { } gone)
                yield return new Warning("gpu-lost", $"{gpu.Identity.DisplayName} was lost on the way ({gone}); it was asked nothing more.");
            if (_checks[i]?.GetWarning(gpu.Identity) is { } disagreement)
                yield return disagreement;
            if (_watches[i]?.IsBelowResolution == true)
                yield return new Warning("below-resolution", $"{gpu.Identity.DisplayName}: the run was shorter than one refresh of its energy counter (20 to 100 ms), which did not move: its energy is not known, and is not zero.");
        }

        if (ListDevices(users => users.WasAssumedExclusive) is { } alone)
            yield return new Warning("gpu-taken-alone", $"Which processes used GPU {alone} is not known ({(_processes.SharesPidNamespace ? "the driver lists no processes" : "the driver's process ids are another namespace's")}): the job was taken to be alone there.");
        if (ListDevices(users => users.WasSplitByHolders) is { } split)
            yield return new Warning("gpu-split-by-holders", $"GPU {split} does not report how much each process uses: it was split evenly among the processes that hold it.");
        if (ListDevices(users => users.WasInstanceShared) is { } shared)
            yield return new Warning("mig-part-shared", $"A part of GPU {shared} (MIG) was held by the job and by others: all of that part was taken for the job's.");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _nvml?.Dispose();
        base.Dispose(disposing);
    }

    int FindAll(uint count, string path, Func<string, string?> variable)
    {
        var identities = new List<GpuIdentity>();
        var handles = new List<nint>();
        var refused = 0;
        // A number of GPUs that is wrong ends with the second that nobody knows.
        for (var i = 0u; i < count && refused < 2; i++)
        {
            var code = _nvml!.GetDevice(i, out var handle);
            if (code == NvmlReturn.Success && handle == 0)
                code = NvmlReturn.NotFound;
            if (code != NvmlReturn.Success)
            {
                _missing.Add(NvmlLocator.CreateRefused($"nvml:gpu-{i}", path, code));
                refused = code == NvmlReturn.InvalidArgument ? refused + 1 : 0;
                continue;
            }

            refused = 0;

            identities.Add(new GpuIdentity((int)i, _nvml.GetName(handle), _nvml.GetUuid(handle), _nvml.GetPciBus(handle),
                _nvml.GetArchitecture(handle, out var architecture) == NvmlReturn.Success && architecture < 256 ? architecture : null,
                _nvml.IsMig(handle) ? _nvml.ListMigInstances(handle) : []));
            handles.Add(handle);
        }

        if (identities.Count == 0)
        {
            if (_missing.Count == 0)
                _missing.Add(new MissingMeter("nvml", path, "the driver is there and shows no GPU", null, NvmlLocator.GetContainerRemedies()));
            return NvmlReturn.Success;
        }

        var visible = VisibleDevices.Parse(identities, variable);
        _warnings.AddRange(visible.Warnings);
        for (var i = 0; i < identities.Count; i++)
        {
            var gpu = new Gpu(_nvml!, handles[i], identities[i]);
            var users = new GpuUsageTracker(gpu, _processes, visible[i], visible.Instances, _time);
            _gpus.Add(gpu);
            _users.Add(users);
            AddPart(gpu, users, visible[i], path);
        }

        // Energy first: it is what the time of a sample is meant for. Then the rest, which is looked at once for all.
        _meters.AddRange(_gpus.SelectMany((gpu, i) => CreateEnergyMeters(gpu, i)).OrderBy(meter => meter.Description.Role));
        for (var i = 0; i < _gpus.Count; i++)
            AddUsageMeters(_gpus[i].Identity, _users[i]);
        return NvmlReturn.Success;
    }

    void AddPart(Gpu gpu, GpuUsageTracker users, bool visible, string path)
    {
        var identity = gpu.Identity;
        _checks.Add(gpu is { HasCounter: true, Power: not PowerSource.None } ? new CounterPowerCheck() : null);
        _watches.Add(gpu.HasCounter ? new CounterResolutionCheck() : null);
        if (gpu.HasCounter)
        {
            _parts.Add(Part([identity.MeterId], identity.IsPartiallySampled ? PartialSamplingAccuracy : CounterAccuracy, "The energy counter of the GPU."));
            return;
        }

        var reason = gpu.CounterIsZero ? "its energy counter stands at 0 and counts nothing" : "no energy counter: " + NvmlReturn.Describe(gpu.EnergyStatus);
        if (gpu.Power != PowerSource.None)
        {
            _missing.Add(new MissingMeter(identity.MeterId, path, $"{identity.DisplayName}: {reason}; its power is integrated instead", null, NvmlLocator.GetRemedies(gpu.EnergyStatus)));
            _parts.Add(Part([identity.MeterId + "/power"], PowerAccuracy, "No energy counter: the GPU's power is sampled and integrated."));
            _warnings.Add(gpu.Power switch
            {
                PowerSource.ModuleInstant => new Warning("gpu-power-of-module", $"{identity.DisplayName} reports only the power of its module, processor and memory included: it is more than the GPU's."),
                PowerSource.Usage when identity.Architecture is >= 7 && !identity.IsPartiallySampled => new Warning("gpu-power-averaged", $"{identity.DisplayName} reports its power as a mean of the last second: bursts are smoothed, and the first and last second of the run are off by up to half of it."),
                _ => new Warning("gpu-power-integrated", $"{identity.DisplayName} has no energy counter: its power is read at each sample and integrated, so what it draws between samples is seen by chance.", "Set a shorter --period."),
            });
        }
        else if (users.HasDeviceUtilization || users.HasProcessUtilization)
        {
            _missing.Add(new MissingMeter(identity.MeterId, path, $"{identity.DisplayName}: {reason}, and no power ({NvmlReturn.Describe(gpu.PowerStatus)}); modelled by the time it is at work", null, NvmlLocator.GetRemedies(gpu.EnergyStatus)));
            _parts.Add(Part([], null, "Neither counter nor power: modelled by the time the GPU is at work."));
        }
        else
        {
            _missing.Add(new MissingMeter(identity.MeterId, path, $"{identity.DisplayName} is unmeasured: {reason}, no power ({NvmlReturn.Describe(gpu.PowerStatus)}), no utilisation", null, NvmlLocator.GetRemedies(gpu.EnergyStatus)));
            _warnings.Add(new Warning("gpu-unmeasured", $"{identity.DisplayName} reports nothing of its energy, power or use: what it uses is in no figure."));
        }

        MeteredPart Part(System.Collections.Immutable.ImmutableArray<string> meters, Factor? accuracy, string why) =>
            new(Component.Gpu, identity.Device, meters, accuracy, why) { Name = identity.Name, Uuid = identity.Uuid, Visible = visible,
                PowerLimitWatts = gpu.LimitWatts };
    }

    IEnumerable<IMeter> CreateEnergyMeters(Gpu gpu, int position)
    {
        var (identity, watch) = (gpu.Identity, _watches[position]);
        if (watch is not null)
        {
            yield return new GpuMeter(
                new MeterDescription(identity.MeterId, Component.Gpu, MeterKind.EnergyCounter, MeterRole.Machine, Device: identity.Device, CeilingWatts: gpu.CeilingWatts,
                    Note: $"{Describe(identity)}: energy counter, summed", RefreshSeconds: Gpu.RefreshSeconds),
                timestamp => watch.Check(timestamp, gpu.ReadEnergy(timestamp)));
        }

        if (gpu.Power == PowerSource.None)
            yield break;
        var source = gpu.Power switch
        {
            PowerSource.Instant => "instant power",
            PowerSource.ModuleInstant => "instant power of the module, processor and memory included",
            _ when identity.Architecture is null or < 7 || identity.IsPartiallySampled => "power",
            _ => "mean power of the last second",
        };
        var description = new MeterDescription(identity.MeterId + "/power", Component.Gpu, MeterKind.Power, watch is null ? MeterRole.Machine : MeterRole.Contained, Device: identity.Device,
            CeilingWatts: gpu.CeilingWatts, Note: $"{Describe(identity)}: {source}, {(watch is null ? "integrated" : "not summed: a second view of the counter, read once a second")}", RefreshSeconds: Gpu.RefreshSeconds, LimitWatts: gpu.LimitWatts);
        if (watch is null)
        {
            yield return new GpuMeter(description, gpu.ReadPower);
            yield break;
        }

        yield return new GpuMeter(description, timestamp =>
        {
            Refresh(timestamp);
            return watch.Power;
        });
    }

    void AddUsageMeters(GpuIdentity identity, GpuUsageTracker users)
    {
        if (users.HasDeviceUtilization || users.HasProcessUtilization)
        {
            Add("/time", MeterKind.DeviceTime, MeterRole.Busy, "time at work", users.ReadBusyTime);
            Add("/job-time", MeterKind.DeviceTime, MeterRole.Job, users.HasProcessUtilization ? "time at work for the job, by its share of the multiprocessors' time" : "time at work for the job, by its share of the holders", users.ReadJobTime);
        }

        if (users.HasProcessUtilization)
            Add("/process-time", MeterKind.DeviceTime, MeterRole.Processes, "time at work for all processes whose owner is known", users.ReadProcessTime);
        var what = identity.Instances.Count > 0 ? "slices" : "processes";
        Add("/holders", MeterKind.Holders, MeterRole.Busy, $"{what} that hold it", _ => users.Holders);
        Add("/job-holders", MeterKind.Holders, MeterRole.Job, $"{what} of the job that hold it", _ => users.JobHolders);

        void Add(string suffix, MeterKind kind, MeterRole role, string note, Func<long, Reading> read) =>
            _meters.Add(new GpuMeter(new MeterDescription(identity.MeterId + suffix, Component.Gpu, kind, role, Device: identity.Device, Note: note), timestamp =>
            {
                Refresh(timestamp);
                return read(timestamp);
            }));
    }

    /// <summary>Looks at who uses the GPUs, where it is time.</summary>
    void Refresh(long timestamp)
    {
        if (timestamp == _now)
            return;
        _now = timestamp;
        if (_updated && !_settling)
        {
            _pace.Run(timestamp, _updateUsage);
            return;
        }

        // The first look compiles what it runs, which says nothing of what a look costs.
        UpdateUsage();
        _updated = true;
    }

    void UpdateUsage()
    {
        _processes.StartPass();
        for (var i = 0; i < _gpus.Count; i++)
        {
            _users[i].Update(_now);
            if (_watches[i] is not { } watch || _checks[i] is not { } check)
                continue;
            watch.Power = _gpus[i].ReadPower(_now);
            if (!watch.Power.IsGap && watch.Last is { } counted)
                check.AddSample(_now, counted, watch.Power.Value);
        }
    }

    string? ListDevices(Func<GpuUsageTracker, bool> which)
    {
        string? named = null;
        for (var i = 0; i < _users.Count; i++)
        {
            if (which(_users[i]))
                named = named is null ? _gpus[i].Identity.Device : $"{named}, {_gpus[i].Identity.Device}";
        }

        return named;
    }

    static string Describe(GpuIdentity identity) => $"{identity.Name ?? "unnamed"}{(identity.PciBus is { } bus ? " at " + bus : "")}{(identity.Instances.Count > 0 ? $", in {identity.Instances.Count} parts (MIG)" : "")}";
}
