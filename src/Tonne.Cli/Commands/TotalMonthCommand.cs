using System.CommandLine;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Months;
using Tonne.Reporting.Months;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne total month</c>: what a centre needs each month. See docs/months.md.</summary>
static class TotalMonthCommand
{
    public static Command Build(CommandContext context)
    {
        var month = new Argument<string>("month") { Description = "The month (UTC), as in 2026-11", HelpName = "MONTH" };
        var account = new Option<string>("--account") { Description = "Of one account", HelpName = "A" };
        var against = new Option<string>("--against") { Description = "Compare with this month; default: the one before",
            HelpName = "MONTH" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.month/1)" };
        var md = new Option<bool>("--md") { Description = "Markdown" };
        var mail = new Option<bool>("--mail") { Description = "A mail, 78 columns wide, for sendmail -t; nothing is sent" };
        var to = new Option<string>("--to") { Description = "With --mail: the recipient", HelpName = "ADDRESS" };
        var command = new Command("month", "Report a month: sums, who used them, what changed and why, nodes, budgets.") { month, account,
            against, json, md, mail, to };
        command.SetAction(parsed =>
        {
            var formats = new[] { json, md, mail }.Where(format => parsed.GetValue(format)).ToList();
            if (formats.Count > 1)
                throw new InvalidInputException($"{string.Join(" and ", formats.Select(format => format.Name))}: give one format.");
            if (parsed.GetValue(to) is not null && !parsed.GetValue(mail))
                throw new InvalidInputException("--to is for --mail.");
            var report = Create(context, ParseMonth(parsed.GetValue(month)!, "MONTH"), parsed.GetValue(account),
                parsed.GetValue(against) is { } other ? ParseMonth(other, "--against") : null);
            if (parsed.GetValue(json))
                context.Out.WriteLine(MonthDocument.From(report).ToJson());
            else if (parsed.GetValue(md))
                context.Out.Write(MonthMarkdown.Render(report));
            else if (parsed.GetValue(mail))
                context.Out.Write(RenderMail(report, parsed.GetValue(to)));
            else
                MonthText.Write(context.Out, report, context.OutCapabilities, context.IsOutTerminal);
            return 0;
        });
        return command;
    }

    static MonthReport Create(CommandContext context, CalendarMonth month, string? account, CalendarMonth? against)
    {
        var session = LedgerSession.Open(context);
        var now = context.Time.GetUtcNow();
        return MonthReporter.Create(
            session.Ledger, month, account, against, now, until => session.Ledger.CheckBudgets(new BudgetFile(session.Ledger.Home).Read(),
                until), session.Account);
    }

    static string RenderMail(MonthReport report, string? to)
    {
        try
        {
            return MonthText.RenderMail(report, to);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException("--to " + error.Message);
        }
    }

    static CalendarMonth ParseMonth(string text, string option)
    {
        try
        {
            return CalendarMonth.Parse(text);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException($"{option} {error.Message}");
        }
    }
}
