using System.CommandLine;
using System.Globalization;
using Tonne.Cli.Serving;
using Tonne.Ledgers.Budgets;
using Tonne.Reporting.Totals;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne budget set|remove|show|check|quotas</c>: limits for projects, accounts and users, of this ledger or, by
/// <c>tonne-server</c>, of a fleet.</summary>
static class BudgetCommand
{
    public static Command Build(CommandContext context) => new("budget", "Set and check limits of emissions or energy.")
    {
        BuildSet(context),
        BuildShow(context),
        BuildCheck(context),
        BuildQuotas(context),
        BuildRemove(context),
    };

    static Command BuildSet(CommandContext context)
    {
        var limit = new Argument<string>("limit") { Description = "Emissions or facility energy and a period: 50kg/month, 3kWh/day, 1t", HelpName = "LIMIT[/PERIOD]" };
        var scope = new Scope();
        var warnAt = new Option<string>("--warn-at") { Description = "Warn at these shares of the limit, per cent; default 50,80,100",
            HelpName = "P,…" };
        var database = new DatabaseOptions();
        var command = new Command("set", "Set a budget; it replaces that of the same scope and period.") { limit };
        scope.AddTo(command);
        command.Options.Add(warnAt);
        database.AddTo(command);
        command.SetAction(parsed =>
        {
            var (allowance, period) = ParseLimit(parsed.GetValue(limit)!);
            var budget = new Budget
            {
                Project = parsed.GetValue(scope.Project),
                Account = parsed.GetValue(scope.Account),
                User = parsed.GetValue(scope.User),
                Limit = allowance,
                Period = period,
                WarnAt = parsed.GetValue(warnAt) is { } shares ? ParseWarnings(shares) : null,
            };
            if (database.IsGiven(parsed))
                return StartServer(context, database, parsed, ["budget-set", parsed.GetValue(limit)!, .. scope.Read(parsed),
                    .. Read(parsed, warnAt)]);
            var session = LedgerSession.OpenWithoutClosing(context);
            new BudgetFile(session.Ledger.Home).Set(budget);
            BudgetText.Write(context.Out, session.Ledger.CheckBudgets([budget]), context.OutCapabilities, context.IsOutTerminal);
            return 0;
        });
        return command;
    }

