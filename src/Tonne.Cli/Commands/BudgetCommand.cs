using System.CommandLine;
using Tonne.Ledgers.Budgets;
using Tonne.Reporting.Totals;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne budget set|remove|show|check</c>: limits for projects, accounts and users.</summary>
static class BudgetCommand
{
    public static Command Build(CommandContext context) => new("budget", "Set and check limits of emissions or energy.")
    {
        BuildSet(context),
        BuildShow(context),
        BuildCheck(context),
        BuildRemove(context),
    };

    static Command BuildSet(CommandContext context)
    {
        var limit = new Argument<string>("limit") { Description = "Emissions or facility energy and a period: 50kg/month, 3kWh/day, 1t", HelpName = "LIMIT[/PERIOD]" };
        var scope = new Scope();
        var command = new Command("set", "Set a budget; it replaces that of the same scope and period.") { limit };
        scope.AddTo(command);
        command.SetAction(parsed =>
        {
            var (allowance, period) = ParseLimit(parsed.GetValue(limit)!);
            var budget = new Budget { Project = parsed.GetValue(scope.Project), Account = parsed.GetValue(scope.Account), User = parsed.GetValue(scope.User), Limit = allowance, Period = period };
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
        var command = new Command("show", "Show the budgets and what is used of them in the current period (UTC).") { json };
        command.SetAction(parsed =>
        {
            var states = Check(context, null);
            if (parsed.GetValue(json))
                context.Out.WriteLine(BudgetDocument.From(states).ToJson());
            else if (states.Count == 0)
                context.Out.WriteLine("No budgets yet. Set one: tonne budget set --project P 50kg/month");
            else
                BudgetText.Write(context.Out, states, context.OutCapabilities, context.IsOutTerminal);
            return 0;
        });
        return command;
    }

    static Command BuildCheck(CommandContext context)
    {
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.budget/1)" };
        var scope = new Scope();
        var command = new Command("check", "Exit with 1 if the best value of a budget is above its limit.") { json };
        scope.AddTo(command);
        command.SetAction(parsed =>
        {
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

    static Command BuildRemove(CommandContext context)
    {
        var scope = new Scope();
        var command = new Command("remove", "Remove the budgets of a scope.");
        scope.AddTo(command);
        command.SetAction(parsed =>
        {
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

        public void AddTo(Command command)
        {
            command.Options.Add(Project);
            command.Options.Add(Account);
            command.Options.Add(User);
        }
    }
}
