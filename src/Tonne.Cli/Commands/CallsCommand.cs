using System.CommandLine;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;
using Tonne.Reporting.Totals;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne calls</c>: energy and emissions of calls to AI models that programs have written into the ledger.</summary>
static class CallsCommand
{
    public static Command Build(CommandContext context)
    {
        var by = new Option<string>("--by", "-b") { Description = "Groups: model, hour, day, service, provider; default model", HelpName = "KEY" };
        by.CompletionSources.Add([.. Enum.GetValues<CallGroup>().Select(group => EnumWords.Format(group))]);
        var since = new Option<string>("--since") { Description = "Hours at or after: 2026-11-01, 2026-11, a time with zone, or 30d ago", HelpName = "D" };
        var until = new Option<string>("--until") { Description = "Hours before", HelpName = "D" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.calls-total/1)" };
        var command = new Command("calls", "Add up calls to AI models: tokens, energy and emissions.") { by, since, until, json };
        command.SetAction(parsed =>
        {
            var group = ParseGroup(parsed.GetValue(by));
            var now = context.Time.GetUtcNow();
            DateTimeOffset? from = parsed.GetValue(since) is { } first ? TimeText.Parse(first, "--since", now) : null;
            DateTimeOffset? to = parsed.GetValue(until) is { } last ? TimeText.Parse(last, "--until", now) : null;
            var reading = new CallLog(LedgerSession.OpenWithoutClosing(context).Ledger.Home).Read(from, to);
            var total = CallTotal.Of(reading.Rows, group);
            foreach (var problem in reading.Problems)
                context.Error.WriteLine($"tonne: {problem}");
            if (parsed.GetValue(json))
                context.Out.WriteLine(CallsDocument.From(total, group, reading.Problems, from, to).ToJson());
            else
                CallsText.Write(context.Out, total, group, context.OutCapabilities, context.IsOutTerminal);
            return 0;
        });
        return command;
    }

    static CallGroup ParseGroup(string? text)
    {
        if (text is null)
            return CallGroup.Model;
        var words = Enum.GetValues<CallGroup>()
            .Where(group => string.Equals(EnumWords.Format(group), text.Trim(), StringComparison.OrdinalIgnoreCase)).ToList();
        return words is [var only] ? only
            : throw new InvalidInputException($"--by '{text}' is not one of model, hour, day, service and provider.");
    }
}
