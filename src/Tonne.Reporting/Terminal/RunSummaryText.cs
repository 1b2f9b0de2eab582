using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Teaching;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>A run in a few lines, understood in five seconds: what <c>tonne run</c> says when the command has ended.</summary>
public static class RunSummaryText
{
    const int LargestBar = 24;
    const int MostNotes = 3;

    /// <summary>Writes the summary.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="record">The facts.</param>
    /// <param name="footprint">The figures.</param>
    /// <param name="screen">What can be shown.</param>
    /// <param name="recordPath">Where the record lies; null to name its id alone.</param>
    /// <param name="reference">How the run is named in the command that explains it; null if it was not kept. Default <c>last</c>.</param>
    /// <param name="isTraced">Whether stages and insight are left to a <see cref="PipelineTrace"/> beside it. Default false.</param>
    public static void Write(TextWriter writer, RunRecord record, Footprint footprint, TerminalCapabilities screen, string? recordPath = null, string? reference = "last", bool isTraced = false) =>
        Write(writer, record, footprint, screen, recordPath, reference, isTraced, withEquivalents: false);

    internal static void Write(TextWriter writer, RunRecord record, Footprint footprint, TerminalCapabilities screen, string? recordPath, string? reference, bool isTraced, bool withEquivalents)
    {
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        WriteHeadline(sheet, record, footprint);
        sheet.WriteBlankLine();
        WriteEnergy(sheet, record);
        WriteCarbon(sheet, footprint);
        if (withEquivalents)
            EquivalentText.WriteRow(sheet, Equivalents.Choose(footprint.Total));
        WritePlace(sheet, footprint);
        if (!isTraced)
            WriteStages(sheet, record, footprint);
        WriteEpochs(sheet, record);
        if (!isTraced)
            sheet.WriteRow("insight", TextSanitizer.ToOneLine(Insight.Describe(record, footprint)));
        foreach (var note in record.Notes.Take(MostNotes))
            sheet.WriteRow("note", TextSanitizer.ToOneLine(note));
        WriteWarnings(sheet, record, footprint);
        if (reference is null)
            sheet.WriteRow("record", new StyledText("none: this run is not in the ledger", TextStyle.Warning));
        else
            sheet.WriteRow("record", StyledTextWriter.ToUnbreakable(TextSanitizer.ToOneLine(recordPath ?? record.Opening.Id)), $" {screen.Dot} ", StyledText.Strong(StyledTextWriter.ToUnbreakable("tonne explain " + TextSanitizer.ToOneLine(reference))));
    }

    /// <summary>The headline: emissions with their interval, energy, time, quality, and how it ended if not well.</summary>
    internal static void WriteHeadline(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        var screen = sheet.Capabilities;
        var total = DisplayValue.Format(footprint.Total);
        var dot = StyledText.Faint($" {screen.Dot} ");
        var parts = new List<StyledText> { StyledText.Strong(StyledTextWriter.ToUnbreakable(total.Text)) };
        if (total.Low is not null)
            parts.AddRange([" ", StyledText.Faint(total.FormatInterval(screen.Dash))]);
        parts.AddRange([dot, StyledTextWriter.ToUnbreakable($"{DisplayValue.Format(footprint.Energy).Text} {BoundaryText.DescribeExtent(footprint.Energy.Boundary)}")]);
        parts.AddRange([dot, StyledTextWriter.ToUnbreakable(DisplayValue.FormatDuration(record.DurationSeconds)), dot, QualityOf(footprint.Energy)]);
        if (record.Status == RunStatus.Failed)
            parts.AddRange([dot, new StyledText(StyledTextWriter.ToUnbreakable(string.Create(CultureInfo.InvariantCulture, $"failed, exit code {record.ExitCode}")), TextStyle.Warning)]);
        else if (record.Status != RunStatus.Completed)
            parts.AddRange([dot, new StyledText(EnumText.Name(record.Status), TextStyle.Warning)]);
        sheet.WriteLine(parts);
    }

    static StyledText QualityOf(Figure figure) =>
        figure.Quality != Quality.Measured && figure.MeasuredShare >= 0.005
            ? StyledText.FromQuality(figure.Quality) with { Text = StyledTextWriter.ToUnbreakable($"{DisplayValue.FormatPercent(figure.MeasuredShare)} measured, rest {EnumText.Name(figure.Quality)}") }
            : StyledText.FromQuality(figure.Quality);

