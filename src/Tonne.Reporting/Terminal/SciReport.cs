using System.Globalization;
using Tonne.Formatting;
using Tonne.Reporting.Explaining;
using Tonne.Reporting.Regulatory;
using Tonne.Sci;

namespace Tonne.Reporting.Terminal;

/// <summary>Software Carbon Intensity on a screen: the rate and the E, I, M and R it follows from.</summary>
public static class SciReport
{
    /// <summary>Writes the rates.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="rates">At least one.</param>
    /// <param name="screen">What can be shown.</param>
    public static void Write(TextWriter writer, IReadOnlyList<SoftwareCarbonIntensity> rates, Screen screen)
    {
        var sheet = new Sheet(writer, screen);
        foreach (var sci in rates)
        {
            var (scale, words) = ScaleOf(sci);
            var rate = sci.Rate with { Bounds = sci.Rate.Bounds * scale };
            sheet.Blank();
            sheet.Line(Inked.Strong("SCI " + Sheet.Whole(FootprintReadout.Text(rate))), " ", Inked.Faint(Sheet.Whole(FootprintReadout.Interval(rate, screen.Dash))), Inked.Strong($" per {words}"),
                $" {screen.Dot} ", Printable.OneLine(Words(sci)));
            sheet.Row("E", Sheet.Whole(FootprintReadout.Full(sci.Energy, screen.Dash)), " ", Inked.Faint("energy with its building"));
            var grams = sci.Energy.Value > 0 ? sci.Operational.Value / sci.Energy.Value * 1000 : 0;
            sheet.Row("I", Sheet.Whole(Readout.Of(grams, "g CO2e/kWh", 4)), " ", Inked.Faint("location-based; no contracts, no offsets"));
            sheet.Row($"E {screen.Times} I", Sheet.Whole(FootprintReadout.Full(sci.Operational, screen.Dash)));
            sheet.Row("M", sci.Embodied is { } embodied ? Sheet.Whole(FootprintReadout.Full(embodied, screen.Dash)) : new Inked("unknown", Ink.Warning), " ", Inked.Faint("share of making the hardware"));
            sheet.Row("R", Sheet.Whole($"{Count(sci.Unit.Count.Bounds.Best)} {(sci.Unit.Count.Bounds.Best == 1 ? Printable.OneLine(sci.Unit.Name) : Plural(sci.Unit.Name))}"));
            sheet.Row("standard", Inked.Faint(sci.Boundary == SciBoundary.Whole ? "ISO/IEC 21031:2024, SCI = ((E × I) + M) per R" : "ISO/IEC 21031:2024 and SCI for AI (Green Software Foundation), SCI = ((E × I) + M) per R"));
            foreach (var doubt in sci.Doubts)
                sheet.Row("doubt", new Inked(doubt.Code + ":", Ink.Warning), " ", Printable.OneLine(doubt.Text));
        }
    }

    /// <summary>The rate and its parts as a Markdown list.</summary>
    public static string Markdown(IReadOnlyList<SoftwareCarbonIntensity> rates)
    {
        using var page = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        foreach (var sci in rates)
        {
            var (scale, words) = ScaleOf(sci);
            var rate = sci.Rate with { Bounds = sci.Rate.Bounds * scale };
            page.Write($"- **{FootprintReadout.Full(rate)} per {Printable.Markdown(words)}** ({Printable.Markdown(Words(sci))}): E {FootprintReadout.Text(sci.Energy)}, E × I {FootprintReadout.Text(sci.Operational)}, "
                + $"M {(sci.Embodied is { } embodied ? FootprintReadout.Text(embodied) : "unknown")}, R {Count(sci.Unit.Count.Bounds.Best)} {Printable.Markdown(Plural(sci.Unit.Name))}\n");
        }

        return page.ToString();
    }

    static string Words(SoftwareCarbonIntensity sci) => sci.Boundary switch
    {
        SciBoundary.Consumer => $"consumer boundary: {sci.Inside}",
        SciBoundary.Provider => $"provider boundary: {sci.Inside}",
        _ => sci.Inside,
    };

    static string Count(double count) => count < 1e15 ? count.ToString("#,0.######", CultureInfo.InvariantCulture) : ModelDocumentationForm.Scientific(count, "").TrimEnd();

    static string Plural(string unit) => Printable.OneLine(unit) is var name && (name.EndsWith('s') || name.All(char.IsAsciiLetterUpper)) ? name : name + "s";

    /// <summary>Units taken together until the rate is at least a milligram: per million tokens, per 10^18 FLOP.</summary>
    static (double Scale, string Words) ScaleOf(SoftwareCarbonIntensity sci)
    {
        var power = 0;
        while (sci.Rate.Value > 0 && sci.Rate.Value * Math.Pow(10, power) < 1e-6 && Math.Pow(10, power + 3) <= sci.Unit.Count.Bounds.Best)
            power += 3;
        var name = Plural(sci.Unit.Name);
        return (Math.Pow(10, power), power switch
        {
            0 => Printable.OneLine(sci.Unit.Name),
            3 => $"1,000 {name}",
            6 => $"million {name}",
            _ => string.Create(CultureInfo.InvariantCulture, $"10^{power} {name}"),
        });
    }
}
