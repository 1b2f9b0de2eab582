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
    static readonly Option<string[]> _tag = new("--tag", "-t") { Description = "A tag; may be repeated", HelpName = "K=V", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
    static readonly Option<string> _output = new("--output", "-o") { Description = "Write the run as JSON (schema tonne.run/1)", HelpName = "FILE" };
    static readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Print everything at the end, as 'tonne show' does" };
    static readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print nothing at the end" };

    public const string Example = "tonne run -- python train.py";

    /// <summary>The options, in the order of the help.</summary>
    public static IReadOnlyList<Option> Options { get; } =
        [_name, _tag, .. SettingOptions.Place, .. SettingOptions.Measurement, .. SettingOptions.Patterns, _output, _verbose, _quiet];

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
            var session = new RunSession(context, settings);
            var code = session.Run(new RunRequest(
                [.. childArguments], parsed.GetValue(_name), Tags(parsed.GetValue(_tag) ?? []), parsed.GetValue(_output), parsed.GetValue(_quiet)) { Verbose = parsed.GetValue(_verbose) });
            if (session.Interrupted)
                SelfTermination.TerminateByInterrupt();
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
                throw new InvalidInputException($"--tag '{text}' must be KEY=VALUE, for example --tag team=vision.");
            tags[parts[0]] = parts[1];
        }

        return tags.ToImmutable();
    }
}
