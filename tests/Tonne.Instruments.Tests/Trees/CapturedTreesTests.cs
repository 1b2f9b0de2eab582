using System.Formats.Tar;
using Tonne.Hardware;
using Tonne.Instruments.Diagnostics;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Trees;

/// <summary>Machines as people reported them, replayed from their files: one test for each complaint.</summary>
public sealed class CapturedTreesTests
{
    public static TheoryData<string> All => [.. TreeOnDisk.All];

    static string[] Summed(DiscoveryResult found, Component component) => [.. found.Bases.Where(basis => basis.Component == component).SelectMany(basis => basis.Meters)];

    static Reading ReadingOf(DiscoveryResult found, string id) => found.EnergyMeters.Single(meter => meter.Description.Id == id).Read(1);

    // codecarbon#1274, #1379, #1392: 68 + 68 = 137 W for a chip of 68 W.
    [Fact]
    public void Two_dies_of_a_Threadripper_that_mirror_one_counter_are_counted_once()
    {
        using var disk = TreeOnDisk.Of("threadripper-two-dies");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(["rapl:package-0-die-0"], Summed(found, Component.Cpu));
        Assert.Contains("mirrors package-0-die-0", found.EnergyMeters.Single(meter => meter.Description.Id == "rapl:package-0-die-1").Description.Note);
    }

    // codecarbon#1305, #1268; carbontracker#93: "subdomain, would double count".
    [Fact]
    public void Memory_counted_inside_the_packages_folder_is_measured_and_its_model_gives_way()
    {
        using var disk = TreeOnDisk.Of("server-nested-dram");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(["rapl:package-0", "rapl:package-1"], Summed(found, Component.Cpu));
        Assert.Equal(["rapl:package-0/dram", "rapl:package-1/dram"], Summed(found, Component.Memory));
        Assert.DoesNotContain(found.Rates, rate => rate.Id == "memory/held");
    }

    // codecarbon#950; zeus takes psys for a second processor.
    [Fact]
    public void The_platform_the_package_and_its_memory_mapped_copy_are_never_added()
    {
        using var disk = TreeOnDisk.Of("laptop-psys-mmio");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(["rapl:package-0"], Summed(found, Component.Cpu));
        Assert.All(
            found.EnergyMeters.Where(meter => meter.Description.Id is "rapl:psys" or "rapl-mmio:package-0" or "rapl:package-0/core" or "rapl:package-0/uncore"),
            meter => Assert.Equal(MeterRole.Contained, meter.Description.Role));
        Assert.Contains(found.Missing, missing => missing.Id == "battery:discharge" && missing.Reason.StartsWith("on mains", StringComparison.Ordinal));
        Assert.Contains(found.Missing, missing => missing.Id == "intelgpu:card0" && missing.Reason.Contains("inside the processor"));
        Assert.Null(found.Machine.Gpus);
    }

    // codecarbon#244: without rights to the counters there is still a meter of all of it.
    [Fact]
    public void A_laptop_on_its_battery_is_measured_as_a_whole_though_its_counters_are_denied()
    {
        using var disk = TreeOnDisk.Of("laptop-on-battery");
        using var found = MachineDiscovery.Discover(disk.Tree);

        // 9.123 W + 0.5 A x 11.4 V = 9.123 + 5.7 = 14.823 W; the mouse's battery is not the machine's.
        Assert.Equal(Reading.FromValue(14_823), ReadingOf(found, "battery:discharge"));
        Assert.Contains(found.Bases, basis => basis.Component == Component.Cpu && basis.Meters.Contains("battery:discharge"));
        Assert.Contains(found.Missing, missing => missing.Id == "rapl:package-0" && missing.Advisory!.Contains("CVE-2020-8694"));
    }

