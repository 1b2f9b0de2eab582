using System.Globalization;
using System.Runtime.InteropServices;

namespace Tonne.Instruments.Amd;

/// <summary>
/// AMD's own library for its cards (<c>libamd_smi.so</c>), loaded if it is there; it knows the energy that the kernel's sensors do not.
/// </summary>
/// <remarks>Functions and their meaning: amdsmi.h, ROCm. A symbol that is missing is a feature that is absent. Not thread safe here: one
/// thread calls.</remarks>
sealed unsafe class AmdSmi : IDisposable
{
    /// <summary>Names under which the library is looked for.</summary>
    internal static readonly string[] LibraryNames = ["libamd_smi.so", "/opt/rocm/lib/libamd_smi.so"];

    const ulong Gpus = 2;
    const int Success = 0;
    const int MaxSockets = 64;

    readonly nint _library;
    readonly delegate* unmanaged<int> _shutDown;
    readonly delegate* unmanaged<nint, ulong*, float*, ulong*, int> _energy;
    readonly List<(string Slot, nint Handle)> _devices = [];

    AmdSmi(nint library, delegate* unmanaged<int> shutDown, delegate* unmanaged<nint, ulong*, float*, ulong*, int> energy)
    {
        _library = library;
        _shutDown = shutDown;
        _energy = energy;
    }

    /// <summary>Loads the library and lists its devices.</summary>
    /// <param name="path">Path of the library; null for that of the system.</param>
    /// <param name="why">Why it cannot be used; null if it can, or is not there.</param>
    internal static AmdSmi? TryLoad(string? path, out string? why)
    {
        why = null;
        nint library = 0;
        foreach (var name in path is null ? LibraryNames : [path])
        {
            if (NativeLibrary.TryLoad(name, out library))
                break;
        }

        if (library == 0)
            return null;
        if (!NativeLibrary.TryGetExport(library, "amdsmi_init", out var init) || !NativeLibrary.TryGetExport(library, "amdsmi_shut_down", out var shutDown)
            || !NativeLibrary.TryGetExport(library, "amdsmi_get_socket_handles", out var sockets) || !NativeLibrary.TryGetExport(library, "amdsmi_get_processor_handles", out var processors)
            || !NativeLibrary.TryGetExport(library, "amdsmi_get_energy_count", out var energy)
            || !(NativeLibrary.TryGetExport(library, "amdsmi_get_gpu_device_bdf", out var place) || NativeLibrary.TryGetExport(library, "amdsmi_get_device_bdf", out place)))
        {
            why = "the library is too old: it lacks a function that is needed";
            NativeLibrary.Free(library);
            return null;
        }

        var status = ((delegate* unmanaged<ulong, int>)init)(Gpus);
        if (status != Success)
        {
            why = string.Create(CultureInfo.InvariantCulture, $"the library could not be initialised: status {status}");
            NativeLibrary.Free(library);
            return null;
        }

        var smi = new AmdSmi(library, (delegate* unmanaged<int>)shutDown, (delegate* unmanaged<nint, ulong*, float*, ulong*, int>)energy);
        smi.ListDevices((delegate* unmanaged<uint*, nint*, int>)sockets, (delegate* unmanaged<nint, uint*, nint*, int>)processors, (delegate* unmanaged<nint, ulong*, int>)place);
        return smi;
    }

    /// <summary>The library's handle of the device at a place on the bus; null if it does not know it.</summary>
    internal nint? FindDevice(string? slot)
    {
        foreach (var (place, handle) in _devices)
        {
            if (place == slot)
                return handle;
        }

        return null;
    }

    /// <summary>Energy of a device in µJ: the accumulator times its resolution.</summary>
    /// <returns>Null with the library's status if it does not report it, or reports nonsense (status −1).</returns>
    internal double? ReadMicrojoules(nint device, out int status)
    {
        ulong accumulator = 0, at = 0;
        float resolution = 0;
        status = _energy(device, &accumulator, &resolution, &at);
        if (status != Success)
            return null;
        // All ones: the firmware does not count.
        if (accumulator is ulong.MaxValue or uint.MaxValue or ushort.MaxValue || !(resolution > 0 && resolution < 1e6f))
        {
            status = -1;
            return null;
        }

        // The library rounds the resolution of 2^-16 J to 15.3 µJ: 0.3 % too much.
        var microjoules = accumulator * (resolution is > 15.29f and < 15.31f ? 1e6 / 65536 : resolution);
        if (microjoules < long.MaxValue)
            return microjoules;
        status = -1;
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _shutDown();
        NativeLibrary.Free(_library);
    }

    void ListDevices(delegate* unmanaged<uint*, nint*, int> sockets, delegate* unmanaged<nint, uint*, nint*, int> processors, delegate* unmanaged<nint, ulong*, int> place)
    {
        var handles = stackalloc nint[MaxSockets];
        var devices = stackalloc nint[MaxSockets];
        uint count = MaxSockets;
        if (sockets(&count, handles) != Success)
            return;
        for (var i = 0; i < count && i < MaxSockets; i++)
        {
            uint each = MaxSockets;
            if (processors(handles[i], &each, devices) != Success)
                continue;
            for (var j = 0; j < each && j < MaxSockets; j++)
            {
                ulong at = 0;
                if (place(devices[j], &at) == Success)
                    _devices.Add((FormatPciSlot(at), devices[j]));
            }
        }
    }

    /// <summary>Function in 3 bits, device in 5, bus in 8, domain above (<c>amdsmi_bdf_t</c>).</summary>
    internal static string FormatPciSlot(ulong place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place >> 16:x4}:{(place >> 8) & 0xff:x2}:{(place >> 3) & 0x1f:x2}.{place & 7:x}");
}
