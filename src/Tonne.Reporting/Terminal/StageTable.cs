using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>The stages of a run: data in and out, time, energy, emissions.</summary>
static class StageTable
{
    /// <summary>Writes the table; on a narrow screen without the shapes, which follow on lines of their own.</summary>
    internal static void Write(Sheet sheet, RunRecord record, Footprint footprint)
    {
        var screen = sheet.Screen;
        var rows = record.Stages.Zip(footprint.Stages, (stage, figures) => new Row(
            Printable.OneLine(stage.Name), ShapesOf(stage, screen), Readout.Duration(stage.DurationSeconds),
            Readout.Of(figures.Energy.Bounds, figures.Energy.Unit, footprint.Energy.Value).Text,
            Readout.Of(figures.Emissions.Bounds, figures.Emissions.Unit, footprint.Operational.Value).Text)).ToList();
        var shaped = rows.Any(row => row.Shapes.Length > 0);
        var heads = new Row("stage", "data in " + screen.Arrow + " out", "time", "energy", "emissions");
        int Columns(Func<Row, string> cell) => rows.Append(heads).Max(row => Printable.Columns(cell(row)));
        var (shape, time, energy, emissions) = (Columns(row => row.Shapes), Columns(row => row.Time), Columns(row => row.Energy), Columns(row => row.Emissions));
        var fixedColumns = time + energy + emissions + 6 + 2;
        var wide = shaped && screen.Width - fixedColumns - shape - 2 >= 12;
        var name = Math.Min(Columns(row => row.Name), screen.Width - fixedColumns - 2 - (wide ? shape + 2 : 0));
        foreach (var row in rows.Prepend(heads))
        {
            var text = $"  {Printable.Fit(row.Name, name, screen.Unicode)}  {(wide ? Printable.Fit(row.Shapes, shape) + "  " : "")}"
                + $"{row.Time.PadLeft(time)}  {row.Energy.PadLeft(energy)}  {row.Emissions.PadLeft(emissions)}";
            sheet.Raw(ReferenceEquals(row, heads) ? Inked.Faint(text) : text);
            if (shaped && !wide && row.Shapes.Length > 0 && !ReferenceEquals(row, heads))
                sheet.Raw(Inked.Faint("    " + row.Shapes));
        }
    }

    internal static string ShapesOf(StageRecord stage, Screen screen)
    {
        if (stage.DataIn is null && stage.DataOut is null)
            return "";
        return $"{Shape(stage.DataIn)} {screen.Arrow} {Shape(stage.DataOut)}";

        string Shape(DataShape? shape) => shape is null ? "?" : $"{Readout.Count(shape.Rows)} {screen.Times} {Readout.Count(shape.Columns)}";
    }

    sealed record Row(string Name, string Shapes, string Time, string Energy, string Emissions);
}
