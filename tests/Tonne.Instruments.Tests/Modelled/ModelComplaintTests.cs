using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Modelled;
using Tonne.Instruments.Processes;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.Modelled;

/// <summary>What users of other tools complain of, in models of machines without meters.</summary>
public sealed class ModelComplaintTests : IDisposable
{
    const long Gibibyte = 1L << 30;

    readonly TreeOnDisk _disk = new();

    // codecarbon#583, #515, #1051, #418, #477: an unknown processor is 4 W a thread or 85 W; the same virtual machine gave 8 W or 85 W, depending on whether its name was read.
    [Theory]
    [InlineData("AMD EPYC 9R14", "AuthenticAMD", 25, 17, 2)]
    [InlineData("Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", "GenuineIntel", 6, 85, 2)]
    [InlineData("AMD EPYC 7R13 Processor", "AuthenticAMD", 25, 1, 2)]
    public void One_machine_named_or_hidden_or_unknown_gives_ranges_that_overlap_and_never_a_point(string name, string vendor, int family, int model, int threads)
    {
        var identity = new CpuIdentity { Name = name, VendorId = vendor, Family = family, Model = model, Stepping = 1, Hypervisor = true, Threads = threads, ThreadsPerCore = 1 };
        CpuPowerModel[] all = [CpuCatalog.Identify(identity), CpuCatalog.Identify(identity with { Name = null }), CpuCatalog.Identify(identity with { Name = null, Family = null, Model = null })];

        foreach (var cpu in all)
        {
            Assert.True(cpu.FullWattsPerThread.Bounds.High > 1.2 * cpu.FullWattsPerThread.Bounds.Low);
            Assert.NotEqual(Quality.Measured, cpu.Quality);
            foreach (var other in all)
            {
                Assert.True(cpu.FullWattsPerThread.Bounds.Low < other.FullWattsPerThread.Bounds.High, $"{cpu.Explanation} / {other.Explanation}");
                Assert.True(cpu.IdleWattsPerThread.Bounds.Low < other.IdleWattsPerThread.Bounds.High, $"{cpu.Explanation} / {other.Explanation}");
            }
        }
    }

    // codecarbon#629, #523, #717: 283 W of memory, or 10 W for a process that holds 80 MB.
    [Fact]
    public void Eighty_megabytes_of_memory_are_milliwatts_and_not_ten_watts()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC 9654 96-Core Processor", Threads = 384 });
        var power = new MachinePower(cpu, MemoryCatalog.WattsPerGigabyte(cpu.Memory), OtherPower.Fraction(MachineKind.Server), 384, 2, 768 * Gibibyte);
        var rates = MachineModel.CreateWholeMachineRates(power).Rates;
        var perGigabyte = rates.Where(rate => rate.Per == "GB·s").Sum(rate => rate.Derivation.Value);

