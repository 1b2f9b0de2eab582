using System.Collections.Immutable;
using System.Globalization;
using Tonne.Catalogs;
using Tonne.Quantities;

namespace Tonne.Grids;

/// <summary>Profiles of the intensity by month and hour of the day (UTC), for hours that no feed has.</summary>
/// <remarks>
/// Lifecycle, production. Made from hourly series by <c>data/profiles.py</c>; see Tables/SOURCES.md. A profile is multiplied by the zone's
/// annual value
/// (<see cref="AnnualIntensityCatalog"/>) over the mean of the profile, if that value has the same basis; else it stays as it is, which the
/// explanation says.
/// </remarks>
public static class IntensityProfileCatalog
{
    const string Table = "hourly_profiles.csv";
    const int MostHours = 24 * 366 * 10;

    static readonly Lazy<Dictionary<string, Shape>> Shapes = new(Read);

    /// <summary>Codes of the zones with a profile.</summary>
    public static IReadOnlyCollection<string> Zones => Shapes.Value.Keys;

    /// <summary>The profile of a span, in hours.</summary>
    /// <param name="zone">The zone.</param>
    /// <param name="from">Start of the span; the series starts with its hour.</param>
    /// <param name="to">End of the span, at most ten years after the start.</param>
    /// <returns>Null if the zone has no profile.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The span is empty or longer than ten years.</exception>
    public static IntensityProfile? Find(Zone zone, DateTimeOffset from, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, to);
        if (!Shapes.Value.TryGetValue(zone.Code, out var shape))
            return null;
        var start = new DateTimeOffset(from.UtcTicks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
        var hours = (long)Math.Ceiling((to - start).TotalHours);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hours, MostHours, nameof(to));
        var annual = AnnualIntensityCatalog.Find(zone, IntensityBasis.Lifecycle);
        var scale = annual is null ? 1 : annual.Intensity.Bounds.Best / shape.YearMean;
        var explanation = string.Create(CultureInfo.InvariantCulture, $"profile of month and hour of {shape.Year}, {zone.Name}, ")
            + (annual is null ? "not scaled: the zone has no annual value on this basis" : string.Create(CultureInfo.InvariantCulture,
                $"× {scale:0.000} to the annual mean of {annual.Year}"));
        return new IntensityProfile(Series(1), Series(0), Series(2), scale, shape.Year, explanation);

        IntensitySeries Series(int column)
        {
            var values = ImmutableArray.CreateBuilder<CarbonIntensity?>((int)hours);
            for (var i = 0; i < hours; i++)
            {
                var hour = start.AddHours(i);
                var grams = shape.Grams[((((hour.Month - 1) * 24) + hour.Hour) * 3) + column];
                values.Add(double.IsNaN(grams) ? null : CarbonIntensity.FromGramsPerKilowattHour(grams * scale));
            }

            return new IntensitySeries(zone, start, values.MoveToImmutable(), shape.Source, signal: IntensitySignal.Profile);
        }
    }

    static Dictionary<string, Shape> Read()
    {
        var shapes = new Dictionary<string, Shape>(StringComparer.Ordinal);
        var rows = new CsvReader(Table, EmbeddedTable.ReadText(Table), "zone,month,hour_utc,g_per_kwh,low,high,days,source");
        while (rows.Read())
        {
            if (!shapes.TryGetValue(rows.GetText(0), out var shape))
                shapes.Add(rows.GetText(0), shape = new Shape(SourceList.Find(rows.GetText(7))));
            var (month, hour, mean, days) = (rows.GetInteger(1), rows.GetInteger(2), rows.GetNumber(3), rows.GetInteger(6));
            if (month is < 1 or > 12 || hour is < 0 or > 23)
                throw rows.CreateFormatException("the month is 1 to 12 and the hour 0 to 23");
            var at = (((month - 1) * 24) + hour) * 3;
            (shape.Grams[at], shape.Grams[at + 1], shape.Grams[at + 2]) = (rows.GetNumber(4), mean, rows.GetNumber(5));
            shape.Sum += mean * days;
            shape.Days += days;
        }

        return shapes;
    }

    sealed class Shape(Source source)
    {
        public Source Source => source;

        public int Year => source.Year ?? 0;

        /// <summary>Low, mean and high of each month and hour.</summary>
        public double[] Grams { get; } = [.. Enumerable.Repeat(double.NaN, 12 * 24 * 3)];

        public double Sum { get; set; }

        public int Days { get; set; }

        public double YearMean => Sum / Days;
    }
}