    static void WriteEnergy(StyledTextWriter sheet, RunRecord record)
    {
        var total = record.Components.Sum(part => part.JobMicrojoules) / 3.6e12;
        var parts = RowsOf(record);
        var largest = parts.Select(part => part.JobMicrojoules).DefaultIfEmpty(0).Max();
        var names = parts.ConvertAll(part => part.Name);
        var nameColumns = Math.Clamp(names.Select(TextSanitizer.CountColumns).DefaultIfEmpty(0).Max(), 6, 14);
        var room = Math.Min(LargestBar, sheet.RowColumns - nameColumns - 22);
        for (var i = 0; i < names.Count; i++)
        {
            var part = parts[i];
            var energy = DisplayValue.Format(part.JobMicrojoules / 3.6e12, "kWh", 2, total);
            var label = i == 0 ? "energy" : "";
            var name = StyledTextWriter.ToUnbreakable(TextSanitizer.FitToColumns(names[i], nameColumns, sheet.Capabilities.Unicode));
            if (room < 4)
                sheet.WriteRow(label, name, " ", StyledTextWriter.ToUnbreakable(energy.PadLeft(9)), " ", StyledText.FromQuality(part.Quality));
            else
                sheet.WriteRow(label, name, " ", DrawBar(part.JobMicrojoules, largest, room, sheet.Capabilities), " ", StyledTextWriter.ToUnbreakable(energy.PadLeft(9)), " ", StyledText.FromQuality(part.Quality));
        }
    }

    /// <summary>A row for each part; many devices of one kind and quality are one row.</summary>
    static List<(string Name, long JobMicrojoules, Quality Quality)> RowsOf(RunRecord record)
    {
        var rows = new List<(string, long, Quality)>();
        foreach (var kind in record.Components.GroupBy(part => (part.Component, part.Quality)))
        {
            var all = kind.ToList();
            if (all.Count >= BoundaryText.MinGroupedDevices && all.TrueForAll(part => part.Device is not null))
                rows.Add(($"{EnumText.Name(kind.Key.Component)}×{all.Count}", all.Sum(part => part.JobMicrojoules), kind.Key.Quality));
            else
                rows.AddRange(all.Select(part => (GetPartName(part), part.JobMicrojoules, part.Quality)));
        }

        return rows;
    }

    internal static string GetPartName(ComponentEnergy part) =>
        part.Device is null ? EnumText.Name(part.Component) : $"{EnumText.Name(part.Component)}:{TextSanitizer.ToOneLine(part.Device)}";

    static StyledText DrawBar(long value, long largest, int columns, TerminalCapabilities screen)
    {
        var eighths = largest <= 0 ? 0 : (int)Math.Round((double)value / largest * columns * 8);
        string bar;
        if (screen.Unicode)
        {
            var rest = eighths % 8;
            bar = new string('█', eighths / 8) + (rest > 0 ? "▏▎▍▌▋▊▉"[rest - 1].ToString() : "");
        }
        else
        {
            bar = new string('#', (eighths + 4) / 8);
        }

        return new(StyledTextWriter.ToUnbreakable(bar.PadRight(columns)), TextStyle.Bar);
    }

    static void WriteCarbon(StyledTextWriter sheet, Footprint footprint)
    {
        var screen = sheet.Capabilities;
        var like = footprint.Total.Value;
        var operational = DisplayValue.Format(footprint.Operational.Bounds, footprint.Operational.Unit, like);
        var parts = new List<StyledText> { StyledTextWriter.ToUnbreakable(operational.Text), " from electricity" };
        if (footprint.Embodied is { } embodied)
            parts.AddRange([" + ", StyledTextWriter.ToUnbreakable(DisplayValue.Format(embodied.Bounds, embodied.Unit, like).Text), " from making the hardware"]);
        else
            parts.AddRange([" ", StyledText.Faint("(making the hardware is unknown and not counted)")]);
        if (footprint.Water is { } water)
            parts.AddRange([$" {screen.Dot} ", StyledTextWriter.ToUnbreakable(DisplayValue.Format(water).Text + " of water")]);
        sheet.WriteRow("carbon", parts);
        sheet.WriteRow("counted", StyledText.Faint(BoundaryText.Describe(footprint.Total.Boundary, $" {screen.Dot} ")));
    }

