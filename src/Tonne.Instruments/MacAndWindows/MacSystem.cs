using System.Runtime.InteropServices;
using System.Text;
using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Quantities;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>macOS 12 and newer.</summary>
/// <remarks>
/// Written from Apple's headers, and never run: no Mac was there to try it. Sources: mach/host_info.h, mach/vm_statistics.h,
/// sys/resource.h, sys/proc_info.h, libproc.h, sysctl(3).
/// </remarks>
sealed unsafe class MacSystem : HostSystem
{
    const int MaxProcesses = 16384;
    const string Unknown = "unknown";

    readonly Lock _gate = new();
    readonly MachTicks _ticks = new();
    readonly Lazy<string> _bootId = new(static () => ReadText("kern.bootsessionuuid") ?? Unknown);
    readonly Lazy<uint> _host = new(static () => MacCalls.GetHost());
    readonly Lazy<(uint Numerator, uint Denominator)> _timebase = new(ReadTimebase);
    readonly Lazy<long> _memoryBytes = new(static () => ReadNumber("hw.memsize") ?? 0);

    /// <inheritdoc/>
    public override string Name => "macOS";

    /// <inheritdoc/>
    public override string BootId => _bootId.Value;

    /// <inheritdoc/>
    public override string CpuTimeNote =>
        "host_statistics, HOST_CPU_LOAD_INFO: user + system + nice, and idle, all processors; ticks of 10 ms";

    /// <inheritdoc/>
    public override string MemoryNote =>
        "host_statistics64, HOST_VM_INFO64: anonymous pages that cannot be purged, wired and compressed ones";

    /// <inheritdoc/>
    public override bool CountsReapedChildren => true;

    /// <inheritdoc/>
    public override SystemCpuTime? ReadCpuTime()
    {
        var ticks = stackalloc uint[MachTicks.Count];
        var count = (uint)MachTicks.Count;
        lock (_gate)
            return MacCalls.GetHostStatistics(_host.Value, MacCalls.CpuLoad, ticks, ref count) == 0 && count == MachTicks.Count
                ? _ticks.Add(new ReadOnlySpan<uint>(ticks, MachTicks.Count)) : null;
    }

    /// <inheritdoc/>
    public override SystemMemory? ReadMemory()
    {
        var bytes = stackalloc byte[MacStructures.MemoryBytes];
        var count = (uint)MacStructures.MemoryBytes / sizeof(uint);
        return _memoryBytes.Value > 0 && MacCalls.GetHostStatistics64(_host.Value, MacCalls.VirtualMemory, bytes, ref count) == 0
            ? new SystemMemory(_memoryBytes.Value,
                MacStructures.ReadUsedMemory(new ReadOnlySpan<byte>(bytes, MacStructures.MemoryBytes), Environment.SystemPageSize,
                _memoryBytes.Value)) : null;
    }

