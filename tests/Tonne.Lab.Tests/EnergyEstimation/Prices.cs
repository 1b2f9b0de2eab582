using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Instruments.Modelled;
using Tonne.Lab.EnergyEstimation;
using Tonne.Runs;

namespace Tonne.Lab.Tests.EnergyEstimation;

/// <summary>A server whose processor is known, at a place of 100 g CO2e/kWh and a PUE of 1.5.</summary>
static class Prices
{
    internal static CpuTimeEstimator Price()
    {
        var machine = new Machine(HostKind.Server, "unknown", null, 2, 1, 0, "linux", Virtual: false, "boot");
        return new CpuTimeEstimator(Power(), FactorSelector.SelectFactors(new Place(IntensityGramsPerKwh: 100, Pue: 1.5, How: PlaceOrigin.Given), machine));
    }

    internal static MachinePower Power()
    {
        var cpu = CpuCatalog.Identify(new CpuIdentity { Name = "AMD EPYC 9654 96-Core Processor", Threads = 2 });
        return new MachinePower(cpu, MemoryCatalog.WattsPerGigabyte(cpu.Memory), OtherPower.Fraction(MachineKind.Server), 2, 1, 0);
    }
}
