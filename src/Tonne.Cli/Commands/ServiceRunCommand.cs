using System.CommandLine;
using Tonne.Cli.Configuration;
using Tonne.Cli.Services;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne service run --name NAME -- COMMAND</c>: starts a server and records it as a service.</summary>
static class ServiceRunCommand
{
    static readonly ServiceOptions _options = new();

    public const string Example = "tonne service run --name chat -- vllm serve MODEL";

    /// <summary>The options, in the order of the help.</summary>
    public static IReadOnlyList<Option> Options { get; } = [.. _options.All, .. SettingOptions.Place, .. SettingOptions.Measurement];

    public static Command Build(CommandContext context, IReadOnlyList<string>? childArguments)
    {
        var command = new Command("run", "Start a server, and record its energy, requests and tokens as long as it runs.")
        {
            new Argument<string[]>("command") { Description = "The server and its arguments, after --", Arity = ArgumentArity.ZeroOrMore, HelpName = "-- COMMAND ARG…" },
        };
        foreach (var option in Options)
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (childArguments is not { Count: > 0 })
                throw new InvalidInputException("service run needs a command. For example: " + Example);
            if (context.HostSystem is not null)
                throw new InvalidInputException("'tonne service run' needs Linux. Start the server, then: tonne service observe --name NAME --pid PID.");
            var settings = SettingOptions.Resolve(parsed, context);
            var session = new ServiceSession(context, settings, _options.Read(parsed));
            return session.Run([.. childArguments]);
        });
        return command;
    }
}
