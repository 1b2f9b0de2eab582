using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Estimation.Validation;

/// <summary>The baseline that a model must beat: one constant for all cases, with their spread.</summary>
/// <remarks>best = geometric mean; bounds = best · exp(± t · s · √(1 + 1/n)), s the sample spread in logarithms, t Student's quantile with n − 1 degrees.</remarks>
static class BaselinePredictor
{
    /// <summary>Predicts a further case: the constant with its 95 % bounds.</summary>
    /// <param name="otherValues">The values of the other cases, each above 0; at least two.</param>
    /// <exception cref="ArgumentException">Fewer than two values, or one not above 0.</exception>
    public static Bounds Predict(IReadOnlyCollection<double> otherValues)
    {
        if (otherValues.Count < 2 || otherValues.Any(value => !(value > 0)))
            throw new ArgumentException("The baseline needs at least two values above 0.", nameof(otherValues));
        var mean = otherValues.Average(Math.Log);
        var spread = Math.Sqrt(otherValues.Sum(value => (Math.Log(value) - mean) * (Math.Log(value) - mean)) / (otherValues.Count - 1));
        var half = StudentTDistribution.GetCriticalValue95(otherValues.Count - 1) * spread * Math.Sqrt(1 + (1d / otherValues.Count));
        return new Bounds(Math.Exp(mean - half), Math.Exp(mean), Math.Exp(mean + half));
    }
}
