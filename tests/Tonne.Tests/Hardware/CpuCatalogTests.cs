using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Tests.Hardware;

public sealed class CpuCatalogTests
{
    [Fact]
    public void A_model_of_version_four_is_not_taken_for_the_first()
    {
        Assert.Equal("Sandy Bridge", CpuCatalog.FindModel("Intel(R) Xeon(R) CPU E5-2680 0 @ 2.70GHz")?.Microarchitecture);
        Assert.Equal("Broadwell", CpuCatalog.FindModel("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz")?.Microarchitecture);
        Assert.Equal("Haswell", CpuCatalog.FindModel("intel(r)  xeon(r) cpu   E5-2680 V3 @ 2.50GHz")?.Microarchitecture);
    }

    [Fact]
    public void A_hidden_turin_is_recognised_by_its_numbers_and_widened()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC", VendorId = "AuthenticAMD", Family = 26, Model = 2, Stepping = 1, Hypervisor = true, Threads = 2, ThreadsPerCore = 1 });

        Assert.Equal("Zen 5 (Turin)", cpu.Microarchitecture);
        // power/cpu_microarchitectures.csv: 0.353 W idle and 1.977 W full per thread, eight machines.
        Assert.Equal(0.353, cpu.IdleWattsPerThread.Bounds.Best);
        Assert.Equal(1.977, cpu.FullWattsPerThread.Bounds.Best);
        Assert.Equal(1.6, cpu.RealHostIdle.Bounds.Best);
        Assert.Equal(1.4, cpu.RealHostFull.Bounds.Best);
        Assert.Equal(MemoryType.Ddr5, cpu.Memory);
        Assert.Equal(Quality.Modelled, cpu.Quality);
        Assert.True(cpu.IdleWattsPerThread.Bounds.Low < 0.353 * Math.Exp(-1.96 * 0.143));
        Assert.Contains("hidden", cpu.Why, StringComparison.Ordinal);
    }
}
