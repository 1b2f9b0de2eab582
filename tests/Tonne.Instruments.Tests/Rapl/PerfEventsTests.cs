using Tonne.Hardware;
using Tonne.Instruments.Files;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Rapl;
using Tonne.Instruments.Tests.Machines;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Rapl;

public sealed class PerfEventsTests : IDisposable
{
    const int Package = 2;

    readonly TreeOnDisk _disk = new();

    /// <summary>The unit as arch/x86/events/rapl.c lists it, with the kernel's own texts.</summary>
    PerfEventsTests Unit(string cpumask, params string[] events)
    {
        _disk.With("sys/devices/power/type", "14\n").With("sys/devices/power/cpumask", cpumask + "\n").With("sys/devices/power/format/event", "config:0-7\n");
        foreach (var name in events)
            Event("power", name, name switch { "energy-cores" => 1, "energy-pkg" => 2, "energy-ram" => 3, "energy-gpu" => 4, _ => 5 });
        return this;
    }

    void Event(string unit, string name, int code) => _disk.With($"sys/devices/{unit}/events/{name}", $"event=0x{code:x2}\n")
        .With($"sys/devices/{unit}/events/{name}.unit", "Joules\n").With($"sys/devices/{unit}/events/{name}.scale", "2.3283064365386962890625e-10\n");

    PerfEventsTests Processor(int cpu, int package, int die = 0)
    {
        _disk.With($"sys/devices/system/cpu/cpu{cpu}/topology/physical_package_id", package + "\n").With($"sys/devices/system/cpu/cpu{cpu}/topology/die_id", die + "\n");
        return this;
    }

    PerfEventsTests Zone(string path, string name, long microjoules, string? range = "262143328850\n")
    {
        _disk.With($"sys/class/powercap/{path}/name", name + "\n").With($"sys/class/powercap/{path}/energy_uj", microjoules + "\n");
        if (range is not null)
            _disk.With($"sys/class/powercap/{path}/max_energy_range_uj", range);
        return this;
    }

    RaplMeters Found(StandInPerfEvents? events, FileTree? tree = null) => new(tree ?? _disk.Tree, MachineDescription.Read(tree ?? _disk.Tree), events);

    FileTree Denied() => _disk.Refusing(path => path.EndsWith("energy_uj", StringComparison.Ordinal) ? Libc.PermissionDenied : 0);

    static string[] Summed(RaplMeters rapl) => [.. rapl.Meters.Where(meter => meter.Description.Role == MeterRole.Machine).Select(meter => meter.Description.Id)];

