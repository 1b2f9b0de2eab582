using Tonne.Accounting;

namespace Tonne.LifeCycles;

/// <summary>A piece of a phase's energy as it was described, and the factors of the place where it was drawn.</summary>
/// <param name="Part">Which boundary it widens.</param>
/// <param name="Use">Its energy, kWh, and quality.</param>
/// <param name="Factors">Intensity, PUE and water.</param>
public sealed record DescribedUse(UsePart Part, PhaseUse Use, AccountingFactors Factors);
