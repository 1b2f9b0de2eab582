using System.Globalization;
using Tonne.Formatting;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Totals;

/// <summary>Calls to AI models for people: a table, then the sum and what it is not.</summary>
public static class CallsText
{
    /// <summary>Writes the calls.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="total">The calls.</param>
    /// <param name="by">What they are grouped by.</param>
    /// <param name="screen">Width and characters of the terminal.</param>
    /// <param name="isTerminal">Whether the table must fit the width.</param>
    public static void Write(TextWriter writer, CallTotal total, CallGroup by, TerminalCapabilities screen, bool isTerminal)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(total);
        ArgumentNullException.ThrowIfNull(screen);
        var dash = screen.Unicode ? "–" : "-";
        if (total.Rows.Length > 0)
        {
            CreateTable(total, by, dash).Write(writer, isTerminal ? screen.Width : null);
            writer.Write('\n');
        }

        foreach (var line in Describe(total.Sum, dash))
            writer.Write(line + "\n");
    }

    static IEnumerable<string> Describe(CallTotalRow sum, string dash)
    {
        var (estimated, measured) = (sum.Estimated, sum.Measured);
        if (estimated.Requests + measured.Requests + sum.Sum.Dropped == 0)
        {
            yield return "No calls. A .NET program writes them (docs/ai-calls.md); 'tonne import' reads logs of agents (docs/coding-agents.md).";
            yield break;
        }

        if (estimated.Requests > estimated.WithoutFigure)
        {
            yield return $"{FormatCalls(estimated)} {FormatFigures(estimated, dash)}: "
                + "an estimate of the machines of others, in no total of runs.";
        }

        if (measured.Requests > measured.WithoutFigure)
        {
            yield return $"{FormatCalls(measured)} {FormatFigures(measured, dash)}, measured here: "
                + "the runs of these programs have it too, so it is not added to 'tonne total'.";
        }

        if (sum.Sum.WithoutFigure > 0)
        {
            yield return $"{FormatCount(sum.Sum.WithoutFigure)} of unknown energy, not counted: "
                + "failed before they answered, or a model of unknown size.";
        }

        if (sum.Sum.Failed > 0)
            yield return $"{FormatCount(sum.Sum.Failed)} failed or were cancelled; what they had computed is counted where it is known.";
        if (sum.Sum.EstimatedTokens > 0)
            yield return $"{FormatCount(sum.Sum.EstimatedTokens)} without reported tokens: estimated from the length of the texts.";
        if (sum.Sum.Dropped > 0)
            yield return $"{FormatCount(sum.Sum.Dropped)} lost: too many waited to be written.";
    }

    static string FormatCalls(CallSum sum) => FormatCount(sum.Requests - sum.WithoutFigure) + ":";

    static string FormatCount(long count) => count == 1 ? "1 call" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} calls");

    static string FormatFigures(CallSum sum, string dash) =>
        $"{DisplayValue.Format(sum.EnergyKwh, "kWh").FormatWithInterval(dash)} facility energy, "
        + DisplayValue.Format(sum.EmissionsKg, "kg CO2e").FormatWithInterval(dash);

    static TextTable CreateTable(CallTotal total, CallGroup by, string dash)
    {
        var table = new TextTable([EnumWords.Format(by).ToUpperInvariant(), "CALLS", "INPUT", "OUTPUT", "FACILITY ENERGY", "EMISSIONS",
            "95 %", ""])
        {
            RightAligned = new HashSet<int> { 1, 2, 3, 4, 5 },
            OptionalColumns = [2, 3],
            FlexibleColumn = 0,
        };
        foreach (var row in total.Rows)
        {
            var sum = row.Sum;
            var isKnown = sum.Requests > sum.WithoutFigure;
            var emissions = DisplayValue.Format(sum.EmissionsKg, "kg CO2e");
            table.Add(
            [
                row.Group.Length == 0 ? "(unknown)" : TextSanitizer.ToOneLine(row.Group), Format(sum.Requests), Format(sum.Tokens.Input),
                Format(sum.Tokens.Output),
                isKnown ? DisplayValue.Format(sum.EnergyKwh, "kWh").Text : "-", isKnown ? emissions.Text : "-",
                isKnown ? emissions.FormatInterval(dash) : "-",
                (row.Measured.Requests, row.Estimated.Requests) switch { (0, _) => "estimated", (_, 0) => "measured", _ => "both" },
            ]);
        }

        return table;

        static string Format(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }
}
