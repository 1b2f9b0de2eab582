using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Explaining;

/// <summary>A figure explained: its derivation as a tree, what each factor weighs, and every source.</summary>
public sealed class Explanation
{
    const int MostWeights = 8;

    Explanation(Figure figure)
    {
        Figure = figure;
        Weights = FactorWeight.Of(figure.Derivation);
        Sources = [.. Weights.Select(weight => weight.Factor.Source).DistinctBy(source => source.Id).OrderBy(source => source.Id, StringComparer.Ordinal)];
    }

    /// <summary>The figure.</summary>
    public Figure Figure { get; }

    /// <summary>Its factors, the weightiest first.</summary>
    public IReadOnlyList<FactorWeight> Weights { get; }

    /// <summary>The sources of its factors, once each, by id.</summary>
    public IReadOnlyList<Source> Sources { get; }

    /// <summary>Explains a figure.</summary>
    public static Explanation Of(Figure figure) => new(figure);

    /// <summary>Writes the explanation.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="screen">What can be shown.</param>
    public void Write(TextWriter writer, Screen screen)
    {
        var sheet = new Sheet(writer, screen);
        sheet.Blank();
        var readout = Readout.Of(Figure);
        sheet.Line(Inked.Strong(Printable.OneLine(Figure.Name)), "  ", Inked.Strong(Sheet.Whole(readout.Text)), " ", Inked.Faint(readout.Interval(screen.Dash)));
        sheet.Row("counted", BoundaryWords.Sentence(Figure.Boundary, $" {screen.Dot} "));
        sheet.Row("quality", Inked.Of(Figure.Quality), $", {Readout.Percent(Figure.MeasuredShare)} of the energy was measured");
        sheet.Blank();
        Branch(sheet, Figure.Derivation, "  ", "  ", []);
        WriteWeights(sheet);
        WriteSources(sheet);
    }

    static void Branch(Sheet sheet, Derivation node, string first, string rest, HashSet<string> met)
    {
        if (!node.Children.IsEmpty && node.Factors().Count > 0 && !met.Add(KeyOf(node)))
        {
            sheet.Hang(Inked.Faint(first), rest, Printable.OneLine(node.Label), " ", Inked.Strong(Sheet.Whole(Readout.Of(node.Value, node.Unit, 4))), " ", Inked.Faint("the same as above"));
            return;
        }

        sheet.Hang(Inked.Faint(first), rest, Words(sheet.Screen, node, met));
        for (var i = 0; i < node.Children.Length; i++)
        {
            var last = i == node.Children.Length - 1;
            Branch(sheet, node.Children[i], rest + (last ? "└─ " : "├─ "), rest + (last ? "   " : "│  "), met);
        }
    }

    /// <summary>What a branch is, down to its leaves: two branches with one key are the same formula of the same factors and counts.</summary>
    static string KeyOf(Derivation node)
    {
        var leaf = node is Derivation.Given given ? given.Factor.Id : node.Value.ToString("R", CultureInfo.InvariantCulture);
        return $"{node.GetType().Name}({node.Label},{node.Unit},{leaf}{string.Concat(node.Children.Select(child => "," + KeyOf(child)))})";
    }

    static List<Inked> Words(Screen screen, Derivation node, HashSet<string> met)
    {
        var label = Printable.OneLine(node.Label);
        if (node is not Derivation.Given given)
        {
            var value = Sheet.Whole(Readout.Of(node.Value, node.Unit, 4));
            // Exact conversions of units are not shown: every value carries its own unit.
            var how = node switch
            {
                Derivation.Counted => "counted",
                { Children.Length: < 2 } => "",
                Derivation.Sum => "= sum of",
                Derivation.Product => "= product of",
                Derivation.Difference => "= first less second of",
                Derivation.Quotient => "= first over second of",
                _ => "",
            };
            return node is Derivation.Counted && label == "counted"
                ? [Inked.Strong(value), " ", Inked.Faint("counted")]
                : [label, " ", Inked.Strong(value), " ", Inked.Faint(how)];
        }

        var factor = given.Factor;
        var words = new List<Inked> { label, " ", Inked.Strong(Sheet.Whole(Readout.OfFactor(factor).Full(screen.Dash))), " ", Inked.Of(factor.Quality), " " };
        if (!met.Add(factor.Id))
        {
            words.Add(Inked.Faint("the same factor as above"));
            return words;
        }

        var year = factor.Source.Year is { } known ? known.ToString(CultureInfo.InvariantCulture) + " " : "";
        words.Add(Inked.Faint($"{year}[{Printable.OneLine(factor.Source.Id)}]"));
        if (factor.Note is { } note)
            words.AddRange([" ", Inked.Faint(Printable.OneLine(note))]);
        return words;
    }

    void WriteWeights(Sheet sheet)
    {
        var screen = sheet.Screen;
        sheet.Blank();
        var weighty = Weights.Where(weight => weight.Share >= 0.005).Take(MostWeights).ToList();
        if (weighty.Count == 0)
        {
            sheet.Line("No factor is uncertain: the figure is exact.");
            return;
        }

        sheet.Line(Inked.Strong("Which factor matters most"), " ", Inked.Faint("(share of the variance)"));
        foreach (var weight in weighty)
        {
            var bar = new string(screen.Unicode ? '█' : '#', Math.Max(1, (int)Math.Round(weight.Share * 12))).PadRight(12);
            sheet.Hang($"  {Readout.Percent(weight.Share),5} ", new string(' ', 8),
                new Inked(Sheet.Whole(bar), Ink.Bar), " ", Printable.OneLine(weight.Factor.Label), " ", Sheet.Whole(Readout.OfFactor(weight.Factor).Full(screen.Dash)));
        }

        var rest = 1 - weighty.Sum(weight => weight.Share);
        if (rest >= 0.005)
            sheet.Line(Inked.Faint($"{Readout.Percent(rest)} all others"));
    }

    void WriteSources(Sheet sheet)
    {
        sheet.Blank();
        sheet.Line(Inked.Strong("Sources"));
        foreach (var source in Sources)
            sheet.Hang("  ", "    ", [.. Cited(source)]);
    }

    static IEnumerable<Inked> Cited(Source source)
    {
        yield return Inked.Strong($"[{Printable.OneLine(source.Id)}]");
        yield return " " + Printable.OneLine(source.Title);
        if (source.Year is { } year)
            yield return string.Create(CultureInfo.InvariantCulture, $", {year}");
        if (source.Licence is { } licence)
            yield return ", " + Printable.OneLine(licence);
        if (source.Link is { } link)
            yield return ", " + Printable.OneLine(link);
    }
}
