using System.Globalization;
using System.Numerics;

namespace Tonne.Quantities;

/// <summary>A volume of fresh water consumed.</summary>
/// <remarks>Stored in litres. <c>default</c> is zero. NaN and infinity are refused.</remarks>
public readonly record struct Water : IComparable<Water>,
    IAdditionOperators<Water, Water, Water>, ISubtractionOperators<Water, Water, Water>
{
    Water(double value) => Litres = value;

    /// <summary>The value in L.</summary>
    public double Litres { get; }

    /// <summary>Nothing.</summary>
    public static Water Zero => default;

    /// <summary>A value given in L.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static Water FromLitres(double value) => new(Finite.Require(value));

    /// <summary>The sum of two values.</summary>
    public static Water operator +(Water left, Water right) => new(Finite.Require(left.Litres + right.Litres));

    /// <summary>The difference of two values; may be negative.</summary>
    public static Water operator -(Water left, Water right) => new(Finite.Require(left.Litres - right.Litres));

    /// <summary>The value scaled by a dimensionless number.</summary>
    public static Water operator *(Water value, double factor) => new(Finite.Require(value.Litres * factor));

    /// <summary>The dimensionless ratio of two values.</summary>
    public static double operator /(Water left, Water right) => Finite.Require(left.Litres / right.Litres);

    /// <summary>Whether one value is less than another.</summary>
    public static bool operator <(Water left, Water right) => left.Litres < right.Litres;

    /// <summary>Whether one value is greater than another.</summary>
    public static bool operator >(Water left, Water right) => left.Litres > right.Litres;

    /// <summary>Whether one value is at most another.</summary>
    public static bool operator <=(Water left, Water right) => left.Litres <= right.Litres;

    /// <summary>Whether one value is at least another.</summary>
    public static bool operator >=(Water left, Water right) => left.Litres >= right.Litres;

    /// <inheritdoc/>
    public int CompareTo(Water other) => Litres.CompareTo(other.Litres);

    /// <summary>The value with its unit, invariant.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Litres} L");
}
