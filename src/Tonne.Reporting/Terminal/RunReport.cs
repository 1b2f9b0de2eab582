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
    public static void Write(TextWriter writer, RunRecord record, Footprint footprint, Screen screen, string? recordPath = null)
    {
        var sheet = new Sheet(writer, screen);
        sheet.Blank();
        sheet.Line(Inked.Strong(Printable.OneLine(record.Opening.Name)), " ", Inked.Faint(Printable.OneLine(string.Join(' ', record.Opening.Command))));
        Summary.Write(writer, record, footprint, screen, recordPath, record.Opening.Id, isTraced: false, withEquivalents: true);
        if (record.Epochs.Length == 0)
            return;
        sheet.Blank();
        EpochTable.Write(writer, record, footprint, screen);
        sheet.Blank();
        LossCurve.Write(writer, record, screen);
    }
}
