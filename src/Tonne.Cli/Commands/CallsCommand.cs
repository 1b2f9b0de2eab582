using System.CommandLine;
using Tonne.Ledgers;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;
using Tonne.Reporting.Totals;
using Tonne.Services.Imports;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne calls</c>: energy and emissions of calls to AI models that programs have written into the ledger.</summary>
static class CallsCommand
{
    public static Command Build(CommandContext context)
    {
        var by = new Option<string>("--by", "-b")
        {
            Description = "Groups: model, hour, day, service, provider, project, commit; default model", HelpName = "KEY",
        };
        by.CompletionSources.Add([.. Enum.GetValues<CallGroup>().Select(group => EnumWords.Format(group))]);
        var since = new Option<string>("--since")
        {
            Description = "Hours at or after: 2026-11-01, 2026-11, a time with zone, or 30d ago", HelpName = "D",
        };
        var until = new Option<string>("--until") { Description = "Hours before", HelpName = "D" };
        var repository = new Option<string>("--repository")
        {
            Description = "Repository of --by commit; default the current folder", HelpName = "PATH",
        };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.calls-total/1)" };
        var command = new Command("calls", "Add up calls to AI models: tokens, energy and emissions.")
        {
            by, since, until, repository, json,
        };
        command.SetAction(parsed =>
        {
            var group = ParseGroup(parsed.GetValue(by));
            var now = context.Time.GetUtcNow();
            DateTimeOffset? from = parsed.GetValue(since) is { } first ? TimeText.Parse(first, "--since", now) : null;
            DateTimeOffset? to = parsed.GetValue(until) is { } last ? TimeText.Parse(last, "--until", now) : null;
            if (group != CallGroup.Commit && parsed.GetValue(repository) is not null)
                throw new InvalidInputException("--repository needs --by commit.");
            var isJson = parsed.GetValue(json);
            var home = LedgerSession.OpenWithoutClosing(context).Ledger.Home;
            var (total, problems) = group == CallGroup.Commit
                ? AddUpByCommit(
                    home, Path.Combine(context.CurrentDirectory, parsed.GetValue(repository) ?? "."), from, to, isShort: !isJson)
                : AddUp(home, group, from, to);
            foreach (var problem in problems)
                context.Error.WriteLine($"tonne: {problem}");
            if (isJson)
                context.Out.WriteLine(CallsDocument.From(total, group, problems, from, to).ToJson());
            else
                CallsText.Write(context.Out, total, group, context.OutCapabilities, context.IsOutTerminal);
            return 0;
        });
        return command;
    }

    static (CallTotal Total, IReadOnlyList<LedgerProblem> Problems) AddUp(
        LedgerHome home, CallGroup group, DateTimeOffset? from, DateTimeOffset? to)
    {
        var reading = new CallLog(home).Read(from, to);
        return (CallTotal.Of(reading.Rows, group), reading.Problems);
    }

    static (CallTotal Total, IReadOnlyList<LedgerProblem> Problems) AddUpByCommit(
        LedgerHome home, string repository, DateTimeOffset? from, DateTimeOffset? to, bool isShort)
    {
        var history = ReadHistory(repository);
        using var replies = ReplyLog.OpenToRead(home);
        replies.Load(from);
        var ofProject = replies.Replies
            .Where(reply => !(reply.Time < from || reply.Time >= to) && CommitCalls.IsOfProject(reply, history.Name, replies));
        return (CommitCalls.AddUp(ofProject, history.Commits, isShort), replies.Problems);
    }

    static GitHistory ReadHistory(string repository)
    {
        try
        {
            return GitHistory.Read(repository);
        }
        catch (IOException error)
        {
            throw new InvalidInputException($"--repository: {error.Message}");
        }
    }

    static CallGroup ParseGroup(string? text)
    {
        if (text is null)
            return CallGroup.Model;
        var words = Enum.GetValues<CallGroup>()
            .Where(group => string.Equals(EnumWords.Format(group), text.Trim(), StringComparison.OrdinalIgnoreCase)).ToList();
        return words is [var only] ? only
            : throw new InvalidInputException($"--by '{text}' is not one of model, hour, day, service, provider, project and commit.");
    }
}
