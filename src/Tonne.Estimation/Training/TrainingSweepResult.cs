using Tonne.Quantities;

namespace Tonne.Estimation.Training;

/// <summary>An estimate of a training in plain numbers, one of a sweep.</summary>
/// <param name="ChipHours">Accelerator-hours.</param>
/// <param name="EnergyKwh">kWh at the plug.</param>
/// <param name="OperationalKg">Operational emissions of the facility energy, kg CO2e.</param>
/// <param name="EmbodiedKg">Embodied emissions, kg CO2e.</param>
/// <param name="TotalKg">kg CO2e of both.</param>
public readonly record struct TrainingSweepResult(Bounds ChipHours, Bounds EnergyKwh, Bounds OperationalKg, Bounds EmbodiedKg, Bounds TotalKg);
