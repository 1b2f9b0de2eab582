using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Grid intensity of one zone over time: values at equal steps, for accounting and planning by the hour.</summary>
/// <remarks>
/// The value of a step holds from its start (inclusive) to its end (exclusive). A step without a value is a gap and is never filled.
/// A series has one basis, one scope, one kind, one signal and one source, so figures made from it do too. Times are UTC. Immutable, thread safe.
/// </remarks>
public sealed class IntensitySeries
{
    static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    /// <summary>Creates a series.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="start">Start of the first step: a whole multiple of the step after midnight UTC.</param>
    /// <param name="values">One value per step, not negative; null for a gap.</param>
    /// <param name="source">Where the values come from.</param>
    /// <param name="basis">Lifecycle or direct. Default: lifecycle.</param>
    /// <param name="scope">Production, consumption or provider. Default: production.</param>
    /// <param name="step">Length of a step, a whole part of a day. Default: null, one hour.</param>
    /// <param name="kind">Average or marginal. Default: average.</param>
    /// <param name="signal">Observed, forecast, profile or annual. Default: observed.</param>
    /// <param name="issued">When a forecast was issued. Default: null, not a forecast or not known.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is negative, or the step does not divide a day.</exception>
    /// <exception cref="ArgumentException">The start is not at the edge of a step.</exception>
    public IntensitySeries(
        Zone zone,
        DateTimeOffset start,
        ImmutableArray<CarbonIntensity?> values,
        Source source,
        IntensityBasis basis = IntensityBasis.Lifecycle,
        IntensityScope scope = IntensityScope.Production,
        TimeSpan? step = null,
        IntensityKind kind = IntensityKind.Average,
        IntensitySignal signal = IntensitySignal.Observed,
        DateTimeOffset? issued = null)
    {
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentNullException.ThrowIfNull(source);
        (Zone, Start, Values, Source, Basis, Scope, Step) =
            (zone, start.ToUniversalTime(), values.IsDefault ? [] : values, source, basis, scope, step ?? _hour);
        (Kind, Signal, Issued) = (kind, signal, issued?.ToUniversalTime());
        if (Step <= TimeSpan.Zero || TimeSpan.TicksPerDay % Step.Ticks != 0)
            throw new ArgumentOutOfRangeException(nameof(step), Step, "The step of a series must divide a day, for example 1 h or 15 min.");
        if (Start.TimeOfDay.Ticks % Step.Ticks != 0)
            throw new ArgumentException($"The series starts at {Start:HH:mm:ss} UTC, which is not at the edge of a step of {Step}.", nameof(start));
        if (Values.FirstOrDefault(value => value < CarbonIntensity.Zero) is { } negative)
            throw new ArgumentOutOfRangeException(nameof(values), negative, "An intensity is not negative.");
    }

    /// <summary>The zone.</summary>
    public Zone Zone { get; }

    /// <summary>Start of the first step, UTC.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>End of the last step, UTC.</summary>
    public DateTimeOffset End => Start + (Step * Values.Length);

    /// <summary>Length of a step.</summary>
    public TimeSpan Step { get; }

    /// <summary>One value per step; null for a gap.</summary>
    public ImmutableArray<CarbonIntensity?> Values { get; }

    /// <summary>Where the values come from.</summary>
    public Source Source { get; }

    /// <summary>Lifecycle or direct.</summary>
    public IntensityBasis Basis { get; }

    /// <summary>Production, consumption or provider.</summary>
    public IntensityScope Scope { get; }

    /// <summary>Average or marginal.</summary>
    public IntensityKind Kind { get; }

    /// <summary>Observed, forecast, profile or annual.</summary>
    public IntensitySignal Signal { get; }

    /// <summary>When a forecast was issued, UTC; null if this is no forecast, or the time is not known.</summary>
    public DateTimeOffset? Issued { get; }

    /// <summary>Finds the value that holds at a time.</summary>
    /// <returns>Null outside the series and in a gap.</returns>
    public CarbonIntensity? Find(DateTimeOffset time) => time < Start || time >= End ? null : Values[(int)((time - Start).Ticks / Step.Ticks)];

    /// <summary>Averages the values over a span, weighted by time.</summary>
    /// <param name="from">Start of the span.</param>
    /// <param name="to">End of the span, after the start.</param>
    /// <param name="knownShare">Share of the span that has values, 0 to 1. The average is over that part.</param>
    /// <returns>Null if no part of the span has a value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The span is empty.</exception>
    public CarbonIntensity? Average(DateTimeOffset from, DateTimeOffset to, out double knownShare)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, to);
        var (sum, known) = (0d, 0L);
        var at = from > Start ? from : Start;
        var end = to < End ? to : End;
        while (at < end)
        {
            var index = (int)((at - Start).Ticks / Step.Ticks);
            var edge = Start + (Step * (index + 1));
            var next = edge < end ? edge : end;
            if (Values[index] is { } value)
            {
                sum += value.GramsPerKilowattHour * (next - at).Ticks;
                known += (next - at).Ticks;
            }

            at = next;
        }

        knownShare = (double)known / (to - from).Ticks;
        return known == 0 ? null : CarbonIntensity.FromGramsPerKilowattHour(sum / known);
    }
}
