using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Processes;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.Machines;

public sealed class MachineDiscoveryTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    TreeOnDisk Server() => _disk
        .With("proc/cpuinfo", CpuInfoTests.TwoSockets())
        .With("proc/meminfo", "MemTotal:       65536000 kB\nMemFree:        1 kB\n")
        .With("proc/stat", "cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 1 1 1 1\n")
        .With("proc/sys/kernel/ostype", "Linux\n")
        .With("proc/sys/kernel/osrelease", "6.1.0-13-amd64\n")
        .With("proc/sys/kernel/random/boot_id", "11111111-2222-3333-4444-555555555555\n")
        .With("etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n")
        .With("sys/class/dmi/id/sys_vendor", "Dell Inc.\n")
        .With("sys/class/dmi/id/product_name", "PowerEdge R640\n")
        .With("sys/class/dmi/id/chassis_type", "23\n");

    [Fact]
    public void A_server_is_described_from_its_files()
    {
        using var found = MachineDiscovery.Discover(Server().Tree);

        Assert.Equal(
            new Machine(HostKind.Server, "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz", "Cascade Lake", 8, 2, 65_536_000L * 1024, "Debian GNU/Linux 12, Linux 6.1.0-13-amd64", false, "11111111-2222-3333-4444-555555555555", Product: "PowerEdge R640"),
            found.Machine);
        Assert.Equal([MachineCpuMeters.BusyId, MachineCpuMeters.IdleId, "proc:memory"], found.Meters.Select(meter => meter.Description.Id));
        Assert.Equal([Component.Cpu, Component.Memory, Component.Other], found.Bases.Select(basis => basis.Component));
        Assert.Empty(found.Warnings);
    }

    [Theory]
    [InlineData("8", HostKind.Laptop)]
    [InlineData("10", HostKind.Laptop)]
    [InlineData("31", HostKind.Laptop)]
    [InlineData("3", HostKind.Desktop)]
    [InlineData("35", HostKind.Desktop)]
    [InlineData("17", HostKind.Server)]
    [InlineData("151", HostKind.Server)] // 0x97: the lock bit above type 23
    [InlineData("1", HostKind.Server)] // "other": the processor is a server's
    public void The_chassis_reports_the_kind_of_machine(string chassis, HostKind kind)
    {
        using var found = MachineDiscovery.Discover(Server().With("sys/class/dmi/id/chassis_type", chassis).Tree);

        Assert.Equal(kind, found.Machine.Kind);
    }

    [Fact]
    public void A_battery_of_the_machine_makes_a_laptop_and_that_of_a_mouse_does_not()
    {
        _disk.With("proc/cpuinfo", "processor : 0\n").With("sys/class/power_supply/mouse/type", "Battery\n").With("sys/class/power_supply/mouse/scope", "Device\n");
        using var mouse = MachineDiscovery.Discover(_disk.Tree);
        _disk.With("sys/class/power_supply/BAT0/type", "Battery\n");
        using var laptop = MachineDiscovery.Discover(_disk.Tree);

        Assert.Equal((HostKind.Unknown, HostKind.Laptop), (mouse.Machine.Kind, laptop.Machine.Kind));
    }

    [Fact]
    public void A_virtual_machine_is_seen_by_flag_or_firmware_and_bare_metal_in_a_cloud_is_none()
    {
        using var byFlag = MachineDiscovery.Discover(Server().With("proc/cpuinfo", CpuInfoTests.TwoSockets().Replace("hypervisors", "hypervisor")).Tree);
        using var byFirmware = MachineDiscovery.Discover(Server().With("sys/class/dmi/id/sys_vendor", "Amazon EC2\n").With("sys/class/dmi/id/product_name", "m7g.large\n").With("sys/class/dmi/id/chassis_type", "1").Tree);
        _disk.With("proc/cpuinfo", CpuInfoTests.TwoSockets());
        using var metal = MachineDiscovery.Discover(_disk.With("sys/class/dmi/id/product_name", "m5.metal\n").Tree);

        Assert.Equal((HostKind.Vm, true), (byFlag.Machine.Kind, byFlag.Machine.Virtual));
        Assert.Equal((HostKind.Vm, true), (byFirmware.Machine.Kind, byFirmware.Machine.Virtual));
        Assert.False(metal.Machine.Virtual);
    }

    [Fact]
    public void An_empty_tree_is_a_machine_of_which_little_is_known_and_all_of_that_is_said()
    {
        using var found = MachineDiscovery.Discover(_disk.Tree);

        Assert.Equal((HostKind.Unknown, 1, 1, 0L), (found.Machine.Kind, found.Machine.Threads, found.Machine.Sockets, found.Machine.MemoryBytes));
        Assert.Equal(["threads-unknown", "memory-unknown", "cpu-time-from-kernel"], found.Warnings.Select(warning => warning.Code));
        Assert.Equal(Quality.Assumed, found.Bases[0].Quality);
        Assert.Contains(found.Missing, meter => meter.Id == MachineCpuMeters.BusyId);
    }

    [Fact]
    public void Broken_files_of_any_kind_are_survived()
    {
        var random = new Random(23);
        string[] files = ["proc/cpuinfo", "proc/meminfo", "proc/stat", "sys/class/dmi/id/chassis_type", "sys/devices/system/cpu/online", "etc/os-release", "sys/class/power_supply/BAT0/type"];
        for (var i = 0; i < 60; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Server().WithBytes(files[random.Next(files.Length)], bytes);

            using var found = MachineDiscovery.Discover(_disk.Tree);

            Assert.True(found.Machine.Threads >= 1 && found.Machine.MemoryBytes >= 0);
            Assert.All(found.Rates, rate => Assert.True(rate.Derivation.Value > 0));
        }
    }

    [Theory]
    [InlineData("0-3,8,10-11", 7)]
    [InlineData("0", 1)]
    [InlineData("", null)]
    [InlineData("3-1", null)]
    [InlineData("0-99999999999", null)]
    [InlineData("a-b", null)]
    public void Lists_of_processors_are_counted(string list, int? expected) => Assert.Equal(expected, CpuList.Count(list));

    public void Dispose() => _disk.Dispose();
}
