using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Tonne.Formatting;
using Tonne.Quantities;

namespace Tonne.Reporting.Terminal;

/// <summary>A derivation as a tree: each node with its value, each factor with bounds, quality, year and source.</summary>
static class DerivationTree
{
    /// <summary>Writes the tree. A branch or a factor that occurred before is only named, not repeated.</summary>
    internal static void Write(StyledTextWriter sheet, Derivation derivation)
    {
        var shownFactors = new HashSet<string>(StringComparer.Ordinal);
        var tree = new Tree(new StyledParagraph(FormatNode(sheet.Capabilities, derivation, shownFactors), sheet.Capabilities))
        {
            Guide = new NarrowGuide(sheet.Capabilities.Unicode),
            Style = SpectreOutput.ToStyle(TextStyle.Faint),
        };
        AddChildren(tree, derivation, sheet.Capabilities, shownFactors);
        sheet.WriteBlock(tree);
    }

    static void AddChildren(IHasTreeNodes parent, Derivation derivation, TerminalCapabilities screen, HashSet<string> shownFactors)
    {
        foreach (var child in derivation.Children)
        {
            if (!child.Children.IsEmpty && child.GetFactors().Count > 0 && !shownFactors.Add(KeyOf(child)))
            {
                var value = StyledTextWriter.ToUnbreakable(DisplayValue.Format(child.Value, child.Unit, 4));
                parent.AddNode(new StyledParagraph(
                    [TextSanitizer.ToOneLine(child.Label), " ", StyledText.Strong(value), " ", StyledText.Faint("the same as above")], screen));
                continue;
            }

            AddChildren(parent.AddNode(new StyledParagraph(FormatNode(screen, child, shownFactors), screen)), child, screen, shownFactors);
        }
    }

    /// <summary>Identifies a branch: two branches with one key are the same formula of the same factors and counts.</summary>
    static string KeyOf(Derivation node)
    {
        var leaf = node is Derivation.FactorNode given ? given.Factor.Id : node.Value.ToString("R", CultureInfo.InvariantCulture);
        return $"{node.GetType().Name}({node.Label},{node.Unit},{leaf}{string.Concat(node.Children.Select(child => "," + KeyOf(child)))})";
    }

    static List<StyledText> FormatNode(TerminalCapabilities screen, Derivation node, HashSet<string> shownFactors)
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
        if (!shownFactors.Add(factor.Id))
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

    /// <summary>Guide lines three columns wide: derivations are deep.</summary>
    sealed class NarrowGuide(bool unicode) : TreeGuide
    {
        public override string GetPart(TreeGuidePart part) => part switch
        {
            TreeGuidePart.Fork => unicode ? "├─ " : "+- ",
            TreeGuidePart.End => unicode ? "└─ " : "+- ",
            TreeGuidePart.Continue => unicode ? "│  " : "|  ",
            _ => "   ",
        };
    }
}
