using System.Collections.Immutable;
using System.CommandLine;
using Tonne.Cli.Configuration;
using Tonne.Cli.Grids;
using Tonne.Cli.Planning;
using Tonne.Cli.Running;
using Tonne.Cli.Wrapping;
using Tonne.Grids;
using Tonne.Ledgers.Budgets;
using Tonne.Runs;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne run -- COMMAND</c>.</summary>
static class RunCommand
{
    static readonly Option<string> _name = new("--name", "-n") { Description = "Name of the run; default: made from the command", HelpName = "N" };
    static readonly Option<string[]> _tag = CreateTagOption();
    static readonly Option<string> _output = new("--output", "-o") { Description = "Write the run as JSON (schema tonne.run/1); - is standard output", HelpName = "FILE" };
    static readonly Option<string> _max = new("--max") { Description = "Stop the command before it uses more: 2kg or 3kWh", HelpName = "LIMIT" };
    static readonly Option<string> _grace = new("--grace") { Description = "Time for a checkpoint when --max stops it; default 1m", HelpName = "TIME" };
    static readonly Option<string> _warnOver = new("--warn-over") { Description = "Warn if the run used more", HelpName = "LIMIT" };
    static readonly Option<string> _failOver = new("--fail-over") { Description = "Exit with 1 if the run used more", HelpName = "LIMIT" };
    static readonly WhenCleanOptions _whenClean = new();
    static readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Print everything at the end, as 'tonne show' does" };
    static readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print nothing at the end" };

    public const string Example = "tonne run -- python train.py";

    /// <summary>The options, in the order of the help.</summary>
    public static IReadOnlyList<Option> Options { get; } =
        [_name, _tag, .. SettingOptions.Place, _whenClean.Series, .. SettingOptions.Measurement, .. SettingOptions.Patterns, _max, _grace, _warnOver, _failOver, .. _whenClean.All, _output, _verbose, _quiet];

    public static Command Build(CommandContext context, IReadOnlyList<string>? childArguments)
    {
        var command = new Command("run", "Run a command and measure its energy and emissions. Its output, input, exit code and signals pass through untouched.")
        {
            new Argument<string[]>("command") { Description = "The command and its arguments, after --", Arity = ArgumentArity.ZeroOrMore, HelpName = "-- COMMAND ARG…" },
        };
        foreach (var option in Options)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (childArguments is not { Count: > 0 })
                throw new InvalidInputException("run needs a command. For example: " + Example);
            var settings = SettingOptions.Resolve(parsed, context);
            CleanHours? hours = null;
            if (_whenClean.IsGiven(parsed))
            {
                (hours, var onlyShown) = _whenClean.Prepare(parsed, context, settings, parsed.GetValue(_name) ?? RunNames.FromCommand([.. childArguments]));
                if (onlyShown is { } done)
                    return done;
                hours?.WaitForStart();
            }
            else
            {
                _whenClean.CheckWithout(parsed);
            }

            using var cleanHours = hours;
            var series = ReadSeries(parsed);
            var session = new RunSession(context, settings);
            var code = session.Run(new RunRequest(
                [.. childArguments], parsed.GetValue(_name), ParseTags(parsed.GetValue(_tag) ?? []), parsed.GetValue(_output), parsed.GetValue(_quiet)) 
            {
                Verbose = parsed.GetValue(_verbose),
                Limits = ParseLimits(parsed),
                Series = series,
                Place = FindPlace(settings, series, text => context.Error.WriteLine("tonne: " + text)),
                JoinsRanks = hours is null,
                CleanHours = hours,
            });
            // Elsewhere than on Linux the exit code says it.
            if (session.Interrupted && context.HostSystem is null)
                SelfTermination.TerminateByInterrupt();
            return code;
        });
        return command;
    }

    static List<IntensitySeries> ReadSeries(ParseResult parsed) =>
        parsed.GetValue(_whenClean.Series) is { } files
            ? [.. GridAccess.ReadFiles(GridAccess.SplitFiles(files)).SelectMany(file => file.Content.Series)] : [];

    /// <summary>The place that the files of intensities name, where no other is given; null if the place is given, or must be detected.</summary>
    static Place? FindPlace(Settings settings, List<IntensitySeries> series, Action<string> say)
    {
        var zones = series.Select(one => one.Zone.Code).Distinct(StringComparer.Ordinal).ToList();
        if (settings.Place is { } place)
        {
            if (place is { Zone: { } zone } && zones.Count > 0 && !zones.Contains(zone, StringComparer.Ordinal))
                say($"the files of --series have {string.Join(", ", zones)} and not {zone}: they are not used for the account.");
            return null;
        }

        return zones is [var only] ? new Place(only, Pue: settings.Pue) : null;
    }

    static RunLimits? ParseLimits(ParseResult parsed)
    {
        var limits = new RunLimits(ParseLimit(parsed, _max), ParseLimit(parsed, _warnOver), ParseLimit(parsed, _failOver), ParseGrace(parsed.GetValue(_grace)));
        return limits is { Max: null, WarnOver: null, FailOver: null } ? null : limits;
    }

    static Allowance? ParseLimit(ParseResult parsed, Option<string> option)
    {
        try
        {
            return parsed.GetValue(option) is { } text ? Allowance.Parse(text) : null;
        }
        catch (FormatException error)
        {
            throw new InvalidInputException($"{option.Name}: {error.Message}");
        }
    }

    static TimeSpan ParseGrace(string? text) => text is null ? RunLimits.DefaultGrace
        : Setting.TryParsePeriod(text, out var grace) ? grace
        : throw new InvalidInputException($"--grace '{text}' is not a time between 10ms and 1h; write 30s or 5m.");

    /// <summary>The option for tags of a run.</summary>
    internal static Option<string[]> CreateTagOption() =>
        new("--tag", "-t") { Description = "A tag; may be repeated", HelpName = "K=V", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };

    /// <summary>Reads the tags of a run.</summary>
    /// <exception cref="InvalidInputException">A text is not KEY=VALUE.</exception>
    internal static ImmutableSortedDictionary<string, string> ParseTags(string[] texts)
    {
        var tags = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var parts = text.Split('=', 2);
            if (parts.Length != 2 || parts[0].Length == 0)
                throw new InvalidInputException($"--tag '{text}' must be KEY=VALUE, for example --tag team=vision.");
            tags[parts[0]] = parts[1];
        }

        return tags.ToImmutable();
    }
}
