using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Explaining;

/// <summary>A figure explained: its derivation as a tree, what each factor weighs, and every source.</summary>
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

    /// <summary>Its factors, the weightiest first.</summary>
    public IReadOnlyList<FactorContribution> Contributions { get; }

    /// <summary>The sources of its factors, once each, by id.</summary>
    public IReadOnlyList<Source> Sources { get; }

    /// <summary>Explains a figure.</summary>
    public static Explanation Create(Figure figure) => new(figure);

    /// <summary>Writes the explanation.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="screen">What can be shown.</param>
    public void Write(TextWriter writer, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        var readout = DisplayValue.Format(Figure);
        sheet.WriteLine(StyledText.Strong(TextSanitizer.ToOneLine(Figure.Name)), "  ", StyledText.Strong(StyledTextWriter.ToUnbreakable(readout.Text)), " ", StyledText.Faint(readout.FormatInterval(screen.Dash)));
        sheet.WriteRow("counted", BoundaryText.Describe(Figure.Boundary, $" {screen.Dot} "));
        sheet.WriteRow("quality", StyledText.FromQuality(Figure.Quality), $", {DisplayValue.FormatPercent(Figure.MeasuredShare)} of the energy was measured");
        sheet.WriteBlankLine();
        WriteBranch(sheet, Figure.Derivation, "  ", "  ", []);
        WriteWeights(sheet);
        WriteSources(sheet);
    }

    static void WriteBranch(StyledTextWriter sheet, Derivation node, string first, string rest, HashSet<string> met)
    {
        if (!node.Children.IsEmpty && node.GetFactors().Count > 0 && !met.Add(KeyOf(node)))
        {
            sheet.WriteHanging(StyledText.Faint(first), rest, TextSanitizer.ToOneLine(node.Label), " ", StyledText.Strong(StyledTextWriter.ToUnbreakable(DisplayValue.Format(node.Value, node.Unit, 4))), " ", StyledText.Faint("the same as above"));
            return;
        }

        sheet.WriteHanging(StyledText.Faint(first), rest, FormatNode(sheet.Capabilities, node, met));
        for (var i = 0; i < node.Children.Length; i++)
        {
            var last = i == node.Children.Length - 1;
            WriteBranch(sheet, node.Children[i], rest + (last ? "└─ " : "├─ "), rest + (last ? "   " : "│  "), met);
        }
    }

    /// <summary>What a branch is, down to its leaves: two branches with one key are the same formula of the same factors and counts.</summary>
    static string KeyOf(Derivation node)
    {
        var leaf = node is Derivation.FactorNode given ? given.Factor.Id : node.Value.ToString("R", CultureInfo.InvariantCulture);
        return $"{node.GetType().Name}({node.Label},{node.Unit},{leaf}{string.Concat(node.Children.Select(child => "," + KeyOf(child)))})";
    }

    static List<StyledText> FormatNode(TerminalCapabilities screen, Derivation node, HashSet<string> met)
    {
        var label = TextSanitizer.ToOneLine(node.Label);
        if (node is not Derivation.FactorNode given)
        {
            var value = StyledTextWriter.ToUnbreakable(DisplayValue.Format(node.Value, node.Unit, 4));
            // Exact conversions of units are not shown: every value carries its own unit.
            var how = node switch
            {
                Derivation.Count => "counted",
                { Children.Length: < 2 } => "",
                Derivation.Sum => "= sum of",
                Derivation.Product => "= product of",
                Derivation.Difference => "= first less second of",
                Derivation.Quotient => "= first over second of",
                _ => "",
            };
            return node is Derivation.Count && label == "counted"
                ? [StyledText.Strong(value), " ", StyledText.Faint("counted")]
                : [label, " ", StyledText.Strong(value), " ", StyledText.Faint(how)];
        }

        var factor = given.Factor;
        var words = new List<StyledText> { label, " ", StyledText.Strong(StyledTextWriter.ToUnbreakable(DisplayValue.FormatFactor(factor).FormatWithInterval(screen.Dash))), " ", StyledText.FromQuality(factor.Quality), " " };
        if (!met.Add(factor.Id))
        {
            words.Add(StyledText.Faint("the same factor as above"));
            return words;
        }

        var year = factor.Source.Year is { } known ? known.ToString(CultureInfo.InvariantCulture) + " " : "";
        words.Add(StyledText.Faint($"{year}[{TextSanitizer.ToOneLine(factor.Source.Id)}]"));
        if (factor.Note is { } note)
            words.AddRange([" ", StyledText.Faint(TextSanitizer.ToOneLine(note))]);
        return words;
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
