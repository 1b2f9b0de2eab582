using System.Globalization;
using Tonne.Formatting;
using Tonne.Ledgers.Months;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;
using Tonne.Reporting.Totals;

namespace Tonne.Reporting.Months;

/// <summary>What a month's report says in sentences, the same on the screen, in Markdown, in a mail and on the page.</summary>
/// <param name="report">The report.</param>
/// <param name="dash">Text between the bounds of an interval.</param>
sealed class MonthSentences(MonthReport report, string dash = "–")
{
    const int MostNames = 5;

    /// <summary>The heading: <c>November 2026, account physics</c>.</summary>
    public string Title => report.Month.Name + (report.Account is { } account ? $", account {TextSanitizer.ToOneLine(account)}" : "")
        + (report.IsPartial ? string.Create(CultureInfo.InvariantCulture, $", until {report.Until:yyyy-MM-dd HH:mm} UTC") : "");

    /// <summary>The answer: emissions, energy, and how many runs.</summary>
    public IEnumerable<string> DescribeSum()
    {
        var sum = report.Total.Sum;
        if (sum.Runs == 0)
        {
            yield return $"No run with figures in {report.Month.Name}.";
            yield break;
        }

        yield return $"{Kilograms(sum.Emissions)} from {KilowattHours(sum.FacilityEnergy)} facility energy; "
            + $"{KilowattHours(sum.Energy)} at the plug.";
        var embodied = sum.Embodied is { } known ? Kilograms(known) : "unknown";
        yield return $"Operational {Kilograms(sum.Operational)}; embodied {embodied}.";
        var jobs = sum.Jobs > 0 ? $" of {Count(sum.Jobs, "job")}" : "";
        yield return $"{Count(report.Jobs.Runs, "run")}{jobs}; {report.Jobs.Failed} failed and {report.Jobs.Interrupted} interrupted, "
            + "which are counted.";
    }

    /// <summary>The change from the other month, and its causes; null if there is none.</summary>
    public string? DescribeChange()
    {
        if (report.Change is not { } change)
            return null;
        var against = change.Against.Name;
        if (change.Before.Best <= 0)
        {
            return change.After.Best <= 0 ? $"Compared with {against}: no emissions in either month."
                : $"Compared with {against}, which had no emissions: {FormatSigned(change.Kilograms)}, of which "
                    + string.Join(", ", Terms(change, FormatSigned)) + ".";
        }

        var terms = Terms(change, kilograms => FormatShare(kilograms / change.Before.Best)).ToList();
        var before = DisplayValue.Format(change.Before, "kg CO2e").Text;
        return $"Compared with {against} ({before}): {FormatShare(change.Kilograms / change.Before.Best)}"
            + (terms.Count == 0 ? "." : $", of which {string.Join(", ", terms)}.");
    }

    /// <summary>How sure the report is, and what is not in it.</summary>
    public IEnumerable<string> DescribeQuality()
    {
        var (total, sum) = (report.Total, report.Total.Sum);
        if (sum.Runs > 0)
        {
            var share = DisplayValue.FormatPercent(sum.MeasuredShare);
            yield return $"Measured: {share} of the facility energy; the rest is modelled or assumed.";
            // Of several the warning has all.
            if (sum.Boundaries.Count == 1)
                yield return $"Boundary: {TotalDocument.FormatBoundaries(sum)}.";
        }

        if (report.Nodes.Where(static node => node.MissingHours >= 1).ToList() is { Count: > 0 } gaps)
        {
            var hours = gaps.OrderByDescending(static node => node.MissingHours)
                .Select(static node => $"{TextSanitizer.ToOneLine(node.Name)} {FormatHours(node.MissingHours!.Value)}");
            yield return $"Gaps: agents did not measure for {FormatHours(gaps.Sum(static node => node.MissingHours!.Value))}, on "
                + $"{Count(gaps.Count, "node")}: {Join(hours)}.";
        }

        if (report.Nodes.Where(static node => node.IsSilent).ToList() is { Count: > 0 } silent)
        {
            yield return $"Silent: {Count(silent.Count, "node")}: "
                + Join(silent.OrderBy(static node => node.LastSeen).Select(node => string.Create(CultureInfo.InvariantCulture,
                    $"{TextSanitizer.ToOneLine(node.Name)} since {node.LastSeen:yyyy-MM-dd HH:mm}"))) + " UTC.";
        }

        if (total.MissingNodes.Length > 0)
            yield return TotalText.DescribeMissingNodes(total);
        foreach (var line in TotalText.DescribeCountedWithOthers(total))
            yield return line;
        if (total.WithoutFigures.Length > 0)
            yield return $"{Count(total.WithoutFigures.Length, "run")} without figures, not counted: {Join(total.WithoutFigures)}.";
        foreach (var warning in total.Warnings.Concat(report.Change?.Warnings ?? []))
            yield return $"{warning.Code}: {WarningText.Format(warning)}";
    }

