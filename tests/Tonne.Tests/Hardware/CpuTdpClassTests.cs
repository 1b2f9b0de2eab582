using Tonne.Hardware;

namespace Tonne.Tests.Hardware;

public sealed class CpuTdpClassTests
{
    // Base power and, for desktop processors, maximum turbo power by the makers' product pages. The interval of the machine holds both,
    // with what else it needs.
    [Theory]
    [InlineData("Intel(R) Celeron(R) J4125 CPU @ 2.00GHz", "GenuineIntel", 6, 122, 8, 4, 10, 10)]
    [InlineData("Intel(R) Celeron(R) N5105 @ 2.00GHz", "GenuineIntel", 6, 156, 0, 4, 10, 10)]
    [InlineData("Intel(R) Celeron(R) CPU J3455 @ 1.50GHz", "GenuineIntel", 6, 92, 9, 4, 10, 10)]
    [InlineData("Intel(R) Pentium(R) Silver N6005 @ 2.00GHz", "GenuineIntel", 6, 156, 0, 4, 10, 10)]
    [InlineData("Intel(R) N100", "GenuineIntel", 6, 190, 0, 4, 6, 6)]
    [InlineData("Intel(R) N97", "GenuineIntel", 6, 190, 0, 4, 12, 12)]
    [InlineData("Intel(R) Atom(TM) CPU C3758 @ 2.20GHz", "GenuineIntel", 6, 95, 1, 8, 25, 25)]
    [InlineData("Intel(R) Atom(TM) CPU C3558 @ 2.20GHz", "GenuineIntel", 6, 95, 1, 4, 16, 16)]
    [InlineData("AMD A10-7850K Radeon R7, 12 Compute Cores 4C+8G", "AuthenticAMD", 21, 48, 1, 4, 95, 95)]
    [InlineData("AMD A8-7600 Radeon R7, 10 Compute Cores 4C+6G", "AuthenticAMD", 21, 48, 1, 4, 65, 65)]
    [InlineData("AMD FX(tm)-8350 Eight-Core Processor", "AuthenticAMD", 21, 2, 0, 8, 125, 125)]
    [InlineData("Intel(R) Core(TM) Ultra 9 285K", "GenuineIntel", 6, 198, 2, 24, 125, 250)]
    [InlineData("Intel(R) Core(TM) Ultra 7 265K", "GenuineIntel", 6, 198, 2, 20, 125, 250)]
    [InlineData("Intel(R) Core(TM) Ultra 5 225", "GenuineIntel", 6, 198, 2, 10, 65, 121)]
    [InlineData("Intel(R) Core(TM) Ultra 7 155H", "GenuineIntel", 6, 170, 4, 22, 28, 28)]
    [InlineData("Intel(R) Core(TM) Ultra 5 125U", "GenuineIntel", 6, 170, 4, 14, 15, 15)]
    [InlineData("Intel(R) Core(TM) Ultra X9 388H", "GenuineIntel", 6, 204, 2, 16, 25, 25)]
    [InlineData("13th Gen Intel(R) Core(TM) i9-13900K", "GenuineIntel", 6, 183, 1, 32, 125, 253)]
    [InlineData("Intel(R) Core(TM) i9-14900K", "GenuineIntel", 6, 183, 1, 32, 125, 253)]
    [InlineData("13th Gen Intel(R) Core(TM) i5-1335U", "GenuineIntel", 6, 186, 3, 12, 15, 15)]
    [InlineData("11th Gen Intel(R) Core(TM) i7-11370H @ 3.30GHz", "GenuineIntel", 6, 140, 1, 8, 35, 35)]
    [InlineData("Intel(R) Core(TM) i5-2400 CPU @ 3.10GHz", "GenuineIntel", 6, 42, 7, 4, 95, 95)]
    [InlineData("AMD Ryzen 9 9950X 16-Core Processor", "AuthenticAMD", 26, 68, 0, 32, 170, 200)]
    [InlineData("AMD Ryzen 7 9800X3D 8-Core Processor", "AuthenticAMD", 26, 68, 0, 16, 120, 162)]
    [InlineData("AMD Ryzen 7 5800H with Radeon Graphics", "AuthenticAMD", 25, 80, 0, 16, 45, 45)]
    [InlineData("AMD RYZEN AI MAX+ 395 w/ Radeon 8060S", "AuthenticAMD", 26, 112, 0, 32, 55, 120)]
    [InlineData("AMD Ryzen Threadripper PRO 7995WX 96-Cores", "AuthenticAMD", 25, 24, 1, 192, 350, 350)]
    [InlineData("Intel(R) Xeon Phi(TM) CPU 7210 @ 1.30GHz", "GenuineIntel", 6, 87, 1, 256, 215, 215)]
    public void The_interval_at_full_load_holds_what_the_data_sheet_allows(string name, string vendor, int family, int model, int stepping, int threads, double baseWatts, double turboWatts)
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = name, VendorId = vendor, Family = family, Model = model, Stepping = stepping, Threads = threads, ThreadsPerCore = 1 });
        var full = cpu.FullWattsPerThread.Bounds * (cpu.InServiceFullLoadRatio.Bounds.Best * threads);
        var idle = cpu.IdleWattsPerThread.Bounds * (cpu.InServiceIdleRatio.Bounds.Best * threads);

        Assert.InRange(baseWatts, full.Low, full.High);
        Assert.InRange(turboWatts, full.Low, full.High);
        Assert.True(idle.Best < full.Best && idle.Low <= baseWatts, cpu.Explanation);
    }

    [Theory]
    [InlineData("Intel(R) Celeron(R) J4125 CPU @ 2.00GHz", 10d)]
    [InlineData("Intel(R) Core(TM) i7-14700KF", 125d)]
    [InlineData("12th Gen Intel(R) Core(TM) i5-12400F", 65d)]
    [InlineData("12th Gen Intel(R) Core(TM) i7-1260P", 28d)]
    [InlineData("Intel(R) Core(TM) i7-1165G7", 15d)]
    [InlineData("Intel(R) Core(TM) i7-10750H", 45d)]
    [InlineData("Intel(R) Core(TM) i5-10400T", 35d)]
    [InlineData("AMD Ryzen 5 5600U with Radeon Graphics", 15d)]
    [InlineData("AMD Ryzen 7 5700X 8-Core Processor", 105d)]
    [InlineData("AMD Ryzen 5 3600 6-Core Processor", 65d)]
    [InlineData("Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz", null)]
    [InlineData("AMD EPYC 7763 64-Core Processor", null)]
    [InlineData("Neoverse-N1", null)]
    [InlineData("", null)]
    public void The_letters_of_a_name_give_its_class(string name, double? watts) => Assert.Equal(watts, CpuTdpClass.Find(name)?.Tdp.Bounds.Best);

    [Fact]
    public void A_machine_of_little_power_is_given_little()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = "Intel(R) Celeron(R) J4125 CPU @ 2.00GHz", VendorId = "GenuineIntel", Family = 6, Model = 122, Stepping = 8, Threads = 4 });

        // By hand: idle 0.03 · 10 · 1.06 + 8 = 8.318 W, full 0.692 · 10 · 1.06 + 8 = 15.335 W, at the plug.
        Assert.Equal(8.318, 4 * cpu.IdleWattsPerThread.Bounds.Best, 0.001);
        Assert.Equal(15.335, 4 * cpu.FullWattsPerThread.Bounds.Best, 0.001);
        Assert.Equal("Goldmont Plus", cpu.Microarchitecture);
    }

    [Fact]
    public void QEMUs_Icelake_is_a_servers_and_the_network_processor_of_those_numbers_is_not()
    {
        // QEMU's model Icelake-Server: family 6, model 134; Intel's Snow Ridge, an Atom P5000, has the same numbers.
        var guest = CpuCatalog.Identify(new CpuIdentity { Name = "Intel Xeon Processor (Icelake)", VendorId = "GenuineIntel", Family = 6, Model = 134, Stepping = 0, Hypervisor = true, Threads = 8, ThreadsPerCore = 1 });
        var board = CpuCatalog.Identify(new CpuIdentity { Name = "Intel Atom(R) P5362 processor", VendorId = "GenuineIntel", Family = 6, Model = 134, Stepping = 7, Threads = 24 });

        Assert.Equal("Ice Lake (server)", guest.Microarchitecture);
        Assert.NotEqual("Ice Lake (server)", board.Microarchitecture);
    }
}
