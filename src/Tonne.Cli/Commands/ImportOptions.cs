using System.CommandLine;
using System.Globalization;
using Tonne.Catalogs;
using Tonne.Grids;
using Tonne.Runs;
using Tonne.Services.Imports;

namespace Tonne.Cli.Commands;

/// <summary>Options of imports of tokens: period, place of the provider, output.</summary>
/// <remarks>The place of the settings is that of this machine, not of the provider, so it is not used.</remarks>
sealed class ImportOptions
{
    readonly Option<string> _since =
        new("--since") { Description = "Replies at or after: 2026-11-01, or 30d ago; default all", HelpName = "D" };

    readonly Option<string> _zone = new("--zone")
    {
        Description = "Grid zone of the provider's data centre; default the world's mean, with wide bounds", HelpName = "ZONE",
    };

    readonly Option<string> _region =
        new("--region") { Description = "Cloud region of the provider: gcp:europe-west9", HelpName = "REGION" };

    readonly Option<string> _intensity = new("--intensity") { Description = "Carbon intensity there, g CO2e/kWh", HelpName = "G" };
    readonly Option<string> _pue = new("--pue") { Description = "Facility energy ÷ IT energy there, at least 1", HelpName = "PUE" };
    readonly Option<bool> _hash = new("--hash-projects") { Description = "Keep a keyed hash of a project's name instead of the name" };
    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show what would be added; write nothing" };
    readonly Option<bool> _json = new("--json") { Description = "One JSON document (schema tonne.import/1)" };

    /// <summary>Adds all options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_since);
        AddPlaceTo(command);
        command.Options.Add(_dryRun);
        command.Options.Add(_json);
    }

    /// <summary>Adds the options that a status line has too.</summary>
    public void AddPlaceTo(Command command)
    {
        foreach (var option in (Option[])[_zone, _region, _intensity, _pue, _hash])
            command.Options.Add(option);
    }

    public bool IsDryRun(ParseResult parsed) => parsed.GetValue(_dryRun);

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>The options as the import takes them.</summary>
    /// <exception cref="InvalidInputException">A value is wrong.</exception>
    /// <exception cref="UnknownNameException">A place that no catalog has.</exception>
    public TokenImportOptions Read(ParseResult parsed, CommandContext context) => new()
    {
        Place = ReadPlace(parsed),
        Since = parsed.GetResult(_since) is not null && parsed.GetValue(_since) is { } since
            ? TimeText.Parse(since, "--since", context.Time.GetUtcNow()) : null,
        IsDryRun = parsed.GetResult(_dryRun) is not null && parsed.GetValue(_dryRun),
        HashesProjects = parsed.GetValue(_hash),
    };

    Place ReadPlace(ParseResult parsed)
    {
        if (parsed.GetValue(_zone) is not null && parsed.GetValue(_region) is not null)
            throw new InvalidInputException("--zone and --region are two places; give one.");
        return new Place(
            parsed.GetValue(_zone) is { } zone ? ZoneCatalog.FindPlace(zone).ValueOrThrow.Code : null,
            parsed.GetValue(_region) is { } region ? RegionCatalog.Find(region).ValueOrThrow.Id : null,
            ReadNumber(_intensity, 0), ReadNumber(_pue, 1));

        double? ReadNumber(Option<string> option, double least) => parsed.GetValue(option) is not { } text ? null
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= 1e6
            ? number
            : throw new InvalidInputException(string.Create(
                CultureInfo.InvariantCulture, $"{option.Name} '{text}' is not a number of at least {least}."));
    }
}
