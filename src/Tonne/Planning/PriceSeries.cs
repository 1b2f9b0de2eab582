using System.Collections.Immutable;

namespace Tonne.Planning;

/// <summary>Prices of grid electricity at a place. They are reported and have no influence on the choice.</summary>
public sealed record PriceSeries
{
    /// <summary>Creates a series of equal steps.</summary>
    /// <param name="start">Start of the first step: a whole multiple of the step after midnight UTC.</param>
    /// <param name="step">Length of a step, a whole part of a day.</param>
    /// <param name="pricesPerKwh">Price of one kWh in each step, which may be negative; null where none is known.</param>
    /// <param name="currency">ISO 4217 code, such as EUR.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step does not divide a day, or a price is not finite.</exception>
    /// <exception cref="ArgumentException">The start is not at the edge of a step, or there is no currency.</exception>
    public PriceSeries(DateTimeOffset start, TimeSpan step, ImmutableArray<double?> pricesPerKwh, string currency)
    {
        SeriesStep.Require(start, step);
        ArgumentException.ThrowIfNullOrWhiteSpace(currency);
        if (pricesPerKwh.Any(price => price is { } known && !double.IsFinite(known)))
            throw new ArgumentOutOfRangeException(nameof(pricesPerKwh), "A price must be a finite number.");
        (Start, Step, PricesPerKwh, Currency) = (start.ToUniversalTime(), step, pricesPerKwh, currency);
    }

    /// <summary>Start of the first step, UTC.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>Length of a step.</summary>
    public TimeSpan Step { get; }

    /// <summary>Price of one kWh in each step; null where none is known.</summary>
    public ImmutableArray<double?> PricesPerKwh { get; }

    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; }
}
