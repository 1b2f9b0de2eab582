using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>The intensity that a run's electricity is accounted with, and how it was chosen.</summary>
/// <param name="Intensity">In g CO2e/kWh, with bounds and source.</param>
/// <param name="Zone">The zone it holds for; null if the user gave a number.</param>
/// <param name="Basis">Lifecycle or direct.</param>
/// <param name="Scope">Production, consumption or provider.</param>
/// <param name="Year">The year it averages over; null if unknown.</param>
/// <param name="Explanation">How it was chosen, in a sentence.</param>
public sealed record GridIntensity(Factor Intensity, Zone? Zone, IntensityBasis Basis, IntensityScope Scope, int? Year, string Explanation)
{
    /// <summary>
    /// An intensity given by the user, taken as exact. Basis and scope are as the user states them. Default: unstated.
    /// </summary>
    public static GridIntensity FromUserValue(CarbonIntensity intensity, IntensityBasis basis = IntensityBasis.Unstated, IntensityScope scope = IntensityScope.Unstated) =>
        new(new Factor("grid/given", "grid intensity as given", "g CO2e/kWh", Bounds.FromExact(intensity.GramsPerKilowattHour), Quality.Assumed,
                new Source("GIVEN", "Given by the user")), null, basis, scope, null, "given");
}
