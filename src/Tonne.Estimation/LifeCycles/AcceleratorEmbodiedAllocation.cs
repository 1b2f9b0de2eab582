using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.LifeCycles;

/// <summary>Allocates embodied emissions to estimated work: those of accelerators and their share of hosts, by the hours in use.</summary>
static class AcceleratorEmbodiedAllocation
{
    /// <summary>Embodied emissions of the hours held, kg CO2e.</summary>
    /// <param name="accelerator">The accelerator that is held.</param>
    /// <param name="hours">Accelerators × hours.</param>
    /// <param name="factors">Lifetime and utilisation.</param>
    public static Derivation DeriveEmbodied(Accelerator accelerator, Derivation hours, AccountingFactors factors)
    {
        if (accelerator.Slice is { } slice)
        {
            var held = new Derivation.Count("slice of the board", "1", slice.ComputeShare);
            return DeriveEmbodied(slice.Board, new Derivation.Product("hours of whole boards", "h", [hours, held]), factors);
        }

        var lifetime = new Derivation.Product("lifetime", "h", [new Derivation.FactorNode(factors.Lifetime)], Accountant.HoursPerYear);
        var utilisation = new Derivation.FactorNode(factors.Utilisation);
        var hosts = new Derivation.Quotient("hosts × hours", "h", hours, new Derivation.FactorNode(GetAcceleratorsPerHost(accelerator)));
        return Accountant.DeriveEmbodied(
        [
            new HardwareUse("accelerators", EmbodiedCatalog.GetAcceleratorEmissions(accelerator), hours, lifetime, utilisation),
            new HardwareUse("share of their hosts", EmbodiedCatalog.FindMachineEmissions(MachineKind.GpuServer)!, hosts, lifetime,
                utilisation),
        ]);
    }

    /// <summary>Accelerators that share a host.</summary>
    public static Factor GetAcceleratorsPerHost(Accelerator accelerator) => EmbodiedCatalog.EstimateAcceleratorsPerHost(1, accelerator.Slice?.Board ?? accelerator);
}
