using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Teaching;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>The training trace: loss and accuracy per epoch, with the energy and emissions of that epoch and an observation in words.</summary>
public static class EpochTable
{
    const int MaxRows = 40;

    /// <summary>Writes the table; nothing if there are no epochs. Of more than 40 epochs, 40 at even distances are shown, first and last among them.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="record">The facts.</param>
    /// <param name="footprint">The figures.</param>
    /// <param name="screen">What can be shown.</param>
    public static void Write(TextWriter writer, RunRecord record, Footprint footprint, TerminalCapabilities screen)
    {
        var count = record.Epochs.Length;
        if (count == 0)
            return;
        var sheet = new StyledTextWriter(writer, screen);
        var observations = Observations.Describe(record);
        var shown = count <= MaxRows ? Enumerable.Range(0, count) : Enumerable.Range(0, MaxRows).Select(i => (int)Math.Round(i * (count - 1) / (double)(MaxRows - 1)));
        var columns = new List<(string Head, Func<int, string> Cell)> { ("epoch", i => record.Epochs[i].Number.ToString(CultureInfo.InvariantCulture)) };
        foreach (var (metric, head) in new[] { ("loss", "loss"), ("accuracy", "accuracy"), ("validation_loss", "val. loss"), ("validation_accuracy", "val. acc.") })
        {
            if (record.Epochs.Any(epoch => epoch.Metrics.ContainsKey(metric)))
                columns.Add((head, i => record.Epochs[i].Metrics.TryGetValue(metric, out var value) ? DisplayValue.FormatMetric(value) : ""));
        }

        var (energy, emissions) = (footprint.Epochs.Max(part => part.Energy.Value), footprint.Epochs.Max(part => part.Emissions.Value));
        columns.Add(("energy", i => FormatLike(footprint.Epochs[i].Energy, energy)));
        columns.Add(("emissions", i => FormatLike(footprint.Epochs[i].Emissions, emissions)));
        var rows = shown.ToList();
        var widths = columns.Select(column => rows.Max(i => column.Cell(i).Length)).Zip(columns, (width, column) => Math.Max(width, column.Head.Length)).ToList();
        var used = 2 + widths.Sum(width => width + 2);
        var beside = screen.Width - used >= 28;
        sheet.WriteRaw(StyledText.Faint("  " + Joined(columns.Select(column => column.Head)) + (beside ? "observation" : "")));
        foreach (var i in rows)
        {
            var cells = "  " + Joined(columns.Select(column => column.Cell(i)));
            if (beside)
            {
                WriteWrapped(sheet, cells, new string(' ', used), observations[i]);
            }
            else
            {
                sheet.WriteRaw(cells);
                WriteWrapped(sheet, "    ", "    ", observations[i], faint: true);
            }
        }

        if (count > MaxRows)
            sheet.WriteLine(StyledText.Faint($"{MaxRows} of {DisplayValue.FormatCount(count)} epochs shown"));

        string Joined(IEnumerable<string> cells) => string.Concat(cells.Select((cell, column) => cell.PadLeft(widths[column]) + "  "));
    }

    static string FormatLike(Figure figure, double largest) => DisplayValue.Format(figure.Bounds, figure.Unit, largest).Text;

    static void WriteWrapped(StyledTextWriter sheet, string first, string rest, string observation, bool faint = false) =>
        sheet.WriteHanging(first, rest, faint ? StyledText.Faint(observation) : observation);
}
