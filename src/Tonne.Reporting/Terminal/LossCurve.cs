using System.Globalization;
using System.Text;
using Tonne.Formatting;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>Draws the loss of each epoch as a curve in the terminal: braille dots, or ASCII; validation loss as small circles.</summary>
/// <remarks>
/// The scale is logarithmic if all values are positive and the largest is more than a hundred times the smallest. A loss that is not a
/// number leaves a gap in the curve.
/// </remarks>
static class LossCurve
{
    const int MarginColumns = 2;

    /// <summary>Most series that are drawn, each as a curve of its own.</summary>
    const int MaxSeries = 6;

    const int RowsOfSeries = 6;

    /// <summary>Writes a curve for each series of epochs, at most 6; nothing if no epoch has a finite loss.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="record">The run.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    /// <param name="rows">Rows of the curve without axis, at least 3. Default 10.</param>
    public static void Write(TextWriter writer, RunRecord record, TerminalCapabilities screen, int rows = 10)
    {
        var all = EpochSeries.Split(record.Epochs);
        foreach (var (i, series) in all.Index().Take(MaxSeries))
        {
            var title = all.Count == 1 ? "loss by epoch" : $"loss by epoch, series {i + 1} of {all.Count}";
            Write(writer, [.. record.Epochs.Skip(series.From).Take(series.Count)], title, screen, all.Count == 1 ? rows : Math.Min(rows, RowsOfSeries));
        }
    }

    static void Write(TextWriter writer, IReadOnlyList<EpochRecord> epochs, string title, TerminalCapabilities screen, int rows)
    {
        rows = Math.Max(3, rows);
        var loss = GetValues(epochs, "loss");
        var validation = GetValues(epochs, "validation_loss");
        var finite = loss.Concat(validation).Where(double.IsFinite).ToList();
        if (!loss.Any(double.IsFinite))
            return;
        var (low, high) = (finite.Min(), finite.Max());
        var logarithmic = low > 0 && high / low > 100;
        var labels = Enumerable.Range(0, rows).Select(row => FormatLabel(row, rows, low, high, logarithmic)).ToList();
        var labelColumns = labels.Max(label => label.Length);
        var plot = new Plot(Math.Max(10, screen.Width - MarginColumns - labelColumns - 3), rows, screen.Unicode);
        plot.DrawCurve(loss, ComputeHeight);
        plot.DrawPoints(validation, ComputeHeight);

        var sheet = new StyledTextWriter(writer, screen);
        var head = new StringBuilder(title);
        if (logarithmic)
            head.Append(", logarithmic");
        if (validation.Any(double.IsFinite))
            head.Append(", o validation loss");
        var withoutNumber = loss.Count(value => !double.IsFinite(value));
        if (withoutNumber > 0)
            head.Append(CultureInfo.InvariantCulture, $", {withoutNumber} epoch{(withoutNumber == 1 ? "" : "s")} without a number");
        sheet.WriteLine(StyledText.Faint(head.ToString()));
        for (var row = 0; row < rows; row++)
        {
            var label = StyledText.Faint(labels[row].PadLeft(labelColumns) + " │");
            sheet.WriteRaw(new string(' ', MarginColumns), label, new StyledText(plot.FormatRow(row), TextStyle.Bar));
        }

        sheet.WriteRaw(new string(' ', MarginColumns + labelColumns + 1), StyledText.Faint("└" + new string('─', plot.Columns)));
        var first = epochs[0].Number.ToString(CultureInfo.InvariantCulture);
        var last = epochs[^1].Number.ToString(CultureInfo.InvariantCulture);
        var gap = plot.Columns - first.Length - last.Length;
        var axis = epochs.Count == 1 || gap < 1 ? first : first + new string(' ', gap) + last;
        sheet.WriteRaw(new string(' ', MarginColumns + labelColumns + 2), StyledText.Faint(axis));

        // The height of a value in the plot, 0 (bottom) to 1 (top).
        double ComputeHeight(double value)
        {
            // The values are halved before the subtraction, so that the difference of two very large losses does not overflow.
            var height = logarithmic
                ? (Math.Log(value) - Math.Log(low)) / (Math.Log(high) - Math.Log(low))
                : ((value / 2) - (low / 2)) / ((high / 2) - (low / 2));
            return high > low ? Math.Clamp(height, 0, 1) : 0.5;
        }
    }

