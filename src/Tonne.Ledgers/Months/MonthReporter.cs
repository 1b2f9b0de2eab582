using Tonne.Accounting;
using Tonne.Ledgers.Budgets;
using Tonne.Runs;

namespace Tonne.Ledgers.Months;

/// <summary>Makes the report of a month with budgets and comparison, from any ledger.</summary>
public static class MonthReporter
{
    /// <summary>Makes the report.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="month">The month.</param>
    /// <param name="account">Account of the runs; null for all.</param>
    /// <param name="against">The month that it is compared with; null for the one before.</param>
    /// <param name="now">The time.</param>
    /// <param name="checkBudgets">Looks at all budgets at a time; null for now.</param>
    /// <param name="accountRun">Accounts a record with the present factors, where months with other ones are compared; null if that
    /// cannot be done.</param>
    /// <exception cref="LedgerUnavailableException">The ledger cannot be read.</exception>
    public static MonthReport Create(
        ILedgerReader ledger, CalendarMonth month, string? account, CalendarMonth? against, DateTimeOffset now,
        Func<DateTimeOffset?, IReadOnlyList<BudgetState>> checkBudgets, Func<RunRecord, FootprintStatement>? accountRun)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(month);
        ArgumentNullException.ThrowIfNull(checkBudgets);
        var runs = MonthRuns.Read(ledger, month.Previous, month);
        var report = MonthReport.Create(runs, month, account, now);
        var other = against ?? month.Previous;
        var compared = other == month.Previous ? runs : runs.UnionBy(MonthRuns.Read(ledger, other, other), static run => run.Id).ToList();
        var restate = accountRun is null ? null : MonthChange.CreateRestatement(ledger, accountRun);
        return report with
        {
            Budgets = [.. checkBudgets(month.End <= now ? month.End : null).Where(state => account is null
                || state.Budget.Account == account)],
            // The month before has nothing to say where a ledger begins.
            Change = against is null && !compared.Any(run => run.HasFigures && run.StartedAt < month.Start) ? null
                : MonthChange.Explain(compared, other, month, account, restate),
        };
    }
}
