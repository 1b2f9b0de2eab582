using Tonne.Hardware;
using Tonne.Instruments.Machines;
using Tonne.Instruments.Modelled;
using Tonne.Quantities;

namespace Tonne.Instruments.Tests.Modelled;

public class MachineModelTests
{
    const long Gibibyte = 1L << 30;

    static readonly Source Hand = new("HAND", "numbers of this test");

    static Factor Factor(string id, string unit, double best) => new(id, id, unit, new Bounds(best / 2, best, best * 2), Quality.Modelled, Hand);

    /// <summary>w0 = 0.5 W, w1 = 3 W, f0 = 1.6, f1 = 1.4, g = 1 GB per thread, m = 0.1 W/GB, k = 0.4.</summary>
    static MachinePower Power(int threads, long memoryBytes, double m = 0.1, CpuModel? model = null, int sockets = 1) => new(
        new CpuPowerModel
        {
            Microarchitecture = "test",
            IdleWattsPerThread = Factor("w0", "W/thread", 0.5),
            FullWattsPerThread = Factor("w1", "W/thread", 3),
            InServiceIdleRatio = Factor("f0", "1", 1.6),
            InServiceFullLoadRatio = Factor("f1", "1", 1.4),
            IncludedGigabytesPerThread = 1,
            Memory = MemoryType.Unknown,
            HostThreads = Factor("host", "threads", 128),
            Model = model,
            Quality = Quality.Modelled,
            Explanation = "a test",
        },
        Factor("m", "W/GB", m), Factor("k", "1", 0.4), threads, sockets, memoryBytes);

    static double Rate(MachineRates rates, string id) => rates.Rates.Single(rate => rate.Id == id).Derivation.Value;

    [Fact]
    public void The_rates_of_a_machine_without_meters_are_those_computed_by_hand()
    {
        var rates = MachineModel.CreateWholeMachineRates(Power(8, 32 * Gibibyte));

        // r0 = 0.5·1.6/1.4 − min(32/8, 1)·0.1 = 0.571429 − 0.1; r1 = 3·1.4/1.4 − 0.1 = 2.9.
        Assert.Equal(0.471429, Rate(rates, "cpu/idle"), 6);
        Assert.Equal(2.9, Rate(rates, "cpu/busy"), 9);
        // 0.1 W per 2^30 bytes is 0.1·10^9/2^30 W per 10^9 bytes.
        Assert.Equal(0.0931323, Rate(rates, "memory/held"), 7);
        Assert.Equal(0.4 * 2.9, Rate(rates, "other/cpu-busy"), 9);
        Assert.Equal(["thread·s", "thread·s", "thread·s", "thread·s", "GB·s", "GB·s"], rates.Rates.Select(rate => rate.Per));
    }

    [Theory]
    [InlineData(8, 32, 0)]
    [InlineData(8, 32, 5.5)]
    [InlineData(8, 4, 8)]
    [InlineData(64, 64, 20)]
    public void The_parts_sum_to_the_whole_machine_at_its_plug(int threads, int gigabytes, double busy)
    {
        var power = Power(threads, gigabytes * Gibibyte);
        var rates = MachineModel.CreateWholeMachineRates(power);

        // P = N·w0·f0 + (w1·f1 − w0·f0)·busy + max(0, G − g·N)·m·(1 + k), by hand.
        var expected = (threads * 0.8) + ((4.2 - 0.8) * busy) + (Math.Max(0, gigabytes - threads) * 0.1 * 1.4);
        var held = gigabytes * Gibibyte / 1e9;
        var parts = ((threads - busy) * (Rate(rates, "cpu/idle") + Rate(rates, "other/cpu-idle")))
            + (busy * (Rate(rates, "cpu/busy") + Rate(rates, "other/cpu-busy")))
            + (held * (Rate(rates, "memory/held") + Rate(rates, "other/memory-held")));

        Assert.Equal(expected, parts, 9);
        Assert.Equal(expected, power.ComputeWatts(busy), 9);
    }

    [Fact]
    public void Memory_that_outweighs_an_idle_thread_is_not_taken_off_it_and_that_is_said()
    {
        var rates = MachineModel.CreateWholeMachineRates(Power(8, 64 * Gibibyte, m: 0.6));

        // 0.571429 − 1·0.6 would be below zero.
        Assert.Equal(0.571429, Rate(rates, "cpu/idle"), 6);
        Assert.Equal(3, Rate(rates, "cpu/busy"), 9);
        Assert.Contains("was not taken off", rates.Bases[0].Why);
    }

    [Fact]
    public void Unknown_memory_has_no_basis_and_no_rate()
    {
        var rates = MachineModel.CreateWholeMachineRates(Power(8, 0));

        Assert.Equal([Component.Cpu, Component.Other], rates.Bases.Select(basis => basis.Component));
        Assert.DoesNotContain(rates.Rates, rate => rate.Id.StartsWith("memory", StringComparison.Ordinal));
    }

