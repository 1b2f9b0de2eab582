using System.Globalization;
using Tonne.Quantities;
using Tonne.Reporting.Teaching;

namespace Tonne.Reporting.Markdown;

/// <summary>Writes <c>docs/claims.md</c>: common claims about the carbon of computing, checked against the numbers.</summary>
static class ClaimsPage
{
    /// <summary>Writes the page in Markdown.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    public static void Write(TextWriter writer)
    {
        writer.Write("# Common claims, and what the numbers show\n\n");
        writer.Write("Written from `src/Tonne.Reporting/Teaching/ClaimCatalog.cs`; every number is computed from the inputs below it (`tonne catalog claims`), and a test compares this page with them.\n");
        foreach (var claim in ClaimCatalog.All)
        {
            writer.Write($"\n## {claim.Statement}\n\n**Recomputed.** {claim.Reproduced}\n\n**Corrected.** {claim.Correction}\n\n");
            writer.Write("| input | value | source |\n|---|---|---|\n");
            foreach (var input in claim.Inputs)
                writer.Write($"| {input.Label}{(input.Note is { } note ? $" ({note})" : "")} | {Value(input)} | {input.Source.Id} |\n");
        }
    }

    /// <summary>Formats a value as the source prints it, with all its digits.</summary>
    static string Value(Factor factor)
    {
        var (low, best, high) = (factor.Bounds.Low, factor.Bounds.Best, factor.Bounds.High);
        var text = factor.Bounds.IsExact ? Digits(best) : $"{Digits(best)} ({Digits(low)}–{Digits(high)})";
        return factor.Unit == "1" ? text : $"{text} {factor.Unit}";

        static string Digits(double value) => value.ToString("#,0.####", CultureInfo.InvariantCulture);
    }
}
