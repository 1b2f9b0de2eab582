using Tonne.Accounting;

namespace Tonne.LifeCycles;

/// <summary>One described energy use of a phase, with the factors of the place where it was used.</summary>
/// <param name="Category">Its energy category.</param>
/// <param name="Use">Its energy, kWh, and quality.</param>
/// <param name="Factors">Intensity, PUE and water.</param>
public sealed record DescribedUse(EnergyCategory Category, PhaseUse Use, AccountingFactors Factors);
