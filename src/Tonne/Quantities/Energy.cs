using System.Globalization;
using System.Numerics;

namespace Tonne.Quantities;

/// <summary>An amount of energy. It is not a power, and metered counts are stored as <see cref="Microjoules"/>.</summary>
/// <remarks>Stored in joules (double). 1 kWh = 3,600,000 J exactly. <c>default</c> is zero. NaN and infinity are refused.</remarks>
public readonly record struct Energy : IComparable<Energy>,
    IAdditionOperators<Energy, Energy, Energy>, ISubtractionOperators<Energy, Energy, Energy>
{
    /// <summary>Joules in a kilowatt-hour, exact by definition.</summary>
    public const double JoulesPerKilowattHour = 3_600_000d;

    Energy(double joules) => Joules = joules;

    /// <summary>Energy in joules (J).</summary>
    public double Joules { get; }

    /// <summary>Energy in watt-hours (Wh).</summary>
    public double WattHours => Joules / 3_600d;

    /// <summary>Energy in kilowatt-hours (kWh).</summary>
    public double KilowattHours => Joules / JoulesPerKilowattHour;

    /// <summary>No energy.</summary>
    public static Energy Zero => default;

    /// <summary>An energy given in joules.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static Energy FromJoules(double joules) => new(Finite.Require(joules));

    /// <summary>An energy given in watt-hours.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static Energy FromWattHours(double wattHours) => new(Finite.Require(wattHours * 3_600d));

    /// <summary>An energy given in kilowatt-hours.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is NaN or infinite.</exception>
    public static Energy FromKilowattHours(double kilowattHours) => new(Finite.Require(kilowattHours * JoulesPerKilowattHour));

    /// <summary>The sum of two energies.</summary>
    public static Energy operator +(Energy left, Energy right) => new(Finite.Require(left.Joules + right.Joules));

    /// <summary>The difference of two energies; may be negative.</summary>
    public static Energy operator -(Energy left, Energy right) => new(Finite.Require(left.Joules - right.Joules));

    /// <summary>An energy scaled by a dimensionless number.</summary>
    public static Energy operator *(Energy energy, double factor) => new(Finite.Require(energy.Joules * factor));

    /// <summary>The mean power of an energy spent over a duration.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The duration is zero.</exception>
    public static Power operator /(Energy energy, TimeSpan duration) => Power.FromWatts(energy.Joules / duration.TotalSeconds);

    /// <summary>The dimensionless ratio of two energies.</summary>
    public static double operator /(Energy left, Energy right) => Finite.Require(left.Joules / right.Joules);

    /// <summary>Emissions of an energy at a carbon intensity. emissions [g] = energy [kWh] × intensity [g/kWh].</summary>
    public static Emissions operator *(Energy energy, CarbonIntensity intensity) =>
        Emissions.FromGrams(energy.KilowattHours * intensity.GramsPerKilowattHour);

    /// <summary>Water consumed for an energy at a water intensity. water [L] = energy [kWh] × intensity [L/kWh].</summary>
    public static Water operator *(Energy energy, WaterIntensity intensity) =>
        Water.FromLitres(energy.KilowattHours * intensity.LitresPerKilowattHour);

    /// <summary>Whether one energy is less than another.</summary>
    public static bool operator <(Energy left, Energy right) => left.Joules < right.Joules;

    /// <summary>Whether one energy is greater than another.</summary>
    public static bool operator >(Energy left, Energy right) => left.Joules > right.Joules;

    /// <summary>Whether one energy is at most another.</summary>
    public static bool operator <=(Energy left, Energy right) => left.Joules <= right.Joules;

    /// <summary>Whether one energy is at least another.</summary>
    public static bool operator >=(Energy left, Energy right) => left.Joules >= right.Joules;

    /// <inheritdoc/>
    public int CompareTo(Energy other) => Joules.CompareTo(other.Joules);

    /// <summary>The energy in kilowatt-hours with its unit, invariant.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{KilowattHours} kWh");
}
