using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Reporting.Explaining;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>The stages of a run: data in and out, time, facility energy, operational emissions.</summary>
static class StageTable
{
    /// <summary>Names the boundary of a stage's or an epoch's energy and emissions, which is narrower than the headline's.</summary>
    internal const string BoundaryNote = "Energy with PUE; emissions operational, without embodied.";

    const int MinNameColumns = 12;
    const int EmissionsColumns = 12;

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

    /// <summary>Writes the table. On a narrow screen the shapes follow in a second table.</summary>
    internal static void Write(StyledTextWriter sheet, RunRecord record, Footprint footprint)
    {
        var screen = sheet.Capabilities;
        var shaped = record.Stages.Select(stage => FormatShapes(stage, screen)).ToList();
        var heading = "data in " + screen.Arrow + " out";
        var wide = CreateTable(["stage", heading, "time", "energy", "emissions"]);
        var narrow = CreateTable(["stage", "time", "energy", "emissions"]);
        foreach (var (i, stage) in record.Stages.Index())
        {
            var figures = footprint.Stages[i];
            string[] cells = stage.IsLate ? [screen.Dash, screen.Dash, screen.Dash] :
            [
                DisplayValue.FormatDuration(stage.DurationSeconds),
                DisplayValue.Format(RunHeadline.ComputeFacilityEnergyBounds(figures, footprint), figures.Energy.Unit, footprint.FacilityEnergy.Value).Text,
                DisplayValue.Format(figures.Emissions.Bounds, figures.Emissions.Unit, footprint.Operational.Value).Text,
            ];
            wide.Add([stage.Name, shaped[i], .. cells]);
            narrow.Add([stage.Name, .. cells]);
        }

        if (shaped.TrueForAll(shapes => shapes.Length == 0))
        {
            sheet.WriteTable(narrow);
        }
        else if (wide.ColumnsBeforeLast - Math.Max(0, record.Stages.Max(stage => TextSanitizer.CountColumns(stage.Name)) - MinNameColumns) + EmissionsColumns <= screen.Width)
        {
            sheet.WriteTable(wide);
        }
        else
        {
            sheet.WriteTable(narrow);
            var shapes = CreateTable(["stage", heading]);
            foreach (var (i, stage) in record.Stages.Index().Where(one => shaped[one.Index].Length > 0))
                shapes.Add(stage.Name, shaped[i]);
            sheet.WriteBlankLine();
            sheet.WriteTable(shapes);
        }
    }

    static TextTable CreateTable(string[] headings) => new(headings)
    {
        Margin = 2,
        FlexibleColumn = 0,
        RightAligned = headings.Index().Where(one => one.Item is "time" or "energy" or "emissions").Select(one => one.Index).ToHashSet(),
    };

    internal static string FormatShapes(StageRecord stage, TerminalCapabilities screen)
    {
        if (stage.DataIn is null && stage.DataOut is null)
            return "";
        return $"{Shape(stage.DataIn)} {screen.Arrow} {Shape(stage.DataOut)}";

        string Shape(DataShape? shape) => shape is null ? "?" : $"{DisplayValue.FormatCount(shape.Rows)} {screen.Times} {DisplayValue.FormatCount(shape.Columns)}";
    }
}
