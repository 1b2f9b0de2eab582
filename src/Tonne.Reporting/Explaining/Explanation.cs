using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Explaining;

/// <summary>A figure explained: its derivation as a tree, the share of each factor in the uncertainty, and every source.</summary>
public sealed class Explanation
{
    const int MaxContributions = 8;

    Explanation(Figure figure)
    {
        Figure = figure;
        Contributions = FactorContribution.ComputeAll(figure.Derivation);
        Sources = [.. Contributions.Select(weight => weight.Factor.Source).DistinctBy(source => source.Id).OrderBy(source => source.Id, StringComparer.Ordinal)];
    }

    /// <summary>The figure.</summary>
    public Figure Figure { get; }

    /// <summary>The factors of the figure, the one with the largest share of the uncertainty first.</summary>
    public IReadOnlyList<FactorContribution> Contributions { get; }

    /// <summary>The sources of its factors, once each, by id.</summary>
    public IReadOnlyList<Source> Sources { get; }

    /// <summary>Explains a figure.</summary>
    public static Explanation Create(Figure figure) => new(figure);

    /// <summary>Writes the explanation.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public void Write(TextWriter writer, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        var readout = DisplayValue.Format(Figure);
        sheet.WriteLine(StyledText.Strong(TextSanitizer.ToOneLine(Figure.Name)), "  ", StyledText.Strong(StyledTextWriter.ToUnbreakable(readout.Text)), " ", StyledText.Faint(readout.FormatInterval(screen.Dash)));
        sheet.WriteRow("boundary", BoundaryText.Describe(Figure.Boundary, $" {screen.Dot} "));
        sheet.WriteRow("quality", StyledText.FromQuality(Figure.Quality), $", {DisplayValue.FormatPercent(Figure.MeasuredShare)} of the energy was measured");
        sheet.WriteBlankLine();
        DerivationTree.Write(sheet, Figure.Derivation);
        WriteWeights(sheet);
        WriteSources(sheet);
    }

    void WriteWeights(StyledTextWriter sheet)
    {
        var screen = sheet.Capabilities;
        sheet.WriteBlankLine();
        var weighty = Contributions.Where(weight => weight.Share >= 0.005).Take(MaxContributions).ToList();
        if (weighty.Count == 0)
        {
            sheet.WriteLine("No factor is uncertain: the figure is exact.");
            return;
        }

        sheet.WriteLine(StyledText.Strong("Which factor matters most"), " ", StyledText.Faint("(share of the variance)"));
        foreach (var weight in weighty)
        {
            var bar = new string(screen.Unicode ? '█' : '#', Math.Max(1, (int)Math.Round(weight.Share * 12))).PadRight(12);
            sheet.WriteHanging($"  {DisplayValue.FormatPercent(weight.Share),5} ", new string(' ', 8),
                new StyledText(StyledTextWriter.ToUnbreakable(bar), TextStyle.Bar), " ", TextSanitizer.ToOneLine(weight.Factor.Label), " ", StyledTextWriter.ToUnbreakable(DisplayValue.FormatFactor(weight.Factor).FormatWithInterval(screen.Dash)));
        }

        var rest = 1 - weighty.Sum(weight => weight.Share);
        if (rest >= 0.005)
            sheet.WriteLine(StyledText.Faint($"{DisplayValue.FormatPercent(rest)} all others"));
    }

    void WriteSources(StyledTextWriter sheet)
    {
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong("Sources"));
        foreach (var source in Sources)
            sheet.WriteHanging("  ", "    ", [.. FormatCitation(source)]);
    }

    static IEnumerable<StyledText> FormatCitation(Source source)
    {
        yield return StyledText.Strong($"[{TextSanitizer.ToOneLine(source.Id)}]");
        yield return " " + TextSanitizer.ToOneLine(source.Title);
        if (source.Year is { } year)
            yield return string.Create(CultureInfo.InvariantCulture, $", {year}");
        if (source.Licence is { } licence)
            yield return ", " + TextSanitizer.ToOneLine(licence);
        if (source.Link is { } link)
            yield return ", " + TextSanitizer.ToOneLine(link);
    }
}
