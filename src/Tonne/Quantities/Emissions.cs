using System.Globalization;
using System.Numerics;

namespace Tonne.Quantities;

/// <summary>A mass of greenhouse gases as CO2-equivalent.</summary>
/// <remarks>Stored in grams of CO2-equivalent (100-year global warming potential, as the source of each factor has it). <c>default</c> is zero. NaN and infinity are refused.</remarks>
public readonly record struct Emissions : IComparable<Emissions>,
    IAdditionOperators<Emissions, Emissions, Emissions>, ISubtractionOperators<Emissions, Emissions, Emissions>
{
    Emissions(double value) => Grams = value;

    /// <summary>The value in g CO2e.</summary>
    public double Grams { get; }

    /// <summary>Nothing.</summary>
    public static Emissions Zero => default;

    /// <summary>A value given in g CO2e.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static Emissions FromGrams(double value) => new(Finite.Require(value));

    /// <summary>The mass in kilograms of CO2-equivalent.</summary>
    public double Kilograms => Grams / 1_000d;

    /// <summary>The mass in tonnes of CO2-equivalent.</summary>
    public double Tonnes => Grams / 1_000_000d;

    /// <summary>A mass given in kilograms of CO2-equivalent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static Emissions FromKilograms(double kilograms) => new(Finite.Require(kilograms * 1_000d));

    /// <summary>A mass given in tonnes of CO2-equivalent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static Emissions FromTonnes(double tonnes) => new(Finite.Require(tonnes * 1_000_000d));

    /// <summary>The sum of two values.</summary>
    public static Emissions operator +(Emissions left, Emissions right) => new(Finite.Require(left.Grams + right.Grams));

    /// <summary>The difference of two values; may be negative.</summary>
    public static Emissions operator -(Emissions left, Emissions right) => new(Finite.Require(left.Grams - right.Grams));

    /// <summary>The value scaled by a dimensionless number.</summary>
    public static Emissions operator *(Emissions value, double factor) => new(Finite.Require(value.Grams * factor));

    /// <summary>The dimensionless ratio of two values.</summary>
    public static double operator /(Emissions left, Emissions right) => Finite.Require(left.Grams / right.Grams);

    /// <summary>Whether one value is less than another.</summary>
    public static bool operator <(Emissions left, Emissions right) => left.Grams < right.Grams;

    /// <summary>Whether one value is greater than another.</summary>
    public static bool operator >(Emissions left, Emissions right) => left.Grams > right.Grams;

    /// <summary>Whether one value is at most another.</summary>
    public static bool operator <=(Emissions left, Emissions right) => left.Grams <= right.Grams;

    /// <summary>Whether one value is at least another.</summary>
    public static bool operator >=(Emissions left, Emissions right) => left.Grams >= right.Grams;

    /// <inheritdoc/>
    public int CompareTo(Emissions other) => Grams.CompareTo(other.Grams);

    /// <summary>The value with its unit, invariant.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Grams} g CO2e");
}
