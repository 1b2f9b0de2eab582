using Tonne.Ledgers.Totals;
using Tonne.Reporting.Totals;

namespace Tonne.Server.Api;

/// <summary>The routes of sums: totals and budgets.</summary>
static class TotalRoutes
{
    /// <summary>Adds the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, IRunDirectory runs)
    {
        routes.MapDocument("/totals", "getTotals", "Sums over runs that count each joule once, as 'tonne total --json'", typeof(TotalDocument),
            QueryParameters.Runs.With(
                new QueryParameter("by", $"Groups, several with commas: {string.Join(", ", TotalKey.Words)}, person. Default: one sum"),
                new QueryParameter("year-before", "true: beside the same period a year before; needs since")),
            request => CreateTotal(runs, request).ToJson());
        routes.MapDocument("/budgets", "getBudgets", "Budgets and what is used of them in the current period, as 'tonne budget show --json'", typeof(BudgetDocument), new([]),
            _ => BudgetDocument.From(runs.CheckBudgets()).ToJson());
    }

    static TotalDocument CreateTotal(IRunDirectory runs, ApiRequest request)
    {
        IReadOnlyList<TotalKey> keys;
        try
        {
            keys = request["by"] is { } by ? TotalKey.Parse(by) : [];
        }
        catch (FormatException error)
        {
            throw RequestProblemException.ForParameter("by", error.Message, "For example by=month,project.");
        }

        var query = new TotalQuery { By = keys, Runs = request.GetRuns() };
        if (!request.GetFlag("year-before"))
            return TotalDocument.From(runs.Total(query));
        if (query.Runs.Since is not { } since)
            throw RequestProblemException.ForParameter("year-before", "there is no period", "Give since, and until where it is not now.");
        var until = query.Runs.Until ?? request.Now;
        return TotalDocument.From(runs.Total(query), runs.Total(query with { Runs = query.Runs with { Since = since.AddYears(-1), Until = until.AddYears(-1) } }));
    }
}
