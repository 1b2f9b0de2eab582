using System.CommandLine;
using Tonne.Ledgers;
using Tonne.Ledgers.Totals;
using Tonne.Reporting.Totals;

namespace Tonne.Cli.Commands;

/// <summary><c>tonne total</c>: sums over the runs of the ledger, each joule once.</summary>
static class TotalCommand
{
    public static Command Build(CommandContext context)
    {
        var by = new Option<string>("--by", "-b")
        {
            Description = "Groups: project, account, user, month, year, model, campaign, machine, zone, name, status, tag, day, tag:NAME; "
                + "several with commas",
            HelpName = "KEY,…",
        };
        var filter = new RunFilterOptions();
        var month = new Option<string>("--month", "-m") { Description = "One month (UTC), as in 2026-11", HelpName = "M" };
        var year = new Option<string>("--year") { Description = "One year (UTC)", HelpName = "Y" };
        var yearBefore = new Option<bool>("--year-over-year") { Description = "Beside the same period a year before" };
        var json = new Option<bool>("--json") { Description = "One JSON document (schema tonne.total/1)" };
        var csv = new Option<bool>("--csv") { Description = "CSV, a row for each group" };
        var md = new Option<bool>("--md") { Description = "Markdown" };
        var mail = new Option<bool>("--mail") { Description = "The text of a mail" };
        var command = new Command("total", "Add up the runs of the ledger, each joule once.") { by, TotalMonthCommand.Build(context) };
        foreach (var option in filter.All)
            command.Options.Add(option);
        foreach (var option in new Option[] { month, year, yearBefore, json, csv, md, mail })
            command.Options.Add(option);
        command.SetAction(parsed =>
        {
            var formats = new[] { json, csv, md, mail }.Where(format => parsed.GetValue(format)).ToList();
            if (formats.Count > 1)
                throw new InvalidInputException($"{string.Join(" and ", formats.Select(format => format.Name))}: give one format.");
            if (parsed.GetValue(yearBefore) && parsed.GetValue(csv))
                throw new InvalidInputException("--csv has no columns for --year-over-year: make two files, or use --by year,month.");
            var now = context.Time.GetUtcNow();
            var query = new TotalQuery { By = ParseKeys(parsed.GetValue(by)), Runs = SelectPeriod(filter.Parse(parsed, now), parsed.GetValue(month), parsed.GetValue(year)) };
            if (parsed.GetValue(yearBefore) && query.Runs.Since is null)
                query = query with { Runs = query.Runs with { Since = TimeText.StartOfYear(now), Until = query.Runs.Until ?? TimeText.StartOfMonth(now).AddMonths(1) } };
            var session = LedgerSession.OpenWithoutClosing(context);
            var total = session.Total(query);
            var before = parsed.GetValue(yearBefore) ? session.Total(query with { Runs = query.Runs with { Since = query.Runs.Since?.AddYears(-1), Until = (query.Runs.Until ?? now).AddYears(-1) } }) : null;
            if (parsed.GetValue(json))
                context.Out.WriteLine(TotalDocument.From(total, before).ToJson());
            else if (parsed.GetValue(csv))
                context.WriteTable(TotalCsv.CreateHeader(query.By), TotalCsv.CreateRows(total));
            else if (parsed.GetValue(md))
                context.Out.Write(TotalMarkdown.Render(total, before));
            else if (parsed.GetValue(mail))
                context.Out.Write(TotalMarkdown.RenderMail(total, before));
            else
                TotalText.Write(context.Out, total, before, context.OutCapabilities, context.IsOutTerminal);
            return 0;
        });
        return command;
    }

    static IReadOnlyList<TotalKey> ParseKeys(string? text)
    {
        try
        {
            return text is null ? [] : TotalKey.Parse(text);
        }
        catch (FormatException error)
        {
            throw new InvalidInputException("--by " + error.Message);
        }
    }

    static LedgerQuery SelectPeriod(LedgerQuery runs, string? month, string? year)
    {
        if (month is null && year is null)
            return runs;
        if (runs.Since is not null || runs.Until is not null || (month is not null && year is not null))
            throw new InvalidInputException("--month, --year and --since with --until are different ways to give the period: use one.");
        var start = TimeText.ParseMonthOrYear(month ?? year!, month is null ? "--year" : "--month", isYear: month is null);
        return runs with { Since = start, Until = month is null ? start.AddYears(1) : start.AddMonths(1) };
    }
}
