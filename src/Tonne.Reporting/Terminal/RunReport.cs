using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Runs;

namespace Tonne.Reporting.Terminal;

/// <summary>A run on a screen, whole: the summary, then each epoch with its observation and the loss curve. What <c>tonne show</c> prints.</summary>
public static class RunReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="writer">Where to, with <c>\n</c> at line ends.</param>
    /// <param name="record">The facts.</param>
    /// <param name="footprint">The figures.</param>
    /// <param name="screen">What can be shown.</param>
    /// <param name="recordPath">Where the record lies; null to name its id alone.</param>
    public static void Write(TextWriter writer, RunRecord record, Footprint footprint, TerminalCapabilities screen, string? recordPath = null)
    {
        var sheet = new StyledTextWriter(writer, screen);
        sheet.WriteBlankLine();
        sheet.WriteLine(StyledText.Strong(TextSanitizer.ToOneLine(record.Opening.Name)), " ", StyledText.Faint(TextSanitizer.ToOneLine(string.Join(' ', record.Opening.Command))));
        RunSummaryText.Write(writer, record, footprint, screen, recordPath, record.Opening.Id, isTraced: false, withEquivalents: true);
        if (record.Epochs.Length == 0)
            return;
        sheet.WriteBlankLine();
        EpochTable.Write(writer, record, footprint, screen);
        sheet.WriteBlankLine();
        LossCurve.Write(writer, record, screen);
    }
}
