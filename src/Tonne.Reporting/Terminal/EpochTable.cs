using System.Globalization;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Teaching;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>The epochs of a run: duration, loss, accuracy, facility energy, operational emissions, and an observation in words.</summary>
static class EpochTable
{
    const int MaxRows = 40;
    const int MinObservationColumns = 28;
    const int MaxOtherLosses = 3;

    static readonly (string Metric, string Head)[] _metrics =
        [("loss", "loss"), ("accuracy", "accuracy"), ("validation_loss", "val. loss"), ("validation_accuracy", "val. acc.")];

    /// <summary>
    /// Writes the table; nothing if there are no epochs. If there are too many, epochs at equal distances are shown, including the first
    /// and the last.
    /// </summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="record">The record of the run.</param>
    /// <param name="footprint">The footprint of the run.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    /// <param name="withObservations">Whether each row has an observation in words. Default true.</param>
    /// <param name="maxRows">The most rows, at least 2. Default 40.</param>
    public static void Write(
        TextWriter writer, RunRecord record, Footprint footprint, TerminalCapabilities screen, bool withObservations = true, int maxRows = MaxRows)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        var count = record.Epochs.Length;
        if (count == 0)
            return;
        var sheet = new StyledTextWriter(writer, screen);
        var observations = withObservations ? Observations.Describe(record) : [];
        List<int> rows = count <= maxRows ? [.. Enumerable.Range(0, count)]
            : [.. Enumerable.Range(0, maxRows).Select(i => (int)Math.Round(i * (count - 1) / (double)(maxRows - 1)))];
        var columns = CreateColumns(record, footprint, screen.Dash);
        var plain = CreateTable(columns, rows, []);
        var beside = CreateTable(columns, rows, observations);
        if (withObservations && screen.Width - beside.ColumnsBeforeLast >= MinObservationColumns)
        {
            sheet.WriteTable(beside);
        }
        else
        {
            sheet.WriteTable(plain);
            if (withObservations)
            {
                sheet.WriteBlankLine();
                sheet.WriteTable(CreateTable(columns[..1], rows, observations));
                sheet.WriteBlankLine();
            }
        }

        if (record.Epochs.Any(epoch => epoch.IsLate))
            sheet.WriteLine(StyledText.Faint($"{screen.Dash} unknown: the output came from a buffer. Python writes each line at once with -u."));
        var shown = count > maxRows ? $"{maxRows} of {DisplayValue.FormatCount(count)} epochs shown. " : "";
        sheet.WriteLine(StyledText.Faint(shown + StageTable.BoundaryNote));
    }

    static TextTable CreateTable(List<(string Head, Func<int, string> Cell)> columns, List<int> rows, IReadOnlyList<string> observations)
    {
        var observed = observations.Count > 0;
        var table = new TextTable([.. columns.Select(column => column.Head), .. observed ? ["observation"] : (string[])[]])
        {
            Margin = 2,
            RightAligned = Enumerable.Range(0, columns.Count).ToHashSet(),
            WrapsLastColumn = observed,
        };
        foreach (var i in rows)
            table.Add([.. columns.Select(column => column.Cell(i)), .. observed ? [observations[i]] : (string[])[]]);
        return table;
    }

    static List<(string Head, Func<int, string> Cell)> CreateColumns(RunRecord record, Footprint footprint, string unknown)
    {
        var columns = new List<(string Head, Func<int, string> Cell)>
        {
            ("epoch", i => record.Epochs[i].Number.ToString(CultureInfo.InvariantCulture)),
            ("time", i => Known(i, () => DisplayValue.FormatDuration(record.Epochs[i].DurationSeconds))),
        };
        if (EpochSeries.Split(record.Epochs) is { Count: > 1 } all)
        {
            int[] numbers = [.. all.SelectMany((series, i) => Enumerable.Repeat(i + 1, series.Count))];
            columns.Insert(1, ("series", i => numbers[i].ToString(CultureInfo.InvariantCulture)));
        }

        var shown = _metrics.Where(known => record.Epochs.Any(epoch => epoch.Metrics.ContainsKey(known.Metric))).ToList();
        // Without any of these, a few losses of other names: those of a detector or of two networks.
        if (shown.Count == 0)
            shown = [.. record.Epochs.SelectMany(epoch => epoch.Metrics.Keys).Where(name => name.EndsWith("loss", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Take(MaxOtherLosses).Select(name => (name, name.Replace('_', ' ')))];
        foreach (var (metric, head) in shown)
            columns.Add((head, i => record.Epochs[i].Metrics.TryGetValue(metric, out var value) ? DisplayValue.FormatMetric(value) : ""));
        var energies = footprint.Epochs.Select(part => RunHeadline.GetFacilityEnergy(part, footprint)).ToList();
        var (energy, emissions) = (energies.Max(), footprint.Epochs.Max(part => part.Emissions.Value));
        columns.Add(("energy", i => Known(i, () => DisplayValue.Format(energies[i], "kWh", 2, energy))));
        columns.Add(("emissions", i => Known(i, () => FormatLike(footprint.Epochs[i].Emissions, emissions))));
        return columns;

        string Known(int i, Func<string> text) => record.Epochs[i].IsLate ? unknown : text();
    }

    static string FormatLike(Figure figure, double largest) => DisplayValue.Format(figure.Bounds, figure.Unit, largest).Text;
}
