using System.Collections.Immutable;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Planning;

/// <summary>Power of a photovoltaic plant over time, modelled from its latitude and longitude alone: no weather, no tilt.</summary>
/// <remarks>
/// Declination δ = 23.45° · sin(360° · (284 + n) / 365) with n the day of the year (Cooper 1969); hour angle ω = 15° · (solar hour − 12),
/// where the solar hour is UTC + longitude ÷ 15° (the equation of time, at most 17 min, is left out);
/// cos z = sin φ sin δ + cos φ cos δ cos ω (Duffie and Beckman); irradiance under a clear sky 1098 W/m² · cos z · exp(−0.059 / cos z)
/// (Haurwitz 1945, as in Reno et al., SAND2012-2389). A plant is rated at 1000 W/m², so that irradiance ÷ 1000 W/m² is the most it gives.
/// What it gives on average is less by <see cref="MeanShare"/>. Pure, thread safe.
/// </remarks>
public static class SolarProfile
{
    /// <summary>Capacity factor of new utility-scale plants in the world, weighted by capacity: 16.9 % in 2022 (IRENA).</summary>
    const double WorldCapacityFactor = 0.169;

    /// <summary>
    /// Where those plants stand, in degrees: our assumption. China, the United States, India and Europe are between 20° and 50°.
    /// </summary>
    const double WorldLatitude = 35;

    static readonly Lazy<double> _meanShare = new(() => WorldCapacityFactor / GetAnnualMean(WorldLatitude));

    /// <summary>
    /// Mean power ÷ power under a clear sky: clouds, losses and temperature less what tilt and tracking gain. It is the share with which a
    /// plant at 35° has a capacity factor of 16.9 %, and about 0.6.
    /// </summary>
    public static double MeanShare => _meanShare.Value;

    /// <summary>The sources of the model.</summary>
    public static Source Source => SourceList.Find("COOPER-1969;HAURWITZ-1945;IRENA-2022");

    /// <summary>Most power of a plant at a moment, under a clear sky, as a share of its capacity: 0 at night to about 1.04.</summary>
    /// <param name="latitude">Degrees north, −90 to 90.</param>
    /// <param name="longitude">Degrees east, −180 to 180.</param>
    /// <param name="time">The moment.</param>
    /// <exception cref="ArgumentOutOfRangeException">The place is not on Earth.</exception>
    public static double GetClearSkyShare(double latitude, double longitude, DateTimeOffset time)
    {
        if (latitude is not (>= -90 and <= 90))
            throw new ArgumentOutOfRangeException(nameof(latitude), latitude, "A latitude is -90 to 90 degrees.");
        if (longitude is not (>= -180 and <= 180))
            throw new ArgumentOutOfRangeException(nameof(longitude), longitude, "A longitude is -180 to 180 degrees.");
        var solar = time.UtcDateTime + TimeSpan.FromHours(longitude / 15);
        return GetShare(GetCosineOfZenith(latitude, solar.DayOfYear, solar.TimeOfDay.TotalHours));
    }

    /// <summary>The power of a plant in each step of a span.</summary>
    /// <param name="capacity">Its rated power.</param>
    /// <param name="latitude">Degrees north.</param>
    /// <param name="longitude">Degrees east.</param>
    /// <param name="from">Start; the series begins with the step that it is in.</param>
    /// <param name="to">End.</param>
    /// <param name="shareOfClearSky">Power ÷ power under a clear sky. Null: <see cref="MeanShare"/>. 1: the most there can be.</param>
    /// <param name="intensity">Intensity of that electricity. Default: zero.</param>
    /// <returns>Steps of 30 minutes, each with the mean of its minutes; never above the capacity.</returns>
    public static OnSiteRenewables Create(
        Power capacity, double latitude, double longitude, DateTimeOffset from, DateTimeOffset to, double? shareOfClearSky = null,
            CarbonIntensity intensity = default)
    {
        const int Parts = 6;
        var step = TimeSpan.FromMinutes(30);
        var start = new DateTimeOffset(from.UtcTicks - (from.UtcTicks % step.Ticks), TimeSpan.Zero);
        var values = ImmutableArray.CreateBuilder<Power>();
        for (var at = start; at < to; at += step)
        {
            var sum = 0d;
            for (var part = 0; part < Parts; part++)
                sum += GetClearSkyShare(latitude, longitude, at + (step * ((part + 0.5) / Parts)));
            values.Add(Power.FromWatts(capacity.Watts * Math.Min(1, sum / Parts * (shareOfClearSky ?? MeanShare))));
        }

        return new OnSiteRenewables(start, step, values.DrainToImmutable(), intensity);
    }

    /// <summary>Irradiance under a clear sky ÷ 1000 W/m², by the cosine of the angle between sun and zenith.</summary>
    internal static double GetShare(double cosine) => cosine <= 0 ? 0 : 1.098 * cosine * Math.Exp(-0.059 / cosine);

    /// <summary>The sun's declination on a day of the year, 1 to 366, in degrees.</summary>
    internal static double GetDeclination(int day) => 23.45 * Math.Sin(ToRadians(360d * (284 + day) / 365));

    static double GetCosineOfZenith(double latitude, int day, double solarHour)
    {
        var (phi, delta, omega) = (ToRadians(latitude), ToRadians(GetDeclination(day)), ToRadians(15 * (solarHour - 12)));
        return (Math.Sin(phi) * Math.Sin(delta)) + (Math.Cos(phi) * Math.Cos(delta) * Math.Cos(omega));
    }

    /// <summary>Mean over a year of the share under a clear sky.</summary>
    static double GetAnnualMean(double latitude)
    {
        const int DayParts = 96;
        var sum = 0d;
        for (var day = 1; day <= 365; day++)
        {
            for (var part = 0; part < DayParts; part++)
                sum += GetShare(GetCosineOfZenith(latitude, day, (part + 0.5) * 24 / DayParts));
        }

        return sum / (365 * DayParts);
    }

    static double ToRadians(double degrees) => degrees * Math.PI / 180;
}
