namespace Tonne.Comparing;

/// <summary>A best value with its 95 % interval. Unlike the bounds of a quantity it may be negative.</summary>
/// <param name="Low">The 2.5 % limit.</param>
/// <param name="Value">The value at best factors.</param>
/// <param name="High">The 97.5 % limit.</param>
public readonly record struct Interval(double Low, double Value, double High)
{
    /// <summary>An interval from low, best and high.</summary>
    public static Interval From((double Low, double Best, double High) interval) => new(interval.Low, interval.Best, interval.High);
}
