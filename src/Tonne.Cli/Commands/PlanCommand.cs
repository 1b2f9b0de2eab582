using System.CommandLine;
using Tonne.Cli.Configuration;
using Tonne.Cli.Planning;
using Tonne.Reporting.Planning;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne plan</c>: when and where a job has the least emissions.</summary>
static class PlanCommand
{
    public static Command Build(CommandContext context)
    {
        var options = new PlanOptions();
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.plan/1)" };
        var command = new Command("plan", "Find when and where a job has the least emissions: now, the best time without pauses, and with pauses. Times without a zone are UTC.");
        foreach (var option in options.All.Concat(SettingOptions.Place))
            command.Options.Add(option);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            var report = options.Plan(parsed, context, SettingOptions.Resolve(parsed, context));
            if (parsed.GetValue(json))
                context.Out.WriteLine(PlanDocument.From(report).ToJson());
            else
                PlanText.Write(context.Out, report, context.OutCapabilities);
            return 0;
        });
        return command;
    }

    /// <summary>Makes the plan of a command, given by its words after <c>tonne plan</c>.</summary>
    /// <exception cref="InvalidInputException">An option is wrong, or there is no plan; the message says why.</exception>
    internal static PlanReport Plan(CommandContext context, IReadOnlyList<string> words)
    {
        var options = new PlanOptions();
        var command = new RootCommand();
        foreach (var option in options.All.Concat(SettingOptions.Place))
            command.Options.Add(option);
        var parsed = command.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return parsed.Errors is [var error, ..] ? throw new InvalidInputException(error.Message) : options.Plan(parsed, context, SettingOptions.Resolve(parsed, context));
    }
}
