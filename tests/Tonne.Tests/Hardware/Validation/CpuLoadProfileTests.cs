using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Tests.Hardware.Validation;

/// <summary>The package model against measured load curves of three machines: 8 to 32 threads, 0 to 100 % load.</summary>
public sealed class CpuLoadProfileTests
{
    public static TheoryData<string> Machines => [.. CpuLoadProfile.All.Select(step => step.Cpu).Distinct()];

    [Theory]
    [MemberData(nameof(Machines))]
    public void The_modelled_interval_holds_the_measured_package_at_each_load(string cpu)
    {
        var model = CpuCatalog.Identify(new CpuIdentity { Name = cpu });

        Assert.All(CpuLoadProfile.All.Where(step => step.Cpu == cpu), step =>
        {
            var power = model.ComputePackagePower(step.Load)!.Value;
            Assert.True(power.Low <= step.PackageWatts && step.PackageWatts <= power.High, $"{step.LoadType} {step.Load}: {step.PackageWatts} W, not in {power.Low:0.#} to {power.High:0.#}");
        });
    }

    [Theory]
    [MemberData(nameof(Machines))]
    public void It_does_so_with_the_machine_left_out_of_the_fit(string cpu)
    {
        // Fitted is the full-load fraction alone; idle and part load are choices, made without the profiles.
        var model = CpuCatalog.Identify(new CpuIdentity { Name = cpu });
        var full = Fit([.. FullLoadFractions().Where(one => one.Cpu != cpu).Select(one => one.Fraction)]);

        Assert.All(CpuLoadProfile.All.Where(step => step.Cpu == cpu), step =>
        {
            var power = CpuPowerModel.ComputePackagePower(model.Model!.Tdp!.Bounds, model.PackageIdleFraction.Bounds, full, step.Load);
            Assert.True(power.Low <= step.PackageWatts && step.PackageWatts <= power.High, $"{step.LoadType} {step.Load}: {step.PackageWatts} W, not in {power.Low:0.#} to {power.High:0.#}");
        });
    }

    [Fact]
    public void The_shipped_fraction_is_the_fit_of_the_three_machines()
    {
        var fit = Fit([.. FullLoadFractions().Select(one => one.Fraction)]);
        var shipped = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC 8024P 8-Core Processor" }).PackageFullLoadFraction.Bounds;

        Assert.Equal(fit.Best, shipped.Best, 0.002);
        Assert.Equal(fit.Low, shipped.Low, 0.005);
        Assert.Equal(fit.High, shipped.High, 0.01);
    }

    [Fact]
    public void A_small_part_of_a_large_family_does_not_carry_the_familys_fixed_power()
    {
        var small = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC 8024P 8-Core Processor", VendorId = "AuthenticAMD", Family = 25, Model = 160, Threads = 16 });
        var large = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC 8534P 64-Core Processor", VendorId = "AuthenticAMD", Family = 25, Model = 160, Threads = 128 });
        var idle = small.IdleWattsPerThread.Bounds * 16;
        var full = small.FullWattsPerThread.Bounds * 16;

        Assert.Equal(Bounds.FromExact(1), small.InServiceIdleRatio.Bounds);
        // SPECPOWER-2026, row 1043: a whole server with it drew 62.1 W idle and 104 W at full load; its package 0.6 and 46 to 51 W (CODECARBON).
        Assert.True(idle.Low < 62.1 && 62.1 < idle.High && idle.Best < 62.1, idle.ToString());
        Assert.True(full.Low < 104 && 104 < full.High && full.Best is > 51 and < 137, full.ToString());
        Assert.True(large.InServiceIdleRatio.Bounds.Best > 1);
    }

    [Fact]
    public void The_interval_of_a_small_part_holds_the_published_servers_built_with_it()
    {
        var small = PublishedMachine.All.Select(machine => (machine, model: CpuCatalog.Identify(new CpuIdentity { Name = machine.Cpu }))).Where(one => one.model.InServiceIdleRatio.Bounds.IsExact && one.machine.Chips == 1 && one.model.Microarchitecture.Contains("Siena", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(small);
        Assert.All(small, one =>
        {
            Assert.InRange(one.machine.Idle, one.model.IdleWattsPerThread.Bounds.Low * one.machine.Threads, one.model.IdleWattsPerThread.Bounds.High * one.machine.Threads);
            Assert.InRange(one.machine.Full, one.model.FullWattsPerThread.Bounds.Low * one.machine.Threads, one.model.FullWattsPerThread.Bounds.High * one.machine.Threads);
        });
    }

    /// <summary>Mean of the two full-load steps over the TDP of the data sheet: 90, 180 and 69 W.</summary>
    static List<(string Cpu, double Fraction)> FullLoadFractions() => [.. CpuLoadProfile.All.Where(step => step.Load > 0.99).GroupBy(step => step.Cpu)
        .Select(group => (group.Key, group.Average(step => step.PackageWatts) / CpuCatalog.FindModel(group.Key)!.Tdp!.Bounds.Best))];

    /// <summary>Geometric mean · exp(±1.96 s √(1 + 1/n)).</summary>
    static Bounds Fit(double[] fractions)
    {
        double[] logs = [.. fractions.Select(fraction => Math.Log(fraction))];
        var mean = logs.Average();
        var spread = 1.96 * Math.Sqrt(logs.Sum(log => (log - mean) * (log - mean)) / (logs.Length - 1) * (1 + (1d / logs.Length)));
        return new Bounds(Math.Exp(mean - spread), Math.Exp(mean), Math.Exp(mean + spread));
    }
}
