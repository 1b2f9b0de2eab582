using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Lifecycle intensity of the electricity of one fuel.</summary>
/// <param name="Fuel">Name of the fuel, for example <c>gas</c>.</param>
/// <param name="Intensity">In g CO2e/kWh.</param>
/// <param name="Quality">Modelled if the source has the fuel, else assumed.</param>
/// <param name="Source">Where it is from.</param>
/// <param name="Note">What exactly it stands for; empty if the name says it.</param>
public sealed record FuelFactor(string Fuel, CarbonIntensity Intensity, Quality Quality, Source Source, string Note);