    /// <summary>The label of a row on the axis; empty except for the top, the middle and the bottom row.</summary>
    static string FormatLabel(int row, int rows, double low, double high, bool logarithmic)
    {
        if (row != 0 && row != rows - 1 && row != (rows - 1) / 2)
            return "";
        if (high <= low)
            return row == (rows - 1) / 2 ? DisplayValue.FormatMetric(low) : "";
        var share = 1 - ((double)row / (rows - 1));
        var value = logarithmic
            ? Math.Exp(Math.Log(low) + (share * (Math.Log(high) - Math.Log(low))))
            : ((1 - share) * low) + (share * high);
        return DisplayValue.FormatMetric(value);
    }

    /// <summary>The values of a metric by epoch; NaN where an epoch has none.</summary>
    static List<double> GetValues(IReadOnlyList<EpochRecord> epochs, string metric) =>
        [.. epochs.Select(epoch => epoch.Metrics.TryGetValue(metric, out var value) ? value : double.NaN)];

    /// <summary>A raster of dots: a braille character has 2 × 4 dots, an ASCII character one.</summary>
    sealed class Plot(int columns, int rows, bool braille)
    {
        // Unicode block U+2800: the bit of each dot, by column and row.
        static readonly int[,] _bits = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } };

        readonly int _dotsAcross = braille ? 2 : 1;
        readonly int _dotsDown = braille ? 4 : 1;
        readonly int[,] _cells = new int[columns, rows];
        readonly bool[,] _hasPoint = new bool[columns, rows];
        readonly bool[,] _hasEpoch = new bool[columns, rows];

        public int Columns => columns;

        public void DrawCurve(IReadOnlyList<double> values, Func<double, double> height)
        {
            (int X, int Y)? before = null;
            for (var i = 0; i < values.Count; i++)
            {
                if (!double.IsFinite(values[i]))
                {
                    before = null;
                    continue;
                }

                var dot = LocateDot(i, values.Count, height(values[i]));
                DrawLine(before ?? dot, dot);
                _hasEpoch[dot.X / _dotsAcross, dot.Y / _dotsDown] = true;
                before = dot;
            }
        }

        public void DrawPoints(IReadOnlyList<double> values, Func<double, double> height)
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (!double.IsFinite(values[i]))
                    continue;
                var (x, y) = LocateDot(i, values.Count, height(values[i]));
                _hasPoint[x / _dotsAcross, y / _dotsDown] = true;
            }
        }

        public string FormatRow(int row)
        {
            var text = new StringBuilder(columns);
            for (var column = 0; column < columns; column++)
            {
                text.Append(_hasPoint[column, row] ? 'o'
                    : braille ? _cells[column, row] == 0 ? ' ' : (char)(0x2800 + _cells[column, row])
                    : _hasEpoch[column, row] ? '*'
                    : _cells[column, row] == 0 ? ' ' : '.');
            }

            return text.ToString();
        }

        (int X, int Y) LocateDot(int i, int count, double height)
        {
            var (maxX, maxY) = ((columns * _dotsAcross) - 1, (rows * _dotsDown) - 1);
            var x = count == 1 ? maxX / 2 : (int)Math.Round((double)i / (count - 1) * maxX);
            return (x, (int)Math.Round((1 - height) * maxY));
        }

        /// <summary>Sets the dots of a line between two dots (Bresenham 1965).</summary>
        void DrawLine((int X, int Y) from, (int X, int Y) to)
        {
            var (dx, dy) = (Math.Abs(to.X - from.X), -Math.Abs(to.Y - from.Y));
            var (sx, sy) = (from.X < to.X ? 1 : -1, from.Y < to.Y ? 1 : -1);
            var error = dx + dy;
            var (x, y) = from;
            while (true)
            {
                _cells[x / _dotsAcross, y / _dotsDown] |= braille ? _bits[x % 2, y % 4] : 1;
                if (x == to.X && y == to.Y)
                    return;
                var twice = 2 * error;
                if (twice >= dy)
                    (error, x) = (error + dy, x + sx);
                if (twice <= dx)
                    (error, y) = (error + dx, y + sy);
            }
        }
    }
}
