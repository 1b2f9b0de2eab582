using Tonne.Quantities;

namespace Tonne.Estimates;

/// <summary>A measured case beside what was foretold without its family.</summary>
/// <param name="Case">The measurement.</param>
/// <param name="Foretold">J per output token foretold, with its 95 % bounds.</param>
public sealed record InferenceScore(ServingCase Case, Bounds Foretold)
{
    /// <summary>foretold ÷ measured − 1.</summary>
    public double Error => (Foretold.Best / Case.JoulesPerToken) - 1;

    /// <summary>Whether the interval holds the measurement.</summary>
    public bool Holds => Case.JoulesPerToken >= Foretold.Low && Case.JoulesPerToken <= Foretold.High;
}
