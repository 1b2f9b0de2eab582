using System.Globalization;
using System.Numerics;

namespace Tonne.Quantities;

/// <summary>A rate of energy use. Multiply it by a duration to get an energy.</summary>
/// <remarks>Stored in watts. <c>default</c> is zero. NaN and infinity are refused.</remarks>
public readonly record struct Power : IComparable<Power>,
    IAdditionOperators<Power, Power, Power>, ISubtractionOperators<Power, Power, Power>
{
    Power(double value) => Watts = value;

    /// <summary>The value in W.</summary>
    public double Watts { get; }

    /// <summary>Nothing.</summary>
    public static Power Zero => default;

    /// <summary>A value given in W.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static Power FromWatts(double value) => new(Finite.Require(value));

    /// <summary>A power given in milliwatts.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static Power FromMilliwatts(double milliwatts) => new(Finite.Require(milliwatts / 1_000d));

    /// <summary>The energy of a power held for a duration. energy [J] = power [W] × duration [s].</summary>
    public static Energy operator *(Power power, TimeSpan duration) => Energy.FromJoules(power.Watts * duration.TotalSeconds);

    /// <summary>The sum of two values.</summary>
    public static Power operator +(Power left, Power right) => new(Finite.Require(left.Watts + right.Watts));

    /// <summary>The difference of two values; may be negative.</summary>
    public static Power operator -(Power left, Power right) => new(Finite.Require(left.Watts - right.Watts));

    /// <summary>The value scaled by a dimensionless number.</summary>
    public static Power operator *(Power value, double factor) => new(Finite.Require(value.Watts * factor));

    /// <summary>The dimensionless ratio of two values.</summary>
    public static double operator /(Power left, Power right) => Finite.Require(left.Watts / right.Watts);

    /// <summary>Whether one value is less than another.</summary>
    public static bool operator <(Power left, Power right) => left.Watts < right.Watts;

    /// <summary>Whether one value is greater than another.</summary>
    public static bool operator >(Power left, Power right) => left.Watts > right.Watts;

    /// <summary>Whether one value is at most another.</summary>
    public static bool operator <=(Power left, Power right) => left.Watts <= right.Watts;

    /// <summary>Whether one value is at least another.</summary>
    public static bool operator >=(Power left, Power right) => left.Watts >= right.Watts;

    /// <inheritdoc/>
    public int CompareTo(Power other) => Watts.CompareTo(other.Watts);

    /// <summary>The value with its unit, invariant.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Watts} W");
}
