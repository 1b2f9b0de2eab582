namespace Tonne.Comparing;

/// <summary>An estimated ratio with its confidence interval.</summary>
/// <param name="Low">Lower limit; 0 while there are too few rounds.</param>
/// <param name="Value">The estimate.</param>
/// <param name="High">Upper limit; infinite while there are too few rounds.</param>
public readonly record struct RatioInterval(double Low, double Value, double High)
{
    /// <summary>Whether both ends are known.</summary>
    public bool IsBounded => Low > 0 && double.IsFinite(High);
}
