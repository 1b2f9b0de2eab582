using System.Runtime.CompilerServices;

namespace Tonne.Quantities;

/// <summary>The door every quantity passes: a number that is not one never gets in.</summary>
static class Finite
{
    internal static double Require(double value, [CallerArgumentExpression(nameof(value))] string? name = null) =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "A quantity must be a finite number.");
}
