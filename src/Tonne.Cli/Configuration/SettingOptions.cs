using System.CommandLine;
using Tonne.Cli.Commands;

namespace Tonne.Cli.Configuration;

/// <summary>The command-line options that set a <see cref="Setting"/>, shared by the commands: place and measurement.</summary>
static class SettingOptions
{
    static readonly Option<bool> _strict = new("--strict") { Description = "Measured energy only: exit 125 where a meter is missing" };
    static readonly Option<string[]> _meter = new("--meter") { Description = "Another meter, such as shelly://HOST (docs/methods/plug.md)", HelpName = "ADDRESS", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    static readonly (Option<string> Option, Setting Setting)[] _place =
    [
        (new("--zone") { Description = "Grid zone: FR, France (tonne catalog zones)", HelpName = "ZONE" }, Setting.Zone),
        (new("--region") { Description = "Cloud region: gcp:europe-west9 (tonne catalog regions)", HelpName = "REGION" }, Setting.Region),
        (new("--intensity") { Description = "Carbon intensity in g CO2e/kWh", HelpName = "G" }, Setting.Intensity),
        (new("--pue") { Description = "Facility energy ÷ IT energy, at least 1", HelpName = "PUE" }, Setting.Pue),
    ];

    static readonly (Option<string> Option, Setting Setting)[] _measuring =
    [
        (new("--period") { Description = "Time between samples, 10ms to 1h; default 1s", HelpName = "TIME" }, Setting.Period),
        (new("--policy") { Description = "Split of a shared machine: share (default), marginal, machine", HelpName = "POLICY" }, Setting.Policy),
        (new("--project", "-p") { Description = "Project of the run", HelpName = "P" }, Setting.Project),
        (new("--sysroot") { Description = "Folder that replaces / for sensor files", HelpName = "DIR" }, Setting.Sysroot),
    ];

    static readonly (Option<string> Option, Setting Setting)[] _patterns =
    [
        (new("--stage-pattern") { Description = "Regular expression of a stage, with a group 'stage'", HelpName = "RE" }, Setting.StagePattern),
        (new("--epoch-pattern") { Description = "auto (default), keras, lightning, hugging-face, plain, table, steps, none, or a regular expression", HelpName = "RE" }, Setting.EpochPattern),
    ];

    /// <summary>Options for the place: zone, region, intensity, PUE.</summary>
    public static IReadOnlyList<Option> Place { get; } = [.. _place.Select(pair => pair.Option)];

    /// <summary>Options for measuring: policy, period, and the folder of the sensor files.</summary>
    public static IReadOnlyList<Option> Measurement { get; } = [.. _measuring.Select(pair => (Option)pair.Option), _strict, _meter];

    /// <summary>Options for a recording that another process makes: time between samples, and policy.</summary>
    public static IReadOnlyList<Option> Sampling { get; } = [.. _measuring.Where(
        pair => pair.Setting == Setting.Period || pair.Setting == Setting.Policy).Select(pair => pair.Option)];

    /// <summary>Options for the recognition of stages and epochs in a command's output.</summary>
    public static IReadOnlyList<Option> Patterns { get; } = [.. _patterns.Select(pair => pair.Option)];

    /// <summary>The settings with the values of these options; options that the command does not have are ignored.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Environment and folder.</param>
    /// <param name="fixedValues">Settings that the command itself decides.</param>
    /// <exception cref="SettingsException">A value is wrong; the message says which and where it came from.</exception>
    /// <exception cref="InvalidInputException">The folder of sensor files does not exist.</exception>
    public static Settings Resolve(ParseResult parsed, CommandContext context, params ReadOnlySpan<(Setting Setting, string Value)> fixedValues)
    {
        var flags = new Dictionary<Setting, string?>();
        foreach (var (option, setting) in (ReadOnlySpan<(Option<string>, Setting)>)[.. _place, .. _measuring, .. _patterns])
        {
            if (parsed.GetResult(option) is not null)
                flags[setting] = parsed.GetValue(option);
        }

        if (parsed.GetResult(_strict) is not null && parsed.GetValue(_strict))
            flags[Setting.Strict] = "true";
        if (parsed.GetResult(_meter) is not null && parsed.GetValue(_meter) is { Length: > 0 } meters)
            flags[Setting.Meter] = string.Join(' ', meters);
        foreach (var (setting, value) in fixedValues)
            flags[setting] = value;
        var settings = Settings.Resolve(flags, context.GetVariable, context.CurrentDirectory, context.Root);
        return Directory.Exists(settings.Sysroot) ? settings
            : throw new InvalidInputException($"--sysroot '{settings.Sysroot}' is not a folder. Unpack a capture first: tar -xf FILE -C FOLDER");
    }
}
