using System.Globalization;
using Tonne.Comparing;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Advising;

/// <summary>Writes an advice to the terminal: the levers ranked, what they give together, what is not certain and what is not
/// known.</summary>
public static class AdviceText
{
    /// <summary>Least expected saving of a lever that is not certain and has lines on the screen.</summary>
    const double LeastShown = 0.01;

    /// <summary>Writes the advice.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="advice">The advice.</param>
    /// <param name="screen">Width, colours and characters of the terminal.</param>
    public static void Write(TextWriter writer, Advice advice, TerminalCapabilities screen)
    {
        ArgumentNullException.ThrowIfNull(advice);
        ArgumentNullException.ThrowIfNull(screen);
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong(screen.ToSupportedText(TextSanitizer.ToOneLine(DescribeAdvice(advice)))));
        sheet.WriteLine($"{TextSanitizer.ToOneLine(advice.Subject)}: {DisplayValue.Format(advice.Operational).FormatWithInterval(screen.Dash)} operational, location-based. "
            + "Savings are shares of it; manufacturing is not in them.");
        foreach (var (i, lever) in advice.Levers.Index())
            WriteLever(sheet, string.Create(CultureInfo.InvariantCulture, $"{i + 1}"), lever, advice);
        if (advice.Combined is { } combined)
        {
            sheet.WriteBlankLine();
            sheet.WriteRow("together", screen.ToSupportedText(TextSanitizer.ToOneLine(
                $"{Format(combined)}: {string.Join(" and ", advice.CombinedLevers.Select(lever => lever.Name))}. What is left is multiplied, not added; of levers that overlap only the best counts.")));
        }

        if (advice.Uncertain.Length > 0)
        {
            sheet.WriteBlankLine();
            sheet.WriteLine(StyledText.Strong("Not certain: the interval includes zero"));
            var shown = advice.Uncertain.Where(lever => lever.Saving.Value >= LeastShown).ToList();
            foreach (var lever in shown)
                WriteLever(sheet, "?", lever, advice);
            if (shown.Count < advice.Uncertain.Length)
            {
                sheet.WriteBlankLine();
                sheet.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{advice.Uncertain.Length - shown.Count} more, of less than {LeastShown * 100:0} % each, are in --json."));
            }
        }

        if (advice.Unknown.Length > 0)
        {
            sheet.WriteBlankLine();
            sheet.WriteLine(StyledText.Strong("Not known for this work"));
            foreach (var one in advice.Unknown)
            {
                sheet.WriteLine(TextSanitizer.ToOneLine($"{one.Name}: {one.Why}"));
                sheet.WriteRow("try", TextSanitizer.ToOneLine(CommandWords.Format(one.Command)));
            }
        }

        sheet.WriteBlankLine();
        foreach (var sentence in advice.MarketBased)
            sheet.WriteRow("market", TextSanitizer.ToOneLine(sentence));
    }

    static string DescribeAdvice(Advice advice)
    {
        if (advice.IsNothingWorthDoing)
            return string.Create(CultureInfo.InvariantCulture,
                $"Nothing worth doing here: no lever is certain to save {Advice.LeastSaving * 100:0} %.");
        var best = advice.Levers[0];
        return $"{char.ToUpperInvariant(best.Name[0])}{best.Name[1..]} saves {Format(best.Saving)}.";
    }

    static void WriteLever(StyledTextWriter sheet, string rank, Lever lever, Advice advice)
    {
        var screen = sheet.Capabilities;
        var kilograms = DisplayValue.Format(lever.Saving.Value * advice.Operational.Value, "kg CO2e", 2);
        var part = lever.PartShare < 1 ? $"{lever.Part}: " : "";
        sheet.WriteBlankLine();
        sheet.WriteRow(rank, StyledText.Strong(screen.ToSupportedText(TextSanitizer.ToOneLine($"{part}{lever.Name}"))),
            screen.ToSupportedText($"  {Format(lever.Saving)}, {kilograms}; effort {EnumWords.Format(lever.Effort)}"));
        if (lever.SavingByCommand != lever.Saving)
            sheet.WriteRow("", screen.ToSupportedText($"the command gives {Format(lever.SavingByCommand)} of what it is about"));
        sheet.WriteRow("try", TextSanitizer.ToOneLine(CommandWords.Format(lever.Command)));
        sheet.WriteRow(EnumWords.Format(lever.Basis), screen.ToSupportedText(TextSanitizer.ToOneLine(
            $"{lever.BasisText}. {lever.Sentence}")));
    }

    static string Format(Interval saving) => string.Create(
        CultureInfo.InvariantCulture, $"{saving.Value * 100:0.#} % [{saving.Low * 100:0.#} to {saving.High * 100:0.#} %]");
}
