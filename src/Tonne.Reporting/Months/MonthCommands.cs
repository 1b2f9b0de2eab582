using Tonne.Ledgers.Months;

namespace Tonne.Reporting.Months;

/// <summary>The commands that print the figures of a month's report again.</summary>
static class MonthCommands
{
    /// <summary>Each part of the report with its command.</summary>
    public static IReadOnlyList<(string Part, string Command)> List(MonthReport report)
    {
        var month = report.Month.ToString();
        var account = report.Account is { } name ? " --account " + Quote(name) : "";
        var total = $"tonne total --month {month}{account}";
        var commands = new List<(string, string)>
        {
            ("sum", total),
            ("by account, user, project, model, zone", $"{total} --by account"),
            ("nodes", $"{total} --by machine"),
            ("partitions, nodes outside jobs, silent nodes", $"tonne total month {month}{account} --json"),
            ("a run", "tonne explain RUN"),
            ("intensity of a zone", "tonne catalog zones ZONE"),
        };
        if (report.Change is { } change)
            commands.Add(("comparison", $"tonne total month {month}{account} --against {change.Against}"));
        if (!report.Budgets.IsEmpty)
            commands.Add(("budgets", "tonne budget show"));
        return commands;
    }

    // A name may have what a shell reads.
    static string Quote(string name) => name.All(static sign => char.IsAsciiLetterOrDigit(sign) || sign is '-' or '_' or '.')
        ? name : "'" + name.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