    static Command BuildShow(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.budget/1)" };
        var database = new DatabaseOptions();
        var command = new Command("show", "Show the budgets and what is used of them in the current period (UTC).") { json };
        database.AddTo(command);
        command.SetAction(parsed =>
        {
            if (database.IsGiven(parsed))
                return StartServer(context, database, parsed, ["budget-show", .. parsed.GetValue(json) ? ["--json"]
                    : Array.Empty<string>()]);
            var states = Check(context, null);
            if (parsed.GetValue(json))
                context.Out.WriteLine(BudgetDocument.From(states).ToJson());
            else if (states.Count == 0)
                context.Out.WriteLine("No budgets yet. Set one: tonne budget set --project P 50kg/month");
            else
            {
                BudgetText.Write(context.Out, states, context.OutCapabilities, context.IsOutTerminal);
                foreach (var warning in BudgetText.DescribeWarnings(states, context.OutCapabilities.Unicode ? "–" : "-"))
                    context.Out.WriteLine(warning);
            }

            return 0;
        });
        return command;
    }

    static Command BuildCheck(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.budget/1)" };
        var scope = new Scope();
        var database = new DatabaseOptions();
        var command = new Command("check", "Exit with 1 if the best value of a budget is above its limit.") { json };
        scope.AddTo(command);
        database.AddTo(command);
        command.SetAction(parsed =>
        {
            if (database.IsGiven(parsed))
                return StartServer(context, database, parsed, ["budget-check", .. parsed.GetValue(json) ? ["--json"]
                    : Array.Empty<string>(), .. scope.Read(parsed)]);
            var states = Check(context, budget => (parsed.GetValue(scope.Project) ?? budget.Project) == budget.Project
                && (parsed.GetValue(scope.Account) ?? budget.Account) == budget.Account && (parsed.GetValue(scope.User) ?? budget.User) == budget.User);
            if (states.Count == 0)
                throw new InvalidInputException("there is no such budget: 'tonne budget show' lists them.");
            if (parsed.GetValue(json))
                context.Out.WriteLine(BudgetDocument.From(states).ToJson());
            else
                foreach (var state in states)
                    context.Out.WriteLine(BudgetText.Describe(FormatScope(state.Budget), state.Budget.Limit, state.Used));
            return states.Any(state => state.IsExceeded) ? CommandLine.Failure : 0;
        });
        return command;
    }

    static Command BuildQuotas(CommandContext context)
    {
        var slurm = new Option<string>("--slurm") { Description = "Write them to this file, which job_submit.lua reads",
            HelpName = "FILE" };
        var database = new DatabaseOptions();
        var command = new Command("quotas", "List the accounts and users above their budget, and write them for Slurm.") { slurm };
        database.AddTo(command);
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(slurm) is { } file ? Path.GetFullPath(Path.Combine(context.CurrentDirectory, file)) : null;
            if (database.IsGiven(parsed))
                return StartServer(context, database, parsed, ["budget-quotas", .. path is null ? Array.Empty<string>() : ["--slurm",
                    path]]);
            var states = Check(context, null);
            if (path is not null)
                SlurmQuotas.Write(path, SlurmQuotas.Create(states, context.Time.GetUtcNow()));
            var above = SlurmQuotas.FindExceeded(states);
            foreach (var state in above)
                context.Out.WriteLine(BudgetText.DescribeUse(state, context.OutCapabilities.Unicode ? "–" : "-"));
            context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"tonne: {above.Count} above their quota{(path is null ? "" : $"; written to {path}")}."));
            return 0;
        });
        return command;
    }

    static Command BuildRemove(CommandContext context)
    {
        var scope = new Scope();
        var database = new DatabaseOptions();
        var command = new Command("remove", "Remove the budgets of a scope.");
        scope.AddTo(command);
        database.AddTo(command);
        command.SetAction(parsed =>
        {
            if (database.IsGiven(parsed))
                return StartServer(context, database, parsed, ["budget-remove", .. scope.Read(parsed)]);
            var session = LedgerSession.OpenWithoutClosing(context);
            var removed = new BudgetFile(session.Ledger.Home).Remove(parsed.GetValue(scope.Project), parsed.GetValue(scope.Account), parsed.GetValue(scope.User));
            if (removed == 0)
                throw new InvalidInputException("there is no such budget: 'tonne budget show' lists them.");
            context.Out.WriteLine(removed == 1 ? "1 budget removed." : $"{removed} budgets removed.");
            return 0;
        });
        return command;
    }

    /// <summary>A budget as the beginning of a sentence: <c>Project vision, this month</c>.</summary>
    public static string FormatScope(Budget budget) =>
        char.ToUpperInvariant(budget.Scope[0]) + budget.Scope[1..] + (budget.Period == BudgetPeriod.Total ? "" : $", this {budget.Period.ToString().ToLowerInvariant()}");

    static IReadOnlyList<BudgetState> Check(CommandContext context, Func<Budget, bool>? filter)
    {
        var session = LedgerSession.OpenWithoutClosing(context);
        var budgets = new BudgetFile(session.Ledger.Home).Read();
        return session.Ledger.CheckBudgets(filter is null ? budgets : budgets.Where(filter));
    }

    static int StartServer(CommandContext context, DatabaseOptions database, ParseResult parsed, IReadOnlyList<string> words)
    {
        var (arguments, variables) = database.Read(parsed);
        return ServerProgram.Start(context, ["fleet", .. words, .. arguments], variables);
    }

    static IEnumerable<string> Read(ParseResult parsed, Option<string> option) => parsed.GetValue(option) is { } value ? [option.Name,
        value] : [];

    static System.Collections.Immutable.ImmutableArray<double> ParseWarnings(string text)
    {
        try
        {
            return Budget.ParseWarnings(text);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException("--warn-at " + error.Message);
        }
    }

    static (Allowance Limit, BudgetPeriod Period) ParseLimit(string text)
    {
        try
        {
            return Budget.ParseLimit(text);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException(error.Message);
        }
    }

    sealed class Scope
    {
        public Option<string> Project { get; } = new("--project", "-p") { Description = "For the runs of this project", HelpName = "P" };

        public Option<string> Account { get; } = new("--account") { Description = "For the runs that the scheduler charges to this account", HelpName = "A" };

        public Option<string> User { get; } = new("--user") { Description = "For the runs of this user", HelpName = "U" };

        /// <summary>What was given, as words of a command line.</summary>
        public IEnumerable<string> Read(ParseResult parsed) =>
            new[] { Project, Account, User }.SelectMany(option => parsed.GetValue(option) is { } value ? [option.Name, value]
                : Array.Empty<string>());

        public void AddTo(Command command)
        {
            command.Options.Add(Project);
            command.Options.Add(Account);
            command.Options.Add(User);
        }
    }
}
