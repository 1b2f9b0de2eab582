using Tonne.Quantities;

namespace Tonne.LifeCycles;

/// <summary>Figures that somebody published for a phase. They are compared with the computed figures and never used as inputs.</summary>
/// <param name="Energy">kWh; null if not published.</param>
/// <param name="Emissions">kg CO2e, operational; null if not published.</param>
public sealed record PublishedFigures(Factor? Energy, Factor? Emissions);
