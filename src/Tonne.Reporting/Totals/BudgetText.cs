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
        var table = new TextTable("BUDGET", "LIMIT", "USED", "SHARE", "CHANCE OVER", "AT THE END")
        {
            RightAligned = new HashSet<int> { 1, 2, 3, 4, 5 },
            OptionalColumns = [4, 5],
            FlexibleColumn = 0,
            MinFlexibleWidth = 11,
        };
        foreach (var state in states)
        {
            var unit = state.Budget.Limit.Unit;
            table.Add(
                state.Budget.Scope, state.Budget.Limit + (state.Budget.Period == BudgetPeriod.Total ? "" : "/" + state.Budget.Period.ToString().ToLowerInvariant()),
                DisplayValue.Format(state.Used, unit).Text, DisplayValue.FormatPercent(state.Share), FormatChance(state.ChanceExceeded),
                state.Forecast is { } forecast ? DisplayValue.Format(forecast, unit).Text : state.Projected is { } projected
                    ? DisplayValue.Format(projected, unit) : "-");
        }

        if (isTerminal)
            table.Write(writer, screen);
        else
            table.Write(writer);
    }

    /// <summary>The budgets that have reached one of their warnings, a sentence for each, with the forecast of the period's end.</summary>
    /// <param name="states">The budgets and what is used of them.</param>
    /// <param name="dash">Text between the bounds of an interval.</param>
    public static IEnumerable<string> DescribeWarnings(IEnumerable<BudgetState> states, string dash)
    {
        ArgumentNullException.ThrowIfNull(states);
        foreach (var state in states.Where(static state => state.Warning is not null))
            yield return $"Warning at {DisplayValue.FormatPercent(state.Warning!.Value)}: {DescribeUse(state, dash)}";
    }

    /// <summary>What is used of a budget, and the forecast of the period's end, in a sentence.</summary>
    /// <param name="state">The budget and what is used of it.</param>
    /// <param name="dash">Text between the bounds of an interval.</param>
    public static string DescribeUse(BudgetState state, string dash)
    {
        ArgumentNullException.ThrowIfNull(state);
        var (budget, unit) = (state.Budget, state.Budget.Limit.Unit);
        var period = budget.Period == BudgetPeriod.Total ? "" : "/" + budget.Period.ToString().ToLowerInvariant();
        var forecast = state is { Forecast: { } value, End: { } end }
            ? $"; {DisplayValue.Format(value, unit).FormatWithInterval(dash)} expected by "
                + end.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : "";
        return $"{TextSanitizer.ToOneLine(budget.Scope)} has used {DisplayValue.FormatPercent(state.Share)} of {budget.Limit}{period}: "
            + $"{DisplayValue.Format(state.Used, unit).FormatWithInterval(dash)}{forecast}.";
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
