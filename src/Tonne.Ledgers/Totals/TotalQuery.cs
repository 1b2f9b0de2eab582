namespace Tonne.Ledgers.Totals;

/// <summary>What a total counts, and how it is grouped. The default is one row of all runs.</summary>
public sealed record TotalQuery
{
    /// <summary>What the runs are grouped by, in order. Default: nothing.</summary>
    public IReadOnlyList<TotalKey> By { get; init; } = [];

    /// <summary>Conditions on the runs; its limit is not used.</summary>
    /// <remarks>
    /// Where <see cref="LedgerQuery.Since"/> and <see cref="LedgerQuery.Until"/> are both the first moment of a month (UTC), a run that crosses it counts
    /// with the part of its energy on this side; otherwise by its start.
    /// </remarks>
    public LedgerQuery Runs { get; init; } = LedgerQuery.All;

    /// <summary>Whether runs are chosen or grouped by their tags.</summary>
    internal bool NeedsTags => !Runs.Tags.IsEmpty || By.Any(key => key.Dimension is TotalDimension.Tag or TotalDimension.Model or TotalDimension.Campaign);
}
