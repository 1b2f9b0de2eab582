using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Accounting;

/// <summary>The intensities that a statement has by the quarter hour, as a history with which its run is accounted again elsewhere.</summary>
/// <remarks>
/// A node knows what its feeds have observed; who recounts its runs may not. Without these values a recount would replace observed hours by
/// the mean of a year. Only observed quarter hours are taken: profiles and annual means come from the tables of who recounts. Thread safe.
/// </remarks>
/// <param name="stated">The intensity of the statement.</param>
/// <param name="newer">Series that replace those of the statement where both have a value. Null: none.</param>
public sealed class StatedIntensities(GridFactor stated, IIntensityHistory? newer) : IIntensityHistory
{
    static readonly TimeSpan _step = TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    public IReadOnlyList<IntensitySeries> Find(Zone zone, DateTimeOffset from, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(zone);
        var found = new List<IntensitySeries>();
        if (stated.Zone == zone.Code)
        {
            foreach (var span in stated.Spans ?? [])
            {
                if (span.Signal == IntensitySignal.Observed && span.From < to && span.To > from && span.From.UtcTicks % _step.Ticks == 0)
                    found.Add(Create(zone, span));
            }
        }

        found.AddRange(newer?.Find(zone, from, to) ?? []);
        return found;
    }

    IntensitySeries Create(Zone zone, IntensitySpan span)
    {
        var quarters = (int)Math.Ceiling((span.To - span.From) / _step);
        var values = Enumerable.Range(0, quarters).Select(i => (CarbonIntensity?)CarbonIntensity.FromGramsPerKilowattHour(
            span.QuarterHours is { Count: > 0 } grams ? grams[Math.Min(i, grams.Count - 1)] : span.GramsPerKwh));
        // A span has the id of its source only; the source of most quarter hours is that of the whole.
        var whole = stated.Intensity.Source;
        var source = whole.Id == span.Source ? whole : new Source(span.Source, span.Source);
        return new IntensitySeries(zone, span.From, [.. values], source, stated.Basis, stated.Scope, _step);
    }
}
