using System.Globalization;
using System.Numerics;

namespace Tonne.Quantities;

/// <summary>Water consumed per kilowatt-hour, on site (WUE) or in generation.</summary>
/// <remarks>Stored in litres per kilowatt-hour. WUE: ISO/IEC 30134-9. <c>default</c> is zero. NaN and infinity are refused.</remarks>
public readonly record struct WaterIntensity : IComparable<WaterIntensity>,
    IAdditionOperators<WaterIntensity, WaterIntensity, WaterIntensity>, ISubtractionOperators<WaterIntensity, WaterIntensity, WaterIntensity>
{
    WaterIntensity(double value) => LitresPerKilowattHour = value;

    /// <summary>The value in L/kWh.</summary>
    public double LitresPerKilowattHour { get; }

    /// <summary>Nothing.</summary>
    public static WaterIntensity Zero => default;

    /// <summary>A value given in L/kWh.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static WaterIntensity FromLitresPerKilowattHour(double value) => new(Finite.Require(value));

    /// <summary>The sum of two values.</summary>
    public static WaterIntensity operator +(WaterIntensity left, WaterIntensity right) => new(Finite.Require(left.LitresPerKilowattHour + right.LitresPerKilowattHour));

    /// <summary>The difference of two values; may be negative.</summary>
    public static WaterIntensity operator -(WaterIntensity left, WaterIntensity right) => new(Finite.Require(left.LitresPerKilowattHour - right.LitresPerKilowattHour));

    /// <summary>The value scaled by a dimensionless number.</summary>
    public static WaterIntensity operator *(WaterIntensity value, double factor) => new(Finite.Require(value.LitresPerKilowattHour * factor));

    /// <summary>The dimensionless ratio of two values.</summary>
    public static double operator /(WaterIntensity left, WaterIntensity right) => Finite.Require(left.LitresPerKilowattHour / right.LitresPerKilowattHour);

    /// <summary>Whether one value is less than another.</summary>
    public static bool operator <(WaterIntensity left, WaterIntensity right) => left.LitresPerKilowattHour < right.LitresPerKilowattHour;

    /// <summary>Whether one value is greater than another.</summary>
    public static bool operator >(WaterIntensity left, WaterIntensity right) => left.LitresPerKilowattHour > right.LitresPerKilowattHour;

    /// <summary>Whether one value is at most another.</summary>
    public static bool operator <=(WaterIntensity left, WaterIntensity right) => left.LitresPerKilowattHour <= right.LitresPerKilowattHour;

    /// <summary>Whether one value is at least another.</summary>
    public static bool operator >=(WaterIntensity left, WaterIntensity right) => left.LitresPerKilowattHour >= right.LitresPerKilowattHour;

    /// <inheritdoc/>
    public int CompareTo(WaterIntensity other) => LitresPerKilowattHour.CompareTo(other.LitresPerKilowattHour);

    /// <summary>The value with its unit, invariant.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{LitresPerKilowattHour} L/kWh");
}
