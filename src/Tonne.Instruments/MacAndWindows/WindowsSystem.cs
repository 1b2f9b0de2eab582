using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32;
using Microsoft.Win32.SafeHandles;
using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Quantities;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Windows 10 and newer, 64 bits.</summary>
/// <remarks>Sources: Microsoft, Win32 API: processthreadsapi.h, sysinfoapi.h, jobapi2.h, winternl.h, psapi.h.</remarks>
[SupportedOSPlatform("windows")]
sealed unsafe class WindowsSystem : HostSystem
{
    const string ProcessorKey = @"HARDWARE\DESCRIPTION\System\CentralProcessor\0";
    const string FirmwareKey = @"HARDWARE\DESCRIPTION\System\BIOS";
    const long NanosecondsPerFileTime = 100;
    const byte NoBattery = 128;
    const byte BatteryUnknown = 255;
    const uint StillActive = 259;

    readonly Lazy<string> _bootId = new(ComputeBootId);
    // Wine's GetProcessTimes answers for any process with the time of the one that asks (dlls/ntdll/unix/process.c, ProcessTimes), so the
    // list of processes is read there.
    readonly Lazy<bool> _isWine = new(static () => NativeLibrary.TryLoad("ntdll.dll", out var library)
        && NativeLibrary.TryGetExport(library, "wine_get_version", out _));

    /// <inheritdoc/>
    public override string Name => "Windows";

    /// <inheritdoc/>
    public override string BootId => _bootId.Value;

    /// <inheritdoc/>
    public override string CpuTimeNote => "GetSystemTimes: kernel without idle + user, all processors; ticks of 15.6 ms";

    /// <inheritdoc/>
    public override string MemoryNote => "GlobalMemoryStatusEx: physical memory less what is available";

    /// <inheritdoc/>
    public override bool CountsReapedChildren => false;

    /// <inheritdoc/>
    public override SystemCpuTime? ReadCpuTime() =>
        // With several groups of 64 threads the call reports that of the calling thread, not the machine.
        WindowsCalls.CountProcessorGroups() <= 1 && WindowsCalls.GetSystemTimes(out var idle, out var kernel, out var user) != 0
            ? SystemCpuTime.FromFileTimes(idle, kernel, user) : null;

    /// <inheritdoc/>
    public override SystemMemory? ReadMemory()
    {
        var status = new WindowsCalls.MemoryStatus { Length = (uint)sizeof(WindowsCalls.MemoryStatus) };
        return WindowsCalls.GetMemory(ref status) != 0 && status.TotalPhysical is > 0 and <= long.MaxValue
            && status.AvailablePhysical <= status.TotalPhysical
            ? new SystemMemory((long)status.TotalPhysical, (long)(status.TotalPhysical - status.AvailablePhysical)) : null;
    }