    // codecarbon#1274's table: what sensors leave out of the wall (idle: they explain 68 % of it) needs a meter of the whole.
    [Fact]
    public void A_servers_own_power_meter_is_taken_for_the_whole_with_the_accuracy_it_states()
    {
        using var disk = TreeOnDisk.Of("server-acpi-power-meter");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(Reading.FromValue(213_000), ReadingOf(found, "hwmon:power_meter/power1"));
        Assert.Equal(["rapl:package-0"], Summed(found, Component.Cpu));
        var part = found.Instruments.SelectMany(instrument => instrument.Parts).Single(part => part.Component == Component.Platform);
        Assert.Equal(new Bounds(0.95, 1, 1.05), part.Accuracy!.Bounds);
        Assert.Equal(Quality.Measured, part.Accuracy.Quality);
    }

    // compute-runtime#925: the counter is off for integrated ones.
    [Fact]
    public void An_Arc_card_counts_its_energy_and_graphics_inside_a_processor_have_none_to_add()
    {
        using var disk = TreeOnDisk.Of("arc-card");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(["intelgpu:0/energy1"], Summed(found, Component.Gpu));
        Assert.Equal(Reading.FromValue(123_456_789), ReadingOf(found, "intelgpu:0/energy1"));
        Assert.Equal(MeterRole.Contained, found.EnergyMeters.Single(meter => meter.Description.Id == "intelgpu:0/energy2").Description.Role);
        Assert.Equal(["Intel Arc A770"], found.Machine.Gpus!);
        Assert.DoesNotContain(found.EnergyMeters, meter => meter.Description.Id.StartsWith("hwmon:", StringComparison.Ordinal));
        // 4 x 225 W is below the least ceiling.
        Assert.Equal(1_000, found.EnergyMeters.Single(meter => meter.Description.Id == "intelgpu:0/energy1").Description.CeilingWatts);
    }

    // codecarbon#1097: the second GCD reads 0, the first reports both.
    [Fact]
    public void The_second_die_of_an_MI250_that_reads_0_is_part_of_its_board_and_no_idle_card()
    {
        using var disk = TreeOnDisk.Of("mi250");
        using var found = MachineDiscovery.Discover(disk.Tree);

        // In the order of the bus: 11 and 14 are board 0, 31 and 34 board 1.
        Assert.Equal(["0", "1"], found.Bases.Where(basis => basis.Component == Component.Gpu).Select(basis => basis.Device));
        Assert.Equal(["amdgpu:0/power", "amdgpu:1/power"], Summed(found, Component.Gpu));
        Assert.Equal(Reading.FromValue(90_000), ReadingOf(found, "amdgpu:0/power"));
        Assert.Equal(Reading.FromValue(400_000), ReadingOf(found, "amdgpu:1/power"));
        Assert.Equal(MeterRole.Contained, found.EnergyMeters.Single(meter => meter.Description.Id == "amdgpu:1/power2").Description.Role);
        Assert.Equal(["AMD Instinct MI250X", "AMD Instinct MI250X"], found.Machine.Gpus!);
        // Its row in the catalog: 90 W idle.
        Assert.Equal(90, found.Rates.Single(rate => rate.Id == "gpu-0/idle-power").Derivation.Value);
    }

    [Fact]
    public void A_board_is_as_busy_as_its_dies_are_on_the_mean()
    {
        using var disk = TreeOnDisk.Of("mi250");
        using var found = MachineDiscovery.Discover(disk.Tree);
        var busy = found.EnergyMeters.Single(meter => meter.Description.Id == "amdgpu:1/busy");

        busy.Read(1_000_000_000);
        var after = busy.Read(3_000_000_000);

        // (80 % + 40 %) / 2 of 2 s.
        Assert.Equal(Reading.FromValue(1_200_000_000), after);
        Assert.Equal((MeterKind.DeviceTime, MeterRole.Busy, "1"), (busy.Description.Kind, busy.Description.Role, busy.Description.Device));
    }

