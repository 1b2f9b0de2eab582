using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Instruments.Modelled;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Lab.EnergyEstimation;

/// <summary>Estimates the power of a busy hardware thread from the model of a machine, for work too short for a meter.</summary>
/// <remarks>
/// energy = CPU-seconds × (watts of a busy thread + its share of everything else at the plug); the <see cref="Accountant"/> computes the
/// emissions (docs/methods/machine-model.md). It is never measured, even on a machine with meters. It is linear in CPU time, so ratios of
/// energies are ratios of CPU times. Held memory and embodied emissions are left out.
/// </remarks>
public sealed class CpuTimeEstimator
{
    const double QualityThreshold = 0.05;

    readonly Accountant _accountant = new();
    readonly Derivation _watts;
    readonly Boundary _boundary = new(BoundaryExtent.It, ["cpu", "other"], AllocationPolicy.Share);
    readonly AccountingFactors _factors;

    /// <summary>Creates the estimator for a machine at a place.</summary>
    /// <param name="power">Factors of the machine.</param>
    /// <param name="factors">Factors of the place.</param>
    public CpuTimeEstimator(MachinePower power, AccountingFactors factors)
    {
        var model = MachineModel.CreateWholeMachineRates(power);
        var busy = model.Bases.First(basis => basis.Component == Component.Cpu).BusyRate!;
        var parts = new[] { (Component.Cpu, Rate: busy), (Component.Other, Rate: Rate.GetOtherRateId(busy)) }
            .Select(part => (Quality: model.Bases.First(basis => basis.Component == part.Item1).Quality, model.Rates.First(rate => rate.Id == part.Rate).Derivation)).ToImmutableArray();
        _watts = new Derivation.Sum("a busy thread with everything else that goes with it", "W", [.. parts.Select(part => part.Derivation)]);
        _factors = factors;
        var quality = parts.Where(part => part.Derivation.Value >= QualityThreshold * _watts.Value).Max(part => part.Quality);
        Watts = new Figure("thread_w", _boundary, new UncertaintyPropagator().ComputeBounds(_watts), quality, 0, _watts);
    }

    /// <summary>Watts of a busy thread with its share of everything else, at the plug.</summary>
    public Figure Watts { get; }

    /// <summary>The place.</summary>
    public GridFactor Grid => _factors.Grid;

    /// <summary>Estimates energy at the plug, kWh, and operational emissions (PUE included), kg CO2e, location-based.</summary>
    /// <param name="name">Name of the work.</param>
    /// <param name="cpu">CPU time, not below 0.</param>
    public PhaseFootprint Estimate(string name, TimeSpan cpu) => _accountant.Account(
        new PhaseUse(name, _boundary, new Derivation.Product("energy by CPU time", "kWh", [new Derivation.Count("CPU time", "s", cpu.TotalSeconds), _watts], 1 / Energy.JoulesPerKilowattHour), Quality: Watts.Quality),
        _factors);
}
