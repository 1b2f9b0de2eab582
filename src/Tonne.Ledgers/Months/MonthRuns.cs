using Tonne.Ledgers.ImportExport;

namespace Tonne.Ledgers.Months;

/// <summary>Reads the runs that the report of a month needs, from any ledger.</summary>
/// <remarks>
/// Those that overlap the time, and those that overlap these: what a run counts depends on the runs at the same time on its machine. Of
/// an imported row also the run that it was exported from, which may lie outside.
/// </remarks>
public static class MonthRuns
{
    // The quarter hours of a run reach over its ends by less than one of them, and clocks of two tools differ by seconds.
    static readonly TimeSpan _margin = TimeSpan.FromHours(1);

    /// <summary>Reads the runs of months.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="first">The first month.</param>
    /// <param name="last">The last month.</param>
    /// <returns>Runs with and without figures, by id, each once.</returns>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public static IReadOnlyList<RunSummary> Read(ILedgerReader ledger, CalendarMonth first, CalendarMonth last)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(last);
        var (from, until) = (first.Start - _margin, last.End + _margin);
        var runs = ledger.ListRuns(new LedgerQuery { EndedSince = from, Until = until });
        if (runs.Count == 0)
            return [];
        var (begins, ends) = (runs.Min(static run => run.StartedAt) - _margin, runs.Max(GetEnd) + _margin);
        if (begins < from || ends > until)
        {
            runs = ledger.ListRuns(new LedgerQuery
            {
                EndedSince = begins < from ? begins : from,
                Until = ends > until ? ends : until,
            });
        }

        var byId = runs.ToDictionary(static run => run.Id, StringComparer.Ordinal);
        foreach (var origin in runs.Where(static run => run.Kind == RunKind.Imported).Select(FindOrigin).OfType<string>()
            .Distinct(StringComparer.Ordinal))
        {
            if (!byId.ContainsKey(origin) && ledger.Find(origin) is RunLookupResult.One { Run: var run } && run.Id == origin)
                byId[origin] = run;
        }

        return [.. byId.Values.OrderBy(static run => run.Id, StringComparer.Ordinal)];
    }

    /// <summary>When a run ended; its start if it has no duration.</summary>
    internal static DateTimeOffset GetEnd(RunSummary run) => run.StartedAt.AddSeconds(Math.Min(run.DurationSeconds ?? 0, 1e9));

    static string? FindOrigin(RunSummary run) =>
        run.Tags.TryGetValue(CodeCarbonColumn.RunIdTag, out var id) && LedgerHome.IsRunId(id) ? id : null;
}