    /// <inheritdoc/>
    public override MachineDescription Describe()
    {
        var warnings = new List<Warning>();
        var threads = Math.Max((int)Math.Min(WindowsCalls.CountProcessors(WindowsCalls.AllGroups), 65536), 1);
        var cpu = WindowsProcessor.Parse(
            ReadText(ProcessorKey, "ProcessorNameString"), ReadText(ProcessorKey, "VendorIdentifier"),
                ReadText(ProcessorKey, "Identifier") ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER"),
            threads, CountRelations(WindowsCalls.RelationPackage), CountRelations(WindowsCalls.RelationCore));
        var firmware = new Dmi(ReadText(FirmwareKey, "SystemManufacturer"), ReadText(FirmwareKey, "SystemProductName"), null,
            ReadText(FirmwareKey, "BIOSVendor"), null);
        var hasBattery = WindowsCalls.GetPowerStatus(out var power) != 0 && power.BatteryFlag != BatteryUnknown
            && (power.BatteryFlag & NoBattery) == 0;
        var memory = ReadMemory()?.TotalBytes ?? 0;
        if (memory == 0)
            warnings.Add(new Warning("memory-unknown",
                "Windows does not report the size of the main memory; the energy of memory is left out."));
        var machine = new Machine(
            firmware.IsVirtual ? HostKind.Vm : hasBattery ? HostKind.Laptop : HostKind.Unknown,
            cpu.Name ?? "unknown", null, threads, Math.Clamp(cpu.Sockets ?? 1, 1, threads), memory,
                RuntimeInformation.OSDescription.Trim(), firmware.IsVirtual, BootId,
            Product: firmware.IsVirtual ? null : firmware.Product);
        return new MachineDescription(machine, cpu, firmware, hasBattery, warnings);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(int Id, int ParentId)> ListProcesses() =>
        [.. ReadProcesses().Select(static process => (process.Id, process.ParentId))];

    /// <inheritdoc/>
    public override FollowedProcess? OpenProcess(int id)
    {
        var handle = WindowsCalls.OpenProcess(WindowsCalls.QueryLimitedInformation, 0, id);
        if (!handle.IsInvalid && WindowsCalls.GetProcessTimes(handle, out var creation, out _, out _, out _) != 0)
            return _isWine.Value && id != Environment.ProcessId ? new ListedProcess(this, id, creation, handle)
                : new OpenedProcess(id, creation, handle);
        handle.Dispose();
        return null;
    }

    List<WindowsProcessList.Entry> ReadProcesses()
    {
        var length = 1u << 18;
        // The list may grow between two calls.
        for (var attempt = 0; attempt < 8; attempt++)
        {
            var buffer = new byte[length];
            int status;
            uint needed;
            fixed (byte* start = buffer)
                status = WindowsCalls.QuerySystem(WindowsCalls.SystemProcesses, start, length, out needed);
            if (status == 0)
                return WindowsProcessList.Parse(buffer.AsSpan(0, (int)(needed > 0 ? Math.Min(needed, length) : length)));
            if (status != WindowsCalls.LengthMismatch)
                return [];
            length = Math.Max(length * 2, Math.Min(needed, 1u << 27) + (1u << 16));
        }

        return [];
    }

    /// <inheritdoc/>
    public override long GetThreadCpuNanoseconds() =>
        WindowsCalls.GetThreadTimes(WindowsCalls.GetCurrentThread(), out _, out _, out var kernel, out var user) != 0
            ? (kernel + user) * NanosecondsPerFileTime : 0;

    /// <inheritdoc/>
    public override IJobAccount CreateJobAccount() => new WindowsJobAccount(this);

    internal override IReadOnlyList<MissingMeter> ListMissingMeters() => WindowsCalls.CountProcessorGroups() > 1
        ? [new MissingMeter(SystemCpuMeters.BusyId, "GetSystemTimes",
            "this machine has several groups of 64 hardware threads, and Windows reports the busy time of one", null, [])] : [];

    static string? ReadText(string key, string name)
    {
        try
        {
            using var opened = Registry.LocalMachine.OpenSubKey(key);
            return opened?.GetValue(name) as string is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
        }
        catch (Exception error) when (error is System.Security.SecurityException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Counts records of <c>GetLogicalProcessorInformationEx</c>, each of which begins with two numbers: kind and size.</summary>
    static int? CountRelations(int relation)
    {
        uint length = 0;
        _ = WindowsCalls.GetProcessorRelations(relation, null, ref length);
        if (length is 0 or > 1 << 20)
            return null;
        var buffer = new byte[length];
        fixed (byte* start = buffer)
        {
            if (WindowsCalls.GetProcessorRelations(relation, start, ref length) == 0)
                return null;
        }

        var count = 0;
        for (var at = 0; at + 8 <= length; count++)
        {
            var size = BitConverter.ToInt32(buffer, at + 4);
            if (size <= 0)
                break;
            at += size;
        }

        return count > 0 ? count : null;
    }

    /// <summary>Identity of this boot: Windows has none, so it is made from the installation's id and its count of boots.</summary>
    static string ComputeBootId()
    {
        var machine = ReadText(@"SOFTWARE\Microsoft\Cryptography", "MachineGuid") ?? Environment.MachineName;
        var boots = "";
        try
        {
            using var opened = Registry.LocalMachine.OpenSubKey(@"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters");
            boots = Convert.ToString(opened?.GetValue("BootId"), CultureInfo.InvariantCulture) ?? "";
        }
        catch (Exception error) when (error is System.Security.SecurityException or IOException or UnauthorizedAccessException)
        {
            // Without the count all boots of this installation are one; a process is still identified by its start to 100 ns.
        }

        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"tonne boot\n{machine}\n{boots}")).AsSpan(0, 16)).ToString();
    }

    /// <summary>A process by the list of all: what it used after it was last in the list is not seen.</summary>
    sealed class ListedProcess(WindowsSystem system, int id, long start, SafeProcessHandle handle) : FollowedProcess(id, start)
    {
        public override ProcessUsage? Read()
        {
            if (handle.IsClosed || WindowsCalls.GetExitCode(handle, out var code) == 0 || code != StillActive)
                return null;
            foreach (var process in system.ReadProcesses())
            {
                if (process.Id == Id)
                    return process.Usage;
            }

            return null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                handle.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>A process by a handle: while it is open the id is not given to another, and the times of an ended process can be
    /// read.</summary>
    sealed class OpenedProcess(int id, long start, SafeProcessHandle handle) : FollowedProcess(id, start)
    {
        public override ProcessUsage? Read()
        {
            if (handle.IsClosed || WindowsCalls.GetProcessTimes(handle, out _, out _, out var kernel, out var user) == 0)
                return null;
            var hasEnded = WindowsCalls.GetExitCode(handle, out var code) != 0 && code != StillActive;
            var memory = new WindowsCalls.ProcessMemory { Size = (uint)sizeof(WindowsCalls.ProcessMemory) };
            var resident = !hasEnded && WindowsCalls.GetProcessMemory(handle, ref memory, memory.Size) != 0 ? (long)memory.WorkingSet : 0;
            return new ProcessUsage((kernel + user) * NanosecondsPerFileTime, 0, resident, hasEnded);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                handle.Dispose();
            base.Dispose(disposing);
        }
    }
}
