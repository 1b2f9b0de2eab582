using System.Text.Json;
using Tonne.Ledgers.Budgets;
using Tonne.Reporting.Json;

namespace Tonne.Reporting.Totals;

/// <summary>Budgets and what is used of them as JSON, schema <c>tonne.budget/1</c>.</summary>
public sealed record BudgetDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.budget/1";

    /// <summary>The budgets.</summary>
    public required IReadOnlyList<BudgetPart> Budgets { get; init; }

    /// <summary>Whether the best value of any is above its limit.</summary>
    public required bool Exceeded { get; init; }

    /// <summary>The states of budgets.</summary>
    public static BudgetDocument From(IReadOnlyList<BudgetState> states)
    {
        ArgumentNullException.ThrowIfNull(states);
        return new BudgetDocument { Budgets = [.. states.Select(BudgetPart.From)], Exceeded = states.Any(state => state.IsExceeded) };
    }

    /// <summary>The document as JSON text, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ReportJson.Readable.BudgetDocument);

    /// <summary>A budget. Limit, use, projection and forecast are in the unit of the limit. Projected: at the mean rate so far; forecast:
    /// at the mean of
    /// the whole days so far, with the 95 % interval from how these differ. Warning: the highest of the shares in warn_at that is
    /// reached.</summary>
    public sealed record BudgetPart(
        string? Project, string? Account, string? User, string Period, DateTimeOffset? Since, DateTimeOffset? Until, string Unit, double Limit,
        QuantityDocument Used, double Share, bool Exceeded, double ChanceExceeded, double? Projected, int Runs,
            IReadOnlyList<double> WarnAt, double? Warning, ForecastPart? Forecast)
    {
        internal static BudgetPart From(BudgetState state) => new(
            state.Budget.Project, state.Budget.Account, state.Budget.User, state.Budget.Period.ToString().ToLowerInvariant(), state.Start, state.End,
            state.Budget.Limit.Unit, state.Budget.Limit.Value,
            QuantityDocument.From(state.Used, TotalDocument.FormatBoundaries(state.Total.Sum), state.Total.Sum.Quality, state.Total.Sum.MeasuredShare),
            state.Share, state.IsExceeded, state.ChanceExceeded, state.Projected, state.Total.Sum.Runs, state.Budget.Warnings,
                state.Warning,
            state.Forecast is { } forecast ? new ForecastPart(forecast.Best, forecast.Low, forecast.High) : null);
    }

    /// <summary>What will be used at the end of the period.</summary>
    public sealed record ForecastPart(double Value, double Low, double High);
}
