using System.Globalization;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Regulatory;
using Tonne.Sci;

namespace Tonne.Reporting.Terminal;

/// <summary>Writes the Software Carbon Intensity on a screen: the rate and the E, I, M and R it is computed from.</summary>
public static class SciReport
{
    /// <summary>Writes the rates.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="rates">At least one.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, IReadOnlyList<SoftwareCarbonIntensity> rates, TerminalCapabilities screen)
    {
        var sheet = new StyledTextWriter(writer, screen);
        foreach (var sci in rates)
        {
            var (scale, words) = ScaleOf(sci);
            var rate = sci.Rate with { Bounds = sci.Rate.Bounds * scale };
            sheet.WriteBlankLine();
            sheet.WriteLine(StyledText.Strong("SCI " + StyledTextWriter.ToUnbreakable(FootprintFormat.FormatValue(rate))), " ", StyledText.Faint(StyledTextWriter.ToUnbreakable(FootprintFormat.FormatInterval(rate, screen.Dash))), StyledText.Strong($" per {words}"),
                $" {screen.Dot} ", TextSanitizer.ToOneLine(FormatParts(sci)));
            sheet.WriteRow("E", StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(sci.Energy, screen.Dash)), " ", StyledText.Faint("facility energy (PUE included)"));
            var grams = sci.Energy.Value > 0 ? sci.Operational.Value / sci.Energy.Value * 1000 : 0;
            sheet.WriteRow("I", StyledTextWriter.ToUnbreakable(DisplayValue.Format(grams, "g CO2e/kWh", 4)), " ", StyledText.Faint("location-based; no contracts, no offsets"));
            sheet.WriteRow($"E {screen.Times} I", StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(sci.Operational, screen.Dash)));
            sheet.WriteRow("M", sci.Embodied is { } embodied ? StyledTextWriter.ToUnbreakable(FootprintFormat.FormatWithInterval(embodied, screen.Dash)) : new StyledText("unknown", TextStyle.Warning), " ", StyledText.Faint("share of embodied emissions"));
            sheet.WriteRow("R", StyledTextWriter.ToUnbreakable($"{Count(sci.Unit.Count.Bounds.Best)} {(sci.Unit.Count.Bounds.Best == 1 ? TextSanitizer.ToOneLine(sci.Unit.Name) : Plural(sci.Unit.Name))}"),
                StyledText.Faint(sci.Basis is { } basis ? $" {EnumWords.Format(basis)}" : ""));
            sheet.WriteRow("standard", StyledText.Faint(sci.Boundary == SciBoundary.Whole ? "ISO/IEC 21031:2024, SCI = ((E × I) + M) per R" : "ISO/IEC 21031:2024 and SCI for AI (Green Software Foundation), SCI = ((E × I) + M) per R"));
            foreach (var warning in sci.Warnings)
                sheet.WriteRow("warning", new StyledText(warning.Code + ":", TextStyle.Warning), " ", WarningText.Format(warning));
        }
    }

    /// <summary>The rate and its parts as a Markdown list.</summary>
    public static string RenderMarkdown(IReadOnlyList<SoftwareCarbonIntensity> rates)
    {
        using var page = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        foreach (var sci in rates)
        {
            var (scale, words) = ScaleOf(sci);
            var rate = sci.Rate with { Bounds = sci.Rate.Bounds * scale };
            page.Write($"- **{FootprintFormat.FormatWithInterval(rate)} per {TextSanitizer.EscapeMarkdown(words)}** ({TextSanitizer.EscapeMarkdown(FormatParts(sci))}): E {FootprintFormat.FormatValue(sci.Energy)}, E × I {FootprintFormat.FormatValue(sci.Operational)}, "
                + $"M {(sci.Embodied is { } embodied ? FootprintFormat.FormatValue(embodied) : "unknown")}, R {Count(sci.Unit.Count.Bounds.Best)} {TextSanitizer.EscapeMarkdown(Plural(sci.Unit.Name))}{(sci.Basis is { } basis ? $" ({EnumWords.Format(basis)})" : "")}\n");
        }

        return page.ToString();
    }

    static string FormatParts(SoftwareCarbonIntensity sci) => sci.Boundary switch
    {
        SciBoundary.Consumer => $"consumer boundary: {sci.IncludedParts}",
        SciBoundary.Provider => $"provider boundary: {sci.IncludedParts}",
        _ => sci.IncludedParts,
    };

    static string Count(double count) => count < 1e15 ? count.ToString("#,0.######", CultureInfo.InvariantCulture) : ModelDocumentationForm.Scientific(count, "").TrimEnd();

    static string Plural(string unit) => TextSanitizer.ToOneLine(unit) is var name && (name.EndsWith('s') || name.All(char.IsAsciiLetterUpper)) ? name : name + "s";

    /// <summary>Scales the unit until the rate is at least a milligram: per million tokens, per 10^18 FLOP.</summary>
    static (double Scale, string Words) ScaleOf(SoftwareCarbonIntensity sci)
    {
        var power = 0;
        while (sci.Rate.Value > 0 && sci.Rate.Value * Math.Pow(10, power) < 1e-6 && Math.Pow(10, power + 3) <= sci.Unit.Count.Bounds.Best)
            power += 3;
        var name = Plural(sci.Unit.Name);
        return (Math.Pow(10, power), power switch
        {
            0 => TextSanitizer.ToOneLine(sci.Unit.Name),
            3 => $"1,000 {name}",
            6 => $"million {name}",
            _ => string.Create(CultureInfo.InvariantCulture, $"10^{power} {name}"),
        });
    }
}