        // DDR5 0.1 W/GB (2^30) and 0.4 of it for everything else: 0.08 · 0.1 · 1.4 · 10^9/2^30 = 0.0104 W.
        Assert.Equal(0.0104, 0.08 * perGigabyte, 0.0001);
        // All 768 GB: 76.8 W of memory, a fifth of what two idle sockets and their machine draw.
        Assert.Equal(76.8, rates.Single(rate => rate.Id == "memory/held").Derivation.Value * power.MemoryBytes / 1e9, 0.1);
        Assert.True(76.8 < power.ComputeWatts(0));
    }

    // CodeCarbon through psutil: whoever asks for the load resets it for the others, so a machine 98 % busy read as 26 %.
    [Fact]
    public void Whoever_else_reads_the_busy_time_takes_nothing_from_it()
    {
        using var clock = new MachineCpuMeters(_disk.With("proc/stat", "cpu  0 0 0 0 0 0 0 0 0 0\n").Tree);
        using var another = new MachineCpuMeters(_disk.Tree);
        var mine = new List<long>();
        for (var second = 0; second <= 10; second++)
        {
            // Two threads, 98 % busy.
            _disk.With("proc/stat", $"cpu  {196 * second} 0 0 {4 * second} 0 0 0 0 0 0\n");
            for (var curious = 0; curious < 3; curious++)
                another.Busy.Read((second * 10) + curious);
            mine.Add(clock.Busy.Read(second * 1_000_000_000L).Value);
        }

        Assert.All(mine.Zip(mine.Skip(1)), pair => Assert.Equal(1_960_000_000, pair.Second - pair.First));
    }

    // kepler#2465, #1194, #487: idle as what the load leaves tends to nothing on a busy machine.
    [Fact]
    public void The_idle_power_of_a_machine_does_not_shrink_as_it_gets_busy()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC 7742 64-Core Processor", Threads = 128 });
        var power = new MachinePower(cpu, MemoryCatalog.WattsPerGigabyte(cpu.Memory), OtherPower.Fraction(MachineKind.Server), 128, 1, 128 * Gibibyte);

        foreach (var rates in new[] { MachineModel.CreateWholeMachineRates(power), MachineModel.CreateMeteredRates(power, ["rapl:package-0"], [], null, "") })
        {
            // Idle is a price per second or per thread and second, of the machine alone; the load has no part in it.
            var basis = rates.Bases.Single(one => one.Component == Component.Cpu);
            Assert.NotNull(basis.IdleRate);
            Assert.True(rates.Rates.Single(rate => rate.Id == basis.IdleRate).Derivation.Value > 0);
        }

        // What the work adds is the same for each thread: at full load the idle part is all that it was.
        Assert.Equal(power.ComputeWatts(0), power.ComputeWatts(128) - (128 * (power.ComputeWatts(1) - power.ComputeWatts(0))), 1e-9);
    }

    // codecarbon#111, #477; scaphandre#312, #214, #351 (0 W); kepler#2280 (refuses to start), #828.
    [Theory]
    [InlineData("AuthenticAMD", 26, 2, "AMD EPYC")]
    [InlineData("GenuineIntel", 6, 85, "Intel Xeon Processor (Skylake, IBRS)")]
    [InlineData("GenuineIntel", 6, 207, "Intel(R) Xeon(R) CPU @ 2.20GHz")]
    [InlineData("HygonGenuine", 24, 1, "Hygon C86 7285")]
    public void A_virtual_machine_without_counters_has_a_model_with_a_label_and_never_zero_watts(string vendor, int family, int model, string name)
    {
        _disk.With("proc/cpuinfo", string.Concat(Enumerable.Range(0, 2).Select(i => $"processor\t: {i}\nvendor_id\t: {vendor}\ncpu family\t: {family}\nmodel\t\t: {model}\nmodel name\t: {name}\nstepping\t: 4\nsiblings\t: 1\ncpu cores\t: 1\nflags\t\t: fpu hypervisor\n\n")))
            .With("proc/meminfo", "MemTotal:       8000000 kB\n").With("proc/stat", "cpu  1 0 0 9 0 0 0 0 0 0\n");
        using var found = MachineDiscovery.Discover(_disk.Tree);

        Assert.True(found.Machine.Virtual);
        Assert.Equal([Component.Cpu, Component.Memory, Component.Other], found.Bases.Select(basis => basis.Component));
        Assert.All(found.Bases, basis => Assert.True(basis.Quality is Quality.Modelled or Quality.Assumed));
        // Two virtual CPUs of a host: a few watts, not none and not a whole machine.
        Assert.InRange(found.Power.ComputeWatts(0), 0.3, 15);
        Assert.InRange(found.Power.ComputeWatts(2), 2, 40);
        Assert.True(found.Power.Cpu.FullWattsPerThread.Bounds.High > found.Power.Cpu.FullWattsPerThread.Bounds.Low);
        Assert.NotNull(found.Machine.HostThreads);
    }

    public void Dispose() => _disk.Dispose();
}
