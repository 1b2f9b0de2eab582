using Tonne.Quantities;

namespace Tonne.Facilities;

/// <summary>A factor of a facility and how it was chosen.</summary>
/// <param name="Factor">The factor: a PUE (dimensionless, at least 1) or a water intensity (L/kWh).</param>
/// <param name="Explanation">How the factor was chosen, in a sentence.</param>
public sealed record SelectedFacilityFactor(Factor Factor, string Explanation);
