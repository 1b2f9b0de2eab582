using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Nvidia;
using Tonne.Instruments.Rapl;

namespace Tonne.Instruments.PowerLimits;

/// <summary>The devices of a machine whose power can be limited: NVIDIA GPUs (NVML) and processor packages (RAPL).</summary>
/// <remarks>While it is not disposed, the driver of the GPUs stays loaded and keeps their limits.</remarks>
public sealed class PowerLimitDevices : IDisposable
{
    const int MaxGpus = 64;

    readonly List<PowerLimitDevice> _all = [];
    readonly List<PowerLimitDevice> _gpus = [];
    readonly List<PowerLimitDevice> _processors = [];
    readonly List<string> _reasons = [];
    readonly Nvml? _nvml;

    PowerLimitDevices(FileTree tree, DiscoveryOptions options)
    {
        _nvml = LoadNvml(tree, options);
        if (_nvml is not null)
            FindGpus(_nvml, options);
        FindProcessors(tree);
    }

    /// <summary>The GPUs that the environment leaves to a job (CUDA_VISIBLE_DEVICES) and that take a limit.</summary>
    public IReadOnlyList<PowerLimitDevice> Gpus => _gpus;

    /// <summary>The processor packages that take a limit.</summary>
    public IReadOnlyList<PowerLimitDevice> Processors => _processors;

    /// <summary>Why devices take no limit, and what to do.</summary>
    public IReadOnlyList<string> Reasons => _reasons;

    /// <summary>Looks for the devices.</summary>
    /// <param name="tree">The machine's files.</param>
    /// <param name="options">The library of NVIDIA to load, and the environment.</param>
    public static PowerLimitDevices Discover(FileTree tree, DiscoveryOptions options)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(options);
        return new PowerLimitDevices(tree, options);
    }

    /// <summary>The device of an id, whether the environment leaves it to a job or not; null if it is not there.</summary>
    /// <param name="id">The id (<see cref="PowerLimitDevice.Id"/>).</param>
    public PowerLimitDevice? Find(string id) => _all.Find(device => device.Id == id);

    /// <inheritdoc/>
    public void Dispose() => _nvml?.Dispose();

    Nvml? LoadNvml(FileTree tree, DiscoveryOptions options)
    {
        var missing = new List<MissingMeter>();
        if (!NvmlLocator.TryFind(tree, options.NvmlLibrary, NvidiaMeters.DefaultLibrary, missing, out var path))
        {
            _reasons.AddRange(missing.Count > 0 ? missing.Select(one => one.Reason) : ["there is no NVIDIA GPU"]);
            return null;
        }

        var nvml = Nvml.TryLoad(path, out var reason);
        if (nvml is null)
        {
            _reasons.Add($"NVIDIA's management library does not load: {reason}");
            return null;
        }

        var code = nvml.Initialize();
        if (code == NvmlReturn.Success)
            return nvml;
        _reasons.Add($"NVIDIA's management library refuses: {NvmlReturn.Describe(code)}");
        nvml.Dispose();
        return null;
    }

    void FindGpus(Nvml nvml, DiscoveryOptions options)
    {
        var identities = new List<GpuIdentity>();
        var handles = new List<nint>();
        var code = nvml.GetDeviceCount(out var count);
        if (code != NvmlReturn.Success || count == 0)
            _reasons.Add($"NVIDIA's driver shows no GPU ({NvmlReturn.Describe(code)})");
        for (var i = 0u; code == NvmlReturn.Success && i < Math.Min(count, MaxGpus); i++)
        {
            if (nvml.GetDevice(i, out var handle) is var refusal && (refusal != NvmlReturn.Success || handle == 0))
            {
                _reasons.Add($"GPU {i}: {NvmlReturn.Describe(refusal)}");
                continue;
            }

            identities.Add(new GpuIdentity((int)i, nvml.GetName(handle), nvml.GetUuid(handle), nvml.GetPciBus(handle), null,
                nvml.IsMig(handle) ? nvml.ListMigInstances(handle) : []));
            handles.Add(handle);
        }

        var visible = VisibleDevices.Parse(identities, options.EnvironmentVariable);
        for (var i = 0; i < identities.Count; i++)
        {
            if (nvml.ReadSetPowerLimit(handles[i], out _) is var answer && answer != NvmlReturn.Success)
            {
                _reasons.Add($"{identities[i].DisplayName} reports no power limit: {NvmlReturn.Describe(answer)}");
                continue;
            }

            var device = new GpuPowerLimit(nvml, handles[i], identities[i]);
            _all.Add(device);
            if (visible[i])
                _gpus.Add(device);
            else
                _reasons.Add($"{device.Name} is left to others by CUDA_VISIBLE_DEVICES or NVIDIA_VISIBLE_DEVICES");
        }
    }

    /// <summary>Zones of the registers only: those mapped into memory (intel-rapl-mmio) are a second limit of the same package.</summary>
    void FindProcessors(FileTree tree)
    {
        var packages = RaplZones.List(tree).Where(zone => zone is { IsPackage: true, ParentName: null,
            ControlType: "intel-rapl" }).ToList();
        if (packages.Count == 0)
            _reasons.Add($"there is no processor package in {tree.GetFullPath(RaplZones.Folders[0])} (virtual machines and containers see "
                + "none)");
        foreach (var zone in packages)
        {
            if (PackagePowerLimit.TryFind(tree, zone, out var reason) is { } device)
            {
                _all.Add(device);
                _processors.Add(device);
            }
            else
            {
                _reasons.Add(reason!);
            }
        }
    }
}
