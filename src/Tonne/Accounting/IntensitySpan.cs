using Tonne.Grids;

namespace Tonne.Accounting;

/// <summary>Quarter hours of a run, one after another, whose intensity is known in the same way.</summary>
/// <param name="From">Start of the first quarter hour, UTC.</param>
/// <param name="To">End of the last one, UTC.</param>
/// <param name="Signal">Observed, profile or annual.</param>
/// <param name="GramsPerKwh">Their intensity in g CO2e/kWh, weighted by the energy of each.</param>
/// <param name="EnergyShare">Their part of the run's energy, 0 to 1.</param>
/// <param name="Source">Id of the source.</param>
public sealed record IntensitySpan(DateTimeOffset From, DateTimeOffset To, IntensitySignal Signal, double GramsPerKwh, double EnergyShare, string Source);
