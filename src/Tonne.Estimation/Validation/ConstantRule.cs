using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Estimation.Validation;

/// <summary>The plain rule that a model must beat: one constant for all cases, with the spread of the cases it was taken from.</summary>
/// <remarks>best = geometric mean; bounds = best · exp(± t · s · √(1 + 1/n)), s the sample spread in logarithms, t Student's quantile with n − 1 degrees.</remarks>
public static class ConstantRule
{
    /// <summary>The constant and its 95 % bounds for a further case.</summary>
    /// <param name="others">The values of the other cases, each above 0; at least two.</param>
    /// <exception cref="ArgumentException">Fewer than two values, or one not above 0.</exception>
    public static Bounds Of(IReadOnlyCollection<double> others)
    {
        if (others.Count < 2 || others.Any(value => !(value > 0)))
            throw new ArgumentException("A constant needs at least two values above 0.", nameof(others));
        var mean = others.Average(Math.Log);
        var spread = Math.Sqrt(others.Sum(value => (Math.Log(value) - mean) * (Math.Log(value) - mean)) / (others.Count - 1));
        var half = StudentT.Quantile975(others.Count - 1) * spread * Math.Sqrt(1 + (1d / others.Count));
        return new Bounds(Math.Exp(mean - half), Math.Exp(mean), Math.Exp(mean + half));
    }
}
