using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Rapl;
using Tonne.Instruments.Tests.Machines;
using Tonne.Quantities;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Rapl;

public sealed class RaplMetersTests : IDisposable
{
    const string Range = "262143328850\n";

    readonly TreeOnDisk _disk = new();

    /// <summary>A zone with its counter in µJ, nested as the kernel nests it.</summary>
    RaplMetersTests Zone(string path, string name, long microjoules, string root = "sys/class/powercap")
    {
        _disk.With($"{root}/{path}/name", name + "\n").With($"{root}/{path}/energy_uj", microjoules + "\n").With($"{root}/{path}/max_energy_range_uj", Range);
        return this;
    }

    RaplMeters Found(FileTree? tree = null) => new(tree ?? _disk.Tree, MachineDescription.Read(tree ?? _disk.Tree));

    static string[] Summed(RaplMeters rapl) => [.. rapl.Meters.Where(meter => meter.Description.Role == MeterRole.Machine).Select(meter => meter.Description.Id)];

    [Fact]
    public void A_server_counts_its_packages_and_memories_and_shows_the_rest()
    {
        Zone("intel-rapl:0", "package-0", 1_000_000_000).Zone("intel-rapl:0:0", "core", 600_000_000).Zone("intel-rapl:0:1", "dram", 90_000_000)
            .Zone("intel-rapl:1", "package-1", 2_000_000_000).Zone("intel-rapl:1:0", "dram", 80_000_000).Zone("intel-rapl:2", "psys", 5_000_000_000);

        using var rapl = Found();

        Assert.Equal(["rapl:package-0", "rapl:package-1"], rapl.Packages);
        Assert.Equal(["rapl:package-0/dram", "rapl:package-1/dram"], rapl.Memory);
        Assert.Equal(
            [Component.Cpu, Component.Cpu, Component.Memory, Component.Cpu, Component.Memory, Component.Platform],
            rapl.Meters.Select(meter => meter.Description.Component));
        var psys = rapl.Meters[^1].Description;
        Assert.Equal(MeterRole.Contained, psys.Role);
        Assert.Contains("never added", psys.Note);
        Assert.All(rapl.Meters, meter => Assert.Equal(262_143_328_850, meter.Description.Range));
        Assert.Equal(Reading.FromValue(1_000_000_000), rapl.Meters[0].Read(1));
        Assert.Empty(rapl.Missing);
    }

    [Fact]
    public void The_memory_mapped_copy_of_a_package_is_not_added()
    {
        Zone("intel-rapl:0", "package-0", 1_000_000).Zone("intel-rapl-mmio:0", "package-0", 1_000_000).Zone("intel-rapl-mmio:0:0", "dram", 3_000);

        using var rapl = Found();

        Assert.Equal(["rapl:package-0"], Summed(rapl));
        Assert.Contains(rapl.Meters, meter => meter.Description is { Id: "rapl-mmio:package-0", Role: MeterRole.Contained });
    }

    [Fact]
    public void The_memory_mapped_copy_counts_where_the_registers_may_not_be_read()
    {
        Zone("intel-rapl:0", "package-0", 1_000_000).Zone("intel-rapl-mmio:0", "package-0", 1_000_000);

        using var rapl = Found(_disk.Refusing(path => path.EndsWith("intel-rapl:0/energy_uj", StringComparison.Ordinal) ? Libc.PermissionDenied : 0));

        Assert.Equal(["rapl-mmio:package-0"], Summed(rapl));
    }

    [Fact]
    public void Zone_numbers_are_hexadecimal_and_nested_folders_are_found_once()
    {
        // Both listings of one machine, as a copied tree has them: eleven sockets' worth of numbers.
        foreach (var root in new[] { "sys/class/powercap", "sys/devices/virtual/powercap/intel-rapl" })
        {
            for (var i = 0; i < 11; i++)
                Zone($"intel-rapl:{i:x}", $"package-{i}", 1_000_000_000L * (i + 1), root);
            Zone("intel-rapl:a/intel-rapl:a:0", "dram", 5_000_000, root);
        }

        using var rapl = Found();

        Assert.Equal(11, rapl.Packages.Length);
        Assert.Contains("rapl:package-10", rapl.Packages);
        Assert.Equal(["rapl:package-10/dram"], rapl.Memory);
        Assert.Equal(12, rapl.Meters.Count);
    }

    [Fact]
    public void Links_of_the_class_folder_are_followed_and_those_that_lead_back_up_are_not()
    {
        Zone("intel-rapl:0", "package-0", 1_000_000, "sys/devices/virtual/powercap/intel-rapl");
        _disk.WithLink("sys/class/powercap/intel-rapl:0", "../../devices/virtual/powercap/intel-rapl/intel-rapl:0")
            .WithLink("sys/devices/virtual/powercap/intel-rapl/intel-rapl:0/subsystem", "../../../../../class/powercap")
            .WithLink("sys/devices/virtual/powercap/intel-rapl/intel-rapl:0/device", "..");

        using var rapl = Found();

        Assert.Equal(["rapl:package-0"], rapl.Meters.Select(meter => meter.Description.Id));
    }

