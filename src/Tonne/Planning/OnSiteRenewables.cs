using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Power of renewables at a place, which the job uses before power of the grid.</summary>
/// <remarks>Outside of the values the power is zero. Surplus is not counted as a saving.</remarks>
public sealed record OnSiteRenewables
{
    /// <summary>Creates a series of equal steps.</summary>
    /// <param name="start">Start of the first step: a whole multiple of the step after midnight UTC.</param>
    /// <param name="step">Length of a step, a whole part of a day.</param>
    /// <param name="values">Power that is available to the job in each step, not negative.</param>
    /// <param name="intensity">Intensity of that electricity on the basis of the grid's. Default: zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step does not divide a day, or a power is negative.</exception>
    /// <exception cref="ArgumentException">The start is not at the edge of a step.</exception>
    public OnSiteRenewables(DateTimeOffset start, TimeSpan step, ImmutableArray<Power> values, CarbonIntensity intensity = default)
    {
        SeriesStep.Require(start, step);
        if (values.Any(value => value < Power.Zero))
            throw new ArgumentOutOfRangeException(nameof(values), "The power of renewables is not negative.");
        ArgumentOutOfRangeException.ThrowIfLessThan(intensity, CarbonIntensity.Zero);
        (Start, Step, Values, Intensity) = (start.ToUniversalTime(), step, values, intensity);
    }

    /// <summary>Start of the first step, UTC.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>Length of a step.</summary>
    public TimeSpan Step { get; }

    /// <summary>Power in each step.</summary>
    public ImmutableArray<Power> Values { get; }

    /// <summary>Intensity of this electricity.</summary>
    public CarbonIntensity Intensity { get; }
}
