using Tonne.Accounting;

namespace Tonne.LifeCycles;

/// <summary>A piece of a phase's energy as it was described, and the factors of the place where it was drawn.</summary>
/// <param name="Category">Which boundary it widens.</param>
/// <param name="Use">Its energy, kWh, and quality.</param>
/// <param name="Factors">Intensity, PUE and water.</param>
public sealed record DescribedUse(EnergyCategory Category, PhaseUse Use, AccountingFactors Factors);
