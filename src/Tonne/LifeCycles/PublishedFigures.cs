using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>What somebody printed for a phase: set beside what follows from the inputs, never used for it.</summary>
/// <param name="Energy">kWh; null if not printed.</param>
/// <param name="Emissions">kg CO2e, operational; null if not printed.</param>
public sealed record PublishedFigures(Factor? Energy, Factor? Emissions);
