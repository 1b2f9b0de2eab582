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
    const int Margin = 2;

    /// <summary>Most series that are drawn, each as a curve of its own.</summary>
    const int MaxSeries = 6;

    const int RowsOfSeries = 6;

    /// <summary>Writes a curve for each series of epochs, at most 6; nothing if no epoch has a finite loss.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="record">The run.</param>
    /// <param name="screen">What can be shown.</param>
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
        var loss = Values(epochs, "loss");
        var validation = Values(epochs, "validation_loss");
        var finite = loss.Concat(validation).Where(double.IsFinite).ToList();
        if (!loss.Any(double.IsFinite))
            return;
        var (low, high) = (finite.Min(), finite.Max());
        var logarithmic = low > 0 && high / low > 100;
        var labels = Enumerable.Range(0, rows).Select(row => LabelOf(row, rows, low, high, logarithmic)).ToList();
        var gutter = labels.Max(label => label.Length);
        var plot = new Plot(Math.Max(10, screen.Width - Margin - gutter - 3), rows, screen.Unicode);
        plot.DrawCurve(loss, Height);
        plot.DrawPoints(validation, Height);

        var sheet = new StyledTextWriter(writer, screen);
        var head = new StringBuilder(title);
        if (logarithmic)
            head.Append(", logarithmic");
        if (validation.Any(double.IsFinite))
            head.Append(", o validation loss");
        var broken = loss.Count(value => !double.IsFinite(value));
        if (broken > 0)
            head.Append(CultureInfo.InvariantCulture, $", {broken} epoch{(broken == 1 ? "" : "s")} without a number");
        sheet.WriteLine(StyledText.Faint(head.ToString()));
        for (var row = 0; row < rows; row++)
            sheet.WriteRaw(new string(' ', Margin), StyledText.Faint(labels[row].PadLeft(gutter) + " │"), new StyledText(plot.FormatRow(row), TextStyle.Bar));
        sheet.WriteRaw(new string(' ', Margin + gutter + 1), StyledText.Faint("└" + new string('─', plot.Columns)));
        var (first, last) = (epochs[0].Number.ToString(CultureInfo.InvariantCulture), epochs[^1].Number.ToString(CultureInfo.InvariantCulture));
        var gap = plot.Columns - first.Length - last.Length;
        sheet.WriteRaw(new string(' ', Margin + gutter + 2), StyledText.Faint(epochs.Count == 1 || gap < 1 ? first : first + new string(' ', gap) + last));

        double Height(double value)
        {
            // Halved before they are subtracted: a difference of two huge losses must not overflow.
            var height = logarithmic ? (Math.Log(value) - Math.Log(low)) / (Math.Log(high) - Math.Log(low)) : ((value / 2) - (low / 2)) / ((high / 2) - (low / 2));
            return high > low ? Math.Clamp(height, 0, 1) : 0.5;
        }
    }

    static string LabelOf(int row, int rows, double low, double high, bool logarithmic)
    {
        if (row != 0 && row != rows - 1 && row != (rows - 1) / 2)
            return "";
        if (high <= low)
            return row == (rows - 1) / 2 ? DisplayValue.FormatMetric(low) : "";
        var share = 1 - ((double)row / (rows - 1));
        return DisplayValue.FormatMetric(logarithmic ? Math.Exp(Math.Log(low) + (share * (Math.Log(high) - Math.Log(low)))) : ((1 - share) * low) + (share * high));
    }

    static List<double> Values(IReadOnlyList<EpochRecord> epochs, string metric) =>
        [.. epochs.Select(epoch => epoch.Metrics.TryGetValue(metric, out var value) ? value : double.NaN)];

    /// <summary>A field of dots: two by four to a character in braille, one to a character in ASCII.</summary>
    sealed class Plot(int columns, int rows, bool braille)
    {
        // Unicode block U+2800: the bit of each dot, by column and row.
        static readonly int[,] _bits = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } };

        readonly int _across = braille ? 2 : 1;
        readonly int _down = braille ? 4 : 1;
        readonly int[,] _cells = new int[columns, rows];
        readonly bool[,] _marked = new bool[columns, rows];
        readonly bool[,] _pointed = new bool[columns, rows];

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

                var at = Place(i, values.Count, height(values[i]));
                Line(before ?? at, at);
                _pointed[at.X / _across, at.Y / _down] = true;
                before = at;
            }
        }

        public void DrawPoints(IReadOnlyList<double> values, Func<double, double> height)
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (!double.IsFinite(values[i]))
                    continue;
                var (x, y) = Place(i, values.Count, height(values[i]));
                _marked[x / _across, y / _down] = true;
            }
        }

        public string FormatRow(int row)
        {
            var text = new StringBuilder(columns);
            for (var column = 0; column < columns; column++)
            {
                text.Append(_marked[column, row] ? 'o'
                    : braille ? _cells[column, row] == 0 ? ' ' : (char)(0x2800 + _cells[column, row])
                    : _pointed[column, row] ? '*'
                    : _cells[column, row] == 0 ? ' ' : '.');
            }

            return text.ToString();
        }

        (int X, int Y) Place(int i, int count, double height)
        {
            var (width, tall) = ((columns * _across) - 1, (rows * _down) - 1);
            return (count == 1 ? width / 2 : (int)Math.Round((double)i / (count - 1) * width), (int)Math.Round((1 - height) * tall));
        }

        /// <summary>Sets every dot between two points (Bresenham 1965).</summary>
        void Line((int X, int Y) from, (int X, int Y) to)
        {
            var (dx, dy) = (Math.Abs(to.X - from.X), -Math.Abs(to.Y - from.Y));
            var (sx, sy) = (from.X < to.X ? 1 : -1, from.Y < to.Y ? 1 : -1);
            var error = dx + dy;
            var (x, y) = from;
            while (true)
            {
                _cells[x / _across, y / _down] |= braille ? _bits[x % 2, y % 4] : 1;
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