    [Fact]
    public void Dies_that_mirror_one_counter_are_counted_once_and_their_memory_too()
    {
        // codecarbon issue 1274: both dies show the socket's counter, read a moment apart.
        Zone("intel-rapl:0", "package-0-die-0", 68_000_000_000).Zone("intel-rapl:1", "package-0-die-1", 68_000_400_000);

        using var rapl = Found();

        Assert.Equal(["rapl:package-0-die-0"], Summed(rapl));
        Assert.Contains("mirrors package-0-die-0", rapl.Meters[1].Description.Note);
    }

    [Fact]
    public void Dies_that_count_for_themselves_are_both_counted()
    {
        Zone("intel-rapl:0", "package-0-die-0", 68_000_000_000).Zone("intel-rapl:1", "package-0-die-1", 61_000_000_000);

        using var rapl = Found();

        Assert.Equal(["rapl:package-0-die-0", "rapl:package-0-die-1"], Summed(rapl));
    }

    [Fact]
    public void Two_sockets_that_happen_to_show_the_same_value_are_both_counted()
    {
        Zone("intel-rapl:0", "package-0", 68_000_000_000).Zone("intel-rapl:1", "package-1", 68_000_000_000);

        using var rapl = Found();

        Assert.Equal(2, rapl.Packages.Length);
    }

    [Fact]
    public void A_mirror_that_later_counts_differently_gives_a_warning()
    {
        Zone("intel-rapl:0", "package-0-die-0", 1_000_000_000).Zone("intel-rapl:1", "package-0-die-1", 1_000_000_000);
        using var rapl = Found();
        foreach (var meter in rapl.Meters)
            meter.Read(1);
        Zone("intel-rapl:0", "package-0-die-0", 1_500_000_000).Zone("intel-rapl:1", "package-0-die-1", 1_300_000_000);
        foreach (var meter in rapl.Meters)
            meter.Read(2);

        var warning = Assert.Single(rapl.GetFinalWarnings());

        Assert.Equal("not-a-mirror", warning.Code);
        Assert.Contains("300.0 J", warning.Text);
    }

    [Fact]
    public void A_mirror_that_stays_one_counter_gives_no_warning()
    {
        Zone("intel-rapl:0", "package-0-die-0", 262_143_000_000).Zone("intel-rapl:1", "package-0-die-1", 262_143_000_000);
        using var rapl = Found();
        foreach (var meter in rapl.Meters)
            meter.Read(1);
        // Both wrap on the way: 328,850 µJ to the end of the range and 400 J after it.
        Zone("intel-rapl:0", "package-0-die-0", 400_000_000).Zone("intel-rapl:1", "package-0-die-1", 400_100_000);
        foreach (var meter in rapl.Meters)
            meter.Read(2);

        Assert.Empty(rapl.GetFinalWarnings());
    }

    [Fact]
    public void Counters_for_root_alone_are_missing_with_the_advisory_and_the_ways_out()
    {
        Zone("intel-rapl:0", "package-0", 1).Zone("intel-rapl:0:0", "dram", 1);
        _disk.WithMode("sys/class/powercap/intel-rapl:0/energy_uj", UnixFileMode.UserRead);

        using var rapl = Found(_disk.Refusing(path => path.EndsWith("energy_uj", StringComparison.Ordinal) ? Libc.PermissionDenied : 0));

        Assert.Empty(rapl.Meters);
        Assert.Equal(["rapl:package-0", "rapl:package-0/dram"], rapl.Missing.Select(meter => meter.Id));
        var missing = rapl.Missing[0];
        Assert.Contains("0400", missing.Reason);
        Assert.Contains("CVE-2020-8694", missing.Advisory);
        Assert.EndsWith("sys/class/powercap/intel-rapl:0/energy_uj", missing.Path);
        Assert.Contains(missing.Remedies, remedy => remedy is { PersistsAcrossReboots: true, Command: { } command } && command.Contains("udev"));
        Assert.Contains(missing.Remedies, remedy => remedy.Command?.Contains("cap_dac_read_search") == true);
    }

    [Fact]
    public void A_package_that_cannot_be_read_beside_one_that_can_gives_a_warning()
    {
        Zone("intel-rapl:0", "package-0", 1_000_000);
        _disk.With("sys/class/powercap/intel-rapl:1/name", "package-1").WithFolder("sys/class/powercap/intel-rapl:1/energy_uj");

        using var rapl = Found();

        Assert.Equal(["rapl:package-0"], Summed(rapl));
        Assert.Equal("package-missing", Assert.Single(rapl.Warnings).Code);
        Assert.Equal(ReadFailure.Folder, Assert.Single(rapl.Missing).Reason);
    }

