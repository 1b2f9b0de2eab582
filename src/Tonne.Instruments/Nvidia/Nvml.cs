using System.Runtime.InteropServices;
using System.Text;

namespace Tonne.Instruments.Nvidia;

/// <summary>
/// NVIDIA's management library, as far as it is needed. A function that this version lacks answers
/// <see cref="NvmlReturn.FunctionNotFound"/>.
/// </summary>
/// <remarks>Layouts and numbers: nvml.h. Loaded once for a machine and given back by <see cref="Dispose"/>; while it is held the driver
/// stays loaded and its counters go on.</remarks>
sealed unsafe class Nvml : IDisposable
{
    const int TextSize = 96;

    readonly nint _library;
    readonly delegate* unmanaged<int> _init;
    readonly delegate* unmanaged<int> _shutdown;
    readonly delegate* unmanaged<byte*, uint, int> _driverVersion;
    readonly delegate* unmanaged<uint*, int> _count;
    readonly delegate* unmanaged<uint, nint*, int> _byIndex;
    readonly delegate* unmanaged<nint, byte*, uint, int> _name;
    readonly delegate* unmanaged<nint, byte*, uint, int> _uuid;
    readonly delegate* unmanaged<nint, byte*, int> _pci;
    readonly delegate* unmanaged<nint, uint*, int> _architecture;
    readonly delegate* unmanaged<nint, uint*, int> _limit;
    readonly delegate* unmanaged<nint, uint*, int> _setLimit;
    readonly delegate* unmanaged<nint, uint*, int> _defaultLimit;
    readonly delegate* unmanaged<nint, uint*, uint*, int> _limitRange;
    readonly delegate* unmanaged<nint, uint, int> _changeLimit;
    readonly delegate* unmanaged<nint, ulong*, int> _energy;
    readonly delegate* unmanaged<nint, uint*, int> _power;
    readonly delegate* unmanaged<nint, int, NvmlFieldValue*, int> _fields;
    readonly delegate* unmanaged<nint, uint*, int> _rates;
    readonly delegate* unmanaged<nint, NvmlProcessSample*, uint*, ulong, int> _processSamples;
    readonly delegate* unmanaged<nint, uint*, byte*, int> _computeProcesses;
    readonly delegate* unmanaged<nint, uint*, byte*, int> _graphicsProcesses;
    readonly int _processSize = sizeof(NvmlProcess);
    readonly delegate* unmanaged<nint, uint*, uint*, int> _migMode;
    readonly delegate* unmanaged<nint, uint*, int> _migCount;
    readonly delegate* unmanaged<nint, uint, nint*, int> _migByIndex;
    readonly delegate* unmanaged<nint, uint*, int> _gpuInstance;
    readonly delegate* unmanaged<nint, uint*, int> _computeInstance;
    readonly delegate* unmanaged<nint, NvmlAttributes*, int> _attributes;
    bool _initialised;

