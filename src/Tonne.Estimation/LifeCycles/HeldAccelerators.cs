using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Estimation.LifeCycles;

/// <summary>Manufacturing that falls on work which is only foretold: accelerators and their part of hosts, by the hours it holds them.</summary>
static class HeldAccelerators
{
    /// <summary>kg CO2e of the hours held.</summary>
    /// <param name="accelerator">What is held.</param>
    /// <param name="hours">Accelerators × hours.</param>
    /// <param name="factors">Lifetime and utilisation.</param>
    public static Derivation Embodied(Accelerator accelerator, Derivation hours, AccountingFactors factors)
    {
        var lifetime = new Derivation.Product("years it serves", "h", [new Derivation.Given(factors.Lifetime)], Accountant.HoursPerYear);
        var utilisation = new Derivation.Given(factors.Utilisation);
        var hosts = new Derivation.Quotient("hosts × hours", "h", hours, new Derivation.Given(OfHost(accelerator)));
        return Accountant.Embodied(
        [
            new HardwareUse("accelerators", EmbodiedCatalog.Accelerator(accelerator), hours, lifetime, utilisation),
            new HardwareUse("their part of hosts", EmbodiedCatalog.Machine(MachineKind.GpuServer)!, hosts, lifetime, utilisation),
        ]);
    }

    /// <summary>Accelerators that share a host.</summary>
    public static Factor OfHost(Accelerator accelerator) => EmbodiedCatalog.AcceleratorsOfHost(1, accelerator);
}
