using System.CommandLine;
using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Cli.Configuration;
using Tonne.Cli.LanguageModels;
using Tonne.Planning;
using Tonne.Reporting.Advising;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne advise RUN | FILE.yaml</c>: every way to reduce, ranked by expected saving.</summary>
static class AdviseCommand
{
    static readonly string[] _descriptionExtensions = [".yaml", ".yml", ".json"];

    public static Command Build(CommandContext context)
    {
        var work = new Argument<string>("work")
        {
            Description = "A run (id, unique prefix, name, or 'last'), or the file of a life cycle",
            HelpName = "RUN|FILE.yaml",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => "last",
        };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.advice/1)" };
        var command = new Command("advise",
            "Rank the ways to reduce emissions of a run or life cycle. Each has its saving with interval, effort and command.") { work,
            json };
        command.SetAction(parsed =>
        {
            var advice = Advise(context, parsed.GetValue(work)!);
            if (parsed.GetValue(json))
                context.Out.WriteLine(AdviceDocument.From(advice).ToJson());
            else
                AdviceText.Write(context.Out, advice, context.OutCapabilities);
            return 0;
        });
        return command;
    }

    /// <summary>The advice on a run or on the life cycle of a file.</summary>
    /// <exception cref="InvalidInputException">There is no such run or file, or it cannot be read.</exception>
    internal static Advice Advise(CommandContext context, string work) =>
        Array.Exists(_descriptionExtensions, extension => work.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) || work == "-"
            ? LifeCycleAdvisor.Advise(FootprintCommand.Account(context, work), words => TryPlan(context, words), ModelFile.Read)
            : RunAdvisor.Advise(LedgerSession.Open(context).Load(work), words => TryPlan(context, words));

    /// <summary>The advice on a run as it was when the run started, so that it is the same at any time. No publisher is called.</summary>
    internal static Advice AdviseAtStart(CommandContext context, LedgerEntry entry)
    {
        var then = context with
        {
            Time = new StartOf(entry.Record.Opening.StartedAt),
            GetVariable = name => name == Setting.GridLive.Variable ? "off" : context.GetVariable(name),
        };
        return RunAdvisor.Advise(entry, words => TryPlan(then, words));
    }

    sealed class StartOf(DateTimeOffset start) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => start.ToUniversalTime();
    }

    /// <summary>The plan of a command <c>tonne plan …</c>; null if the hours or the places cannot be planned.</summary>
    static Plan? TryPlan(CommandContext context, IReadOnlyList<string> words)
    {
        try
        {
            return PlanCommand.Plan(context, [.. words.Skip(2)]).Plan;
        }
        catch (Exception error) when (error is InvalidInputException or UnknownNameException)
        {
            return null;
        }
    }
}
