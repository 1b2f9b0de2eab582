using System.Collections.Immutable;
using System.CommandLine;
using Tonne.Ledgers;

namespace Tonne.Cli.Commands;

/// <summary>The options that choose runs of the ledger: project, account, user, tags, time.</summary>
sealed class RunFilterOptions
{
    readonly Option<string> _project = new("--project", "-p") { Description = "Only runs of this project", HelpName = "P" };
    readonly Option<string> _account = new("--account") { Description = "Only runs that the scheduler charges to this account", HelpName = "A" };
    readonly Option<string> _user = new("--user") { Description = "Only runs of this user", HelpName = "U" };
    readonly Option<string[]> _tag = new("--tag", "-t") { Description = "Only runs with this tag; may be repeated", HelpName = "K[=V]", Arity = ArgumentArity.OneOrMore, AllowMultipleArgumentsPerToken = false };
    readonly Option<string> _since = new("--since") { Description = "Started at or after: 2026-11-01, 2026-11, a time with zone, or 30d ago", HelpName = "D" };
    readonly Option<string> _until = new("--until") { Description = "Started before", HelpName = "D" };

    /// <summary>The options, in the order of the help.</summary>
    public IEnumerable<Option> All => [_project, _account, _user, _tag, _since, _until];

    /// <summary>The ones most used, for a command with many options of its own.</summary>
    public IEnumerable<Option> Common => [_project, _since, _until];

    /// <summary>The conditions that were given.</summary>
    /// <exception cref="InvalidInputException">A tag or a time is not valid.</exception>
    public LedgerQuery Parse(ParseResult parsed, DateTimeOffset now) => new()
    {
        Project = parsed.GetValue(_project),
        Account = parsed.GetValue(_account),
        User = parsed.GetValue(_user),
        Tags = (parsed.GetValue(_tag) ?? []).Select(text => text.Split('=', 2)).GroupBy(pair => pair[0], StringComparer.Ordinal)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Last() is [_, var value] ? value : "", StringComparer.Ordinal),
        Since = parsed.GetValue(_since) is { } since ? TimeText.Parse(since, "--since", now) : null,
        Until = parsed.GetValue(_until) is { } until ? TimeText.Parse(until, "--until", now) : null,
    };
}
