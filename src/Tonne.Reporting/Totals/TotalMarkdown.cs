using System.Globalization;
using System.Text;
using Tonne.Formatting;
using Tonne.Ledgers.Totals;

namespace Tonne.Reporting.Totals;

/// <summary>A total as Markdown, and as the text of a mail.</summary>
public static class TotalMarkdown
{
    /// <summary>The page, with <c>\n</c> at line ends. Names are escaped: they are text, never markup.</summary>
    public static string Render(LedgerTotal total, LedgerTotal? yearBefore = null)
    {
        ArgumentNullException.ThrowIfNull(total);
        var page = new StringBuilder();
        if (total.Rows.Length > 0)
        {
            foreach (var key in total.Query.By)
                page.Append(CultureInfo.InvariantCulture, $"| {TextSanitizer.EscapeMarkdown(key.ToString())} ");
            page.Append("| runs | time | facility energy | emissions | 95 % | idle energy | idle emissions |");
            page.Append(yearBefore is null ? "\n" : " year before | change |\n");
            page.Append(string.Concat(total.Query.By.Select(_ => "| --- "))).Append("| ---: | ---: | ---: | ---: | --- | ---: | ---: |").Append(yearBefore is null ? "\n" : " ---: | ---: |\n");
            if (yearBefore is null)
            {
                foreach (var row in total.Rows)
                    WriteRow(page, row, row.Group).Append("|\n");
            }
            else
            {
                foreach (var (row, before) in YearComparison.Match(total, yearBefore))
                {
                    var group = row?.Group ?? [.. before!.Group.Select((value, i) => YearComparison.AddYear(value, total.Query.By[i]))];
                    WriteRow(page, row, group).Append(CultureInfo.InvariantCulture,
                        $"| {(before is null ? "-" : DisplayValue.Format(before.Emissions, "kg CO2e").Text)} | {TotalText.FormatChange(row?.Emissions.Best ?? 0, before?.Emissions.Best ?? 0)} |\n");
                }
            }

            page.Append('\n');
        }

        foreach (var line in TotalText.Describe(total, yearBefore, "–"))
            page.Append(CultureInfo.InvariantCulture, $"{TextSanitizer.EscapeMarkdown(line)}\n\n");
        return page.ToString();
    }

    /// <summary>A mail in plain text, one paragraph for each group, lines of at most 72 columns.</summary>
    /// <param name="total">The total.</param>
    /// <param name="yearBefore">The same a year before; null if it is not compared.</param>
    public static string RenderMail(LedgerTotal total, LedgerTotal? yearBefore = null)
    {
        ArgumentNullException.ThrowIfNull(total);
        var mail = new StringBuilder();
        var period = (total.Query.Runs.Since, total.Query.Runs.Until) is ({ } since, { } until) && since.AddMonths(1) == until
            ? since.UtcDateTime.ToString("MMMM yyyy", CultureInfo.InvariantCulture) : null;
        mail.Append(CultureInfo.InvariantCulture, $"Subject: Energy and emissions of computing{(period is null ? "" : ", " + period)}\n\n");
        foreach (var line in TotalText.Describe(total, yearBefore, "–"))
            Wrap(mail, line, "");
        foreach (var row in total.Rows)
        {
            mail.Append('\n');
            Wrap(mail, string.Join(", ", row.Group.Select((value, i) => $"{total.Query.By[i]} {TotalText.FormatGroup(value)}")), "");
            Wrap(mail, $"{row.Runs} {(row.Runs == 1 ? "run" : "runs")} ({row.Failed} failed, {row.Interrupted} interrupted), {DisplayValue.FormatDuration(row.Seconds)}", "  ");
            Wrap(mail, $"facility energy {DisplayValue.Format(row.FacilityEnergy, "kWh").FormatWithInterval()}", "  ");
            Wrap(mail, $"emissions {DisplayValue.Format(row.Emissions, "kg CO2e").FormatWithInterval()}", "  ");
            Wrap(mail, $"idle, charged apart: {DisplayValue.Format(row.IdleEnergy, "kWh").Text}, {DisplayValue.Format(row.IdleEmissions, "kg CO2e").Text}", "  ");
        }

        mail.Append('\n');
        Wrap(mail, "In brackets: the interval that holds the value with 95 % probability. Emissions are location-based. Boundary: " + TotalDocument.FormatBoundaries(total.Sum) + ".", "");
        return mail.ToString();
    }

    static StringBuilder WriteRow(StringBuilder page, TotalRow? row, IEnumerable<string?> group)
    {
        foreach (var value in group)
            page.Append(CultureInfo.InvariantCulture, $"| {TextSanitizer.EscapeMarkdown(TotalText.FormatGroup(value))} ");
        if (row is null)
            return page.Append("| 0 | - | - | - | - | - | - ");
        var emissions = DisplayValue.Format(row.Emissions, "kg CO2e");
        return page.Append(CultureInfo.InvariantCulture, $"| {row.Runs:N0} | {DisplayValue.FormatDuration(row.Seconds)} | {DisplayValue.Format(row.FacilityEnergy, "kWh").Text} ")
            .Append(CultureInfo.InvariantCulture, $"| {emissions.Text} | {emissions.FormatInterval()} | {DisplayValue.Format(row.IdleEnergy, "kWh").Text} | {DisplayValue.Format(row.IdleEmissions, "kg CO2e").Text} ");
    }

    static void Wrap(StringBuilder mail, string text, string indent)
    {
        const int Columns = 72;
        var line = indent;
        foreach (var word in text.Split(' '))
        {
            if (line.Length + word.Length + 1 > Columns && line.Trim().Length > 0)
            {
                mail.Append(line.TrimEnd()).Append('\n');
                line = indent + "  ";
            }

            line += word + " ";
        }

        mail.Append(line.TrimEnd()).Append('\n');
    }
}
