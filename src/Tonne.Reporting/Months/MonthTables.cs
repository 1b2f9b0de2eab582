using System.Globalization;
using Tonne.Formatting;
using Tonne.Ledgers.Months;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;

namespace Tonne.Reporting.Months;

/// <summary>The tables of a month's report, for the screen, Markdown and a mail.</summary>
/// <param name="report">The report.</param>
/// <param name="dash">Text between the bounds of an interval.</param>
sealed class MonthTables(MonthReport report, string dash = "–")
{
    const int MostRows = 12;

    /// <summary>A table.</summary>
    /// <param name="Heading">What it is of.</param>
    /// <param name="Columns">Headings of the columns.</param>
    /// <param name="Rows">The rows.</param>
    /// <param name="Numbers">Columns of numbers.</param>
    /// <param name="Optional">Columns that a narrow screen leaves out.</param>
    internal sealed record Table(
        string Heading, IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows, IReadOnlySet<int> Numbers,
            IReadOnlyList<int> Optional);

    /// <summary>The tables that have rows.</summary>
    public IEnumerable<Table> All()
    {
        if (report.Total.Sum.Runs == 0)
            yield break;
        yield return CreateSums();
        foreach (var group in Enum.GetValues<MonthGroup>().Where(static group => group != MonthGroup.Zone))
        {
            // One row without a name repeats the sum.
            if (report.Groups[group] is { IsEmpty: false } rows && !(rows.Length == 1 && rows[0].Group[0] is null))
                yield return CreateGroups(EnumWords.Format(group), rows);
        }

        yield return CreateZones();
        if (report.Nodes.Any(static node => node.OutsideJobs is not null || node.IsSilent))
            yield return CreateNodes();
        if (!report.LargestRuns.IsEmpty)
            yield return CreateRuns();
    }

    Table CreateSums()
    {
        var rows = new List<string[]> { CreateSum("runs and jobs", report.Jobs) };
        if (report.OutsideJobs is { } outside)
            rows.Add(CreateSum("nodes outside jobs", outside));
        rows.Add(CreateSum("total", report.Total.Sum));
        var sum = report.Total.Sum;
        if (sum.IdleEnergy.Best > 0)
        {
            var idle = DisplayValue.Format(sum.IdleEmissions, "kg CO2e");
            rows.Add(["idle, in no sum", DisplayValue.Format(sum.IdleEnergy, "kWh").Text, idle.Text, idle.FormatInterval(dash), ""]);
        }

        return new Table("What it was used for", ["part", "facility energy", "emissions", "95 %", "share"], rows, Numbers(1, 2, 4), []);
    }

    string[] CreateSum(string name, TotalRow row)
    {
        var emissions = DisplayValue.Format(row.Emissions, "kg CO2e");
        return [name, DisplayValue.Format(row.FacilityEnergy, "kWh").Text, emissions.Text, emissions.FormatInterval(dash),
            FormatShare(row.Emissions)];
    }

    Table CreateGroups(string word, IReadOnlyList<TotalRow> all)
    {
        var rows = new List<string[]>();
        foreach (var row in all.Take(all.Count > MostRows ? MostRows - 1 : MostRows))
        {
            var emissions = DisplayValue.Format(row.Emissions, "kg CO2e");
            rows.Add(
            [
                MonthSentences.FormatGroup(row), Count(row.Runs), DisplayValue.Format(row.FacilityEnergy, "kWh").Text, emissions.Text,
                    emissions.FormatInterval(dash),
                FormatShare(row.Emissions),
            ]);
        }

        if (all.Count > MostRows)
        {
            var others = all.Skip(MostRows - 1).ToList();
            var emissions = Add(others.Select(static row => row.Emissions));
            rows.Add(
            [
                string.Create(CultureInfo.InvariantCulture, $"{others.Count:N0} others"), Count(others.Sum(static row => row.Runs)),
                DisplayValue.Format(Add(others.Select(static row => row.FacilityEnergy)), "kWh").Text, DisplayValue.Format(emissions,
                    "kg CO2e").Text,
                DisplayValue.Format(emissions, "kg CO2e").FormatInterval(dash), FormatShare(emissions),
            ]);
        }

        return new Table("By " + word, [word, "runs", "facility energy", "emissions", "95 %", "share"], rows, Numbers(1, 2, 3, 5), [1]);
    }

    Table CreateZones() => new(
        "Grid and facility, as the runs were accounted", ["zone", "facility energy", "operational", "g CO2e/kWh", "PUE"],
        [
            .. report.Groups[MonthGroup.Zone].Take(MostRows).Select(static row =>
            {
                var (intensity, pue) = MonthSentences.GetFactors(row);
                return new[]
                {
                    MonthSentences.FormatGroup(row), DisplayValue.Format(row.FacilityEnergy, "kWh").Text,
                        DisplayValue.Format(row.Operational, "kg CO2e").Text,
                    intensity is { } grams ? DisplayValue.Format(grams, "1", 3) : "-", pue is { } ratio ? DisplayValue.Format(ratio, "1",
                        3) : "-",
                };
            }),
        ], Numbers(1, 2, 3, 4), []);

    Table CreateNodes()
    {
        var nodes = report.Nodes.OrderByDescending(static node => node.IsSilent).ThenByDescending(static node =>
            node.Total?.Emissions.Best ?? 0).Take(MostRows);
        return new Table(
            "Nodes", ["node", "facility energy", "outside jobs", "measured", "missing", "last seen", ""],
            [
                .. nodes.Select(static node => new[]
                {
                    TextSanitizer.ToOneLine(node.Name), node.Total is { } total ? DisplayValue.Format(total.FacilityEnergy, "kWh").Text
                        : "-",
                    node.OutsideJobs is { } outside ? DisplayValue.Format(outside.FacilityEnergy, "kWh").Text : "-",
                    node.MeasuredHours is { } hours ? MonthSentences.FormatHours(hours) : "-", node.MissingHours is { } missing
                        ? MonthSentences.FormatHours(missing) : "-",
                    node.LastSeen.UtcDateTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture), node.IsSilent ? "silent" : "",
                }),
            ], Numbers(1, 2, 3, 4), [3, 4, 6]);
    }

    Table CreateRuns() => new(
        "Largest runs", ["run", "name", "account", "user", "emissions", "share"],
        [
            .. report.LargestRuns.Select(one => new[]
            {
                one.Run.Id, TextSanitizer.ToOneLine(one.Run.Name), TextSanitizer.ToOneLine(one.Run.Job?.Account),
                    TextSanitizer.ToOneLine(one.Run.User),
                DisplayValue.Format(one.Emissions, "kg CO2e").Text, FormatShare(one.Emissions),
            }),
        ], Numbers(4, 5), [3, 2]);

    string FormatShare(Bounds part) => report.Total.Sum.Emissions.Best > 0
        ? DisplayValue.FormatPercent(part.Best / report.Total.Sum.Emissions.Best) : "";

    static Bounds Add(IEnumerable<Bounds> all)
    {
        var (low, best, high) = (0d, 0d, 0d);
        foreach (var one in all)
            (low, best, high) = (low + one.Low, best + one.Best, high + one.High);
        return new Bounds(Math.Min(low, best), best, Math.Max(best, high));
    }

    static string Count(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    static HashSet<int> Numbers(params int[] columns) => [.. columns];
}
