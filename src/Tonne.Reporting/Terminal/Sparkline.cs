using System.Text;

namespace Tonne.Reporting.Terminal;

/// <summary>Draws a row of values as a row of bars, one character each.</summary>
static class Sparkline
{
    const string Blocks = "▁▂▃▄▅▆▇█";
    const string Ascii = "_.-=+*#%";

    /// <summary>The values from lowest to highest bar; a value that is not a number is a <c>?</c>. More values than columns are thinned by taking the last of each group.</summary>
    internal static string Render(IReadOnlyList<double> values, int columns, bool unicode)
    {
        var shown = values.Count <= columns ? values
            : [.. Enumerable.Range(0, columns).Select(i => values[((i + 1) * values.Count / columns) - 1])];
        var finite = shown.Where(double.IsFinite).ToList();
        if (finite.Count == 0)
            return new string('?', shown.Count);
        var (low, high) = (finite.Min(), finite.Max());
        var bars = unicode ? Blocks : Ascii;
        var line = new StringBuilder(shown.Count);
        foreach (var value in shown)
        {
            if (!double.IsFinite(value))
                line.Append('?');
            else
                line.Append(bars[high > low ? (int)Math.Round((value - low) / (high - low) * (bars.Length - 1)) : bars.Length / 2]);
        }

        return line.ToString();
    }
}
