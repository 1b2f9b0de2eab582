using System.CommandLine;
using Tonne.Cli.Configuration;
using Tonne.Cli.Planning;
using Tonne.Cli.Slurm;
using Tonne.Reporting.Planning;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne plan</c>: when and where a job has the least emissions.</summary>
static class PlanCommand
{
    public static Command Build(CommandContext context)
    {
        var options = new PlanOptions();
        var script = new ScriptPlan(options);
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.plan/1)" };
        var command = new Command("plan", "Find when and where a job has the least emissions: now, the best time without pauses, and with pauses. Times without a zone are UTC.");
        foreach (var option in options.All.Concat(script.All).Concat(SettingOptions.Place))
            command.Options.Add(option);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            if (script.IsGiven(parsed))
                return script.Run(parsed, context, parsed.GetValue(json));
            var report = options.Plan(parsed, context, SettingOptions.Resolve(parsed, context));
            if (parsed.GetValue(json))
                context.Out.WriteLine(PlanDocument.From(report).ToJson());
            else
                PlanText.Write(context.Out, report, context.OutCapabilities);
            return 0;
        });
        return command;
    }
}