    Nvml(nint library)
    {
        _library = library;
        _init = (delegate* unmanaged<int>)FindExport("nvmlInit_v2", "nvmlInit");
        _shutdown = (delegate* unmanaged<int>)FindExport("nvmlShutdown");
        _driverVersion = (delegate* unmanaged<byte*, uint, int>)FindExport("nvmlSystemGetDriverVersion");
        _count = (delegate* unmanaged<uint*, int>)FindExport("nvmlDeviceGetCount_v2", "nvmlDeviceGetCount");
        _byIndex = (delegate* unmanaged<uint, nint*, int>)FindExport("nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex");
        _name = (delegate* unmanaged<nint, byte*, uint, int>)FindExport("nvmlDeviceGetName");
        _uuid = (delegate* unmanaged<nint, byte*, uint, int>)FindExport("nvmlDeviceGetUUID");
        _pci = (delegate* unmanaged<nint, byte*, int>)FindExport("nvmlDeviceGetPciInfo_v3");
        _architecture = (delegate* unmanaged<nint, uint*, int>)FindExport("nvmlDeviceGetArchitecture");
        _limit = (delegate* unmanaged<nint, uint*, int>)FindExport("nvmlDeviceGetEnforcedPowerLimit");
        _setLimit = (delegate* unmanaged<nint, uint*, int>)FindExport("nvmlDeviceGetPowerManagementLimit");
        _defaultLimit = (delegate* unmanaged<nint, uint*, int>)FindExport("nvmlDeviceGetPowerManagementDefaultLimit");
        _limitRange = (delegate* unmanaged<nint, uint*, uint*, int>)FindExport("nvmlDeviceGetPowerManagementLimitConstraints");
        _changeLimit = (delegate* unmanaged<nint, uint, int>)FindExport("nvmlDeviceSetPowerManagementLimit");
        _energy = (delegate* unmanaged<nint, ulong*, int>)FindExport("nvmlDeviceGetTotalEnergyConsumption");
        _power = (delegate* unmanaged<nint, uint*, int>)FindExport("nvmlDeviceGetPowerUsage");
        _fields = (delegate* unmanaged<nint, int, NvmlFieldValue*, int>)FindExport("nvmlDeviceGetFieldValues");
        _rates = (delegate* unmanaged<nint, uint*, int>)FindExport("nvmlDeviceGetUtilizationRates");
        _processSamples = (delegate* unmanaged<nint, NvmlProcessSample*, uint*, ulong, int>)FindExport("nvmlDeviceGetProcessUtilization");
        _computeProcesses = (delegate* unmanaged<nint, uint*, byte*, int>)FindExport("nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2");
        _graphicsProcesses = (delegate* unmanaged<nint, uint*, byte*, int>)FindExport("nvmlDeviceGetGraphicsRunningProcesses_v3", "nvmlDeviceGetGraphicsRunningProcesses_v2");
        if (_computeProcesses is null)
        {
            // Before MIG: the id and the memory only.
            _processSize = 16;
            _computeProcesses = (delegate* unmanaged<nint, uint*, byte*, int>)FindExport("nvmlDeviceGetComputeRunningProcesses");
            _graphicsProcesses = (delegate* unmanaged<nint, uint*, byte*, int>)FindExport("nvmlDeviceGetGraphicsRunningProcesses");
        }

        _migMode = (delegate* unmanaged<nint, uint*, uint*, int>)FindExport("nvmlDeviceGetMigMode");
        _migCount = (delegate* unmanaged<nint, uint*, int>)FindExport("nvmlDeviceGetMaxMigDeviceCount");
        _migByIndex = (delegate* unmanaged<nint, uint, nint*, int>)FindExport("nvmlDeviceGetMigDeviceHandleByIndex");
        _gpuInstance = (delegate* unmanaged<nint, uint*, int>)FindExport("nvmlDeviceGetGpuInstanceId");
        _computeInstance = (delegate* unmanaged<nint, uint*, int>)FindExport("nvmlDeviceGetComputeInstanceId");
        _attributes = (delegate* unmanaged<nint, NvmlAttributes*, int>)FindExport("nvmlDeviceGetAttributes_v2");
    }

    /// <summary>Loads the library.</summary>
    /// <param name="path">A path, or a name that the system's loader finds.</param>
    /// <param name="reason">Why the library could not be loaded; null if it was loaded.</param>
    internal static Nvml? TryLoad(string path, out string? reason)
    {
        if (!NativeLibrary.TryLoad(path, out var library))
        {
            reason = DescribeLoadFailure(path);
            return null;
        }

        var nvml = new Nvml(library);
        if (nvml._init is null || nvml._count is null || nvml._byIndex is null)
        {
            nvml.Dispose();
            reason = "the library does not have NVML's functions";
            return null;
        }

        reason = null;
        return nvml;
    }

    /// <summary>Starts the library. Until then every question is answered with <see cref="NvmlReturn.Uninitialized"/>.</summary>
    internal int Initialize()
    {
        var code = _init();
        _initialised = code == NvmlReturn.Success;
        return code;
    }

    internal string? GetDriverVersion()
    {
        var text = stackalloc byte[TextSize];
        return _driverVersion is not null && _driverVersion(text, TextSize) == NvmlReturn.Success ? DecodeText(text, TextSize) : null;
    }

    internal int GetDeviceCount(out uint count)
    {
        uint value = 0;
        var code = _count(&value);
        count = value;
        return code;
    }

    internal int GetDevice(uint index, out nint device)
    {
        nint handle = 0;
        var code = _byIndex(index, &handle);
        device = handle;
        return code;
    }