    [Fact]
    public void Graphics_inside_a_processor_are_not_added_to_the_package_that_holds_them()
    {
        using var disk = TreeOnDisk.Of("radeon-and-apu");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(["amdgpu:0/power"], Summed(found, Component.Gpu));
        // 87,500,400 µW, to the nearest mW.
        Assert.Equal(Reading.FromValue(87_500), ReadingOf(found, "amdgpu:0/power"));
        var integrated = found.EnergyMeters.Single(meter => meter.Description.Id == "amdgpu:card1/power").Description;
        Assert.Equal(MeterRole.Contained, integrated.Role);
        Assert.Contains("whose power it includes", integrated.Note);
        Assert.Equal(["AMD Radeon RX 7900 XTX"], found.Machine.Gpus!);
    }

    [Fact]
    public void A_card_that_sleeps_is_not_woken_and_is_a_gap_not_0_watts()
    {
        using var disk = TreeOnDisk.Of("radeon-and-apu");
        using var found = MachineDiscovery.Discover(disk.Tree);
        disk.With("sys/class/drm/card0/device/power/runtime_status", "suspended\n");

        Assert.Contains("not woken", ReadingOf(found, "amdgpu:0/power").Reason);
    }

    [Fact]
    public void Sockets_that_tell_their_power_stand_in_where_there_are_no_counters_and_unknown_chips_are_only_shown()
    {
        using var disk = TreeOnDisk.Of("epyc-hsmp");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(["hwmon:amd_hsmp_hwmon/power1", "hwmon:amd_hsmp_hwmon#2/power1"], Summed(found, Component.Cpu));
        var rail = found.EnergyMeters.Single(meter => meter.Description.Id == "hwmon:ina226/power1").Description;
        Assert.Equal(MeterRole.Contained, rail.Role);
        Assert.Contains("12V rail of the riser", rail.Note);
    }

    [Fact]
    public void Sockets_that_count_their_energy_are_summed_and_their_cores_are_not_read()
    {
        using var disk = TreeOnDisk.Of("epyc-amd-energy");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(["hwmon:amd_energy/energy3", "hwmon:amd_energy/energy4"], Summed(found, Component.Cpu));
        Assert.Equal(2, found.EnergyMeters.Count);
    }

    static MeteredPart PartOf(DiscoveryResult found, Component component) => found.Instruments.SelectMany(instrument => instrument.Parts).Single(part => part.Component == component);

    // NVIDIA Grace Performance Tuning Guide: the module holds Grace, which holds the rails of the cores and of the rest of the chip.
    [Fact]
    public void Of_the_four_meters_of_a_Grace_module_one_is_the_machine_one_the_processor_and_none_is_added_twice()
    {
        using var disk = TreeOnDisk.Of("gh200");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(Reading.FromValue(280_000), ReadingOf(found, Assert.Single(PartOf(found, Component.Platform).Meters)));
        Assert.Equal(Reading.FromValue(51_000), ReadingOf(found, Assert.Single(Summed(found, Component.Cpu))));
        Assert.Equal(2, found.EnergyMeters.Count(meter => meter.Description.Role == MeterRole.Machine));
        Assert.Contains("\"SysIO Power Socket 0\"", found.EnergyMeters.Single(meter => meter.Description.Id == "hwmon:power_meter#4/power1").Description.Note);
        // What the module leaves out is in its upper bound: 1.1 x (1 + 0.8), the most that the rest of a GPU server draws (docs/methods/other.md).
        Assert.Equal((0.9, 1, 1.98), (PartOf(found, Component.Platform).Accuracy!.Bounds.Low, PartOf(found, Component.Platform).Accuracy!.Bounds.Best, Math.Round(PartOf(found, Component.Platform).Accuracy!.Bounds.High, 9)));
        Assert.Contains(found.Warnings, warning => warning.Code == "meter-of-module");
        Assert.Equal(0.05, found.EnergyMeters.Single(meter => meter.Description.Id == "hwmon:power_meter/power1").Description.RefreshSeconds);
    }

