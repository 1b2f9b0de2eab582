using System.Globalization;
using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Reporting.Terminal;

/// <summary>A comparison of variants as text: a strip of dots per variant for energy and time, and a sentence for every pair.</summary>
public static class VariantComparisonText
{
    /// <summary>Writes the picture and the verdicts.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="comparison">The comparison.</param>
    /// <param name="commands">Command of each variant, in the order of the variants.</param>
    /// <param name="quality">Quality of the energy.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, VariantComparison comparison, IReadOnlyList<string> commands, Quality quality, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        var nameColumns = comparison.Names.Max(TextSanitizer.CountColumns);
        for (var i = 0; i < commands.Count; i++)
            sheet.WriteHanging(StyledText.Strong($"  {TextSanitizer.FitToColumns(comparison.Names[i], nameColumns, screen.Unicode)}  "), new string(' ', nameColumns + 4), TextSanitizer.ToOneLine(commands[i]));
        if (comparison.Rounds.Count > 0)
        {
            sheet.WriteBlankLine();
            sheet.WriteLine(StyledText.Faint($"median of {VariantText.FormatRounds(comparison.Rounds.Count)}; the dot in the middle half of the runs, between the least and the most"));
            WriteStrips(sheet, comparison, ComparedFigure.Energy, "kWh", Energy.JoulesPerKilowattHour, nameColumns, quality);
            WriteStrips(sheet, comparison, ComparedFigure.Time, "s", 1, nameColumns, null);
        }

        foreach (var pair in comparison.Pairs)
        {
            sheet.WriteBlankLine();
            sheet.WriteLine(StyledText.Strong(VariantText.DescribeVerdict(comparison, pair, screen.Dash)));
            if (pair.GetRatio(comparison.Plan.DecisionFigure) is { } ratio)
                WriteRatioInterval(sheet, ratio, comparison.Plan.Margin);
            if (comparison.Rounds.Count > 0)
            {
                var others = Enum.GetValues<ComparedFigure>().Where(figure => figure != comparison.Plan.DecisionFigure)
                    .Select(figure => VariantText.DescribeDifference(figure, pair.GetRatio(figure), screen.Dash));
                sheet.WriteLine(StyledText.Faint($"Beside it, each by itself: {string.Join("; ", others)}."));
            }
        }
    }

    static void WriteStrips(StyledTextWriter sheet, VariantComparison comparison, ComparedFigure figure, string unit, double perUnit, int nameColumns, Quality? quality)
    {
        var screen = sheet.Capabilities;
        var values = Enumerable.Range(0, comparison.Names.Length)
            .Select(i => comparison.Rounds.Select(round => round[i][figure] / perUnit).Order().ToArray()).ToArray();
        var (minimum, maximum) = (values.Min(runs => runs[0]), values.Max(runs => runs[^1]));
        var scaleValue = values.Max(runs => OrderStatistic.InterpolateQuantile(runs, 0.5));
        var texts = values.Select(runs => figure == ComparedFigure.Time ? Duration(OrderStatistic.InterpolateQuantile(runs, 0.5), scaleValue) : DisplayValue.Format(OrderStatistic.InterpolateQuantile(runs, 0.5), unit, 4, scaleValue)).ToArray();
        var columns = texts.Max(TextSanitizer.CountColumns);
        var stripColumns = Math.Clamp(screen.Width - nameColumns - columns - 8, 10, 60);
        sheet.WriteBlankLine();
        sheet.WriteLine(quality is { } known ? [StyledText.Strong(VariantText.GetFigureName(figure)), known == Quality.Assumed ? " modelled, in part " : " ", StyledText.FromQuality(known)] : [StyledText.Strong(VariantText.GetFigureName(figure))]);
        for (var i = 0; i < values.Length; i++)
        {
            var name = TextSanitizer.FitToColumns(comparison.Names[i], nameColumns, screen.Unicode);
            sheet.WriteRaw($"  {name}  {new string(' ', columns - TextSanitizer.CountColumns(texts[i]))}{texts[i]}  ", new StyledText(DrawStrip(values[i], minimum, maximum, stripColumns, screen.Unicode), TextStyle.Bar));
        }
    }

    /// <summary>Draws the runs of one variant on one scale: the whole range thin, the middle half thick, the median as a dot.</summary>
    static string DrawStrip(double[] sorted, double minimum, double maximum, int stripColumns, bool unicode)
    {
        var (blank, thin, thick, dot) = unicode ? (' ', '─', '━', '●') : (' ', '-', '=', 'O');
        var cells = new char[stripColumns];
        Array.Fill(cells, blank);
        Fill(0, 1, thin);
        Fill(0.25, 0.75, thick);
        cells[At(OrderStatistic.InterpolateQuantile(sorted, 0.5))] = dot;
        return new string(cells);

        void Fill(double from, double to, char with)
        {
            for (var i = At(OrderStatistic.InterpolateQuantile(sorted, from)); i <= At(OrderStatistic.InterpolateQuantile(sorted, to)); i++)
                cells[i] = with;
        }

        int At(double value) => maximum > minimum ? (int)Math.Round((value - minimum) / (maximum - minimum) * (stripColumns - 1)) : stripColumns / 2;
    }

    /// <summary>Draws the interval of the ratio, with equality and the margin.</summary>
    static void WriteRatioInterval(StyledTextWriter sheet, RatioInterval ratio, double margin)
    {
        if (!ratio.IsBounded)
            return;
        var screen = sheet.Capabilities;
        var (equal, thin, thick, dot) = screen.Unicode ? ('┊', ' ', '━', '●') : ('|', ' ', '=', 'O');
        var reach = new[] { Math.Abs(Math.Log(ratio.Low)), Math.Abs(Math.Log(ratio.High)), Math.Log(1 + margin), 1e-4 }.Max() * 1.1;
        var stripColumns = Math.Clamp(screen.Width - 24, 21, 61) | 1;
        var cells = new char[stripColumns];
        Array.Fill(cells, thin);
        for (var i = At(ratio.Low); i <= At(ratio.High); i++)
            cells[i] = thick;
        cells[stripColumns / 2] = equal;
        cells[At(ratio.Value)] = dot;
        var (left, right) = ($"-{DisplayValue.FormatPercent(1 - Math.Exp(-reach))}", $"+{DisplayValue.FormatPercent(Math.Exp(reach) - 1)}");
        sheet.WriteRaw(StyledText.Faint($"  {left} "), new StyledText(new string(cells), TextStyle.Bar), StyledText.Faint($" {right}"));

        int At(double value) => (int)Math.Round((Math.Log(value) / reach + 1) / 2 * (stripColumns - 1));
    }

    static string Duration(double seconds, double scaleValue) => scaleValue switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0.0} ms"),
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.000} s"),
        _ => DisplayValue.FormatDuration(seconds),
    };
}
