using System.Runtime.CompilerServices;

namespace Tonne.Quantities;

/// <summary>Checks that the value of a quantity is finite.</summary>
static class Finite
{
    internal static double Require(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "A quantity must be a finite number.");
}
