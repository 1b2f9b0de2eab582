using System.Collections.Immutable;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>The carbon intensity with which a run is accounted, and what the intensity includes.</summary>
/// <param name="Intensity">g CO2e/kWh with bounds and source.</param>
/// <param name="Zone">Zone or region code; null if the intensity was given by the user.</param>
/// <param name="Basis">Lifecycle or direct; unstated for an intensity given by the user.</param>
/// <param name="Scope">Production, consumption or provider; unstated for an intensity given by the user.</param>
/// <param name="Year">Year of the average; null if the intensity is not an annual average.</param>
/// <param name="How">How the zone was chosen, in words: given, from cloud metadata, guessed from the time zone.</param>
public sealed record GridFactor(Factor Intensity, string? Zone, IntensityBasis Basis, IntensityScope Scope, int? Year, string How)
{
    /// <summary>Of an account by the hour: the quarter hours of the run, and how the intensity of each is known. Null: one intensity for all of them.</summary>
    public ImmutableArray<IntensitySpan>? Spans { get; init; }

    /// <summary>The intensity in g CO2e/kWh with which energy of an hour was accounted: that of the span the hour begins in, or ends in; else that of the run.</summary>
    /// <param name="hour">Start of the hour, UTC.</param>
    public double FindIntensity(DateTimeOffset hour)
    {
        foreach (var span in Spans ?? [])
        {
            if (span.From < hour.AddHours(1) && hour < span.To)
                return span.GramsPerKwh;
        }

        return Intensity.Bounds.Best;
    }

    /// <summary>Converts an intensity that a catalog or a user gave.</summary>
    public static GridFactor FromGridIntensity(GridIntensity signal) => new(
        signal.Intensity, signal.Zone?.Code, signal.Basis, signal.Scope, signal.Year, signal.Explanation);
}
