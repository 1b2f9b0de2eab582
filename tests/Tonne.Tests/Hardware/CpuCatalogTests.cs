using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Tests.Hardware;

public sealed class CpuCatalogTests
{
    [Theory]
    [InlineData("Intel(R) Xeon(R) CPU E5-2680 0 @ 2.70GHz", "Sandy Bridge")]
    [InlineData("Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz", "Broadwell")]
    [InlineData("intel(r)  xeon(r) cpu   E5-2680 V3 @ 2.50GHz", "Haswell")]
    [InlineData("Intel(R) Xeon(R) Platinum 8592+", "Emerald Rapids")]
    [InlineData("Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", "Skylake (server)")]
    [InlineData("INTEL(R) XEON(R) PLATINUM 8573C", "Emerald Rapids")]
    [InlineData("AMD EPYC 7763 64-Core Processor", "Zen 3")]
    [InlineData("12th Gen Intel(R) Core(TM) i7-12700K", "Alder Lake")]
    [InlineData("AMD EPYC", null)]
    [InlineData("Intel(R) Xeon(R) CPU @ 2.20GHz", null)]
    [InlineData("", null)]
    public void A_name_leads_to_its_microarchitecture(string name, string? expected) => Assert.Equal(expected, CpuCatalog.FindModel(name)?.Microarchitecture);

    [Theory]
    [InlineData("Xeon E5-2680", "Xeon E5-2680 v4", false)]
    [InlineData("Xeon E5-2680", "Xeon E5-2680 v2 @ 3 GHz", false)]
    [InlineData("Xeon E5-2680", "Xeon E5-2680 @ 2.7GHz", true)]
    [InlineData("Xeon E5-2680", "xeon e5-2680", true)]
    [InlineData("Xeon E5-268", "Xeon E5-2680", false)]
    [InlineData("Xeon 8592", "Xeon 8592+", false)]
    [InlineData("Xeon 8592", "Xeon 8592V", false)]
    [InlineData("Xeon 8592", "Xeon 8592 v1", true)]
    public void A_pattern_is_a_prefix_that_ends_at_a_word_and_before_no_version(string pattern, string name, bool matches) => Assert.Equal(matches, CpuCatalog.IsPrefix(pattern, name));

    [Theory]
    [InlineData("  12th Gen Intel(R)   Core(TM) i7 ", "Intel(R) Core(TM) i7")]
    [InlineData("13TH GEN Intel(R) Core", "Intel(R) Core")]
    [InlineData("AMD EPYC", "AMD EPYC")]
    [InlineData("1st Gen", "1st Gen")]
    public void A_name_is_brought_to_one_form(string name, string expected) => Assert.Equal(expected, CpuCatalog.Normalise(name));

    [Fact]
    public void A_hidden_turin_is_recognised_by_its_numbers_and_widened()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC", VendorId = "AuthenticAMD", Family = 26, Model = 2, Stepping = 1, Hypervisor = true, Threads = 2, ThreadsPerCore = 1 });

