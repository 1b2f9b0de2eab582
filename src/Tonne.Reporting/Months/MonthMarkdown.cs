using System.Globalization;
using System.Text;
using Tonne.Formatting;
using Tonne.Ledgers.Months;
using Tonne.Reporting.Totals;

namespace Tonne.Reporting.Months;

/// <summary>The report of a month as Markdown.</summary>
public static class MonthMarkdown
{
    /// <summary>The page, with <c>\n</c> at line ends. Names are escaped: they are text, never markup.</summary>
    /// <param name="report">The report.</param>
    public static string Render(MonthReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var sentences = new MonthSentences(report);
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# {TextSanitizer.EscapeMarkdown(sentences.Title)}\n\n");
        foreach (var line in sentences.DescribeSum().Concat(sentences.DescribeChange() is { } change ? [change] : []))
            page.Append(CultureInfo.InvariantCulture, $"{TextSanitizer.EscapeMarkdown(line)}\n\n");
        foreach (var table in new MonthTables(report).All())
        {
            page.Append(CultureInfo.InvariantCulture, $"## {table.Heading}\n\n");
            WriteRow(page, table.Columns);
            page.Append('|').AppendJoin('|', table.Columns.Select((_, i) => table.Numbers.Contains(i) ? " ---: " : " --- ")).Append("|\n");
            foreach (var row in table.Rows)
                WriteRow(page, row);
            page.Append('\n');
        }

        if (!report.Budgets.IsEmpty)
        {
            page.Append("## Budgets\n\n");
            foreach (var line in report.Budgets.Select(static state => BudgetText.DescribeUse(state, "–"))
                .Concat(BudgetText.DescribeWarnings(report.Budgets, "–")))
                page.Append(CultureInfo.InvariantCulture, $"- {TextSanitizer.EscapeMarkdown(line)}\n");
            page.Append('\n');
        }

        page.Append("## How sure this is\n\n");
        foreach (var line in sentences.DescribeQuality().Concat(sentences.DescribeFactors()))
            page.Append(CultureInfo.InvariantCulture, $"- {TextSanitizer.EscapeMarkdown(line)}\n");
        page.Append("\n## Where the figures come from\n\n");
        foreach (var (part, command) in MonthCommands.List(report))
            page.Append(CultureInfo.InvariantCulture, $"- {part}: `{TextSanitizer.ToOneLine(command).Replace('`', '\'')}`\n");
        return page.ToString();
    }

    static void WriteRow(StringBuilder page, IEnumerable<string> cells) =>
        page.Append("| ").AppendJoin(" | ", cells.Select(static cell => TextSanitizer.EscapeMarkdown(cell))).Append(" |\n");
}
