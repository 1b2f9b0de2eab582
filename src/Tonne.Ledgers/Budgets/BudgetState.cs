using Tonne.Ledgers.Totals;
using Tonne.Quantities;

namespace Tonne.Ledgers.Budgets;

/// <summary>How much of a budget is used in the current period.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Start">Start of the period, UTC; null if it has none.</param>
/// <param name="End">End of the period, UTC, not part of it; null if it has none.</param>
/// <param name="Total">The runs of the period.</param>
/// <param name="Now">When it was looked at.</param>
public sealed record BudgetState(Budget Budget, DateTimeOffset? Start, DateTimeOffset? End, LedgerTotal Total, DateTimeOffset Now)
{
    // Of a period that has just begun nothing can be said about its end.
    const double MinElapsedShare = 0.1;

    /// <summary>What is used, in the unit of the limit.</summary>
    public Bounds Used => Budget.Limit.GetUsed(Total.Sum);

    /// <summary>Whether the best value is above the limit.</summary>
    public bool IsExceeded => Used.Best > Budget.Limit.Value;

    /// <summary>The chance, 0 to 1, that the true value is above the limit.</summary>
    public double ChanceExceeded => Budget.Limit.ChanceExceeded(Used);

    /// <summary>Used ÷ limit, best value.</summary>
    public double Share => Used.Best / Budget.Limit.Value;

    /// <summary>What will be used at the end of the period at the mean rate so far; null in the first tenth of a period, and without one.</summary>
    public double? Projected => (Start, End) is ({ } start, { } end) && (Now - start) / (end - start) is >= MinElapsedShare and <= 1 and var elapsed ? Used.Best / elapsed : null;
}
