using Tonne.Accounting;

namespace Tonne.LifeCycles;

/// <summary>One described energy use of a phase, with the factors of the place where it was used.</summary>
/// <param name="Category">Category of the energy.</param>
/// <param name="Use">The energy, kWh, and its quality.</param>
/// <param name="Factors">Intensity, PUE and water of the place.</param>
public sealed record DescribedUse(EnergyCategory Category, PhaseUse Use, AccountingFactors Factors);
