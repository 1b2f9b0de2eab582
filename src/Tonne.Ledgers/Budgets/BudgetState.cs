using System.Globalization;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Ledgers.Budgets;

/// <summary>How much of a budget is used in the current period.</summary>
/// <param name="Budget">The budget.</param>
/// <param name="Start">Start of the period, UTC; null if it has none.</param>
/// <param name="End">End of the period, UTC, not part of it; null if it has none.</param>
/// <param name="Total">The runs of the period, by day (<see cref="Budget.CreateQuery"/>).</param>
/// <param name="Now">When it was looked at.</param>
public sealed record BudgetState(Budget Budget, DateTimeOffset? Start, DateTimeOffset? End, LedgerTotal Total, DateTimeOffset Now)
{
    // Of a period that has just begun nothing can be said about its end.
    const double MinElapsedShare = 0.1;

    // From fewer days no spread can be computed that is of use.
    const int LeastDays = 3;

    /// <summary>Looks how much of each budget was used at a time, in the period that it is in.</summary>
    /// <param name="budgets">The budgets.</param>
    /// <param name="until">The time, not included; null for now. Runs that started later are not counted.</param>
    /// <param name="now">The time now.</param>
    /// <param name="total">Adds up runs.</param>
    public static IReadOnlyList<BudgetState> Check(
        IEnumerable<Budget> budgets, DateTimeOffset? until, DateTimeOffset now, Func<TotalQuery, LedgerTotal> total)
    {
        ArgumentNullException.ThrowIfNull(budgets);
        ArgumentNullException.ThrowIfNull(total);
        var at = until is { } asked && asked < now ? asked : now;
        return
        [
            .. budgets.Select(budget =>
            {
                // A time that is not included may be the first moment of the next period.
                var within = at < now ? at.AddTicks(-1) : at;
                var (period, query) = (budget.FindPeriod(within), budget.CreateQuery(within));
                if (at < now && !(query.Runs.Until <= at))
                    query = query with { Runs = query.Runs with { Until = at } };
                return new BudgetState(budget, period?.Start, period?.End, total(query), at);
            }),
        ];
    }

    /// <summary>What is used, in the unit of the limit.</summary>
    public Bounds Used => Budget.Limit.GetUsed(Total.Sum);

    /// <summary>Whether the best value is above the limit.</summary>
    public bool IsExceeded => Used.Best > Budget.Limit.Value;

    /// <summary>The chance, 0 to 1, that the true value is above the limit.</summary>
    public double ChanceExceeded => Budget.Limit.ChanceExceeded(Used);

    /// <summary>Used ÷ limit, best value.</summary>
    public double Share => Used.Best / Budget.Limit.Value;

    /// <summary>What will be used at the end of the period at the mean rate so far; null in the first tenth of a period, and without
    /// one.</summary>
    public double? Projected => (Start, End) is ({ } start, { } end) && (Now - start) / (end - start) is >= MinElapsedShare and <= 1 and var elapsed ? Used.Best / elapsed : null;

    /// <summary>The highest of the budget's warnings that is reached, as a share of the limit; null if none is.</summary>
    public double? Warning => Budget.Warnings.Where(share => Share >= share).Select(static share => (double?)share).Max();

    /// <summary>
    /// What will be used at the end of the period, in the unit of the limit, with its 95 % interval; null before the end of the third
    /// day, after the end, and without a period.
    /// </summary>
    /// <remarks>
    /// The mean m of the n whole days so far goes on for the R days that are left: used + m · R ± t(0.975, n − 1) · s · √(R + R² ÷ n),
    /// the prediction interval of a sum of R further values, with s the standard deviation of the days (W. Q. Meeker, G. J. Hahn, L. A.
    /// Escobar, Statistical Intervals, 2nd edition, 2017, section 4.7). Days without runs count as 0, a run on the day on which it
    /// started. The interval has how much use differs from day to day, not the uncertainty of what is used; it is not below what is used.
    /// </remarks>
    public Bounds? Forecast
    {
        get
        {
            if ((Start, End) is not ({ } start, { } end) || Now >= end || (int)(Now - start).TotalDays is not (>= LeastDays and var days))
                return null;
            var used = new double[days];
            foreach (var row in Total.Rows)
            {
                if (row.Group is [{ } day] && DateTimeOffset.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal, out var at)
                    && (int)(at - start).TotalDays is >= 0 and var i && i < days)
                    used[i] += Budget.Limit.GetUsed(row).Best;
            }

            var (mean, left) = (used.Average(), (end - Now).TotalDays);
            var deviation = Math.Sqrt(used.Sum(value => (value - mean) * (value - mean)) / (days - 1));
            var half = StudentTDistribution.GetCriticalValue95(days - 1) * deviation * Math.Sqrt(left + (left * left / days));
            var best = Used.Best + (mean * left);
            return new Bounds(Math.Max(Used.Best, best - half), best, best + half);
        }
    }
}
