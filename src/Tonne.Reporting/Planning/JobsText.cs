using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Planning;

/// <summary>Writes a plan of several jobs to the terminal: a table, and a chart with one row for each job below the intensity.</summary>
public static class JobsText
{
    const int MostSegments = 4;

    /// <summary>Writes the plan.</summary>
    /// <param name="writer">Receives the text.</param>
    /// <param name="report">The plan.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, JobsReport report, TerminalCapabilities screen)
    {
        ArgumentNullException.ThrowIfNull(report);
        var sheet = new StyledTextWriter(writer, screen);
        var plan = report.Plan;
        sheet.WriteBlankLine();
        var saving = report.Saving is { } share
            ? string.Create(CultureInfo.InvariantCulture, $"; {share * 100:0.#} % less than one after another as they come") : "";
        sheet.WriteLine(StyledText.Strong(string.Create(CultureInfo.InvariantCulture,
            $"{plan.Jobs.Length} {(plan.Jobs.Length == 1 ? "job" : "jobs")} on one machine: {DisplayValue.Format(plan.Total.Kilograms, "kg CO2e")}{saving}")));
        sheet.WriteBlankLine();
        WriteTable(sheet, report);
        WritePauses(sheet, report);
        WriteChart(sheet, report);
        sheet.WriteBlankLine();
        sheet.WriteRow("optimum", DescribeBound(report));
        if (plan.FirstComeFirstServed is null)
            sheet.WriteRow("", "as they come, one after another, some job would be late: there is nothing to compare with");
        sheet.WriteRow("grid", TextSanitizer.ToOneLine(report.Origin));
        var series = report.Place.Intensity;
        sheet.WriteRow("method",
            $"{EnumWords.Format(series.Basis)} basis, {EnumWords.Format(series.Scope)} scope, {EnumWords.Format(series.Kind)} intensity, {EnumWords.Format(report.Signal)}");
        foreach (var warning in report.Warnings)
            sheet.WriteRow("warning", new StyledText(WarningText.Format(warning), TextStyle.Warning));
    }

    static void WriteTable(StyledTextWriter sheet, JobsReport report)
    {
        var hasPauses = report.Plan.Jobs.Any(job => job.Segments.Length > 1);
        string?[] headings = ["job", "start", "end", "finish by", hasPauses ? "pauses" : null, "CO2e", "if alone"];
        string[] shown = [.. headings.OfType<string>()];
        var table = new TextTable(shown) { Margin = 2, FlexibleColumn = 0, MinFlexibleWidth = 6, StacksRows = true,
            OptionalColumns = [shown.Length - 1, 3] };
        foreach (var job in report.Plan.Jobs)
        {
            string?[] cells =
            [
                job.Job.Name, PlanText.FormatTime(job.From, report.Now), PlanText.FormatTime(job.To, report.Now),
                    PlanText.FormatTime(job.Job.FinishBy, report.Now),
                hasPauses ? (job.Segments.Length - 1).ToString(CultureInfo.InvariantCulture) : null,
                    DisplayValue.Format(job.Total.Kilograms, "kg CO2e"),
                job.Alone is { } alone ? DisplayValue.Format(alone.Kilograms, "kg CO2e") : "",
            ];
            table.Add([.. cells.OfType<string>()]);
        }

        sheet.WriteTable(table);
    }

    static void WritePauses(StyledTextWriter sheet, JobsReport report)
    {
        var paused = report.Plan.Jobs.Where(job => job.Segments.Length > 1).ToList();
        if (paused.Count > 0)
            sheet.WriteBlankLine();
        foreach (var job in paused)
        {
            var spans = string.Join(
                ", ", job.Segments.Take(MostSegments)
                    .Select(segment => $"{PlanText.FormatTime(segment.From, report.Now)} to {PlanText.FormatTime(segment.To, report.Now)}"));
            sheet.WriteRow("run", TextSanitizer.ToOneLine(job.Job.Name) + ": " + spans
                + (job.Segments.Length > MostSegments
                    ? string.Create(CultureInfo.InvariantCulture, $", and {job.Segments.Length - MostSegments} more; --json lists all")
                        : ""));
        }
    }

    static void WriteChart(StyledTextWriter sheet, JobsReport report)
    {
        var jobs = report.Plan.Jobs;
        sheet.WriteBlankLine();
        IntensityChart.WriteRows(sheet, report.Place.Intensity, report.Now, jobs.Max(job => job.Job.FinishBy),
            [.. jobs.Select(job =>
                (TextSanitizer.ToOneLine(job.Job.Name),
                    (IReadOnlyList<(DateTimeOffset, DateTimeOffset)>)[.. job.Segments.Select(segment => (segment.From, segment.To))]))]);
    }

    static string DescribeBound(JobsReport report) => report.Plan.IsExact ? "this is it: no order and no times emit less"
        : report.MostAboveOptimum is { } above ? string.Create(CultureInfo.InvariantCulture,
            $"the best plan found; at most {above * 100:0.#} % above the optimum, as each job alone would emit {DisplayValue.Format(report.Plan.LowerBound.Kilograms, "kg CO2e")} together")
        : "the best plan found; no bound is known";
}
