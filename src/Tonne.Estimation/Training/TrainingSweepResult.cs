using Tonne.Quantities;

namespace Tonne.Estimation.Training;

/// <summary>An estimate of a training in plain numbers, one of a sweep.</summary>
/// <param name="ChipHours">Accelerator-hours.</param>
/// <param name="EnergyKwh">kWh at the plug.</param>
/// <param name="OperationalKg">kg CO2e of the electricity, with the building.</param>
/// <param name="EmbodiedKg">kg CO2e of making the hardware.</param>
/// <param name="TotalKg">kg CO2e of both.</param>
public readonly record struct TrainingSweepResult(Bounds ChipHours, Bounds EnergyKwh, Bounds OperationalKg, Bounds EmbodiedKg, Bounds TotalKg);
