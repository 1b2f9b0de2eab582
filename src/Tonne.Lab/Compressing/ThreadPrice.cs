using Tonne.Footprints;
using Tonne.Instruments.Modelled;
using Tonne.Quantities;

namespace Tonne.Lab.Compressing;

/// <summary>What a second of a busy hardware thread takes, by the model of a machine: for work too short to be seen by a meter.</summary>
/// <remarks>
/// energy = CPU-seconds × (watts of a busy thread + everything else at the plug that goes with it), emissions = energy × PUE × intensity
/// (docs/methods/machine-model.md). Always modelled, on a machine with meters too: it is linear in CPU time, so ratios between variants are those of their CPU
/// times. Held memory is left out.
/// </remarks>
public sealed class ThreadPrice
{
    readonly Uncertainty _uncertainty = new();
    readonly Derivation _watts;
    readonly AccountingFactors _factors;

    /// <summary>The price on a machine at a place.</summary>
    /// <param name="power">Factors of the machine.</param>
    /// <param name="factors">Factors of the place.</param>
    public ThreadPrice(MachinePower power, AccountingFactors factors)
    {
        var rates = MachineModel.WholeMachine(power).Rates;
        _factors = factors;
        _watts = new Derivation.Sum("a busy thread with everything else that goes with it", "W", [.. rates.Where(rate => rate.Id is "cpu/busy" or "other/cpu-busy").Select(rate => rate.Derivation)]);
    }

    /// <summary>Watts of a busy thread, with bounds.</summary>
    public Bounds Watts => _uncertainty.Of(_watts);

    /// <summary>The place.</summary>
    public GridFactor Grid => _factors.Grid;

    /// <summary>Energy at the plug, kWh.</summary>
    /// <param name="cpu">CPU time.</param>
    public Bounds KilowattHours(TimeSpan cpu) => _uncertainty.Of(EnergyOf(cpu));

    /// <summary>Operational emissions with the building, kg CO2e, location-based.</summary>
    /// <param name="cpu">CPU time.</param>
    public Bounds Kilograms(TimeSpan cpu) => _uncertainty.Of(new Derivation.Product("operational emissions", "kg CO2e", [EnergyOf(cpu), new Derivation.Given(_factors.Pue), new Derivation.Given(_factors.Grid.Intensity)], 1e-3));

    Derivation.Product EnergyOf(TimeSpan cpu) =>
        new("energy by CPU time", "kWh", [new Derivation.Counted("CPU time", "s", cpu.TotalSeconds), _watts], 1 / Energy.JoulesPerKilowattHour);
}
