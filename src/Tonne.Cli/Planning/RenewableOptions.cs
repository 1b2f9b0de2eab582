using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Commands;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;
using Tonne.Reporting.Planning;

namespace Tonne.Cli.Planning;

/// <summary>The options for renewables on the site of the first place.</summary>
sealed class RenewableOptions
{
    readonly Option<string> _solar = new("--solar") { Description = "Photovoltaics on the site: 100kW@48.9,2.4 (latitude, longitude)",
        HelpName = "P" };
    readonly Option<string> _wind = new("--wind") { Description = "Wind power on the site; needs --renewables", HelpName = "P" };
    readonly Option<string> _file = new("--renewables") { Description = "Their power by the hour (docs/formats/plan.md)",
        HelpName = "FILE" };

    /// <summary>The options, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [_solar, _wind, _file];

    /// <summary>The renewables over a span; null if none are given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="basis">Basis of the grid's intensities: on direct they have none.</param>
    /// <param name="from">Start of the span.</param>
    /// <param name="to">End of the span.</param>
    /// <exception cref="InvalidInputException">An option is wrong, or the file is.</exception>
    public (OnSiteRenewables Series, PlanRenewables Description, ImmutableArray<Source> Sources, ImmutableArray<Warning> Warnings)? Read(
        ParseResult parsed, IntensityBasis basis, DateTimeOffset from, DateTimeOffset to)
    {
        var (solar, wind, file) = (parsed.GetValue(_solar), parsed.GetValue(_wind), parsed.GetValue(_file));
        if (solar is null && wind is null && file is null)
            return null;
        var plant = solar is null ? null : SolarPlant.Parse(solar);
        var turbines = wind is null ? (Power?)null : PlanOptions.ParsePower(wind, "--wind");
        if (file is not null)
            return ReadFile(file, plant, turbines, basis, from, to);
        if (turbines is not null)
        {
            throw new InvalidInputException(
                "--wind needs --renewables FILE with its power by the hour: wind cannot be computed from the place and the time, as the sun can. "
                + "For example 'timestamp_utc,wind', with shares of the capacity.");
        }

        if (plant is not { Position: { } position })
            throw new InvalidInputException(
                $"--solar '{solar}': where is it? Write 100kW@48.9,2.4 (degrees north, degrees east), or give its power by the hour: --renewables FILE.");
        var intensity = GetIntensity("solar", basis);
        var series = SolarProfile.Create(plant.Capacity, position.Latitude, position.Longitude, from, to, intensity: intensity);
        var most = SolarProfile.Create(plant.Capacity, position.Latitude, position.Longitude, from, to, shareOfClearSky: 1, intensity);
        var text = string.Create(CultureInfo.InvariantCulture,
            $"solar {FormatPower(plant.Capacity)} at {position.Latitude:0.##}, {position.Longitude:0.##}: modelled, {SolarProfile.MeanShare * 100:0} % of a clear sky; interval: none to a clear sky; {intensity.GramsPerKilowattHour:0} g/kWh");
        return (series, new PlanRenewables(text, IsModelled: true, most), [SolarProfile.Source, .. ListSources(basis, ["solar"])],
            [new Warning("solar-modelled", "The power of the sun is modelled without weather: single days differ widely.",
                "Give a forecast of the plant: --renewables FILE")]);
    }

    static (OnSiteRenewables, PlanRenewables, ImmutableArray<Source>, ImmutableArray<Warning>) ReadFile(
        string file, SolarPlant? plant, Power? turbines, IntensityBasis basis, DateTimeOffset from, DateTimeOffset to)
    {
        var profile = RenewablesFile.Read(file, plant?.Capacity, turbines, from, to);
        string[] fuels = profile.IsWindOnly ? ["wind"] : ["solar"];
        // Both together: that of the sun, the higher one.
        var intensity = GetIntensity(fuels[0], basis);
        var what = string.Join(" and ", new[] { plant is null ? null : $"solar {FormatPower(plant.Capacity)}", turbines is { } power
            ? $"wind {FormatPower(power)}" : null }.OfType<string>());
        var text = string.Create(CultureInfo.InvariantCulture,
            $"{(what.Length > 0 ? what : "renewables")} by {TextSanitizer.ToOneLine(Path.GetFileName(file))}, {intensity.GramsPerKilowattHour:0} g/kWh");
        return (profile.ToSeries(intensity), new PlanRenewables(text, IsModelled: false, null), ListSources(basis, fuels),
            profile.MissingHours > 0 ? [new Warning("renewables-short", string.Create(CultureInfo.InvariantCulture,
                $"{TextSanitizer.ToOneLine(Path.GetFileName(file))} has no power for {profile.MissingHours:0.##} h of the span; it is taken as zero there."))] : []);
    }

    static CarbonIntensity GetIntensity(string fuel, IntensityBasis basis) =>
        basis == IntensityBasis.Direct ? CarbonIntensity.Zero : FuelFactorCatalog.Find(fuel)?.Intensity ?? CarbonIntensity.Zero;

    static ImmutableArray<Source> ListSources(IntensityBasis basis, string[] fuels) =>
        basis == IntensityBasis.Direct ? [] : [.. fuels.Select(fuel => FuelFactorCatalog.Find(fuel)?.Source).OfType<Source>()];

    static string FormatPower(Power power) => DisplayValue.Format(power.Watts, "W");
}
