using System.Globalization;
using Tonne.Formatting;
using Tonne.Ledgers.Calls;
using Tonne.Quantities;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Services;

/// <summary>The calls of a program for people: a table of today, seven days and all, its models, then what the figures are.</summary>
public static class CallServiceText
{
    const string Unknown = "-";

    /// <summary>Writes the report.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="report">The report.</param>
    /// <param name="screen">Width and characters of the terminal.</param>
    public static void Write(TextWriter writer, CallServiceReport report, TerminalCapabilities screen)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(screen);
        writer.Write(string.Create(CultureInfo.InvariantCulture,
            $"{TextSanitizer.ToOneLine(report.Name)}: calls of a program to AI models since {report.Since.UtcDateTime:yyyy-MM-dd HH:mm} "
            + $"UTC, energy {CallServiceReport.DescribeBasis(report.All)}\n\n"));
        CreateTable(report).Write(writer, screen.Width);
        writer.Write('\n');
        if (report.Models.Length > 1)
        {
            CreateModels(report).Write(writer, screen.Width);
            writer.Write('\n');
        }

        var sheet = new StyledTextWriter(writer, screen);
        foreach (var line in Describe(report))
            sheet.WriteHanging("", "", TextSanitizer.ToOneLine(line));
    }

    /// <summary>Calls under the name of a recorded service, in a sentence.</summary>
    internal static string DescribeBeside(CallTotalRow calls) => string.Create(CultureInfo.InvariantCulture,
        $"A program of this name wrote {calls.Sum.Requests:N0} calls ({DisplayValue.Format(calls.Sum.EnergyKwh, "kWh").Text} facility "
            + $"energy, {CallServiceReport.DescribeBasis(calls)}): ")
        + "they are not added here, because the server's energy is in the figures above. 'tonne calls --by service' has them.";

    static IEnumerable<string> Describe(CallServiceReport report)
    {
        if (report.All.Estimated.Requests > report.All.Estimated.WithoutFigure)
        {
            yield return "Estimated is the energy of machines that tonne did not measure: it is in no total of runs, and is not "
                + "added to services that "
                + "tonne records, which may have served the same requests.";
        }

        if (report.All.Measured.Requests > report.All.Measured.WithoutFigure)
            yield return "Measured is the energy of this program: its runs have it too, so it is not added to 'tonne total'.";
        if (report.All.Sum.WithoutFigure > 0)
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{report.All.Sum.WithoutFigure:N0} calls are of unknown energy and in no figure.");
        foreach (var problem in report.Problems)
            yield return problem;
    }

    static TextTable CreateTable(CallServiceReport report)
    {
        CallTotalRow[] columns = [report.Today, report.Week, report.All];
        var table = new TextTable(["", "TODAY", "7 DAYS", "ALL"]) { RightAligned = new HashSet<int> { 1, 2, 3 } };
        AddRow("calls", static each => DisplayValue.FormatCount(each.Sum.Requests));
        AddRow("of these failed", static each => DisplayValue.FormatCount(each.Sum.Failed));
        AddRow("prompt tokens", static each => DisplayValue.FormatCount(each.Sum.Tokens.Input));
        AddRow("of these from a cache", static each => DisplayValue.FormatCount(each.Sum.Tokens.CachedInput));
        AddRow("output tokens", static each => DisplayValue.FormatCount(each.Sum.Tokens.Output));
        foreach (var (kind, find) in new (string, Func<CallTotalRow, CallSum>)[] { ("estimated", static each => each.Estimated),
            ("measured", static each => each.Measured) })
        {
            AddRow($"facility energy, {kind}", each => Format(find(each), 1, static sum => sum.EnergyKwh, "kWh"));
            AddRow($"energy per call, {kind}", each => Format(find(each), CountKnown(find(each)), static sum => sum.EnergyKwh, "kWh"));
            AddRow($"emissions, {kind}", each => Format(find(each), 1, static sum => sum.EmissionsKg, "kg CO2e"));
            AddRow($"emissions per call, {kind}",
                each => Format(find(each), CountKnown(find(each)), static sum => sum.EmissionsKg, "kg CO2e"));
        }

        return table;

        void AddRow(string name, Func<CallTotalRow, string> format)
        {
            var cells = columns.Select(column => column.Sum.Requests > 0 ? format(column) : Unknown).ToArray();
            if (cells.Any(static cell => cell is not (Unknown or "0")))
                table.Add([name, .. cells]);
        }
    }

    static TextTable CreateModels(CallServiceReport report)
    {
        var table = new TextTable(["MODEL", "CALLS", "OUTPUT TOKENS", "FACILITY ENERGY", "EMISSIONS", ""])
        {
            RightAligned = new HashSet<int> { 1, 2, 3, 4 },
            FlexibleColumn = 0,
            OptionalColumns = [2],
        };
        foreach (var model in report.Models)
        {
            foreach (var (kind, sum) in new[] { ("estimated", model.Estimated), ("measured", model.Measured) })
            {
                if (sum.Requests > 0)
                {
                    table.Add(
                        model.Group.Length > 0 ? model.Group : "(unknown)", DisplayValue.FormatCount(sum.Requests),
                            DisplayValue.FormatCount(sum.Tokens.Output),
                        Format(sum, 1, static each => each.EnergyKwh, "kWh"), Format(sum, 1, static each => each.EmissionsKg, "kg CO2e"),
                            kind);
                }
            }
        }

        return table;
    }

    static long CountKnown(CallSum sum) => sum.Requests - sum.WithoutFigure;

    static string Format(CallSum sum, long calls, Func<CallSum, Bounds> find, string unit) =>
        CountKnown(sum) > 0 ? DisplayValue.Format(find(sum) * (1d / calls), unit).Text : Unknown;
}
