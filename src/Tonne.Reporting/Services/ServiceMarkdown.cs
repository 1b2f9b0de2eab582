using System.Globalization;
using System.Text;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Services.Accounts;

namespace Tonne.Reporting.Services;

/// <summary>The report on a service as Markdown, and its days as CSV.</summary>
public static class ServiceMarkdown
{
    /// <summary>The page, with <c>\n</c> at line ends. Names are escaped: they are text, never markup.</summary>
    public static string Render(ServiceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# Service {TextSanitizer.EscapeMarkdown(report.Account.Name)}\n\n");
        foreach (var line in ServiceText.Describe(report, "–"))
            page.Append(CultureInfo.InvariantCulture, $"{TextSanitizer.EscapeMarkdown(line)}\n\n");
        page.Append("## Software Carbon Intensity for AI, consumer boundary\n\n");
        page.Append(report.All.GramsPerRequest is { } request
            ? $"{DisplayValue.Format(request * 1e-3, "kg CO2e").FormatWithInterval()} for each request, idle energy included; "
            : "Not known for each request; ");
        page.Append(report.All.GramsPerThousandTokens is { } tokens
            ? $"{DisplayValue.Format(tokens * 1e-3, "kg CO2e").FormatWithInterval()} for 1,000 tokens of prompts and answers.\n\n"
            : "not known for 1,000 tokens.\n\n");
        AppendPercentiles(page, report);
        page.Append("## Days (UTC)\n\n| day | requests | prompt tokens | output tokens | facility energy | idle | emissions | 95 % | per request |\n");
        page.Append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |\n");
        foreach (var (day, amounts) in report.Account.SumDays())
        {
            var emissions = DisplayValue.Format(amounts.EmissionsKg, "kg CO2e");
            page.Append(CultureInfo.InvariantCulture,
                $"| {day:yyyy-MM-dd} | {amounts.Counts.Requests:N0} | {amounts.Counts.PromptTokens:N0} | {amounts.Counts.OutputTokens:N0} | {DisplayValue.Format(amounts.EnergyKwh, "kWh").Text} | {(amounts.IdleShare is { } idle ? DisplayValue.FormatPercent(idle) : "-")} | {emissions.Text} | {emissions.FormatInterval()} | {(amounts.WattHoursPerRequest is { } each ? DisplayValue.Format(each * 1e-3, "kWh").Text : "-")} |\n");
        }

        if (report.Account.Gaps.Length > 0)
        {
            page.Append("\n## Times of which requests are not known, or not completely\n\n");
            foreach (var gap in report.Account.Gaps)
                page.Append(CultureInfo.InvariantCulture, $"- {gap.From.UtcDateTime:yyyy-MM-dd HH:mm} to {gap.To.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {TextSanitizer.EscapeMarkdown(gap.Reason)}\n");
        }

        return page.ToString();
    }

    static void AppendPercentiles(StringBuilder page, ServiceReport report)
    {
        page.Append("## Energy of single requests\n\n");
        if (report.All.RequestPercentiles is null)
        {
            page.Append(CultureInfo.InvariantCulture, $"{RequestPercentiles.MissingReason}\n\n");
            return;
        }

        page.Append("Own facility energy, without the idle energy of times in which there was no request; each value is within 0.5 %.\n\n");
        page.Append("| time or model | requests | 50 % at most | 95 % | 99 % |\n| --- | ---: | ---: | ---: | ---: |\n");
        IEnumerable<(string Name, ServiceAmounts Amounts)> rows =
        [
            ("today", report.Today), ("7 days", report.Week), ("all", report.All),
            .. report.Account.SumModels().Select(static model => (model.Model.Length > 0 ? model.Model : "(unknown)", model.Amounts)),
        ];
        foreach (var (name, amounts) in rows)
        {
            if (amounts.RequestPercentiles is { } known)
                page.Append(CultureInfo.InvariantCulture, $"| {TextSanitizer.EscapeMarkdown(name)} | {known.Requests:N0} | "
                    + $"{Format(known.P50)} | {Format(known.P95)} | {Format(known.P99)} |\n");
        }

        page.Append('\n');

        static string Format(double wattHours) => DisplayValue.Format(Bounds.FromExact(wattHours * 1e-3), "kWh").Text;
    }

    /// <summary>The hours as CSV: one row for each hour and model, and one for idle.</summary>
    public static string RenderCsv(ServiceAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        var csv = new StringBuilder(
            "hour,model,requests,failed,prompt_tokens,cached_tokens,output_tokens,reasoning_tokens,prompt_j,output_j,held_j,waiting_j,idle_j,"
            + "facility_energy_wh,emissions_g,emissions_g_low,emissions_g_high,intensity_g_per_kwh\n");
        foreach (var hour in account.Hours)
        {
            foreach (var (model, amounts) in hour.Models)
                Write(model, amounts, hour);
            // What the models have not is idle.
            var share = hour.All.Microjoules > 0 ? (double)hour.All.IdleMicrojoules / hour.All.Microjoules : 0;
            Write("(idle)", new ServiceAmounts
            {
                IdleMicrojoules = hour.All.IdleMicrojoules, EnergyKwh = hour.All.EnergyKwh * share, EmissionsKg = hour.All.EmissionsKg * share,
            }, hour);
        }

        return csv.ToString();

        void Write(string model, ServiceAmounts amounts, AccountedHour hour)
        {
            var counts = amounts.Counts;
            csv.Append(CultureInfo.InvariantCulture, $"{hour.Hour.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'},{Quote(model)},{counts.Requests},{counts.Failed},{counts.PromptTokens},{counts.CachedTokens},{counts.OutputTokens},{counts.ReasoningTokens},");
            csv.Append(CultureInfo.InvariantCulture, $"{counts.PromptMicrojoules / 1e6},{counts.OutputMicrojoules / 1e6},{counts.HeldMicrojoules / 1e6},{counts.WaitingMicrojoules / 1e6},{amounts.IdleMicrojoules / 1e6},");
            csv.Append(CultureInfo.InvariantCulture, $"{amounts.EnergyKwh.Best * 1000},{amounts.EmissionsKg.Best * 1000},{amounts.EmissionsKg.Low * 1000},{amounts.EmissionsKg.High * 1000},{hour.GramsPerKwh}\n");
        }
    }

    // A model's name comes from outside: quoted, and never a formula of a spreadsheet.
    static string Quote(string text)
    {
        var safe = text.Length > 0 && text[0] is '=' or '+' or '-' or '@' ? "'" + text : text;
        return safe.AsSpan().ContainsAny(",\"\r\n") ? "\"" + safe.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : safe;
    }
}
