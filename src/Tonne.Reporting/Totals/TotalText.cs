using System.Globalization;
using Tonne.Formatting;
using Tonne.Ledgers.Totals;
using Tonne.Reporting.Terminal;
using Tonne.Runs;

namespace Tonne.Reporting.Totals;

/// <summary>A total for people: a table, then the sum and what is not in it.</summary>
public static class TotalText
{
    /// <summary>Writes the total.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="total">The total.</param>
    /// <param name="yearBefore">The same a year before; null if it is not compared.</param>
    /// <param name="screen">Width and characters of the terminal.</param>
    /// <param name="isTerminal">Whether the table must fit the width.</param>
    public static void Write(TextWriter writer, LedgerTotal total, LedgerTotal? yearBefore, TerminalCapabilities screen, bool isTerminal)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(total);
        ArgumentNullException.ThrowIfNull(screen);
        if (total.Rows.Length > 0)
        {
            var table = yearBefore is null ? CreateTable(total, screen) : CreateComparison(total, yearBefore);
            table.Write(writer, isTerminal ? screen.Width : null);
            writer.Write('\n');
        }

        foreach (var line in Describe(total, yearBefore, screen.Unicode ? "–" : "-"))
            writer.Write(line + "\n");
    }

    /// <summary>The sum in sentences: energy and emissions with their intervals, idle energy, and what is not counted.</summary>
    internal static IEnumerable<string> Describe(LedgerTotal total, LedgerTotal? yearBefore, string dash)
    {
        var sum = total.Sum;
        if (sum.Runs == 0)
        {
            yield return "No run with figures" + FormatPeriod(total) + ".";
        }
        else
        {
            yield return $"{FormatRuns(sum.Runs)}{FormatPeriod(total)}: {DisplayValue.Format(sum.FacilityEnergy, "kWh").FormatWithInterval(dash)} facility energy, "
                + $"{DisplayValue.Format(sum.Emissions, "kg CO2e").FormatWithInterval(dash)}.";
            if (sum.IdleEnergy.Best > 0)
            {
                yield return $"Idle, held by no job, in no row: {DisplayValue.Format(sum.IdleEnergy, "kWh").FormatWithInterval(dash)}, "
                    + $"{DisplayValue.Format(sum.IdleEmissions, "kg CO2e").FormatWithInterval(dash)}.";
            }

            if (sum.Failed + sum.Interrupted > 0)
                yield return $"{sum.Failed} failed and {sum.Interrupted} interrupted; their energy is counted.";
        }

        if (yearBefore is not null)
        {
            yield return yearBefore.Sum.Runs == 0 ? "No run with figures a year before."
                : $"A year before: {DisplayValue.Format(yearBefore.Sum.Emissions, "kg CO2e").FormatWithInterval(dash)} of {FormatRuns(yearBefore.Sum.Runs)}; "
                    + $"now {FormatChange(sum.Emissions.Best, yearBefore.Sum.Emissions.Best)}.";
        }

        foreach (var line in DescribeCountedWithOthers(total))
            yield return line;
        if (total.WithoutFigures.Length > 0)
            yield return $"{FormatRuns(total.WithoutFigures.Length)} without figures, not counted: {string.Join(", ", total.WithoutFigures.Take(5))}{(total.WithoutFigures.Length > 5 ? ", …" : "")}.";
        if (total.MissingNodes.Length > 0)
            yield return DescribeMissingNodes(total);
        foreach (var warning in total.Warnings)
            yield return $"{warning.Code}: {TextSanitizer.ToOneLine(WarningText.Format(warning))}";
    }

    /// <summary>How many runs are counted with another one, and why; a sentence for each reason.</summary>
    /// <param name="total">The total.</param>
    public static IEnumerable<string> DescribeCountedWithOthers(LedgerTotal total)
    {
        ArgumentNullException.ThrowIfNull(total);
        foreach (var reason in total.CountedWithOthers.GroupBy(run => run.Reason))
        {
            yield return $"{FormatRuns(reason.Count())} counted with another one: " + reason.Key switch
            {
                CountedWith.Nested => "started inside it.",
                CountedWith.WholeJob => "inside a job that is recorded as a whole.",
                CountedWith.OwnExport => "imported from its own export.",
                _ => "measured by another tool at the same time on the same kind of machine.",
            };
        }
    }

    /// <summary>The nodes that have no run, by job.</summary>
    internal static string DescribeMissingNodes(LedgerTotal total)
    {
        const int most = 5;
        var jobs = total.MissingNodes.Take(most).Select(job => $"{TextSanitizer.ToOneLine(job.JobKey)}{(job.Restarts > 0 ? string.Create(CultureInfo.InvariantCulture, $" (restart {job.Restarts})") : "")} {HostList.Compress(job.Nodes)}");
        var count = total.MissingNodes.Sum(job => job.Nodes.Count);
        return $"{(count == 1 ? "1 node" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} nodes"))} of jobs never reported, and what was used there is not counted: {string.Join("; ", jobs)}{(total.MissingNodes.Length > most ? "; …" : "")}.";
    }

    /// <summary>A value of a group; <c>(none)</c> where the runs have none.</summary>
    internal static string FormatGroup(string? value) => value is null ? "(none)" : TextSanitizer.ToOneLine(value);

    internal static string FormatChange(double now, double before) => before <= 0 ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{(now / before) - 1:+0.#%;-0.#%;0%}").Replace("%", " %", StringComparison.Ordinal);

    static string FormatRuns(int count) => count == 1 ? "1 run" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} runs");

    static string FormatPeriod(LedgerTotal total) => (total.Query.Runs.Since, total.Query.Runs.Until) switch
    {
        (null, null) => "",
        ({ } since, null) => $" since {FormatTime(since)}",
        (null, { } until) => $" before {FormatTime(until)}",
        var (since, until) => $" from {FormatTime(since!.Value)} to before {FormatTime(until!.Value)}",
    };

    static string FormatTime(DateTimeOffset time) =>
        time.UtcDateTime.ToString(time.UtcDateTime.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    static TextTable CreateTable(LedgerTotal total, TerminalCapabilities screen)
    {
        var groups = total.Query.By.Count;
        var dash = screen.Unicode ? "–" : "-";
        var table = new TextTable([.. total.Query.By.Select(key => key.ToString().ToUpperInvariant()), "RUNS", "TIME", "FACILITY ENERGY", "EMISSIONS", "95 %", "IDLE"])
        {
            RightAligned = new HashSet<int> { groups, groups + 1, groups + 2, groups + 3, groups + 5 },
            OptionalColumns = [groups + 1, groups + 5],
            FlexibleColumn = 0,
        };
        foreach (var row in total.Rows)
        {
            var emissions = DisplayValue.Format(row.Emissions, "kg CO2e");
            table.Add(
            [
                .. row.Group.Select(FormatGroup), row.Runs.ToString("N0", CultureInfo.InvariantCulture), DisplayValue.FormatDuration(row.Seconds),
                DisplayValue.Format(row.FacilityEnergy, "kWh").Text, emissions.Text, emissions.FormatInterval(dash), DisplayValue.Format(row.IdleEnergy, "kWh").Text,
            ]);
        }

        return table;
    }

    static TextTable CreateComparison(LedgerTotal total, LedgerTotal yearBefore)
    {
        var groups = total.Query.By.Count;
        var table = new TextTable([.. total.Query.By.Select(key => key.ToString().ToUpperInvariant()), "RUNS", "ENERGY", "EMISSIONS", "YEAR BEFORE", "CHANGE"])
        {
            RightAligned = new HashSet<int> { groups, groups + 1, groups + 2, groups + 3, groups + 4 },
            OptionalColumns = [groups],
            FlexibleColumn = 0,
        };
        foreach (var (row, before) in YearComparison.Match(total, yearBefore))
        {
            table.Add(
            [
                .. (row ?? before!).Group.Select((value, i) => FormatGroup(row is null ? YearComparison.AddYear(value, total.Query.By[i]) : value)),
                (row?.Runs ?? 0).ToString("N0", CultureInfo.InvariantCulture), row is null ? "-" : DisplayValue.Format(row.FacilityEnergy, "kWh").Text,
                row is null ? "-" : DisplayValue.Format(row.Emissions, "kg CO2e").Text, before is null ? "-" : DisplayValue.Format(before.Emissions, "kg CO2e").Text,
                FormatChange(row?.Emissions.Best ?? 0, before?.Emissions.Best ?? 0),
            ]);
        }

        return table;
    }
}