    [Fact]
    public void Where_both_ways_count_the_zones_are_summed_and_the_events_shown()
    {
        Unit("0,8", "energy-cores", "energy-pkg", "energy-ram", "energy-psys").Processor(0, 0).Processor(8, 1)
            .Zone("intel-rapl:0", "package-0", 1_000_000).Zone("intel-rapl:0:0", "dram", 1_000).Zone("intel-rapl:1", "package-1", 2_000_000).Zone("intel-rapl:1:0", "dram", 1_000);

        using var rapl = Found(new StandInPerfEvents());

        Assert.Equal(["rapl:package-0", "rapl:package-0/dram", "rapl:package-1", "rapl:package-1/dram"], Summed(rapl));
        Assert.Equal(
            ["perf:package-0", "perf:package-0/core", "perf:package-0/dram", "perf:package-1", "perf:package-1/core", "perf:package-1/dram", "perf:psys"],
            rapl.Meters.Select(meter => meter.Description.Id).Where(id => id.StartsWith("perf", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains("same counter as rapl:package-0", rapl.Meters.Single(meter => meter.Description.Id == "perf:package-0").Description.Note);
        Assert.Empty(rapl.Missing);
    }

    [Fact]
    public void A_count_is_its_scale_in_joules_and_does_not_wrap()
    {
        Unit("0", "energy-pkg");
        var events = new StandInPerfEvents();
        using var rapl = Found(events);
        var meter = rapl.Meters.Single();

        // The kernel counts in 2^-32 J (rapl.c): 1.5 J are 6,442,450,944 counts.
        events.Count(14, Package, 0, 1.5);

        Assert.Equal(Reading.FromValue(1_500_000), meter.Read(1));
        // Past the 262,144 J at which the register of 32 bits wraps.
        events.Count(14, Package, 0, 300_000);
        Assert.Equal(Reading.FromValue(300_001_500_000), meter.Read(2));
        Assert.Null(meter.Description.Range);
    }

    // codecarbon#244, #232: energy_uj is for root alone since 2020.
    [Fact]
    public void Counters_that_powercap_denies_are_read_as_performance_events_where_those_are_allowed()
    {
        Unit("0", "energy-pkg", "energy-ram").Zone("intel-rapl:0", "package-0", 1).Zone("intel-rapl:0:0", "dram", 1);
        _disk.With("proc/cpuinfo", CpuInfoTests.TwoSockets());

        using var rapl = Found(new StandInPerfEvents(), Denied());

        Assert.Equal(["perf:package-0"], rapl.Packages);
        Assert.Equal(["perf:package-0/dram"], rapl.Memory);
        Assert.Equal([Component.Cpu, Component.Memory], rapl.Parts.Select(part => part.Component));
        Assert.Contains("by performance events", rapl.Parts[0].Why);
        Assert.Equal(["rapl:package-0", "rapl:package-0/dram"], rapl.Missing.Select(missing => missing.Id));
        Assert.Empty(rapl.Warnings);
    }

    // codecarbon#244, #239: users paste chmod -R a+r with no idea of the risk.
    [Fact]
    public void Denied_counters_name_the_performance_events_as_a_way_out_with_what_it_lets_in()
    {
        Unit("0", "energy-pkg").Zone("intel-rapl:0", "package-0", 1);
        _disk.With("proc/sys/kernel/perf_event_paranoid", "2\n");

        using var rapl = Found(new StandInPerfEvents { Refusal = Libc.PermissionDenied }, Denied());

        Assert.Empty(rapl.Meters);
        var remedies = rapl.Missing.Single(missing => missing.Id == "rapl:package-0").Remedies;
        Assert.Contains(remedies, remedy => remedy.Command?.Contains("cap_perfmon") == true && remedy.Summary.Contains("sees the energy of all"));
        Assert.Contains(remedies, remedy => remedy.Command == "sudo sysctl kernel.perf_event_paranoid=0" && remedy.Summary.Contains("permits more than the counters' files"));
        Assert.Contains("perf_event_paranoid is 2", rapl.Missing.Single(missing => missing.Id == "perf:package").Reason);
    }

    [Fact]
    public void A_processor_without_zones_is_read_by_its_events_alone()
    {
        Unit("0", "energy-pkg").Processor(0, 0);

        using var rapl = Found(new StandInPerfEvents());

        Assert.Equal(["perf:package-0"], rapl.Packages);
        Assert.Empty(rapl.Missing);
    }

    // kepler#897: 9.2e14 J for one pod, a count near 2^63.
    [Fact]
    public void A_count_near_2_to_the_63_is_a_counter_that_started_again_and_not_9e14_joules()
    {
        Unit("0", "energy-pkg");
        var events = new StandInPerfEvents();
        using var rapl = Found(events);
        var meter = rapl.Meters.Single();
        var track = new CounterTracker(meter.Description);
        track.AddValue(meter.Read(0).Value, 0);

        // 2^63 - 2^32 counts of 2^-32 J are 2.1e9 J within a second.
        events.Count(14, Package, 0, 2_147_483_647);
        var step = track.AddValue(meter.Read(1_000_000_000).Value, 1_000_000_000);

        Assert.Equal(new CounterDelta(CounterOutcome.Reset, 0), step);
    }

    // codecarbon#788: almost twice as high as other tools on the same counters.
    [Fact]
    public void Two_sources_with_different_energies_give_a_warning_at_the_end()
    {
        Unit("0", "energy-pkg").Zone("intel-rapl:0", "package-0", 1_000_000);
        var events = new StandInPerfEvents();
        using var rapl = Found(events);
        Sample();
        Zone("intel-rapl:0", "package-0", 301_000_000);
        events.Count(14, Package, 0, 150);
        Sample();

        var warning = Assert.Single(rapl.GetFinalWarnings());

        Assert.Equal("ways-disagree", warning.Code);
        Assert.Equal("rapl:package-0 counted 300.0 J where perf:package-0 counted 150.0 J; the first was summed.", warning.Text);

        void Sample()
        {
            foreach (var meter in rapl.Meters)
                meter.Read(1);
        }
    }

    [Fact]
    public void Two_sources_that_agree_within_their_refresh_give_no_warning()
    {
        Unit("0", "energy-pkg").Zone("intel-rapl:0", "package-0", 1_000_000);
        var events = new StandInPerfEvents();
        using var rapl = Found(events);
        foreach (var meter in rapl.Meters)
            meter.Read(1);
        Zone("intel-rapl:0", "package-0", 301_000_000);
        // Read 1 ms later at 1 kW: a joule more.
        events.Count(14, Package, 0, 301);
        foreach (var meter in rapl.Meters)
            meter.Read(2);

        Assert.Empty(rapl.GetFinalWarnings());
    }

    [Fact]
    public void A_zone_that_does_not_tell_its_range_gives_way_to_its_event()
    {
        Unit("0", "energy-pkg").Zone("intel-rapl:0", "package-0", 1_000_000, range: null);

        using var rapl = Found(new StandInPerfEvents());

        Assert.Equal(["perf:package-0"], Summed(rapl));
        Assert.Contains("wrap-around could not be corrected", rapl.Meters[0].Description.Note);
    }

    [Fact]
    public void A_package_of_which_only_the_event_can_be_read_does_not_go_missing()
    {
        Unit("0,8", "energy-pkg").Processor(0, 0).Processor(8, 1).Zone("intel-rapl:0", "package-0", 1_000_000).Zone("intel-rapl:1", "package-1", 1_000_000);

        using var rapl = Found(new StandInPerfEvents(), _disk.Refusing(path => path.EndsWith("intel-rapl:1/energy_uj", StringComparison.Ordinal) ? Libc.PermissionDenied : 0));

        Assert.Equal(["rapl:package-0", "perf:package-1"], rapl.Packages);
        Assert.Empty(rapl.Warnings);
    }

    // codecarbon#1274, by the other way: arch/x86/events/rapl.c, "AMD/HYGON platforms have a per-PKG package energy counter".
    [Fact]
    public void Dies_of_an_AMD_package_show_one_counter_and_those_of_an_Intel_package_their_own()
    {
        Unit("0,8", "energy-pkg").Processor(0, 0, die: 0).Processor(8, 0, die: 1);
        _disk.With("proc/cpuinfo", "processor : 0\nvendor_id : AuthenticAMD\n");
        using var amd = Found(new StandInPerfEvents());
        _disk.With("proc/cpuinfo", "processor : 0\nvendor_id : GenuineIntel\n");
        using var intel = Found(new StandInPerfEvents());

        Assert.Equal(["perf:package-0-die-0"], amd.Packages);
        Assert.Equal(["perf:package-0-die-0", "perf:package-0-die-1"], intel.Packages);
    }

    [Fact]
    public void Counters_of_single_cores_are_shown_as_one_sum_and_never_added()
    {
        Unit("0", "energy-pkg").Processor(0, 0).Processor(1, 0).Processor(2, 0);
        _disk.With("sys/devices/power_core/type", "15\n").With("sys/devices/power_core/cpumask", "0-2\n");
        Event("power_core", "energy-core", 1);
        var events = new StandInPerfEvents();
        using var rapl = Found(events);
        for (var cpu = 0; cpu < 3; cpu++)
            events.Count(15, 1, cpu, 2);

        var cores = rapl.Meters.Single(meter => meter.Description.Id == "perf:package-0/each-core");

        Assert.Equal(MeterRole.Contained, cores.Description.Role);
        Assert.Equal(Reading.FromValue(6_000_000), cores.Read(1));
    }

    [Fact]
    public void Cores_too_many_to_be_woken_at_every_sample_are_left_alone()
    {
        Unit("0", "energy-pkg").Processor(0, 0);
        for (var cpu = 0; cpu < 64; cpu++)
            Processor(cpu, 0);
        _disk.With("sys/devices/power_core/type", "15\n").With("sys/devices/power_core/cpumask", "0-63\n");
        Event("power_core", "energy-core", 1);

        using var rapl = Found(new StandInPerfEvents());

        Assert.Equal(["perf:package-0"], rapl.Meters.Select(meter => meter.Description.Id));
        Assert.Contains("64 cores", Assert.Single(rapl.Missing).Reason);
    }

    [Fact]
    public void An_event_that_fails_is_a_gap_and_no_zero()
    {
        Unit("0", "energy-pkg");
        var events = new StandInPerfEvents();
        using var rapl = Found(events);

        events.Failure = Libc.NoSuchDevice;

        Assert.Same(ReadFailure.Gone, rapl.Meters[0].Read(1).Reason);
    }

    [Theory]
    [InlineData("sys/devices/power/type", "power")]
    [InlineData("sys/devices/power/cpumask", "a-b")]
    [InlineData("sys/devices/power/events/energy-pkg", "event=2,umask=1")]
    [InlineData("sys/devices/power/events/energy-pkg.scale", "-1")]
    [InlineData("sys/devices/power/events/energy-pkg.scale", "NaN")]
    [InlineData("sys/devices/power/events/energy-pkg.unit", "Watts")]
    public void A_unit_described_wrongly_is_missing_and_not_guessed_at(string path, string text)
    {
        Unit("0", "energy-pkg");
        _disk.With(path, text);

        using var rapl = Found(new StandInPerfEvents());

        Assert.Empty(rapl.Meters);
        Assert.Contains(rapl.Missing, missing => missing.Id == "perf:power" && missing.Path.EndsWith(path, StringComparison.Ordinal));
    }

    [Fact]
    public void A_stand_in_never_opens_the_events_of_the_running_kernel()
    {
        // Type 1 is the kernel's own software unit, which every kernel has: it would open.
        Unit("0", "energy-pkg");
        _disk.With("sys/devices/power/type", "1\n").With("sys/devices/power/events/energy-pkg", "event=0x00\n");

        using var rapl = new RaplMeters(_disk.Tree, MachineDescription.Read(_disk.Tree));

        Assert.Empty(rapl.Meters);
        Assert.Contains("stand-in", rapl.Missing.Single(missing => missing.Id == "perf:package").Reason);
    }

    [Fact]
    public void The_call_of_the_kernel_counts_through_files_and_scale_to_a_meter()
    {
        // No processor here may have energy events, so a clock stands in for them: PERF_COUNT_SW_CPU_CLOCK (unit 1, event 0) counts ns, as if a processor drew 1 W.
        Unit("0", "energy-pkg");
        _disk.With("sys/devices/power/type", "1\n").With("sys/devices/power/events/energy-pkg", "event=0x00\n").With("sys/devices/power/events/energy-pkg.scale", "1e-9\n");
        using var rapl = new RaplMeters(_disk.Tree, MachineDescription.Read(_disk.Tree), new KernelPerfEvents());
        Assert.SkipWhen(rapl.Meters.Count == 0, rapl.Missing.Count == 0 ? "" : rapl.Missing[0].Reason);
        var meter = Assert.Single(rapl.Meters);

        var first = meter.Read(1);
        var last = first;
        for (var i = 0; i < 50_000_000 && last.Value < first.Value + 1_000; i++)
            last = meter.Read(2);

        Assert.False(last.IsGap);
        Assert.InRange(last.Value - first.Value, 1_000, 60_000_000);
    }

    [Fact]
    public void The_kernel_refuses_what_it_does_not_have_with_a_number_and_no_exception()
    {
        Assert.Null(((IPerfEvents)new KernelPerfEvents()).Open(int.MaxValue, 0, 0, out var error));
        Assert.NotEqual(0, error);
    }

    [Fact]
    public void Events_are_closed_with_their_meters()
    {
        Unit("0", "energy-pkg", "energy-ram");
        var events = new StandInPerfEvents();

        Found(events).Dispose();

        Assert.Equal(0, events.Open);
    }

    public void Dispose() => _disk.Dispose();
}
