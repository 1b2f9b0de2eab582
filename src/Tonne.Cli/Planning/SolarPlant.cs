using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Quantities;

namespace Tonne.Cli.Planning;

/// <summary>A photovoltaic plant: its capacity, and where it stands if that is given.</summary>
/// <param name="Capacity">Rated power.</param>
/// <param name="Position">Degrees north and degrees east; null if not given.</param>
sealed record SolarPlant(Power Capacity, (double Latitude, double Longitude)? Position)
{
    /// <summary>Reads <c>100kW</c> or <c>100kW@48.9,2.4</c>.</summary>
    /// <exception cref="InvalidInputException">It is neither.</exception>
    public static SolarPlant Parse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var capacity = PlanOptions.ParsePower(at < 0 ? text : text[..at], "--solar");
        if (at < 0)
            return new SolarPlant(capacity, null);
        return text[(at + 1)..].Split(',') is [var north, var east] && Read(north) is { } latitude and >= -90 and <= 90
            && Read(east) is { } longitude and >= -180 and <= 180
            ? new SolarPlant(capacity, (latitude, longitude))
            : throw new InvalidInputException(
                $"--solar '{text}': the place is degrees north and degrees east, -90 to 90 and -180 to 180: write 100kW@48.9,2.4.");
    }

    static double? Read(string text) => double.TryParse(text.Trim(), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
        CultureInfo.InvariantCulture, out var degrees) ? degrees : null;
}