    [Fact]
    public void The_modules_of_two_sockets_are_the_machine_together()
    {
        using var disk = TreeOnDisk.Of("grace-two-modules");
        using var found = MachineDiscovery.Discover(disk.Tree);

        // 280 + 410 W; 51 + 57 W.
        Assert.Equal(Reading.FromValue(690_000), ReadingOf(found, Assert.Single(PartOf(found, Component.Platform).Meters)));
        Assert.Equal([51_000L, 57_000], Summed(found, Component.Cpu).Select(id => ReadingOf(found, id).Value));
        Assert.Equal(3, found.EnergyMeters.Count(meter => meter.Description.Role == MeterRole.Machine));
    }

    [Fact]
    public void Grace_without_a_meter_of_the_module_is_a_processor_that_holds_its_memory()
    {
        using var disk = TreeOnDisk.Of("grace-superchip");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal([96_000L, 99_000], Summed(found, Component.Cpu).Select(id => ReadingOf(found, id).Value));
        Assert.DoesNotContain(found.Bases, basis => basis.Component is Component.Platform or Component.Memory);
        Assert.DoesNotContain(found.Rates, rate => rate.Id == "memory/held");
    }

    [Theory]
    [InlineData("CPU Power Socket 1", "only 1 of 2 sockets have a meter named Module Power Socket")]
    [InlineData("Module Power Socket 0", "2 meters are named Module Power Socket, some alike")]
    public void Meters_of_sockets_that_are_incomplete_or_named_alike_are_not_summed(string second, string reason)
    {
        using var disk = TreeOnDisk.Of("gh200");
        disk.With("sys/class/hwmon/hwmon2/power1_oem_info", second + "\n");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.DoesNotContain(found.Bases, basis => basis.Component == Component.Platform);
        Assert.Contains(found.Missing, missing => missing.Id == "hwmon:power_meter/module" && missing.Reason.Contains(reason));
    }

    // Linux, Documentation/hwmon/ina3221.rst: mV and mA; NVIDIA: the three inputs of AGX Orin sum to its module, VDDQ_VDD2_1V8AO is inside VIN_SYS_5V0.
    [Fact]
    public void Rails_of_an_Orin_are_voltage_times_current_and_its_inputs_are_the_machine()
    {
        using var disk = TreeOnDisk.Of("orin-agx");
        using var found = MachineDiscovery.Discover(disk.Tree);

        // 19.1 V x 0.4 A + 19.1 V x 0.2 A + 4.96 V x 0.6 A = 7.64 + 3.82 + 2.976 W.
        Assert.Equal(Reading.FromValue(14_436), ReadingOf(found, Assert.Single(PartOf(found, Component.Platform).Meters)));
        Assert.Equal(Reading.FromValue(3_820), ReadingOf(found, Assert.Single(Summed(found, Component.Cpu))));
        Assert.DoesNotContain(found.Bases, basis => basis.Component == Component.Memory);
        Assert.Equal(Reading.FromValue(1_488), found.EnergyMeters.Single(meter => meter.Description.Note!.Contains("VDDQ_VDD2_1V8AO")).Read(1));
        Assert.DoesNotContain(found.EnergyMeters, meter => meter.Description.Note!.Contains("\"NC\"") || meter.Description.Note.Contains("sum of shunt"));
    }

    [Fact]
    public void VDD_IN_of_an_Orin_is_the_machine_and_the_rails_in_it_are_only_shown()
    {
        using var disk = TreeOnDisk.Of("orin-nx");
        using var found = MachineDiscovery.Discover(disk.Tree);

        // 5 V x 1.4 A.
        Assert.Equal(Reading.FromValue(7_000), ReadingOf(found, Assert.Single(PartOf(found, Component.Platform).Meters)));
        Assert.Equal(2, found.EnergyMeters.Count(meter => meter.Description.Role == MeterRole.Contained));
    }

    [Fact]
    public void An_INA238_at_the_input_of_a_Thor_is_the_machine()
    {
        using var disk = TreeOnDisk.Of("thor");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Equal(Reading.FromValue(30_000), ReadingOf(found, Assert.Single(PartOf(found, Component.Platform).Meters)));
        Assert.Equal(3, found.EnergyMeters.Count(meter => meter.Description.Role == MeterRole.Contained));
    }

