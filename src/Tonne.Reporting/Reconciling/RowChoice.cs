using System.Globalization;
using Tonne.Ledgers.ImportExport;
using Tonne.Runs;

namespace Tonne.Reporting.Reconciling;

/// <summary>The row of CodeCarbon that states the same work as a recorded run.</summary>
/// <param name="Run">The row; null if none was found.</param>
/// <param name="Start">Its start, UTC.</param>
/// <param name="OverlapSeconds">Time that both measured, s.</param>
/// <param name="Fault">Why no row was chosen, and what to do; null if one was.</param>
public sealed record RowChoice(CodeCarbonRun? Run, DateTimeOffset Start, double OverlapSeconds, string? Fault)
{
    const int MostListed = 5;

    // Times are whole seconds, and the tools begin one after the other.
    static readonly TimeSpan _rounding = TimeSpan.FromSeconds(2);

    /// <summary>Chooses the one row whose time overlaps with the run's.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="record">The run.</param>
    /// <param name="zone">Time zone of the machine on which CodeCarbon ran, for times without one. If none overlaps in it, UTC is tried.</param>
    public static RowChoice FindOverlapping(IReadOnlyCollection<CodeCarbonRun> rows, RunRecord record, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(record);
        if (rows.Count == 0)
            return Refuse("the file has no row that can be read.");
        var choices = rows.Select(row => CreateChoice(row, record, zone)).ToList();
        var found = choices.Where(choice => choice.OverlapSeconds > 0).ToList();
        if (found.Count == 0)
            found = [.. rows.Where(row => !row.HasTimeZone).Select(row => CreateChoice(row, record, TimeZoneInfo.Utc)).Where(choice => choice.OverlapSeconds > 0)];
        return found.Count switch
        {
            1 => found[0],
            0 => Refuse($"none of the {rows.Count} rows overlaps with the run, {FormatTime(record.Opening.StartedAt)} to {FormatTime(record.Opening.StartedAt.AddSeconds(record.DurationSeconds))} UTC: "
                + Describe(choices.OrderBy(choice => (choice.Start - record.Opening.StartedAt).Duration())) + ". Give --row N (the line of the file) or --run-id ID."),
            _ => Refuse($"{found.Count} rows overlap with the run: " + Describe(found.OrderByDescending(choice => choice.OverlapSeconds)) + ". Give --row N (the line of the file) or --run-id ID."),
        };
    }

    /// <summary>A row that the user named, whatever its time.</summary>
    /// <param name="row">The row.</param>
    /// <param name="record">The run.</param>
    /// <param name="zone">Time zone of the machine on which CodeCarbon ran, for times without one.</param>
    public static RowChoice CreateChoice(CodeCarbonRun row, RunRecord record, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(zone);
        var end = row.End;
        if (!row.HasTimeZone)
        {
            var offset = zone.GetUtcOffset(DateTime.SpecifyKind(end.DateTime, DateTimeKind.Unspecified));
            end = end.UtcTicks - offset.Ticks > 0 && end.UtcTicks - offset.Ticks < DateTimeOffset.MaxValue.UtcTicks ? end - offset : end;
        }

        var length = TimeSpan.FromSeconds(Math.Min(row.DurationSeconds, (end - DateTimeOffset.MinValue).TotalSeconds));
        var start = end - length;
        var (ourStart, ourEnd) = (record.Opening.StartedAt, record.Opening.StartedAt.AddSeconds(record.DurationSeconds));
        var overlap = (end < ourEnd ? end : ourEnd) - (start > ourStart ? start : ourStart);
        // A row of an instant overlaps where it lies within the run.
        var counts = overlap > TimeSpan.Zero || (length < _rounding && overlap > -_rounding);
        return new RowChoice(row, start, counts ? Math.Max(overlap.TotalSeconds, 1e-3) : 0, null);
    }

    static RowChoice Refuse(string fault) => new(null, default, 0, fault);

    static string Describe(IEnumerable<RowChoice> choices)
    {
        var all = choices.ToList();
        return string.Join("; ", all.Take(MostListed).Select(choice => string.Create(CultureInfo.InvariantCulture,
            $"line {choice.Run!.Line} ({choice.Run.RunId ?? choice.Run.Project ?? "no id"}, {FormatTime(choice.Start)} for {choice.Run.DurationSeconds:0.#} s)")))
            + (all.Count > MostListed ? "; …" : "");
    }

    static string FormatTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