    internal string? GetName(nint device) => ReadText(_name, device);

    internal string? GetUuid(nint device) => ReadText(_uuid, device);

    /// <summary>Reads the PCI address of a card: domain, bus and device.</summary>
    internal string? GetPciBus(nint device)
    {
        // nvmlPciInfo_t, 68 bytes: the text is at byte 36.
        var info = stackalloc byte[128];
        return _pci is not null && _pci(device, info) == NvmlReturn.Success ? DecodeText(info + 36, 32) : null;
    }

    internal int GetArchitecture(nint device, out uint value) => ReadUInt32(_architecture, device, out value);

    /// <summary>Power limit in force, mW.</summary>
    internal int ReadPowerLimit(nint device, out uint value) => ReadUInt32(_limit, device, out value);

    /// <summary>Power limit that was set, mW.</summary>
    internal int ReadSetPowerLimit(nint device, out uint value) => ReadUInt32(_setLimit, device, out value);

    /// <summary>Power limit as delivered, mW.</summary>
    internal int ReadDefaultPowerLimit(nint device, out uint value) => ReadUInt32(_defaultLimit, device, out value);

    /// <summary>Lowest and highest power limit that can be set, mW.</summary>
    internal int ReadPowerLimitRange(nint device, out uint min, out uint max)
    {
        uint low = 0, high = 0;
        var code = _limitRange is null ? NvmlReturn.FunctionNotFound : _limitRange(device, &low, &high);
        (min, max) = (low, high);
        return code;
    }

    /// <summary>Sets the power limit, mW. It needs root.</summary>
    internal int SetPowerLimit(nint device, uint milliwatts) => _changeLimit is null ? NvmlReturn.FunctionNotFound
        : _changeLimit(device, milliwatts);

    /// <summary>Energy since the driver was loaded, mJ.</summary>
    internal int ReadEnergy(nint device, out ulong value)
    {
        ulong millijoules = 0;
        var code = _energy is null ? NvmlReturn.FunctionNotFound : _energy(device, &millijoules);
        value = millijoules;
        return code;
    }

    /// <summary>Power, mW: the mean of the last second since Ampere (except GA100), at the instant before.</summary>
    internal int ReadPower(nint device, out uint value) => ReadUInt32(_power, device, out value);

    /// <summary>Asks for one field.</summary>
    internal int ReadField(nint device, uint field, uint scope, out ulong value)
    {
        value = 0;
        if (_fields is null)
            return NvmlReturn.FunctionNotFound;
        var request = new NvmlFieldValue { Field = field, Scope = scope };
        var code = _fields(device, 1, &request);
        if (code == NvmlReturn.Success)
            code = request.Return;
        if (code == NvmlReturn.Success && !request.TryGetUInt64(out value))
            code = 21;
        return code;
    }

    /// <summary>Percent of the last sample period (1/6 to 1 s) in which anything ran.</summary>
    internal int ReadUtilization(nint device, out uint percent)
    {
        var rates = stackalloc uint[2];
        var code = _rates is null ? NvmlReturn.FunctionNotFound : _rates(device, rates);
        percent = rates[0];
        return code;
    }

    /// <summary>Reads how much each process has used a GPU since a time.</summary>
    /// <param name="device">The GPU.</param>
    /// <param name="samples">Filled; grown where there are more.</param>
    /// <param name="since">The processor's clock in µs; 0 for all that the driver remembers.</param>
    /// <param name="count">Number of items.</param>
    internal int ReadProcessUtilization(nint device, ref NvmlProcessSample[] samples, ulong since, out int count)
    {
        count = 0;
        if (_processSamples is null)
            return NvmlReturn.FunctionNotFound;
        for (var tries = 0; ; tries++)
        {
            var room = (uint)samples.Length;
            int code;
            fixed (NvmlProcessSample* first = samples)
                code = _processSamples(device, first, &room, since);
            if (code == NvmlReturn.InsufficientSize && tries < 4 && samples.Length < 16_384)
            {
                Array.Resize(ref samples, samples.Length * 4);
                continue;
            }

            if (code == NvmlReturn.Success)
                count = (int)Math.Min(room, (uint)samples.Length);
            // Nobody used it.
            return code == NvmlReturn.NotFound ? NvmlReturn.Success : code;
        }
    }