    /// <summary>How the runs were accounted.</summary>
    public IEnumerable<string> DescribeFactors() => report.Factors.Select(static factors => $"{Count(factors.Runs, "run")}: method "
        + $"{TextSanitizer.ToOneLine(factors.Method ?? "unknown")}, factors {TextSanitizer.ToOneLine(factors.FactorsHash ?? "unknown")}");

    /// <summary>Grid and facility of a zone: g CO2e/kWh and PUE as the runs have them, by their energy; null where there is no
    /// energy.</summary>
    public static (double? Intensity, double? Pue) GetFactors(TotalRow zone) => (
        zone.FacilityEnergy.Best > 0 ? zone.Operational.Best * 1000 / zone.FacilityEnergy.Best : null,
        zone.Energy.Best > 0 ? zone.FacilityEnergy.Best / zone.Energy.Best : null);

    /// <summary>The name of a group; <c>(none)</c> where the runs have none.</summary>
    public static string FormatGroup(TotalRow row) => TotalText.FormatGroup(row.Group[0]);

    /// <summary>A word for a cause.</summary>
    public static string FormatCause(ChangeCause cause) => cause switch
    {
        ChangeCause.Facility => "PUE",
        ChangeCause.Nodes => "nodes measured outside jobs",
        ChangeCause.Method => "method and factors",
        _ => EnumWords.Format(cause),
    };

    /// <summary>A change as per cent with its sign.</summary>
    public static string FormatShare(double share)
    {
        var text = DisplayValue.FormatPercent(Math.Abs(share));
        return text.StartsWith('<') ? text : (share > 0 ? "+" : share < 0 ? "-" : "") + text;
    }

    /// <summary>A change in kg CO2e, or a unit that reads better, with its sign.</summary>
    public static string FormatSigned(double kilograms) => (kilograms > 0 ? "+" : "") + DisplayValue.Format(kilograms, "kg CO2e", 2);

    /// <summary>Hours as text.</summary>
    public static string FormatHours(double hours) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(hours):N0} h");

    static IEnumerable<string> Terms(MonthChange change, Func<double, string> format)
    {
        // Less than a thousandth of either month is rounding.
        var least = Math.Max(change.Before.Best, change.After.Best) * 1e-3;
        return change.Terms.Where(term => Math.Abs(term.Kilograms) >= least && term.Kilograms != 0).Select(term =>
            $"{FormatCause(term.Cause)} {format(term.Kilograms)}");
    }

    string Kilograms(Bounds bounds) => DisplayValue.Format(bounds, "kg CO2e").FormatWithInterval(dash);

    string KilowattHours(Bounds bounds) => DisplayValue.Format(bounds, "kWh").FormatWithInterval(dash);

    static string Join(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(MostNames)) + (all.Count > MostNames ? ", …" : "");
    }

    static string Count(int count, string word) => count == 1 ? $"1 {word}" : string.Create(CultureInfo.InvariantCulture,
        $"{count:N0} {word}s");
}
