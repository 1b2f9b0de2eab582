namespace Tonne.Comparing;

/// <summary>A ratio and what it can be.</summary>
/// <param name="Low">The least, 0 while there are too few rounds to say.</param>
/// <param name="Value">The estimate.</param>
/// <param name="High">The most, infinite while there are too few rounds to say.</param>
public readonly record struct RatioInterval(double Low, double Value, double High)
{
    /// <summary>Whether both ends are known.</summary>
    public bool IsBounded => Low > 0 && double.IsFinite(High);
}
