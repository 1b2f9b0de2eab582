using System.Text.Json.Serialization;

namespace Tonne.Quantities;

/// <summary>A best value with the low and high limits of its 95 % interval.</summary>
/// <remarks>
/// Dimensionless; the owner states the unit. 0 ≤ low ≤ best ≤ high, all finite.
/// σ− = ln(best/low)/1.96 and σ+ = ln(high/best)/1.96 are the two halves of a log-normal spread.
/// </remarks>
public readonly record struct Bounds
{
    /// <summary>The normal quantile of a two-sided 95 % interval.</summary>
    public const double ZScore95 = 1.96;

    /// <summary>Bounds around a best value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The three are not finite, not ordered, or negative.</exception>
    [JsonConstructor]
    public Bounds(double low, double best, double high)
    {
        if (!(double.IsFinite(low) && double.IsFinite(best) && double.IsFinite(high) && low >= 0 && low <= best && best <= high))
            throw new ArgumentOutOfRangeException(nameof(best), $"Bounds must satisfy 0 ≤ low ≤ best ≤ high, but are {low}, {best}, {high}.");
        (Low, Best, High) = (low, best, high);
    }

    /// <summary>The 2.5 % limit.</summary>
    public double Low { get; }

    /// <summary>The value of the plain formula.</summary>
    public double Best { get; }

    /// <summary>The 97.5 % limit.</summary>
    public double High { get; }

    /// <summary>Whether there is no spread.</summary>
    [JsonIgnore]
    public bool IsExact => Low == High;

    /// <summary>Spread below the best value, in natural logarithms; infinite if low is 0 and best is not.</summary>
    [JsonIgnore]
    public double SigmaLow => Best == 0 ? 0 : Low == 0 ? double.PositiveInfinity : Math.Log(Best / Low) / ZScore95;

    /// <summary>Spread above the best value, in natural logarithms.</summary>
    [JsonIgnore]
    public double SigmaHigh => Best == 0 ? 0 : Math.Log(High / Best) / ZScore95;

    /// <summary>A value without spread.</summary>
    public static Bounds FromExact(double value) => new(value, value, value);

    /// <summary>All three scaled by an exact non-negative number.</summary>
    public static Bounds operator *(Bounds bounds, double scale) => new(bounds.Low * scale, bounds.Best * scale, bounds.High * scale);
}
