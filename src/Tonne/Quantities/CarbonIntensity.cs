using System.Globalization;
using System.Numerics;

namespace Tonne.Quantities;

/// <summary>Emissions per kilowatt-hour of electricity.</summary>
/// <remarks>
/// Stored in grams of CO2-equivalent per kilowatt-hour. The owner states its basis (lifecycle or direct) and scope. <c>default</c> is
/// zero. NaN and infinity are refused.
/// </remarks>
public readonly record struct CarbonIntensity : IComparable<CarbonIntensity>,
    IAdditionOperators<CarbonIntensity, CarbonIntensity, CarbonIntensity>, ISubtractionOperators<CarbonIntensity, CarbonIntensity, CarbonIntensity>
{
    CarbonIntensity(double value) => GramsPerKilowattHour = value;

    /// <summary>The value in g CO2e/kWh.</summary>
    public double GramsPerKilowattHour { get; }

    /// <summary>Nothing.</summary>
    public static CarbonIntensity Zero => default;

    /// <summary>A value given in g CO2e/kWh.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static CarbonIntensity FromGramsPerKilowattHour(double value) => new(Finite.Require(value));

    /// <summary>The sum of two values.</summary>
    public static CarbonIntensity operator +(CarbonIntensity left, CarbonIntensity right) => new(Finite.Require(left.GramsPerKilowattHour + right.GramsPerKilowattHour));

    /// <summary>The difference of two values; may be negative.</summary>
    public static CarbonIntensity operator -(CarbonIntensity left, CarbonIntensity right) => new(Finite.Require(left.GramsPerKilowattHour - right.GramsPerKilowattHour));

    /// <summary>The value scaled by a dimensionless number.</summary>
    public static CarbonIntensity operator *(CarbonIntensity value, double factor) => new(Finite.Require(value.GramsPerKilowattHour * factor));

    /// <summary>The dimensionless ratio of two values.</summary>
    public static double operator /(CarbonIntensity left, CarbonIntensity right) => Finite.Require(left.GramsPerKilowattHour / right.GramsPerKilowattHour);

    /// <summary>Whether one value is less than another.</summary>
    public static bool operator <(CarbonIntensity left, CarbonIntensity right) => left.GramsPerKilowattHour < right.GramsPerKilowattHour;

    /// <summary>Whether one value is greater than another.</summary>
    public static bool operator >(CarbonIntensity left, CarbonIntensity right) => left.GramsPerKilowattHour > right.GramsPerKilowattHour;

    /// <summary>Whether one value is at most another.</summary>
    public static bool operator <=(CarbonIntensity left, CarbonIntensity right) => left.GramsPerKilowattHour <= right.GramsPerKilowattHour;

    /// <summary>Whether one value is at least another.</summary>
    public static bool operator >=(CarbonIntensity left, CarbonIntensity right) => left.GramsPerKilowattHour >= right.GramsPerKilowattHour;

    /// <inheritdoc/>
    public int CompareTo(CarbonIntensity other) => GramsPerKilowattHour.CompareTo(other.GramsPerKilowattHour);

    /// <summary>The value with its unit, invariant.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{GramsPerKilowattHour} g CO2e/kWh");
}
