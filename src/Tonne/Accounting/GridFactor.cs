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
            if (span.QuarterHours is { Count: > 1 } grams && span.From < hour.AddHours(1) && hour < span.To)
            {
                var quarters = Enumerable.Range(0, grams.Count).Where(i => span.From.AddMinutes(15 * i) is var at && at >= hour && at < hour.AddHours(1)).ToList();
                // Of equal quarter hours exactly their value.
                return quarters.Count == 0 ? span.GramsPerKwh : grams[quarters[0]] + quarters.Average(i => grams[i] - grams[quarters[0]]);
            }

            if (span.From < hour.AddHours(1) && hour < span.To)
                return span.GramsPerKwh;
        }

        return Intensity.Bounds.Best;
    }

    /// <summary>The intensity in g CO2e/kWh with which energy of a quarter hour was accounted; the mean of its span where quarter hours are not kept, that of the run outside all spans.</summary>
    /// <param name="start">Start of the quarter hour, UTC.</param>
    public double FindQuarterHourIntensity(DateTimeOffset start)
    {
        foreach (var span in Spans ?? [])
        {
            if (start < span.From || start >= span.To)
                continue;
            return span.QuarterHours is { Count: > 0 } grams ? grams[Math.Min(grams.Count - 1, (int)((start - span.From) / TimeSpan.FromMinutes(15)))] : span.GramsPerKwh;
        }

        return Intensity.Bounds.Best;
    }

    /// <summary>The intensity in g CO2e/kWh of each quarter hour and how it is known, by its start (UTC); null where it is not kept by quarter hour.</summary>
    internal Dictionary<DateTimeOffset, (IntensitySignal Signal, double Grams)>? GetQuarterHours()
    {
        if (Spans is not { } spans || spans.Any(span => span.QuarterHours is not { Count: > 0 }))
            return null;
        var quarters = new Dictionary<DateTimeOffset, (IntensitySignal Signal, double Grams)>();
        foreach (var span in spans)
        {
            var grams = span.QuarterHours!;
            var at = span.From;
            for (var i = 0; at < span.To; i++, at = at.AddMinutes(15))
                quarters[at] = (span.Signal, grams[Math.Min(i, grams.Count - 1)]);
        }

        return quarters;
    }

    /// <summary>Converts an intensity that a catalog or a user gave.</summary>
    public static GridFactor FromGridIntensity(GridIntensity signal) => new(
        signal.Intensity, signal.Zone?.Code, signal.Basis, signal.Scope, signal.Year, signal.Explanation);
}
