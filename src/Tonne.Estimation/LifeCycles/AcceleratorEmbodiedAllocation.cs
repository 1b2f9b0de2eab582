using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.LifeCycles;

/// <summary>Manufacturing that falls on work which is only foretold: accelerators and their part of hosts, by the hours it holds them.</summary>
static class AcceleratorEmbodiedAllocation
{
    /// <summary>kg CO2e of the hours held.</summary>
    /// <param name="accelerator">What is held.</param>
    /// <param name="hours">Accelerators × hours.</param>
    /// <param name="factors">Lifetime and utilisation.</param>
    public static Derivation DeriveEmbodied(Accelerator accelerator, Derivation hours, AccountingFactors factors)
    {
        var lifetime = new Derivation.Product("years it serves", "h", [new Derivation.FactorNode(factors.Lifetime)], Accountant.HoursPerYear);
        var utilisation = new Derivation.FactorNode(factors.Utilisation);
        var hosts = new Derivation.Quotient("hosts × hours", "h", hours, new Derivation.FactorNode(GetAcceleratorsPerHost(accelerator)));
        return Accountant.DeriveEmbodied(
        [
            new HardwareUse("accelerators", EmbodiedCatalog.GetAcceleratorEmissions(accelerator), hours, lifetime, utilisation),
            new HardwareUse("their part of hosts", EmbodiedCatalog.FindMachineEmissions(MachineKind.GpuServer)!, hosts, lifetime, utilisation),
        ]);
    }

    /// <summary>Accelerators that share a host.</summary>
    public static Factor GetAcceleratorsPerHost(Accelerator accelerator) => EmbodiedCatalog.EstimateAcceleratorsPerHost(1, accelerator);
}
