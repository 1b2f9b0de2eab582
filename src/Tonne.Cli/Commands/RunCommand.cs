using System.Collections.Immutable;
using System.CommandLine;
using Tonne.Cli.Configuration;
using Tonne.Cli.Running;
using Tonne.Cli.Wrapping;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne run -- COMMAND</c>.</summary>
static class RunCommand
{
    static readonly Option<string> _name = new("--name", "-n") { Description = "Name of the run; default: made from the command", HelpName = "N" };
    static readonly Option<string> _project = new("--project", "-p") { Description = "Project it belongs to", HelpName = "P" };
    static readonly Option<string[]> _tag = new("--tag", "-t") { Description = "A tag; may be given several times", HelpName = "K=V", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
    static readonly Option<string> _zone = new("--zone") { Description = "Grid zone: FR, France, US-EGRID-CAMX (tonne catalog zones)", HelpName = "ZONE" };
    static readonly Option<string> _region = new("--region") { Description = "Cloud region: gcp:europe-west9 (tonne catalog regions)", HelpName = "REGION" };
    static readonly Option<string> _intensity = new("--intensity") { Description = "Carbon intensity in g CO2e/kWh", HelpName = "G" };
    static readonly Option<string> _pue = new("--pue") { Description = "Energy of the facility ÷ energy of its machines, at least 1", HelpName = "PUE" };
    static readonly Option<string> _period = new("--period") { Description = "Time between samples, 10ms to 1h; default 1s", HelpName = "TIME" };
    static readonly Option<string> _policy = new("--policy") { Description = "How a shared machine is split: share (default), marginal, machine", HelpName = "POLICY" };
    static readonly Option<bool> _strict = new("--strict") { Description = "Only measured energy: exit 125 before the start if a part has no meter, 1 at the end if one failed" };
    static readonly Option<string> _stagePattern = new("--stage-pattern") { Description = "Regular expression for lines that begin a stage, with a group 'stage'", HelpName = "RE" };
    static readonly Option<string> _epochPattern = new("--epoch-pattern") { Description = "auto (default), keras, lightning, hugging-face, plain, none, or a regular expression with a group 'epoch'", HelpName = "RE" };
    static readonly Option<string> _output = new("--output", "-o") { Description = "Write the run as JSON (schema tonne.run/1)", HelpName = "FILE" };
    static readonly Option<string> _sysroot = new("--sysroot") { Description = "Folder that stands in for / for sensor files", HelpName = "DIR" };
    static readonly Option<string[]> _meter = new("--meter") { Description = "Ask this meter too: shelly://HOST, tasmota://HOST, redfish+https://USER@HOST, json+http://…, prometheus+http://… (docs/methods/plug.md); may be given several times", HelpName = "ADDRESS", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
    static readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "No summary at the end" };

    public const string Example = "tonne run -- python train.py";

    /// <summary>The options, in the order of the help.</summary>
    public static IReadOnlyList<Option> Options { get; } =
        [_name, _project, _tag, _zone, _region, _intensity, _pue, _period, _policy, _strict, _stagePattern, _epochPattern, _output, _sysroot, _meter, _quiet];

    public static Command Build(Surroundings around, IReadOnlyList<string>? childs)
    {
        var command = new Command("run", "Run a command, measure it, and say at the end what it used and emitted. Its output, input, exit code and signals pass through untouched.")
        {
            new Argument<string[]>("command") { Description = "The command and its arguments, after --", Arity = ArgumentArity.ZeroOrMore, HelpName = "-- COMMAND ARG…" },
        };
        foreach (var option in Options)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (childs is not { Count: > 0 })
                throw new WrongInputException("run needs a command. For example: " + Example);
            var settings = Settings.Resolve(
                new Dictionary<Setting, string?>
                {
                    [Setting.Zone] = parsed.GetValue(_zone),
                    [Setting.Region] = parsed.GetValue(_region),
                    [Setting.Intensity] = parsed.GetValue(_intensity),
                    [Setting.Pue] = parsed.GetValue(_pue),
                    [Setting.Period] = parsed.GetValue(_period),
                    [Setting.Policy] = parsed.GetValue(_policy),
                    [Setting.Strict] = parsed.GetValue(_strict) ? "true" : null,
                    [Setting.Project] = parsed.GetValue(_project),
                    [Setting.StagePattern] = parsed.GetValue(_stagePattern),
                    [Setting.EpochPattern] = parsed.GetValue(_epochPattern),
                    [Setting.Sysroot] = parsed.GetValue(_sysroot),
                    [Setting.Meter] = parsed.GetValue(_meter) is { Length: > 0 } meters ? string.Join(' ', meters) : null,
                },
                around.Variable, around.Folder);
            if (!Directory.Exists(settings.Sysroot))
                throw new WrongInputException($"--sysroot '{settings.Sysroot}' is not a folder. Unpack a capture first: tar -xf FILE -C FOLDER");
            var session = new RunSession(around, settings);
            var code = session.Run(new RunRequest(
                [.. childs], parsed.GetValue(_name), Tags(parsed.GetValue(_tag) ?? []), parsed.GetValue(_output), parsed.GetValue(_quiet)));
            if (session.Interrupted)
                OwnEnd.ByInterrupt();
            return code;
        });
        return command;
    }

    static ImmutableSortedDictionary<string, string> Tags(string[] texts)
    {
        var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var parts = text.Split('=', 2);
            if (parts.Length != 2 || parts[0].Length == 0)
                throw new WrongInputException($"--tag '{text}' must be KEY=VALUE, for example --tag team=vision.");
            tags[parts[0]] = parts[1];
        }

        return tags.ToImmutable();
    }
}