    /// <summary>Adds the ids of the processes that hold a GPU, or a part of one, to a list; each once.</summary>
    internal int ListProcesses(nint device, ref byte[] buffer, List<int> ids)
    {
        var code = ListProcesses(_computeProcesses, device, ref buffer, ids);
        // Processes that draw the screen hold the card too. MIG instances cannot draw and return "not supported".
        if (code == NvmlReturn.Success)
            ListProcesses(_graphicsProcesses, device, ref buffer, ids);
        return code;
    }

    /// <summary>Whether a GPU is cut into parts.</summary>
    internal bool IsMig(nint device)
    {
        uint current = 0, pending = 0;
        return _migMode is not null && _migMode(device, &current, &pending) == NvmlReturn.Success && current == 1;
    }

    /// <summary>The parts of a GPU.</summary>
    internal List<MigInstance> ListMigInstances(nint device)
    {
        var instances = new List<MigInstance>();
        if (_migByIndex is null || ReadUInt32(_migCount, device, out var maxCount) != NvmlReturn.Success)
            return instances;
        for (uint i = 0; i < Math.Min(maxCount, 64); i++)
        {
            nint part = 0;
            if (_migByIndex(device, i, &part) != NvmlReturn.Success || part == 0)
                continue;
            var size = default(NvmlAttributes);
            var sized = _attributes is not null && _attributes(part, &size) == NvmlReturn.Success;
            var slices = sized ? size.ComputeInstanceSlices : 0;
            instances.Add(new MigInstance(part, GetUuid(part) ?? "", ReadUInt32OrNull(_gpuInstance, part), ReadUInt32OrNull(_computeInstance, part), slices is > 0 and <= 64 ? (int)slices : 1));
        }

        return instances;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_initialised && _shutdown is not null)
            _ = _shutdown();
        _initialised = false;
        NativeLibrary.Free(_library);
    }

    static string DescribeLoadFailure(string path)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(path));
            return "the library could not be loaded";
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            return error.Message.Split('\n', 2)[0].Trim();
        }
    }

    static string DecodeText(byte* text, int maxBytes)
    {
        var bytes = new ReadOnlySpan<byte>(text, maxBytes);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]).Trim();
    }

    static string? ReadText(delegate* unmanaged<nint, byte*, uint, int> function, nint device)
    {
        var text = stackalloc byte[TextSize];
        return function is not null && function(device, text, TextSize) == NvmlReturn.Success && DecodeText(text, TextSize) is { Length: > 0 } said ? said : null;
    }

    static int ReadUInt32(delegate* unmanaged<nint, uint*, int> function, nint device, out uint value)
    {
        uint whole = 0;
        var code = function is null ? NvmlReturn.FunctionNotFound : function(device, &whole);
        value = whole;
        return code;
    }

    static uint? ReadUInt32OrNull(delegate* unmanaged<nint, uint*, int> function, nint device) =>
        ReadUInt32(function, device, out var value) == NvmlReturn.Success ? value : null;

    int ListProcesses(delegate* unmanaged<nint, uint*, byte*, int> function, nint device, ref byte[] buffer, List<int> ids)
    {
        if (function is null)
            return NvmlReturn.FunctionNotFound;
        for (var tries = 0; ; tries++)
        {
            var room = (uint)(buffer.Length / _processSize);
            var fits = room;
            int code;
            fixed (byte* first = buffer)
                code = function(device, &room, first);
            if (code == NvmlReturn.InsufficientSize && tries < 4 && buffer.Length < 1 << 20)
            {
                Array.Resize(ref buffer, buffer.Length * 4);
                continue;
            }

            if (code != NvmlReturn.Success)
                return code;
            for (var i = 0; i < Math.Min(room, fits); i++)
            {
                var id = BitConverter.ToUInt32(buffer, i * _processSize);
                if (id is > 0 and <= int.MaxValue && !ids.Contains((int)id))
                    ids.Add((int)id);
            }

            return code;
        }
    }

    nint FindExport(string name, string? older = null) =>
        NativeLibrary.TryGetExport(_library, name, out var address) || (older is not null && NativeLibrary.TryGetExport(_library, older, out address)) ? address : 0;
}