    [Fact]
    public void Rails_of_which_none_is_the_input_are_named_among_the_missing()
    {
        using var disk = TreeOnDisk.Of("orin-nx");
        disk.With("sys/class/hwmon/hwmon1/in1_label", "VDD_OTHER\n");
        using var found = MachineDiscovery.Discover(disk.Tree);

        Assert.Contains("(VDD_OTHER, VDD_CPU_GPU_CV, VDD_SOC) are shown", found.Missing.Single(missing => missing.Id == "hwmon:ina3221").Reason);
    }

    // codecarbon#111, #477; scaphandre#312, #214, #351; kepler#2280: 0 W, or no start at all.
    [Fact]
    public void A_virtual_machine_without_meters_is_modelled_and_never_0_watts()
    {
        using var disk = TreeOnDisk.Of("virtual-machine");
        var examination = MachineDiagnostics.Run(disk.Tree, new Tonne.Runs.Place());

        Assert.True(examination.Machine.Virtual);
        Assert.True(examination.IdleWatts.Low > 0);
        Assert.Contains("virtual machine", examination.Missing.Single(missing => missing.Id == "rapl").Reason);
        Assert.All(examination.Bases, basis => Assert.NotEqual(Quality.Measured, basis.Quality));
    }

    // What models a machine whose counters never change, as in some virtual machines, is known before the run.
    [Fact]
    public void A_metered_machine_has_models_for_meters_that_do_not_change_and_one_without_meters_needs_none()
    {
        using var disk = TreeOnDisk.Of("server-nested-dram");
        using var metered = MachineDiscovery.Discover(disk.Tree);
        using var bare = TreeOnDisk.Of("virtual-machine");
        using var modelled = MachineDiscovery.Discover(bare.Tree);

        Assert.Equal([Component.Cpu, Component.Memory, Component.Other], metered.Fallback!.Bases.Select(basis => basis.Component));
        Assert.All(metered.Fallback.Bases, basis => Assert.Empty(basis.Meters));
        Assert.Contains(metered.Fallback.Rates, rate => rate.Id == "cpu/idle");
        Assert.Null(modelled.Fallback);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_captured_machine_examines_like_the_machine_itself(string name)
    {
        using var disk = TreeOnDisk.Of(name);
        using var tar = new MemoryStream();
        SupportBundle.Write(disk.Tree, "host-name", tar);
        using var unpacked = new TreeOnDisk();
        tar.Position = 0;
        TarFile.ExtractToDirectory(tar, unpacked.Root, overwriteFiles: false);

        var here = Seen(disk.Tree);
        var there = Seen(new FileTree(unpacked.Root));

        Assert.Equal(here, there);
        Assert.DoesNotContain("1234567", string.Concat(Directory.EnumerateFiles(unpacked.Root, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith("energy1_input", StringComparison.Ordinal)).Select(File.ReadAllText)), StringComparison.Ordinal);
        Assert.DoesNotContain("1f2e3d4c5b6a798", string.Concat(Directory.EnumerateFiles(unpacked.Root, "*", SearchOption.AllDirectories).Select(File.ReadAllText)), StringComparison.Ordinal);

        static string Seen(FileTree tree)
        {
            using var found = MachineDiscovery.Discover(tree);
            return string.Join('\n', [
                .. found.EnergyMeters.Select(meter => $"{meter.Description.Id} {meter.Description.Role} {meter.Description.CeilingWatts} {meter.Read(1)}"),
                .. found.Bases.Select(basis => $"{basis.Component} {basis.Device} {basis.Quality} {string.Join('+', basis.Meters)}"),
                .. found.Missing.Select(missing => $"{missing.Id} {missing.Reason}"),
                .. found.Warnings.Select(warning => warning.Code),
                string.Join(", ", found.Machine.Gpus ?? [])]);
        }
    }
}
