using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>The carbon intensity a run is accounted with, and what kind of figure it is.</summary>
/// <param name="Intensity">g CO2e/kWh with bounds and source.</param>
/// <param name="Zone">Zone or region code; null if the intensity was given by hand.</param>
/// <param name="Basis"><c>lifecycle</c> or <c>direct</c>; <c>unstated</c> for an intensity given by hand.</param>
/// <param name="Scope"><c>production</c>, <c>consumption</c>, <c>provider</c>; <c>unstated</c> for one given by hand.</param>
/// <param name="Year">Year of the average; null if the intensity is not an annual average.</param>
/// <param name="How">How the zone was chosen, in words: given, from cloud metadata, guessed from the time zone.</param>
public sealed record GridFactor(Factor Intensity, string? Zone, string Basis, string Scope, int? Year, string How)
{
    /// <summary>The factor of a signal from a catalog or a user.</summary>
    public static GridFactor FromGridIntensity(GridIntensity signal) => new(
        signal.Intensity, signal.Zone?.Code, signal.Basis.ToString().ToLowerInvariant(), signal.Scope.ToString().ToLowerInvariant(), signal.Year, signal.Explanation);
}
