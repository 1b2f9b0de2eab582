using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.MacAndWindows;
using Tonne.Quantities;

namespace Tonne.Instruments.Machines;

/// <summary>The description files of a machine, with warnings about missing values.</summary>
/// <param name="Machine">The record of the machine.</param>
/// <param name="Cpu">Identification of the processor.</param>
/// <param name="Firmware">Names that the firmware reports.</param>
/// <param name="Battery">Whether it has a battery of its own, as laptops do.</param>
/// <param name="Warnings">Warnings about what could not be determined.</param>
public sealed record MachineDescription(Machine Machine, CpuInfo Cpu, Dmi Firmware, bool Battery, IReadOnlyList<Warning> Warnings)
{
    const string BootIdFile = "proc/sys/kernel/random/boot_id";

    /// <summary>Reads the files below a root; of the running machine, where it is not Linux, what its system reports.
    /// Files that are missing or broken leave warnings, never errors.</summary>
    public static MachineDescription Read(FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        if (!tree.IsSysroot && HostSystem.Current is { } system)
            return system.Describe();
        var warnings = new List<Warning>();
        var cpu = CpuInfo.Parse(tree.ReadText("proc/cpuinfo") ?? "");
        var firmware = Dmi.Read(tree);
        var threads = CountThreads(tree, cpu);
        if (threads == 0)
        {
            threads = 1;
            warnings.Add(new Warning("threads-unknown", $"The number of hardware threads is reported nowhere below {tree.Root}; 1 was taken."));
        }

        var memory = ReadMemoryBytes(tree);
        if (memory == 0)
            warnings.Add(new Warning("memory-unknown", $"The size of the main memory is not reported ({tree.GetFullPath("proc/meminfo")}); the energy of memory is left out."));
        var underWindows = tree.ReadLine("proc/sys/kernel/osrelease")?.Contains("microsoft", StringComparison.OrdinalIgnoreCase) == true;
        if (underWindows)
            warnings.Add(new Warning("under-windows", "This is Linux inside Windows: the threads and the memory are those lent to it, the machine around it is not seen."));
        var isVirtual = underWindows || cpu.Hypervisor || firmware.IsVirtual || tree.ReadLine("sys/hypervisor/type") is not null
            || tree.Exists("sys/firmware/devicetree/base/hypervisor");
        var battery = HasBattery(tree);
        var machine = new Machine(
            isVirtual ? HostKind.Vm : firmware.ChassisKind ?? (battery ? HostKind.Laptop : HostKind.Unknown),
            cpu.Name ?? tree.ReadLine("proc/device-tree/model") ?? "unknown",
            Microarchitecture: null,
            threads,
            Math.Clamp(cpu.Sockets ?? CountSockets(tree) ?? 1, 1, threads),
            memory,
            ReadOperatingSystem(tree),
            isVirtual,
            tree.ReadLine(BootIdFile) ?? FileTree.Local.ReadLine(BootIdFile) ?? "unknown",
            Product: isVirtual ? null : firmware.Product);
        return new MachineDescription(machine, cpu, firmware, battery, warnings);
    }

    /// <summary>Main memory in bytes from <c>proc/meminfo</c>; 0 if it is not reported.</summary>
    static long ReadMemoryBytes(FileTree tree)
    {
        ReadOnlySpan<byte> text = tree.ReadBytes("proc/meminfo", out _);
        return KernelText.TryReadKeyed(text, "MemTotal:"u8, out var kibibytes) && kibibytes <= long.MaxValue / 1024 ? kibibytes * 1024 : 0;
    }

    static int CountThreads(FileTree tree, CpuInfo cpu)
    {
        if (cpu.Threads > 0)
            return cpu.Threads;
        if (CpuList.Count(tree.ReadLine("sys/devices/system/cpu/online")) is { } online and > 0)
            return online;
        var lines = (tree.ReadText("proc/stat") ?? "").AsSpan();
        var count = 0;
        foreach (var line in new LineEnumerator(lines))
        {
            if (line.Length > 3 && line.StartsWith("cpu") && char.IsAsciiDigit(line[3]))
                count++;
        }

        return count;
    }

    static int? CountSockets(FileTree tree)
    {
        const string folder = "sys/devices/system/cpu";
        var packages = new HashSet<long>();
        foreach (var name in tree.ListNames(folder))
        {
            if (name.Length > 3 && name.StartsWith("cpu", StringComparison.Ordinal) && char.IsAsciiDigit(name[3])
                && tree.ReadNumber($"{folder}/{name}/topology/physical_package_id") is { } package)
            {
                packages.Add(package);
            }
        }

        return packages.Count == 0 ? null : packages.Count;
    }

    static bool HasBattery(FileTree tree)
    {
        const string folder = "sys/class/power_supply";
        foreach (var name in tree.ListNames(folder))
        {
            // Scope "Device" is the battery of a mouse or a headset.
            if (tree.ReadLine($"{folder}/{name}/type") == "Battery" && tree.ReadLine($"{folder}/{name}/scope") != "Device")
                return true;
        }

        return false;
    }

    static string ReadOperatingSystem(FileTree tree)
    {
        var kernel = $"{tree.ReadLine("proc/sys/kernel/ostype") ?? "Linux"} {tree.ReadLine("proc/sys/kernel/osrelease")}".Trim();
        foreach (var line in new LineEnumerator(tree.ReadText("etc/os-release") ?? ""))
        {
            if (line.StartsWith("PRETTY_NAME=") && line[12..].Trim(" \"'") is { IsEmpty: false } name)
                return $"{name}, {kernel}";
        }

        return kernel;
    }
}
