using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Ledgers.Totals;

/// <summary>Sums over the runs of a ledger that count each joule once.</summary>
public sealed record LedgerTotal
{
    /// <summary>What was asked.</summary>
    public required TotalQuery Query { get; init; }

    /// <summary>The groups: by time where that is the first key, else the largest emissions first.</summary>
    public required ImmutableArray<TotalRow> Rows { get; init; }

    /// <summary>The sum of all, in which a run of several rows counts once.</summary>
    public required TotalRow Sum { get; init; }

    /// <summary>Runs that are not counted, because another one of the ledger includes their energy, with that one's id and the reason.</summary>
    public required ImmutableArray<(string Id, string In, CountedWith Reason)> CountedWithOthers { get; init; }

    /// <summary>Ids of runs without figures: still running, not closed, or damaged.</summary>
    public required ImmutableArray<string> WithoutFigures { get; init; }

    /// <summary>Nodes of the jobs in the total of which no run is there, so that what their jobs used on them is missing; oldest job first.</summary>
    public ImmutableArray<MissingNodes> MissingNodes { get; init; } = [];

    /// <summary>What makes the total less certain.</summary>
    public ImmutableArray<Warning> Warnings { get; init; } = [];

    /// <summary>Adds up runs.</summary>
    /// <param name="runs">All runs of the ledger, in any order: a run may be part of one that does not match the query.</param>
    /// <param name="query">What is counted. Default: all, as one group.</param>
    public static LedgerTotal Of(IEnumerable<RunSummary> runs, TotalQuery? query = null)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return new TotalBuilder(query ?? new TotalQuery()).Build([.. runs.Select(CountedRun.From)]);
    }
}