    /// <inheritdoc/>
    public override MachineDescription Describe()
    {
        var warnings = new List<Warning>();
        var threads = (int)Math.Clamp(ReadNumber("hw.logicalcpu") ?? Environment.ProcessorCount, 1, 65536);
        var cores = ReadNumber("hw.physicalcpu");
        var isVirtual = ReadNumber("kern.hv_vmm_present") == 1;
        var product = ReadText("hw.model");
        var cpu = new CpuInfo(
            ReadText("machdep.cpu.brand_string"), ReadText("machdep.cpu.vendor"), ReadSmallNumber("machdep.cpu.family"),
                ReadSmallNumber("machdep.cpu.model"), ReadSmallNumber("machdep.cpu.stepping"),
            Implementer: null, Part: null, isVirtual, threads, (int?)ReadNumber("hw.packages"), cores is > 0 && threads % cores == 0
                ? (int)(threads / cores.Value) : null);
        if (_memoryBytes.Value == 0)
            warnings.Add(new Warning("memory-unknown",
                "macOS does not report the size of the main memory (sysctl hw.memsize); the energy of memory is left out."));
        // Since 2022 the name of a model says no more whether it is a laptop ("Mac14,2").
        var kind = isVirtual ? HostKind.Vm
            : product?.StartsWith("MacBook", StringComparison.Ordinal) == true ? HostKind.Laptop
            : product is not null
                && Array.Exists(["iMac", "Macmini", "MacPro"], name => product.StartsWith(name, StringComparison.Ordinal))
                ? HostKind.Desktop
            : HostKind.Unknown;
        var machine = new Machine(
            kind, cpu.Name ?? Unknown, null, threads, Math.Clamp(cpu.Sockets ?? 1, 1, threads), _memoryBytes.Value,
            $"macOS {ReadText("kern.osproductversion")}, {RuntimeInformation.OSDescription}".Trim(), isVirtual, BootId, Product: isVirtual
                ? null : product);
        return new MachineDescription(machine, cpu, new Dmi("Apple", product, null, null, null), kind == HostKind.Laptop, warnings);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(int Id, int ParentId)> ListProcesses()
    {
        var ids = new int[MaxProcesses];
        int count;
        fixed (int* start = ids)
            count = MacCalls.ListProcesses(start, MaxProcesses * sizeof(int));
        var found = new List<(int, int)>(Math.Max(count, 0));
        for (var i = 0; i < Math.Min(count, MaxProcesses); i++)
        {
            if (ReadShortInformation(ids[i]) is { IsZombie: false } read)
                found.Add((ids[i], read.ParentId));
        }

        return found;
    }

    /// <inheritdoc/>
    public override FollowedProcess? OpenProcess(int id) => ReadUsage(id) is var (start, _) ? new UnopenedProcess(this, id, start) : null;

    /// <inheritdoc/>
    public override long GetThreadCpuNanoseconds()
    {
        var time = stackalloc long[2];
        return MacCalls.ReadClock(MacCalls.ThreadClock, time) == 0 ? (time[0] * 1_000_000_000) + time[1] : 0;
    }

    (long Start, ProcessUsage Usage)? ReadUsage(int id)
    {
        var bytes = stackalloc byte[MacStructures.UsageBytes];
        if (MacCalls.GetProcessUsage(id, MacCalls.UsageVersion2, bytes) != 0)
            return null;
        var (start, usage) = MacStructures.ReadUsage(new ReadOnlySpan<byte>(bytes, MacStructures.UsageBytes), _timebase.Value.Numerator,
            _timebase.Value.Denominator);
        if (ReadShortInformation(id) is { IsZombie: true })
            return null;
        return (start, id == Environment.ProcessId
            ? usage with { ReapedCpuNanoseconds = Math.Max(usage.ReapedCpuNanoseconds, ReadReaped()) } : usage);
    }

    /// <summary>CPU time in ns of the children that this process has waited for, with theirs: getrusage(2).</summary>
    static long ReadReaped()
    {
        // struct rusage: two struct timeval of 16 bytes, of which the microseconds fill the lower half of the second number.
        var usage = stackalloc long[18];
        return MacCalls.GetUsage(MacCalls.Children, usage) == 0
            ? ((usage[0] + usage[2]) * 1_000_000_000) + (((usage[1] & int.MaxValue) + (usage[3] & int.MaxValue)) * 1_000) : 0;
    }

    static (int ParentId, bool IsZombie)? ReadShortInformation(int id)
    {
        var bytes = stackalloc byte[MacCalls.ShortInfoBytes];
        return MacCalls.GetProcessInformation(id, MacCalls.ShortInfo, 0, bytes, MacCalls.ShortInfoBytes) == MacCalls.ShortInfoBytes
            ? MacStructures.ReadShortInformation(new ReadOnlySpan<byte>(bytes, MacCalls.ShortInfoBytes)) : null;
    }

    static (uint Numerator, uint Denominator) ReadTimebase()
    {
        var pair = stackalloc uint[2];
        return MacCalls.GetTimebase(pair) == 0 && pair[0] > 0 && pair[1] > 0 ? (pair[0], pair[1]) : (1, 1);
    }

    static string? ReadText(string name)
    {
        var bytes = stackalloc byte[256];
        nuint length = 255;
        return MacCalls.ReadByName(name, bytes, ref length, 0, 0) == 0
            && Encoding.UTF8.GetString(bytes, (int)length).TrimEnd('\0').Trim() is { Length: > 0 } text ? text : null;
    }

    /// <summary>A number of 32 or 64 bits.</summary>
    static long? ReadNumber(string name)
    {
        long value = 0;
        nuint length = sizeof(long);
        return MacCalls.ReadByName(name, (byte*)&value, ref length, 0, 0) == 0 && length is sizeof(int) or sizeof(long) ? value : null;
    }

    static int? ReadSmallNumber(string name) => ReadNumber(name) is { } number and >= 0 and <= int.MaxValue ? (int)number : null;

    /// <summary>A process by its id and start: the system has no handles.</summary>
    sealed class UnopenedProcess(MacSystem system, int id, long start) : FollowedProcess(id, start)
    {
        public override ProcessUsage? Read() => system.ReadUsage(Id) is var (begun, usage) && begun == Start ? usage : null;
    }
}
