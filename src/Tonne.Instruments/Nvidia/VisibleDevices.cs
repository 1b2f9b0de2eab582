using System.Globalization;
using Tonne.Quantities;

namespace Tonne.Instruments.Nvidia;

/// <summary>Which GPUs, and which parts of them, a job may use: <c>CUDA_VISIBLE_DEVICES</c>, else <c>NVIDIA_VISIBLE_DEVICES</c>.</summary>
/// <remarks>
/// CUDA reads a list of indices, GPU UUIDs or beginnings of them, and MIG ids, and stops at the first entry that is none; an empty list,
/// <c>-1</c> and <c>NoDevFiles</c> hide all.
/// Indices are CUDA's: by PCI bus with <c>CUDA_DEVICE_ORDER=PCI_BUS_ID</c>, else the fastest first. Source: CUDA C++ Programming Guide,
/// environment variables.
/// The container runtime's variable counts where it names UUIDs, or fewer devices than the driver shows: inside a container the rest is
/// hidden already and the numbers begin anew.
/// </remarks>
sealed class VisibleDevices
{
    const string Cuda = "CUDA_VISIBLE_DEVICES";
    const string Container = "NVIDIA_VISIBLE_DEVICES";
    const string Order = "CUDA_DEVICE_ORDER";

    readonly bool[] _gpus;
    readonly List<MigInstance> _instances = [];
    readonly List<Warning> _warnings = [];
    readonly IReadOnlyList<GpuIdentity> _all;

    VisibleDevices(IReadOnlyList<GpuIdentity> gpus) => (_all, _gpus) = (gpus, new bool[gpus.Count]);

    /// <summary>Parts of GPUs that are named.</summary>
    internal IReadOnlyList<MigInstance> Instances => _instances;

    /// <summary>Warnings about excluded devices, and about settings whose effect is unclear.</summary>
    internal IReadOnlyList<Warning> Warnings => _warnings;

    /// <summary>Whether the job may use a GPU, or a part of it.</summary>
    /// <param name="position">Position in the list of GPUs.</param>
    internal bool this[int position] => _gpus[position];

    /// <summary>Reads the variables.</summary>
    /// <param name="gpus">All GPUs of the machine.</param>
    /// <param name="variable">The environment.</param>
    internal static VisibleDevices Parse(IReadOnlyList<GpuIdentity> gpus, Func<string, string?> variable)
    {
        var visible = new VisibleDevices(gpus);
        if (variable(Cuda) is { } cuda)
        {
            visible.ReadCuda(cuda, variable(Order));
            visible.AddExclusionWarnings(Cuda, cuda);
        }
        else if (variable(Container)?.Trim() is { Length: > 0 } container && container is not "all" and not "void")
        {
            visible.ReadContainer(container);
            visible.AddExclusionWarnings(Container, container);
        }
        else
        {
            Array.Fill(visible._gpus, true);
        }

        return visible;
    }

    void ReadCuda(string list, string? order)
    {
        var byIndex = false;
        foreach (var part in list.Split(','))
        {
            var entry = part.Trim();
            if (entry.Length > 0 && char.IsAsciiDigit(entry[0]))
            {
                if (!int.TryParse(entry, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= _gpus.Length)
                    break;
                byIndex = true;
                _gpus[OrderByPciBus()[index]] = true;
            }
            else if (!TryAddByName(entry))
            {
                break;
            }
        }

        if (byIndex && order != "PCI_BUS_ID" && Array.Exists(_gpus, static seen => !seen) && !AreSameModel())
        {
            _warnings.Add(new Warning("cuda-order",
                $"{Cuda}={list} counts as CUDA does, the fastest card first, and the cards differ: which are meant was taken by their place on the bus.", $"Set {Order}=PCI_BUS_ID, or name them by UUID."));
        }
    }

    void ReadContainer(string list)
    {
        if (list == "none")
            return;
        var indices = new List<int>();
        foreach (var part in list.Split(','))
        {
            var entry = part.Trim();
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (int.TryParse(colon < 0 ? entry : entry[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
                indices.Add(index);
            else
                TryAddByName(entry);
        }

        // If as many GPUs as are visible, or more, are named, the runtime has hidden the others, and its numbers are not these.
        if (indices.Count > 0 && indices.Distinct().Count() < _gpus.Length && indices.TrueForAll(index => index < _gpus.Length))
        {
            foreach (var index in indices)
                _gpus[index] = true;
        }
        else if (indices.Count > 0 || !Array.Exists(_gpus, static seen => seen))
        {
            Array.Fill(_gpus, true);
        }
    }

    /// <summary>Takes a GPU or a part of one by its name; false if it names none, or more than one.</summary>
    bool TryAddByName(string entry)
    {
        if (entry.StartsWith("MIG-", StringComparison.OrdinalIgnoreCase))
            return TryAddInstance(entry);
        if (!entry.StartsWith("GPU-", StringComparison.OrdinalIgnoreCase))
            return false;
        var found = -1;
        for (var i = 0; i < _all.Count; i++)
        {
            if (_all[i].Uuid?.StartsWith(entry, StringComparison.OrdinalIgnoreCase) != true)
                continue;
            if (found >= 0)
                return false;
            found = i;
        }

        if (found >= 0)
            _gpus[found] = true;
        return found >= 0;
    }

    bool TryAddInstance(string entry)
    {
        // Older drivers: MIG-GPU-uuid/gpu instance/compute instance.
        var parts = entry.Split('/');
        var legacy = parts.Length == 3 && uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var gpuInstance) && uint.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var computeInstance)
            ? (Gpu: parts[0]["MIG-".Length..], GpuInstance: gpuInstance, ComputeInstance: computeInstance)
            : default;
        for (var i = 0; i < _all.Count; i++)
        {
            foreach (var instance in _all[i].Instances)
            {
                var meant = instance.Uuid.Equals(entry, StringComparison.OrdinalIgnoreCase)
                    || (legacy.Gpu is { } gpu && string.Equals(_all[i].Uuid, gpu, StringComparison.OrdinalIgnoreCase) && instance.GpuInstance == legacy.GpuInstance && instance.ComputeInstance == legacy.ComputeInstance);
                if (!meant)
                    continue;
                _gpus[i] = true;
                if (!_instances.Contains(instance))
                    _instances.Add(instance);
                return true;
            }
        }

        return false;
    }

    /// <summary>Positions of the GPUs by their place on the bus.</summary>
    int[] OrderByPciBus()
    {
        int[] positions = [.. Enumerable.Range(0, _all.Count)];
        if (_all.All(gpu => gpu.PciBus is not null))
            Array.Sort(positions, (a, b) => string.CompareOrdinal(_all[a].PciBus!.ToUpperInvariant(), _all[b].PciBus!.ToUpperInvariant()));
        return positions;
    }

    bool AreSameModel() => _all.All(gpu => gpu.Name == _all[0].Name);

    void AddExclusionWarnings(string variable, string value)
    {
        var hidden = _all.Where((_, position) => !_gpus[position]).Select(gpu => gpu.Device).ToArray();
        if (hidden.Length > 0)
            _warnings.Add(new Warning("devices-excluded", $"{variable}={value} leaves {hidden.Length} of {_all.Count} GPUs to others ({string.Join(", ", hidden)}): they are metered as the machine's and no part of them is the job's."));
        if (_instances.Count > 0)
            _warnings.Add(new Warning("mig-split", $"{variable} names {_instances.Count} part{(_instances.Count == 1 ? "" : "s")} of a GPU (MIG). Energy is metered for whole GPUs only; the job's part is modelled by slices held, of all slices in use."));
    }
}
