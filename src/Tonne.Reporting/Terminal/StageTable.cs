using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Reporting.Explaining;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>The stages of a run: data in and out, time, facility energy, operational emissions.</summary>
static class StageTable
{
    /// <summary>What the energy and the emissions of a stage or an epoch include, where the headline includes more.</summary>
    internal const string BoundaryNote = "Energy with PUE; emissions operational, without embodied.";

    /// <summary>Writes the table after a blank line; nothing if the run has no stages.</summary>
    internal static void WriteIfAny(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        if (record.Stages.All(stage => stage.Name == StageRecord.Outside))
            return;
        sheet.WriteBlankLine();
        Write(sheet, record, footprint);
        if (record.Epochs.Length == 0)
            sheet.WriteLine(StyledText.Faint(BoundaryNote));
    }

    /// <summary>Writes the table; on a narrow screen without the shapes, which follow on lines of their own.</summary>
    internal static void Write(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        var screen = sheet.Capabilities;
        var rows = record.Stages.Zip(footprint.Stages, (stage, figures) => new Row(
            TextSanitizer.ToOneLine(stage.Name), FormatShapes(stage, screen), DisplayValue.FormatDuration(stage.DurationSeconds),
            DisplayValue.Format(RunHeadline.ComputeFacilityEnergyBounds(figures, footprint), figures.Energy.Unit, footprint.FacilityEnergy.Value).Text,
            DisplayValue.Format(figures.Emissions.Bounds, figures.Emissions.Unit, footprint.Operational.Value).Text)).ToList();
        var shaped = rows.Any(row => row.Shapes.Length > 0);
        var heads = new Row("stage", "data in " + screen.Arrow + " out", "time", "energy", "emissions");
        int Columns(Func<Row, string> cell) => rows.Append(heads).Max(row => TextSanitizer.CountColumns(cell(row)));
        var (shape, time, energy, emissions) = (Columns(row => row.Shapes), Columns(row => row.Time), Columns(row => row.Energy), Columns(row => row.Emissions));
        var fixedColumns = time + energy + emissions + 6 + 2;
        var wide = shaped && screen.Width - fixedColumns - shape - 2 >= 12;
        var name = Math.Min(Columns(row => row.Name), screen.Width - fixedColumns - 2 - (wide ? shape + 2 : 0));
        foreach (var row in rows.Prepend(heads))
        {
            var text = $"  {TextSanitizer.FitToColumns(row.Name, name, screen.Unicode)}  {(wide ? TextSanitizer.FitToColumns(row.Shapes, shape) + "  " : "")}"
                + $"{row.Time.PadLeft(time)}  {row.Energy.PadLeft(energy)}  {row.Emissions.PadLeft(emissions)}";
            sheet.WriteRaw(ReferenceEquals(row, heads) ? StyledText.Faint(text) : text);
            if (shaped && !wide && row.Shapes.Length > 0 && !ReferenceEquals(row, heads))
                sheet.WriteRaw(StyledText.Faint("    " + row.Shapes));
        }
    }

    internal static string FormatShapes(StageRecord stage, TerminalCapabilities screen)
    {
        if (stage.DataIn is null && stage.DataOut is null)
            return "";
        return $"{Shape(stage.DataIn)} {screen.Arrow} {Shape(stage.DataOut)}";

        string Shape(DataShape? shape) => shape is null ? "?" : $"{DisplayValue.FormatCount(shape.Rows)} {screen.Times} {DisplayValue.FormatCount(shape.Columns)}";
    }

    sealed record Row(string Name, string Shapes, string Time, string Energy, string Emissions);
}
