namespace Tonne.Ledgers.Budgets;

/// <summary>The time after which a budget begins anew, UTC.</summary>
public enum BudgetPeriod
{
    /// <summary>Never: all runs.</summary>
    Total,

    /// <summary>A day.</summary>
    Day,

    /// <summary>A week, from Monday (ISO 8601).</summary>
    Week,

    /// <summary>A month.</summary>
    Month,

    /// <summary>A quarter of a year.</summary>
    Quarter,

    /// <summary>A year.</summary>
    Year,
}