    [Fact]
    public void A_counter_that_fails_is_a_gap_and_comes_back()
    {
        Zone("intel-rapl:0", "package-0", 1_000_000);
        using var rapl = Found();
        var meter = rapl.Meters[0];
        meter.Read(1);

        _disk.With("sys/class/powercap/intel-rapl:0/energy_uj", "");
        var gap = meter.Read(2);
        _disk.With("sys/class/powercap/intel-rapl:0/energy_uj", "1000500\n");

        Assert.Same(ReadFailure.Empty, gap.Reason);
        Assert.Equal(Reading.FromValue(1_000_500), meter.Read(3));
    }

    [Theory]
    [InlineData(null, null, 5_000)] // nothing reported
    [InlineData("28000000", "64000000", 1_000)] // a laptop: its boosts stay below 1 kW
    [InlineData("350000000", "420000000", 1_680)] // 4 x 420 W
    [InlineData("0", "4095875000", 5_000)] // an unlocked limit says nothing
    public void The_ceiling_follows_the_limits_the_zone_reports(string? maximum, string? limit, double expected)
    {
        Zone("intel-rapl:0", "package-0", 1);
        if (maximum is not null)
            _disk.With("sys/class/powercap/intel-rapl:0/constraint_0_max_power_uw", maximum);
        if (limit is not null)
            _disk.With("sys/class/powercap/intel-rapl:0/constraint_1_power_limit_uw", limit);

        using var rapl = Found();

        Assert.Equal(expected, rapl.Meters[0].Description.CeilingWatts);
    }

    [Fact]
    public void A_virtual_machine_without_zones_says_so_and_offers_nothing()
    {
        _disk.With("proc/cpuinfo", CpuInfoTests.TwoSockets().Replace("hypervisors", "hypervisor"));

        using var rapl = Found();

        var missing = Assert.Single(rapl.Missing);
        Assert.Contains("virtual machine", missing.Reason);
        Assert.Empty(missing.Remedies);
    }

    [Fact]
    public void A_hidden_folder_in_a_container_says_so()
    {
        _disk.With("proc/cpuinfo", CpuInfoTests.TwoSockets()).WithFolder("sys/devices/virtual/powercap");

        using var rapl = Found();

        Assert.Contains("a container hides the zones", Assert.Single(rapl.Missing).Reason);
    }

    [Fact]
    public void A_machine_with_package_counters_is_measured_and_its_memory_modelled_unless_it_has_counters()
    {
        _disk.With("proc/cpuinfo", CpuInfoTests.TwoSockets()).With("proc/meminfo", "MemTotal: 65536000 kB\n").With("proc/stat", "cpu 1 1 1 1\n");
        Zone("intel-rapl:0", "package-0", 1_000_000).Zone("intel-rapl:1", "package-1", 9_000_000);

        using var found = MachineDiscovery.Discover(_disk.Tree);

        var cpu = found.Bases.Single(basis => basis.Component == Component.Cpu);
        Assert.Equal(Quality.Measured, cpu.Quality);
        Assert.Equal(["rapl:package-0", "rapl:package-1"], cpu.Meters);
        Assert.Equal("memory/held", found.Bases.Single(basis => basis.Component == Component.Memory).IdleRate);
        // Xeon Gold 6248: TDP 150 W, 2 sockets, 12 % of it idle (Teads 2021).
        Assert.Equal(36, found.Rates.Single(rate => rate.Id == "cpu/idle-power").Derivation.Value, 6);
    }

    [Fact]
    public void Any_folder_and_file_names_and_contents_are_survived()
    {
        var random = new Random(8694);
        string[] names = ["intel-rapl:0", "intel-rapl:", "intel-rapl", "intel-rapl:0:0", "intel-rapl:g", "intel-rapl:0:", "rapl:0", ":0", "intel-rapl-mmio:0", "dtpm:0", "intel-rapl:ffffffffffff:1"];
        string[] zones = ["package-0", "package-0-die-1", "package-", "package", "", "psys", "dram", "päckchen", "core\0", " \n"];
        for (var i = 0; i < 60; i++)
        {
            for (var zone = 0; zone < 6; zone++)
            {
                var bytes = new byte[random.Next(20)];
                random.NextBytes(bytes);
                var path = $"sys/class/powercap/{names[random.Next(names.Length)]}";
                _disk.With($"{path}/name", zones[random.Next(zones.Length)]).WithBytes($"{path}/energy_uj", bytes).WithBytes($"{path}/max_energy_range_uj", bytes);
            }

            using var rapl = Found();

            Assert.All(rapl.Meters, meter => Assert.Equal(MeterKind.EnergyCounter, meter.Description.Kind));
            Assert.Equal(rapl.Meters.Count, rapl.Meters.Select(meter => meter.Description.Id).Distinct().Count());
            _disk.Without("sys/class");
        }
    }

    public void Dispose() => _disk.Dispose();
}
