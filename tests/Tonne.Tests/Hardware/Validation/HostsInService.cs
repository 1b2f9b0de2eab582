using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Tests.Hardware.Validation;

/// <summary>Predicts the counters of hosts in service by the shipped model: processors and memory, which is the whole machine without other parts.</summary>
static class HostsInService
{
    public static List<Trial> Trials(bool idle) => [.. PublishedHost.All.Where(host => host.DramIdle is not null).Select(host =>
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = host.Cpu });
        var (w, f) = idle ? (cpu.IdleWattsPerThread, cpu.InServiceIdleRatio) : (cpu.FullWattsPerThread, cpu.InServiceFullLoadRatio);
        var (k, m) = (OtherPower.Fraction(MachineKind.Server), MemoryCatalog.WattsPerGigabyte(cpu.Memory));
        var beyond = Math.Max(0, host.MemoryGigabytes!.Value - (cpu.IncludedGigabytesPerThread * host.Threads));
        // N · w · f ÷ (1 + k) + max(0, G − g · N) · m, at the boundary of the counters: packages and DRAM.
        var whole = new Derivation.Product("whole", "W", [new Derivation.Count("threads", "1", host.Threads), new Derivation.FactorNode(w), new Derivation.FactorNode(f)]);
        var chips = new Derivation.Quotient("chips", "W", whole, new Derivation.Sum("1 + k", "1", [new Derivation.Count("one", "1", 1), new Derivation.FactorNode(k)]));
        var all = new Derivation.Sum("packages and DRAM", "W", [chips, new Derivation.Product("further memory", "W", [new Derivation.FactorNode(m), new Derivation.Count("gigabytes", "GB", beyond)])]);
        var bounds = new UncertaintyPropagator().ComputeBounds(all);
        return new Trial(host.Name, bounds.Low, bounds.Best, bounds.High, idle ? host.PackageIdle!.Value + host.DramIdle!.Value : host.PackageFull + host.DramFull!.Value);
    })];
}