    [Fact]
    public void Metered_packages_count_as_they_are_and_idle_at_a_share_of_their_tdp()
    {
        var tdp = new Factor("tdp", "TDP", "W", Bounds.FromExact(200), Quality.Assumed, Hand);
        var model = new CpuModel("Test 9000", "test", "server", 32, 64, false, tdp, 2020, "HAND");

        var rates = MachineModel.CreateMeteredRates(Power(128, 256 * Gibibyte, model: model, sockets: 2), ["rapl:package-0", "rapl:package-1"], ["rapl:dram-0"], null, "Because.");

        Assert.Equal(1, Rate(rates, "cpu/meter"));
        Assert.Equal(0.4, Rate(rates, "other/cpu-meter"));
        // 200 W · 0.12 (Teads 2021, load 0) · 2 sockets.
        Assert.Equal(48, Rate(rates, "cpu/idle-power"), 9);
        Assert.Equal(0.4, Rate(rates, "other/memory-meter"));
        var (cpu, memory, other) = (rates.Bases[0], rates.Bases[1], rates.Bases[2]);
        Assert.Equal((Component.Cpu, Quality.Measured, "cpu/meter", "cpu/idle-power"), (cpu.Component, cpu.Quality, cpu.MeterRate, cpu.IdleRate));
        Assert.Equal((Component.Memory, Quality.Measured, "memory/meter"), (memory.Component, memory.Quality, memory.MeterRate));
        Assert.Equal((Component.Other, Quality.Modelled), (other.Component, other.Quality));
    }

    [Fact]
    public void An_idle_power_measured_here_is_preferred_and_memory_without_a_counter_is_modelled()
    {
        var rates = MachineModel.CreateMeteredRates(Power(8, 32 * Gibibyte), ["rapl:package-0"], [], Factor("idle here", "W", 11), "Because.");

        Assert.Equal(11, Rate(rates, "cpu/idle-power"));
        Assert.Equal("memory/held", rates.Bases[1].IdleRate);
        Assert.Equal(32 * Gibibyte / 1e9, rates.Bases[1].Capacity);
    }

    [Fact]
    public void Every_rate_a_basis_names_is_there_with_the_rate_of_the_rest_beside_it()
    {
        foreach (var rates in new[] { MachineModel.CreateWholeMachineRates(Power(8, 32 * Gibibyte)), MachineModel.CreateMeteredRates(Power(8, 32 * Gibibyte), ["a"], ["b"], null, "") })
        {
            var ids = rates.Rates.Select(rate => rate.Id).ToHashSet();
            foreach (var basis in rates.Bases)
            {
                foreach (var id in new[] { basis.MeterRate, basis.IdleRate, basis.BusyRate }.OfType<string>())
                {
                    Assert.Contains(id, ids);
                    Assert.Contains("other/" + id.Replace('/', '-'), ids);
                }
            }
        }
    }

    [Fact]
    public void A_measured_machine_lies_within_the_bounds_of_the_model()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC 7742 64-Core Processor", VendorId = "AuthenticAMD", Family = 23, Model = 49, Threads = 128 });
        var power = new MachinePower(cpu, MemoryCatalog.WattsPerGigabyte(cpu.Memory), OtherPower.Fraction(MachineKind.Server), 128, 1, 128 * Gibibyte);

        // SPECpower_ssj2008, 36 published machines with EPYC 7702 and 7742: 38 to 100 W idle and 190 to 254 W at full load per socket of 128 threads (95 %).
        // A host in service draws 1.0 to 2.6 and 0.95 to 2.6 times as much.
        var (idle, full) = (power.ComputeWatts(0), power.ComputeWatts(128));
        Assert.InRange(idle, 38, 100 * 2.6);
        Assert.InRange(full, 190 * 0.95, 254 * 2.6);
        Assert.InRange(full / idle, 2, 6);
    }

    [Fact]
    public void A_card_in_no_table_is_modelled_from_its_power_limit_and_a_capped_one_no_higher_than_its_cap()
    {
        var rates = MachineModel.CreateRates(Power(8, 32 * Gibibyte),
        [
            new MeteredPart(Component.Gpu, "0", [], null, "No meter.") { Name = "NVIDIA Z9000 Ultra", PowerLimitWatts = 250 },
            new MeteredPart(Component.Gpu, "1", [], null, "No meter.") { Name = "NVIDIA GeForce RTX 4090", PowerLimitWatts = 300 },
            new MeteredPart(Component.Gpu, "2", [], null, "No meter."),
        ]);

        // 0.228 and 0.8 of 250 W; 60 W with a context and 360 W in training, held at 300 W; 0.228 and 0.8 of any card's 300 W.
        Assert.Equal((57d, 200d), (Math.Round(Rate(rates, "gpu-0/idle"), 6), Math.Round(Rate(rates, "gpu-0/busy"), 6)));
        Assert.Equal((60d, 300d), (Rate(rates, "gpu-1/idle"), Rate(rates, "gpu-1/busy")));
        Assert.Equal((68.4, 240d), (Math.Round(Rate(rates, "gpu-2/idle"), 6), Math.Round(Rate(rates, "gpu-2/busy"), 6)));
        Assert.All(rates.Bases.Where(basis => basis.Component == Component.Gpu), basis => Assert.Equal(Quality.Assumed, basis.Quality));
    }
}
