using System.Globalization;
using Tonne.Formatting;
using Tonne.Ledgers.Budgets;
using Tonne.Reporting.Terminal;

namespace Tonne.Reporting.Totals;

/// <summary>Budgets for people.</summary>
public static class BudgetText
{
    /// <summary>Writes a table of budgets.</summary>
    /// <param name="writer">Receives the text, with <c>\n</c> at line ends.</param>
    /// <param name="states">The budgets and what is used of them.</param>
    /// <param name="screen">Width and characters of the terminal.</param>
    /// <param name="isTerminal">Whether the table must fit the width.</param>
    public static void Write(TextWriter writer, IReadOnlyList<BudgetState> states, TerminalCapabilities screen, bool isTerminal)
    {
        ArgumentNullException.ThrowIfNull(states);
        ArgumentNullException.ThrowIfNull(screen);
        var table = new TextTable("BUDGET", "LIMIT", "USED", "SHARE", "CHANCE OVER", "AT THIS RATE")
        {
            RightAligned = new HashSet<int> { 1, 2, 3, 4, 5 },
            OptionalColumns = [5],
            FlexibleColumn = 0,
        };
        foreach (var state in states)
        {
            var unit = state.Budget.Limit.Unit;
            table.Add(
                state.Budget.Scope, state.Budget.Limit + (state.Budget.Period == BudgetPeriod.Total ? "" : "/" + state.Budget.Period.ToString().ToLowerInvariant()),
                DisplayValue.Format(state.Used, unit).Text, DisplayValue.FormatPercent(state.Share), FormatChance(state.ChanceExceeded),
                state.Projected is { } projected ? DisplayValue.Format(projected, unit) : "-");
        }

        table.Write(writer, isTerminal ? screen.Width : null);
    }

    /// <summary>A sentence about a limit: what is used of it, and the chance that it is exceeded.</summary>
    /// <param name="scope">What the limit is for, with a capital.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="used">What is used, in the unit of the limit.</param>
    public static string Describe(string scope, Allowance limit, Quantities.Bounds used)
    {
        ArgumentNullException.ThrowIfNull(limit);
        var over = used.Best > limit.Value;
        return $"{scope}: {DisplayValue.Format(used, limit.Unit).FormatWithInterval()} is {(over ? "above" : "within")} the limit of {limit}; chance that it is exceeded: {FormatChance(limit.ChanceExceeded(used))}.";
    }

    static string FormatChance(double chance) => chance switch
    {
        < 0.01 => "< 1 %",
        > 0.99 => "> 99 %",
        _ => string.Create(CultureInfo.InvariantCulture, $"{chance * 100:0} %"),
    };
}