        Assert.Equal("Zen 5 (Turin)", cpu.Microarchitecture);
        // SPECPOWER-2026: medians of eight Turin machines 0.353 W idle and 1.977 W full per thread; Turin Dense 0.209, sd 0.098 over 33 machines:
        // s² = (32 · 0.098² + 4 · 0.3²)/36 · (1 + 1/33) = 0.0191, low 0.209 · exp(−1.96 · 0.1382) = 0.1594.
        Assert.Equal(0.353, cpu.IdleWattsPerThread.Bounds.Best);
        Assert.Equal(1.977, cpu.FullWattsPerThread.Bounds.Best);
        Assert.Equal(0.1594, cpu.IdleWattsPerThread.Bounds.Low, 0.0005);
        // One thread per core behind a hypervisor: a virtual CPU may be a whole core.
        Assert.Equal(2 * 1.977, cpu.FullWattsPerThread.Bounds.High, 0.0005);
        Assert.Equal(new Bounds(1, 1.6, 2.6), cpu.InServiceIdleRatio.Bounds);
        Assert.Equal(new Bounds(0.95, 1.4, 2.6), cpu.InServiceFullLoadRatio.Bounds);
        Assert.Equal(MemoryType.Ddr5, cpu.Memory);
        Assert.Equal(1.0, cpu.IncludedGigabytesPerThread);
        Assert.Equal(Quality.Modelled, cpu.Quality);
        Assert.Contains("hidden", cpu.Explanation, StringComparison.Ordinal);
        // 192 to 256 threads per socket: two of the smaller are 384.
        Assert.Equal(2 / 384d, cpu.HostShare(2).Bounds.Best, 1e-12);
        Assert.Equal(1, cpu.HostShare(1000).Bounds.Low);
    }

    [Theory]
    [InlineData(3, "Skylake (server)")]
    [InlineData(4, "Skylake (server)")]
    [InlineData(5, "Cascade Lake")]
    [InlineData(7, "Cascade Lake")]
    [InlineData(10, "Cooper Lake")]
    [InlineData(11, "Cooper Lake")]
    public void Model_85_is_three_microarchitectures_by_stepping(int stepping, string expected) => Assert.Equal(expected,
        CpuCatalog.Identify(new CpuIdentity { Name = "Intel(R) Xeon(R) CPU @ 2.00GHz", VendorId = "GenuineIntel", Family = 6, Model = 85, Stepping = stepping, Hypervisor = true }).Microarchitecture);

    [Fact]
    public void A_known_name_is_not_widened_and_a_hidden_one_is()
    {
        var known = CpuCatalog.Identify(new CpuIdentity { Name = "Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz", VendorId = "GenuineIntel", Family = 6, Model = 85, Stepping = 4, Hypervisor = true });
        var hidden = CpuCatalog.Identify(new CpuIdentity { Name = "Intel Xeon Processor (Skylake, IBRS)", VendorId = "GenuineIntel", Family = 6, Model = 85, Stepping = 4, Hypervisor = true });

        // SPECPOWER-2026, 78 machines: 29.12 W idle per socket (spread 0.245), 48 threads: 0.6067 · exp(1.96 · 0.245) = 0.981.
        Assert.StartsWith("cpu/intel/skylake-server/idle-w-per-thread/intel-xeon-platinum-8175m", known.IdleWattsPerThread.Id, StringComparison.Ordinal);
        Assert.Equal(0.981, known.IdleWattsPerThread.Bounds.High, 0.0005);
        // 1.149 W at the plug per W of TDP, 240 W, 48 threads: 5.745 W.
        Assert.Equal(5.745, known.FullWattsPerThread.Bounds.Best, 0.0005);
        Assert.True(hidden.IdleWattsPerThread.Bounds.High > known.IdleWattsPerThread.Bounds.High && hidden.IdleWattsPerThread.Bounds.Low < known.IdleWattsPerThread.Bounds.Low);
        Assert.NotEqual(known.IdleWattsPerThread.Id, hidden.IdleWattsPerThread.Id);
    }

    [Fact]
    public void A_named_model_of_a_hypervisor_is_a_server_although_its_numbers_are_a_desktops()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = "Intel Core Processor (Haswell)", VendorId = "GenuineIntel", Family = 6, Model = 60, Stepping = 1, Hypervisor = true });

        Assert.Equal(0.654, cpu.IdleWattsPerThread.Bounds.Best);
    }

    [Fact]
    public void A_cloud_that_sells_cores_as_virtual_cpus_has_twice_the_watts_per_thread()
    {
        var genoa = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC 9654 96-Core Processor" });
        var cores = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC 9R14", Hypervisor = true });

        Assert.Equal("Zen 4 (Genoa)", cores.Microarchitecture);
        // 63.6 W idle per socket over 192 threads and over 96 cores.
        Assert.Equal(63.6 / 192, genoa.IdleWattsPerThread.Bounds.Best, 1e-9);
        Assert.Equal(63.6 / 96, cores.IdleWattsPerThread.Bounds.Best, 1e-9);
        // 0.9944 W at the plug per W of TDP: 360 W over 192 threads; a custom part of 280 to 400 W, √(280 · 400) = 334.7, over 96 cores.
        Assert.Equal(1.8645, genoa.FullWattsPerThread.Bounds.Best, 1e-4);
        Assert.Equal(3.4666, cores.FullWattsPerThread.Bounds.Best, 1e-4);
        Assert.True(cores.FullWattsPerThread.Bounds.High / cores.FullWattsPerThread.Bounds.Best > genoa.FullWattsPerThread.Bounds.High / genoa.FullWattsPerThread.Bounds.Best);
    }

    [Fact]
    public void An_arm_part_shared_by_several_hosts_covers_them()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Implementer = 0x41, Part = 0xD0C, Threads = 64, Hypervisor = true });

        Assert.Equal("Neoverse N1 (Graviton2)", cpu.Microarchitecture);
        Assert.Equal(Quality.Assumed, cpu.Quality);
        // Altra idles at 0.977 W per thread.
        Assert.True(cpu.IdleWattsPerThread.Bounds.High > 0.977);
    }

    [Fact]
    public void A_small_board_has_its_own_watts_and_no_real_host_factor()
    {
        var board = CpuCatalog.Identify(new CpuIdentity { Implementer = 0x41, Part = 0xD08, Threads = 4 });

        // Raspberry Pi 4B: 2.5 W idle, 5 W with four cores busy.
        Assert.Equal(2.5, 4 * board.IdleWattsPerThread.Bounds.Best, 1e-9);
        Assert.Equal(5.0, 4 * board.FullWattsPerThread.Bounds.Best, 1e-9);
        Assert.Equal(Bounds.FromExact(1), board.InServiceIdleRatio.Bounds);
    }

    [Fact]
    public void A_client_processor_is_its_tdp_and_the_rest_of_the_machine()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = "Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", Threads = 8 });

        // 15 W TDP: idle 0.03 · 15 · 1.06 + 4 = 4.477 W; full 0.692 · 15 · 1.06 + 4 = 15.0028 W, over eight threads.
        Assert.Equal(4.477 / 8, cpu.IdleWattsPerThread.Bounds.Best, 1e-6);
        Assert.Equal(15.0028 / 8, cpu.FullWattsPerThread.Bounds.Best, 1e-6);
        Assert.Equal(Quality.Assumed, cpu.Quality);
        Assert.Equal(15, cpu.Model?.Tdp?.Bounds.Best);
    }

    [Fact]
    public void An_unknown_processor_has_the_spread_of_the_catalog()
    {
        var nothing = CpuCatalog.Identify(new CpuIdentity());
        var amd = CpuCatalog.Identify(new CpuIdentity { VendorId = "AuthenticAMD", Family = 26, Model = 90 });

        Assert.Equal(("unknown", Quality.Assumed), (nothing.Microarchitecture, nothing.Quality));
        // Every server row of the last ten years lies between 0.209 and 2.069 W idle per thread.
        Assert.InRange(nothing.IdleWattsPerThread.Bounds.Best, 0.4, 0.9);
        Assert.True(nothing.IdleWattsPerThread.Bounds is { Low: < 0.25, High: > 1.5 });
        Assert.Contains("AMD", amd.IdleWattsPerThread.Label, StringComparison.Ordinal);
        Assert.Contains("Zen 6", amd.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_identity_gives_a_model_with_ordered_watts()
    {
        var random = new Random(26);
        string?[] vendors = ["GenuineIntel", "AuthenticAMD", "HygonGenuine", null];
        for (var round = 0; round < 3000; round++)
        {
            var cpu = CpuCatalog.Identify(new CpuIdentity
            {
                Name = round % 50 == 0 ? new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => (char)random.Next(1, 0x17f))]) : null,
                VendorId = vendors[random.Next(4)], Family = random.Next(4) == 0 ? null : random.Next(30), Model = random.Next(260), Stepping = random.Next(3) == 0 ? null : random.Next(16),
                Implementer = random.Next(3) == 0 ? 0x41 : null, Part = random.Next(3) == 0 ? 0xD00 + random.Next(0x90) : null, Hypervisor = random.Next(2) == 0, Laptop = random.Next(5) == 0,
                Threads = random.Next(3) == 0 ? null : random.Next(1, 300), ThreadsPerCore = random.Next(1, 3),
            });
            Assert.True(cpu.IdleWattsPerThread.Bounds.Best > 0 && cpu.IdleWattsPerThread.Bounds.Best < cpu.FullWattsPerThread.Bounds.Best);
            Assert.True(cpu.HostShare(random.Next(1, 300)).Bounds.High <= 1);
            Assert.False(string.IsNullOrWhiteSpace(cpu.Explanation));
        }
    }

    [Fact]
    public void The_idle_part_of_a_package_is_a_fraction_of_its_tdp() => Assert.Equal(new Bounds(0.0961, 0.12, 0.1406), CpuCatalog.PackageIdleFraction.Bounds);
}
