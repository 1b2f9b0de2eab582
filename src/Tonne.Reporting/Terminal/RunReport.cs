using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Json;
using Tonne.Reporting.Teaching;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>Writes the full report of a run, as <c>tonne show</c> and <c>tonne run --verbose</c> print it.</summary>
public static class RunReport
{
    const int MaxBarColumns = 24;
    const int MinBarColumns = 4;
    const int MaxNotes = 3;
    const long MinShownBytes = 10_000_000;

    /// <summary>Writes the report.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="record">The record of the run.</param>
    /// <param name="footprint">The footprint of the run.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    /// <param name="recordPath">Path of the record; null to print the id of the run instead.</param>
    /// <param name="isKept">Whether the run is in the ledger. Default true.</param>
    public static void Write(
        TextWriter writer, RunRecord record, Footprint footprint, TerminalCapabilities screen, string? recordPath = null, bool isKept = true)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        sheet.WriteLine(
            StyledText.Strong(TextSanitizer.ToOneLine(record.Opening.Name)), " ",
            StyledText.Faint(TextSanitizer.ToOneLine(string.Join(' ', record.Opening.Command))));
        sheet.WriteBlankLine();
        RunSummaryText.WriteHeadline(sheet, RunHeadline.From(record, footprint), "total");
        WriteComponents(sheet, record, footprint);
        WriteEmissions(sheet, footprint);
        EquivalentText.WriteRow(sheet, Equivalents.Choose(footprint.Total));
        WritePlace(sheet, footprint);
        WriteData(sheet, footprint);
        sheet.WriteRow("insight", TextSanitizer.ToOneLine(Insight.Describe(record, footprint)));
        StepSeriesText.WriteRows(sheet, record, footprint);
        foreach (var note in record.Notes.Take(MaxNotes))
            sheet.WriteRow("note", TextSanitizer.ToOneLine(note));
        WriteGaps(sheet, record);
        foreach (var warning in WarningImportance.Sort(RunDocument.CollectWarnings(record, footprint.Warnings)))
            WriteWarning(sheet, warning);
        if (record.Opening.Parent is { } parent)
            sheet.WriteRow("inside", StyledText.Strong(StyledTextWriter.ToUnbreakable(TextSanitizer.ToOneLine(parent))), ": that run's energy includes this one's");
        WriteRecord(sheet, record, recordPath, isKept);
        RankTable.WriteIfAny(sheet, record, footprint);
        StageTable.WriteIfAny(sheet, record, footprint);
        if (record.Epochs.Length == 0)
            return;
        sheet.WriteBlankLine();
        EpochTable.Write(writer, record, footprint, screen);
        sheet.WriteBlankLine();
        LossCurve.Write(writer, record, screen);
    }

    /// <summary>Writes a warning with its code and its remedy.</summary>
    internal static void WriteWarning(StyledTextWriter sheet, Warning warning) =>
        sheet.WriteRow("warning", new StyledText(TextSanitizer.ToOneLine(warning.Code) + ":", TextStyle.Warning), " ",
            TextSanitizer.ToOneLine(warning.Text), " ", StyledText.Strong(TextSanitizer.ToOneLine(warning.Remedy)));

    /// <summary>Writes the energy of each component with a bar, and the energy at the plug.</summary>
    static void WriteComponents(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        const double MicrojoulesPerKilowattHour = 3.6e12;
        var total = record.Components.Sum(part => part.JobMicrojoules) / MicrojoulesPerKilowattHour;
        var parts = GroupParts(record);
        var largest = parts.Select(part => part.JobMicrojoules).DefaultIfEmpty(0).Max();
        var nameColumns = Math.Clamp(parts.Select(part => TextSanitizer.CountColumns(part.Name)).DefaultIfEmpty(0).Max(), 6, 14);
        var barColumns = Math.Min(MaxBarColumns, sheet.RowColumns - nameColumns - 22);
        foreach (var (i, part) in parts.Index())
        {
            var energy = DisplayValue.Format(part.JobMicrojoules / MicrojoulesPerKilowattHour, "kWh", 2, total);
            var name = StyledTextWriter.ToUnbreakable(TextSanitizer.FitToColumns(part.Name, nameColumns, sheet.Capabilities.Unicode));
            List<StyledText> cells = [name, " "];
            if (barColumns >= MinBarColumns)
                cells.AddRange([DrawBar(part.JobMicrojoules, largest, barColumns, sheet.Capabilities), " "]);
            sheet.WriteRow(i == 0 ? "energy" : "",
                [.. cells, StyledTextWriter.ToUnbreakable(energy.PadLeft(9)), " ", StyledText.FromQuality(part.Quality)]);
        }

        var atPlug = DisplayValue.Format(footprint.Energy.Bounds, footprint.Energy.Unit, footprint.FacilityEnergy.Value);
        sheet.WriteRow("", StyledTextWriter.ToUnbreakable(atPlug.FormatWithInterval(sheet.Capabilities.Dash)),
            StyledText.Faint(" IT energy (at the plug, before PUE)"));
        WriteMachine(sheet, record);
    }

    /// <summary>Writes whose the machine's energy was, if it was not all the job's.</summary>
    static void WriteMachine(StyledTextWriter sheet, RunRecord record)
    {
        if (record.Opening.Policy == SharePolicy.Machine)
            return;
        var machine = record.Components.Sum(part => part.MachineMicrojoules);
        var dot = $" {sheet.Capabilities.Dot} ";
        var text = $"{Show(machine)}: {Show(record.Components.Sum(part => part.JobMicrojoules))} this job{dot}{Show(record.Components.Sum(part => part.OthersMicrojoules))} others"
            + $"{dot}{Show(record.Components.Sum(part => part.IdleMicrojoules))} idle";
        if (record.Components.Any(part => part.UnexplainedMicrojoules is not null))
        {
            var share = record.Components.Sum(part => part.UnexplainedMicrojoules ?? 0) / (double)Math.Max(1, machine);
            text += dot + StyledTextWriter.ToUnbreakable((Math.Round(share * 100, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture) + " %") + " unexplained";
        }

        sheet.WriteRow("machine", text);

        string Show(long microjoules) => StyledTextWriter.ToUnbreakable(DisplayValue.Format(microjoules / 3.6e12, "kWh", 2, machine / 3.6e12));
    }

    /// <summary>Returns a row for each component; several devices of one kind and quality are one row.</summary>
    internal static List<(string Name, Component Component, long JobMicrojoules, Quality Quality)> GroupParts(RunRecord record)
    {
        var rows = new List<(string, Component, long, Quality)>();
        foreach (var kind in record.Components.GroupBy(part => (part.Component, part.Quality)))
        {
            var components = kind.ToList();
            if (components.Count >= BoundaryText.MinGroupedDevices && components.TrueForAll(part => part.Device is not null))
            {
                var name = $"{EnumWords.Format(kind.Key.Component)}×{components.Count}";
                rows.Add((name, kind.Key.Component, components.Sum(part => part.JobMicrojoules), kind.Key.Quality));
            }
            else
            {
                rows.AddRange(components.Select(part => (GetPartName(part), part.Component, part.JobMicrojoules, part.Quality)));
            }
        }

        return rows;
    }

    internal static string GetPartName(ComponentEnergy part) =>
        part.Device is null ? EnumWords.Format(part.Component) : $"{EnumWords.Format(part.Component)}:{TextSanitizer.ToOneLine(part.Device)}";

    static StyledText DrawBar(long value, long largest, int columns, TerminalCapabilities screen)
    {
        var eighths = largest <= 0 ? 0 : (int)Math.Round((double)value / largest * columns * 8);
        var rest = eighths % 8;
        var bar = screen.Unicode
            ? new string('█', eighths / 8) + (rest > 0 ? "▏▎▍▌▋▊▉"[rest - 1].ToString() : "")
            : new string('#', (eighths + 4) / 8);
        return new(StyledTextWriter.ToUnbreakable(bar.PadRight(columns)), TextStyle.Bar);
    }

    static void WriteEmissions(StyledTextWriter sheet, Footprint footprint)
    {
        var screen = sheet.Capabilities;
        var scaleValue = footprint.Total.Value;
        var operational = DisplayValue.Format(footprint.Operational.Bounds, footprint.Operational.Unit, scaleValue);
        var parts = new List<StyledText> { StyledTextWriter.ToUnbreakable(operational.Text), " operational" };
        if (footprint.Embodied is { } embodied)
        {
            var text = DisplayValue.Format(embodied.Bounds, embodied.Unit, scaleValue).Text;
            parts.AddRange([" + ", StyledTextWriter.ToUnbreakable(text), " embodied"]);
        }
        else
        {
            parts.AddRange([" ", StyledText.Faint("(embodied emissions are unknown and not included)")]);
        }

        if (footprint.Water is { } water)
            parts.AddRange([$" {screen.Dot} ", StyledTextWriter.ToUnbreakable(DisplayValue.Format(water).Text + " of water")]);
        sheet.WriteRow("emissions", parts);
        sheet.WriteRow("boundary", StyledText.Faint(BoundaryText.Describe(footprint.Total.Boundary, $" {screen.Dot} ")));
    }

    static void WritePlace(StyledTextWriter sheet, Footprint footprint)
    {
        var dot = $" {sheet.Capabilities.Dot} ";
        var grid = footprint.Factors.Grid;
        var intensity = DisplayValue.FormatFactor(grid.Intensity);
        var year = grid.Year is { } known ? dot + known.ToString(CultureInfo.InvariantCulture) : "";
        var kind = BoundaryText.FormatBasis(grid);
        var how = TextSanitizer.ToOneLine(grid.How);
        sheet.WriteRow("grid",
            StyledText.Strong(TextSanitizer.ToOneLine(grid.Zone ?? "given")), " ",
            StyledTextWriter.ToUnbreakable(intensity.FormatWithInterval(sheet.Capabilities.Dash)), year, dot, kind, dot,
            grid.Intensity.Quality == Quality.Assumed ? new StyledText(how, TextStyle.Assumed) : how);
        var pue = DisplayValue.FormatFactor(footprint.Factors.Pue).FormatWithInterval(sheet.Capabilities.Dash);
        sheet.WriteRow("PUE", StyledTextWriter.ToUnbreakable(pue), dot, TextSanitizer.ToOneLine(footprint.Factors.PueHow));
    }

    static void WriteData(StyledTextWriter sheet, Footprint footprint)
    {
        foreach (var data in footprint.Data.Where(data => data.Bytes >= MinShownBytes))
        {
            sheet.WriteRow("data",
                StyledTextWriter.ToUnbreakable(DisplayValue.FormatBytes(data.Bytes)), data.Name == "storage" ? " written; kept for a year: " : " moved by the machine; over the internet: ",
                StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(data.Energy)), " and ",
                StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(data.Emissions)), StyledText.Faint(", not part of any sum"));
        }
    }

    static void WriteGaps(StyledTextWriter sheet, RunRecord record)
    {
        foreach (var gaps in record.Gaps.GroupBy(gap => (gap.Meter, gap.Reason)))
        {
            var count = gaps.Count();
            var time = StyledTextWriter.ToUnbreakable(DisplayValue.FormatDuration(gaps.Sum(gap => gap.To - gap.From)));
            sheet.WriteRow("gap", new StyledText(TextSanitizer.ToOneLine(gaps.Key.Meter), TextStyle.Warning),
                $" was not read for {time}{(count > 1 ? $" in {count} gaps" : "")}: {TextSanitizer.ToOneLine(gaps.Key.Reason)}");
        }
    }

    static void WriteRecord(StyledTextWriter sheet, RunRecord record, string? recordPath, bool isKept)
    {
        if (!isKept)
            sheet.WriteRow("record", new StyledText("none: this run is not in the ledger", TextStyle.Warning));
        else
        {
            sheet.WriteRow("record",
                StyledTextWriter.ToUnbreakable(TextSanitizer.ToOneLine(recordPath ?? record.Opening.Id)), $" {sheet.Capabilities.Dot} ",
                StyledText.Strong(StyledTextWriter.ToUnbreakable("tonne explain " + record.Opening.Id)));
        }
    }
}
