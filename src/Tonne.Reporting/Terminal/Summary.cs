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
public static class Summary
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
    public static void Write(TextWriter writer, RunRecord record, Footprint footprint, Screen screen, string? recordPath = null, string? reference = "last", bool isTraced = false) =>
        Write(writer, record, footprint, screen, recordPath, reference, isTraced, withEquivalents: false);

    internal static void Write(TextWriter writer, RunRecord record, Footprint footprint, Screen screen, string? recordPath, string? reference, bool isTraced, bool withEquivalents)
    {
        var sheet = new Sheet(writer, screen);
        sheet.Blank();
        Headline(sheet, record, footprint);
        sheet.Blank();
        Energy(sheet, record);
        Carbon(sheet, footprint);
        if (withEquivalents)
            EquivalentWords.Row(sheet, Equivalents.For(footprint.Total));
        Place(sheet, footprint);
        if (!isTraced)
            Stages(sheet, record, footprint);
        Epochs(sheet, record);
        if (!isTraced)
            sheet.Row("insight", Printable.OneLine(Insight.Of(record, footprint)));
        foreach (var note in record.Notes.Take(MostNotes))
            sheet.Row("note", Printable.OneLine(note));
        Doubts(sheet, record, footprint);
        if (reference is null)
            sheet.Row("record", new Inked("none: this run is not in the ledger", Ink.Warning));
        else
            sheet.Row("record", Sheet.Whole(Printable.OneLine(recordPath ?? record.Opening.Id)), $" {screen.Dot} ", Inked.Strong(Sheet.Whole("tonne explain " + Printable.OneLine(reference))));
    }

    /// <summary>The headline: emissions with their interval, energy, time, quality, and how it ended if not well.</summary>
    internal static void Headline(Sheet sheet, RunRecord record, Footprint footprint)
    {
        var screen = sheet.Screen;
        var total = Readout.Of(footprint.Total);
        var dot = Inked.Faint($" {screen.Dot} ");
        var parts = new List<Inked> { Inked.Strong(Sheet.Whole(total.Text)) };
        if (total.Low is not null)
            parts.AddRange([" ", Inked.Faint(total.Interval(screen.Dash))]);
        parts.AddRange([dot, Sheet.Whole($"{Readout.Of(footprint.Energy).Text} {BoundaryWords.Extent(footprint.Energy.Boundary)}")]);
        parts.AddRange([dot, Sheet.Whole(Readout.Duration(record.DurationSeconds)), dot, QualityOf(footprint.Energy)]);
        if (record.Status == RunStatus.Failed)
            parts.AddRange([dot, new Inked(Sheet.Whole(string.Create(CultureInfo.InvariantCulture, $"failed, exit code {record.ExitCode}")), Ink.Warning)]);
        else if (record.Status != RunStatus.Completed)
            parts.AddRange([dot, new Inked(EnumText.Name(record.Status), Ink.Warning)]);
        sheet.Line(parts);
    }

    static Inked QualityOf(Figure figure) =>
        figure.Quality != Quality.Measured && figure.MeasuredShare >= 0.005
            ? Inked.Of(figure.Quality) with { Text = Sheet.Whole($"{Readout.Percent(figure.MeasuredShare)} measured, rest {EnumText.Name(figure.Quality)}") }
            : Inked.Of(figure.Quality);

    static void Energy(Sheet sheet, RunRecord record)
    {
        var total = record.Components.Sum(part => part.JobMicrojoules) / 3.6e12;
        var parts = RowsOf(record);
        var largest = parts.Select(part => part.JobMicrojoules).DefaultIfEmpty(0).Max();
        var names = parts.ConvertAll(part => part.Name);
        var nameColumns = Math.Clamp(names.Select(Printable.Columns).DefaultIfEmpty(0).Max(), 6, 14);
        var room = Math.Min(LargestBar, sheet.RowColumns - nameColumns - 22);
        for (var i = 0; i < names.Count; i++)
        {
            var part = parts[i];
            var energy = Readout.Of(part.JobMicrojoules / 3.6e12, "kWh", 2, total);
            var label = i == 0 ? "energy" : "";
            var name = Sheet.Whole(Printable.Fit(names[i], nameColumns, sheet.Screen.Unicode));
            if (room < 4)
                sheet.Row(label, name, " ", Sheet.Whole(energy.PadLeft(9)), " ", Inked.Of(part.Quality));
            else
                sheet.Row(label, name, " ", Bar(part.JobMicrojoules, largest, room, sheet.Screen), " ", Sheet.Whole(energy.PadLeft(9)), " ", Inked.Of(part.Quality));
        }
    }

    /// <summary>A row for each part; many devices of one kind and quality are one row.</summary>
    static List<(string Name, long JobMicrojoules, Quality Quality)> RowsOf(RunRecord record)
    {
        var rows = new List<(string, long, Quality)>();
        foreach (var kind in record.Components.GroupBy(part => (part.Component, part.Quality)))
        {
            var all = kind.ToList();
            if (all.Count >= BoundaryWords.Many && all.TrueForAll(part => part.Device is not null))
                rows.Add(($"{EnumText.Name(kind.Key.Component)}×{all.Count}", all.Sum(part => part.JobMicrojoules), kind.Key.Quality));
            else
                rows.AddRange(all.Select(part => (NameOf(part), part.JobMicrojoules, part.Quality)));
        }

        return rows;
    }

    internal static string NameOf(ComponentEnergy part) =>
        part.Device is null ? EnumText.Name(part.Component) : $"{EnumText.Name(part.Component)}:{Printable.OneLine(part.Device)}";

    static Inked Bar(long value, long largest, int columns, Screen screen)
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

        return new(Sheet.Whole(bar.PadRight(columns)), Ink.Bar);
    }

    static void Carbon(Sheet sheet, Footprint footprint)
    {
        var screen = sheet.Screen;
        var like = footprint.Total.Value;
        var operational = Readout.Of(footprint.Operational.Bounds, footprint.Operational.Unit, like);
        var parts = new List<Inked> { Sheet.Whole(operational.Text), " from electricity" };
        if (footprint.Embodied is { } embodied)
            parts.AddRange([" + ", Sheet.Whole(Readout.Of(embodied.Bounds, embodied.Unit, like).Text), " from making the hardware"]);
        else
            parts.AddRange([" ", Inked.Faint("(making the hardware is unknown and not counted)")]);
        if (footprint.Water is { } water)
            parts.AddRange([$" {screen.Dot} ", Sheet.Whole(Readout.Of(water).Text + " of water")]);
        sheet.Row("carbon", parts);
        sheet.Row("counted", Inked.Faint(BoundaryWords.Sentence(footprint.Total.Boundary, $" {screen.Dot} ")));
    }

    static void Place(Sheet sheet, Footprint footprint)
    {
        var dot = $" {sheet.Screen.Dot} ";
        var grid = footprint.Factors.Grid;
        var intensity = Readout.OfFactor(grid.Intensity);
        var year = grid.Year is { } known ? dot + known.ToString(CultureInfo.InvariantCulture) : "";
        var kind = grid.Basis == "unstated" ? "basis unstated" : grid.Basis == grid.Scope ? grid.Basis : $"{grid.Basis}, {grid.Scope}";
        sheet.Row("grid",
            Inked.Strong(Printable.OneLine(grid.Zone ?? "given")), " ",
            Sheet.Whole(intensity.Full(sheet.Screen.Dash)), year, dot, kind, dot,
            grid.Intensity.Quality == Quality.Assumed ? new Inked(Printable.OneLine(grid.How), Ink.Assumed) : Printable.OneLine(grid.How));
        var pue = footprint.Factors.Pue;
        sheet.Row("building", Sheet.Whole($"PUE {Readout.OfFactor(pue).Full(sheet.Screen.Dash)}"), dot, Printable.OneLine(footprint.Factors.PueHow));
    }

    static void Stages(Sheet sheet, RunRecord record, Footprint footprint)
    {
        if (record.Stages.All(stage => stage.Name == StageRecord.Outside))
            return;
        sheet.Blank();
        StageTable.Write(sheet, record, footprint);
        sheet.Blank();
    }

    static void Epochs(Sheet sheet, RunRecord record)
    {
        if (record.Epochs.Length == 0)
            return;
        var screen = sheet.Screen;
        var dot = $" {screen.Dot} ";
        var count = record.Epochs.Length == 1 ? "1 epoch" : Readout.Count(record.Epochs.Length) + " epochs";
        var metric = record.Epochs.Any(epoch => epoch.Metrics.ContainsKey("loss")) ? "loss"
            : record.Epochs.Any(epoch => epoch.Metrics.ContainsKey("accuracy")) ? "accuracy" : null;
        if (metric is null)
        {
            sheet.Row("epochs", Sheet.Whole(count), dot, "no metrics reported");
            return;
        }

        var values = ValuesOf(record, metric);
        var parts = new List<Inked>
        {
            Sheet.Whole(count), dot, metric + " ", Readout.Metric(values[0]), " ",
            new(Sparkline.Of(values, Math.Clamp(sheet.RowColumns - 34, 8, 30), screen.Unicode), Ink.Bar), " ", Readout.Metric(values[^1]),
        };
        if (metric == "loss" && ValuesOf(record, "accuracy") is { Count: > 0 } accuracy)
            parts.AddRange([dot, Sheet.Whole($"accuracy {Readout.Metric(accuracy[0])} {screen.Arrow} {Readout.Metric(accuracy[^1])}")]);
        sheet.Row("epochs", parts);
    }

    static List<double> ValuesOf(RunRecord record, string metric) =>
        [.. record.Epochs.Where(epoch => epoch.Metrics.ContainsKey(metric)).Select(epoch => epoch.Metrics[metric])];

    /// <summary>One line per doubt and per meter with gaps.</summary>
    internal static void Doubts(Sheet sheet, RunRecord record, Footprint footprint)
    {
        foreach (var gaps in record.Gaps.GroupBy(gap => (gap.Meter, gap.Reason)))
        {
            var count = gaps.Count();
            var time = Readout.Duration(gaps.Sum(gap => gap.To - gap.From));
            sheet.Row("gap", new Inked(Printable.OneLine(gaps.Key.Meter), Ink.Warning),
                $" said nothing for {Sheet.Whole(time)}{(count > 1 ? $" in {count} gaps" : "")}: {Printable.OneLine(gaps.Key.Reason)}");
        }

        foreach (var doubt in RunDocument.DoubtsOf(record, footprint.Doubts))
            sheet.Row("doubt", new Inked(Printable.OneLine(doubt.Code) + ":", Ink.Warning), " ", Printable.OneLine(doubt.Text));
    }
}