    static void WritePlace(StyledTextWriter sheet, Footprint footprint)
    {
        var dot = $" {sheet.Capabilities.Dot} ";
        var grid = footprint.Factors.Grid;
        var intensity = DisplayValue.FormatFactor(grid.Intensity);
        var year = grid.Year is { } known ? dot + known.ToString(CultureInfo.InvariantCulture) : "";
        var kind = grid.Basis == "unstated" ? "basis unstated" : grid.Basis == grid.Scope ? grid.Basis : $"{grid.Basis}, {grid.Scope}";
        sheet.WriteRow("grid",
            StyledText.Strong(TextSanitizer.ToOneLine(grid.Zone ?? "given")), " ",
            StyledTextWriter.ToUnbreakable(intensity.FormatWithInterval(sheet.Capabilities.Dash)), year, dot, kind, dot,
            grid.Intensity.Quality == Quality.Assumed ? new StyledText(TextSanitizer.ToOneLine(grid.How), TextStyle.Assumed) : TextSanitizer.ToOneLine(grid.How));
        var pue = footprint.Factors.Pue;
        sheet.WriteRow("building", StyledTextWriter.ToUnbreakable($"PUE {DisplayValue.FormatFactor(pue).FormatWithInterval(sheet.Capabilities.Dash)}"), dot, TextSanitizer.ToOneLine(footprint.Factors.PueHow));
    }

    static void WriteStages(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        if (record.Stages.All(stage => stage.Name == StageRecord.Outside))
            return;
        sheet.WriteBlankLine();
        StageTable.Write(sheet, record, footprint);
        sheet.WriteBlankLine();
    }

    static void WriteEpochs(StyledTextWriter sheet, RunRecord record)
    {
        if (record.Epochs.Length == 0)
            return;
        var screen = sheet.Capabilities;
        var dot = $" {screen.Dot} ";
        var count = record.Epochs.Length == 1 ? "1 epoch" : DisplayValue.FormatCount(record.Epochs.Length) + " epochs";
        var metric = record.Epochs.Any(epoch => epoch.Metrics.ContainsKey("loss")) ? "loss"
            : record.Epochs.Any(epoch => epoch.Metrics.ContainsKey("accuracy")) ? "accuracy" : null;
        if (metric is null)
        {
            sheet.WriteRow("epochs", StyledTextWriter.ToUnbreakable(count), dot, "no metrics reported");
            return;
        }

        var values = ValuesOf(record, metric);
        var parts = new List<StyledText>
        {
            StyledTextWriter.ToUnbreakable(count), dot, metric + " ", DisplayValue.FormatMetric(values[0]), " ",
            new(Sparkline.Render(values, Math.Clamp(sheet.RowColumns - 34, 8, 30), screen.Unicode), TextStyle.Bar), " ", DisplayValue.FormatMetric(values[^1]),
        };
        if (metric == "loss" && ValuesOf(record, "accuracy") is { Count: > 0 } accuracy)
            parts.AddRange([dot, StyledTextWriter.ToUnbreakable($"accuracy {DisplayValue.FormatMetric(accuracy[0])} {screen.Arrow} {DisplayValue.FormatMetric(accuracy[^1])}")]);
        sheet.WriteRow("epochs", parts);
    }

    static List<double> ValuesOf(RunRecord record, string metric) =>
        [.. record.Epochs.Where(epoch => epoch.Metrics.ContainsKey(metric)).Select(epoch => epoch.Metrics[metric])];

    /// <summary>One line per warning and per meter with gaps.</summary>
    internal static void WriteWarnings(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        foreach (var gaps in record.Gaps.GroupBy(gap => (gap.Meter, gap.Reason)))
        {
            var count = gaps.Count();
            var time = DisplayValue.FormatDuration(gaps.Sum(gap => gap.To - gap.From));
            sheet.WriteRow("gap", new StyledText(TextSanitizer.ToOneLine(gaps.Key.Meter), TextStyle.Warning),
                $" said nothing for {StyledTextWriter.ToUnbreakable(time)}{(count > 1 ? $" in {count} gaps" : "")}: {TextSanitizer.ToOneLine(gaps.Key.Reason)}");
        }

        foreach (var warning in RunDocument.CollectWarnings(record, footprint.Warnings))
            sheet.WriteRow("warning", new StyledText(TextSanitizer.ToOneLine(warning.Code) + ":", TextStyle.Warning), " ", WarningText.Format(warning));
    }
}
