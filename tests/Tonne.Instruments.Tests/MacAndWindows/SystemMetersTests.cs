using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.MacAndWindows;
using Tonne.Instruments.Machines;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.MacAndWindows;

public class SystemMetersTests
{
    const long Second = 1_000_000_000;

    readonly StandInSystem _system = new();

    [Fact]
    public void Busy_and_idle_time_come_from_one_reading()
    {
        var meters = new SystemCpuMeters(_system);

        Assert.Equal((1_000_000_000, 9_000_000_000), (meters.Busy.Read(0).Value, meters.Idle.Read(0).Value));
    }

    [Fact]
    public void A_count_that_does_not_change_is_a_gap_until_it_does()
    {
        var meters = new SystemCpuMeters(_system);
        Assert.False(meters.Busy.Read(0).IsGap);
        Assert.False(meters.Busy.Read(2 * Second).IsGap);

        Assert.Equal(SystemCpuMeters.Unchanged, meters.Busy.Read(3 * Second).Reason);
        Assert.Equal(SystemCpuMeters.Unchanged, meters.Idle.Read(3 * Second).Reason);

        _system.CpuTime = new SystemCpuTime(1_000_000_000, 12_000_000_000);
        Assert.Equal(1_000_000_000, meters.Busy.Read(4 * Second).Value);
        _system.CpuTime = null;
        Assert.True(meters.Busy.Read(5 * Second).IsGap);
    }

    [Fact]
    public void A_machine_without_files_is_modelled_and_says_what_is_missing()
    {
        using var found = MachineDiscovery.Discover(FileTree.Local, new DiscoveryOptions { HostSystem = _system });

        Assert.Equal([Component.Cpu, Component.Memory, Component.Other], found.Bases.Select(basis => basis.Component));
        Assert.DoesNotContain(found.Bases, basis => basis.Quality == Quality.Measured);
        Assert.Equal(["system:busy", "system:idle", "system:memory"], found.Meters.Select(meter => meter.Description.Id));
        Assert.Equal(16_000_000_000 - 10_000_000_000, found.MemoryMeters[0].Read(0).Value);
        Assert.Contains(found.Missing, missing => missing.Id == "emi");
        // Remedies of Linux would not help.
        Assert.DoesNotContain(found.Missing, missing => missing.Id == "rapl");
        Assert.All(found.Missing, missing => Assert.NotEmpty(missing.Path));
        Assert.Equal("Comet Lake", found.Machine.Microarchitecture);
    }

    [Fact]
    public void A_system_that_reports_no_busy_time_is_warned_of()
    {
        _system.CpuTime = null;
        using var found = MachineDiscovery.Discover(FileTree.Local, new DiscoveryOptions { HostSystem = _system });

        Assert.Contains(found.Warnings, warning => warning.Code == "cpu-time-unknown");
        Assert.Contains(found.Missing, missing => missing.Id == SystemCpuMeters.BusyId);
        Assert.Empty(found.CpuTimeMeters);
    }
}
