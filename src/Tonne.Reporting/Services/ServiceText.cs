using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;
using Tonne.Services.Accounts;

namespace Tonne.Reporting.Services;

/// <summary>A service for people: a table of today, seven days and all, then what it means.</summary>
public static class ServiceText
{
    const string Unknown = "-";

    /// <summary>Writes the report.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="report">The report.</param>
    /// <param name="screen">Width and characters of the terminal.</param>
    public static void Write(TextWriter writer, ServiceReport report, TerminalCapabilities screen)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(screen);
        var dash = screen.Unicode ? "–" : "-";
        var account = report.Account;
        writer.Write(DescribeService(account) + "\n");
        if (account.Hours.IsEmpty)
        {
            foreach (var problem in account.Problems)
                writer.Write($"{TextSanitizer.ToOneLine(problem)}\n");
            if (report.Calls is { } calls)
                writer.Write(CallServiceText.DescribeBeside(calls) + "\n");
            return;
        }

        writer.Write('\n');
        CreateTable(report).Write(writer, screen.Width);
        writer.Write('\n');
        if (account.SumModels() is { Count: > 1 } models)
        {
            CreateModels(models).Write(writer, screen.Width);
            writer.Write('\n');
        }

        var sheet = new StyledTextWriter(writer, screen);
        foreach (var line in Describe(report, dash))
            sheet.WriteHanging("", "", TextSanitizer.ToOneLine(line));
    }

    /// <summary>What the figures mean, in sentences.</summary>
    internal static IEnumerable<string> Describe(ServiceReport report, string dash)
    {
        var (account, all) = (report.Account, report.All);
        yield return $"In all: {DisplayValue.Format(all.EnergyKwh, "kWh").FormatWithInterval(dash)} facility energy, "
            + $"{DisplayValue.Format(all.EmissionsKg, "kg CO2e").FormatWithInterval(dash)} ({account.Boundary})"
            + (report.KilogramsPerDay is { } day ? $"; {DisplayValue.Format(day, "kg CO2e").FormatWithInterval(dash)} a day." : ".");
        if (report.RequestChange is { } change && report.DailyChange is { } daily)
            yield return $"Against the seven days before: {FormatChange(change)} energy for each request, {FormatChange(daily)} emissions a day.";
        if (report.BreakEvenDays is { } days)
        {
            var recorded = all.Seconds / 86_400;
            yield return days <= recorded
                ? string.Create(CultureInfo.InvariantCulture, $"Use has exceeded the training ({DisplayValue.Format(report.TrainingKg!.Value, "kg CO2e").Text}) after {Math.Ceiling(days):N0} days.")
                : string.Create(CultureInfo.InvariantCulture, $"At this rate use exceeds the training ({DisplayValue.Format(report.TrainingKg!.Value, "kg CO2e").Text}) after {Math.Ceiling(days):N0} days; {recorded:0.#} are recorded.");
        }

        if (all.Counts.WithoutEnergy > 0)
            yield return $"{DisplayValue.FormatCount(all.Counts.WithoutEnergy)} requests came while nothing was measured: they are counted without energy.";
        if (all.Counts.Requests + all.Counts.PromptTokens + all.Counts.OutputTokens > 0)
            yield return DescribePercentiles(all);
        else
            yield return "No requests are known, so all energy is idle: give a source with --metrics, --access-log or --otlp.";
        if (account.Quality is Quality.Modelled or Quality.Assumed)
            yield return $"The energy is {EnumWords.Format(account.Quality.Value)}: 'tonne doctor' shows which meters are missing.";
        if (report.Calls is { } calls)
            yield return CallServiceText.DescribeBeside(calls);
        foreach (var alert in report.Alerts)
            yield return alert;
        foreach (var problem in account.Problems)
            yield return problem;
    }

    static string DescribePercentiles(ServiceAmounts all) => all.Counts.Requests == 0
        ? "The server counts tokens and no requests (as llama.cpp does), so there are figures for 1,000 tokens and none for each request."
        : all.RequestPercentiles is { } known
        ? string.Create(CultureInfo.InvariantCulture,
            $"Percentiles are of the own energy of {known.Requests:N0} of {all.Counts.Requests:N0} requests, ")
            + "without the idle energy of times in which there was none; each is within 0.5 %."
        : "Means only: percentiles need a source that sees each request (--otlp, --access-log with durations and tokens, or tonne proxy).";

    static string DescribeService(ServiceAccount account)
    {
        var name = TextSanitizer.ToOneLine(account.Name);
        if (account.Hours.IsEmpty)
            return $"{name}: no hour is computed yet{(account.IsRecorded ? "; it is recorded now" : "")}.";
        var state = account.IsRecorded ? "recorded now" : "not recorded now";
        return string.Create(CultureInfo.InvariantCulture, $"{name}: since {account.Hours[0].Hour.UtcDateTime:yyyy-MM-dd HH:mm} UTC, {state}");
    }

    static TextTable CreateTable(ServiceReport report)
    {
        ServiceAmounts[] columns = [report.Today, report.Week, report.All];
        var table = new TextTable(["", "TODAY", "7 DAYS", "ALL"]) { RightAligned = new HashSet<int> { 1, 2, 3 } };
        AddRow("recorded time", static each => DisplayValue.FormatDuration(each.Seconds));
        AddRow("requests", static each => DisplayValue.FormatCount(each.Counts.Requests));
        AddRow("prompt tokens", static each => DisplayValue.FormatCount(each.Counts.PromptTokens));
        AddRow("  of these from a cache", static each => DisplayValue.FormatCount(each.Counts.CachedTokens));
        AddRow("output tokens", static each => DisplayValue.FormatCount(each.Counts.OutputTokens));
        AddRow("facility energy", static each => DisplayValue.Format(each.EnergyKwh, "kWh").Text);
        AddRow("  idle", static each => each.IdleShare is { } share ? DisplayValue.FormatPercent(share) : Unknown);
        AddRow("  waiting", static each => FormatShare(each.Counts.WaitingMicrojoules, each.Microjoules));
        AddRow("emissions", static each => DisplayValue.Format(each.EmissionsKg, "kg CO2e").Text);
        AddRow("energy per request", static each => Format(each.WattHoursPerRequest, "Wh"));
        AddRow("50 % of requests, at most", static each => FormatWattHours(each.RequestPercentiles?.P50));
        AddRow("95 % of requests, at most", static each => FormatWattHours(each.RequestPercentiles?.P95));
        AddRow("99 % of requests, at most", static each => FormatWattHours(each.RequestPercentiles?.P99));
        AddRow("emissions per request", static each => Format(each.GramsPerRequest, "g CO2e"));
        AddRow("energy per 1,000 tokens", static each => Format(each.WattHoursPerThousandTokens, "Wh"));
        AddRow("emissions per 1,000 tokens", static each => Format(each.GramsPerThousandTokens, "g CO2e"));
        AddRow("computing a prompt token", static each => Format(each.JoulesPerPromptToken, "J"));
        AddRow("computing an output token", static each => Format(each.JoulesPerOutputToken, "J"));
        return table;

        void AddRow(string name, Func<ServiceAmounts, string> format)
        {
            var cells = columns.Select(column => column.Seconds > 0 || column.Counts.Requests > 0 ? format(column) : Unknown).ToArray();
            if (cells.Any(static cell => cell is not (Unknown or "0")))
                table.Add([name, .. cells]);
        }
    }

    static TextTable CreateModels(IReadOnlyList<(string Model, ServiceAmounts Amounts)> models)
    {
        var table = new TextTable(["MODEL", "REQUESTS", "OUTPUT TOKENS", "FACILITY ENERGY", "EMISSIONS"])
        {
            RightAligned = new HashSet<int> { 1, 2, 3, 4 },
            FlexibleColumn = 0,
            OptionalColumns = [2],
        };
        foreach (var (model, amounts) in models)
        {
            table.Add(
                model.Length > 0 ? model : "(unknown)", DisplayValue.FormatCount(amounts.Counts.Requests), DisplayValue.FormatCount(amounts.Counts.OutputTokens),
                DisplayValue.Format(amounts.EnergyKwh, "kWh").Text, DisplayValue.Format(amounts.EmissionsKg, "kg CO2e").Text);
        }

        return table;
    }

    // In kWh and kg, of which small values are shown in smaller units.
    static string Format(Bounds? bounds, string unit) => bounds is { } known
        ? DisplayValue.Format(known * 1e-3, unit == "Wh" ? "kWh" : "kg CO2e").Text : Unknown;

    static string FormatWattHours(double? value) => value is { } known ? DisplayValue.Format(Bounds.FromExact(known * 1e-3), "kWh").Text
        : Unknown;

    static string Format(double? value, string unit) => value is { } known ? DisplayValue.Format(known, unit) : Unknown;

    static string FormatShare(long part, long all) => all > 0 && part > 0 ? DisplayValue.FormatPercent((double)part / all) : Unknown;

    static string FormatChange(double change) => string.Create(CultureInfo.InvariantCulture, $"{(change < 0 ? "" : "+")}{100 * change:0} %");
}
