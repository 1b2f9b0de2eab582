using Tonne.Accounting;
using Tonne.Ledgers.Months;
using Tonne.Reporting.Months;

namespace Tonne.Server.Api;

/// <summary>The route of the report of a month.</summary>
static class MonthRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(IEndpointRouteBuilder routes, IRunDirectory runs)
    {
        routes.MapDocument("/months/{month}", "getMonth", "The report of a month, as 'tonne total month --json'", typeof(MonthDocument),
            new([
                new QueryParameter("account", "Of one account"),
                new QueryParameter("against", "The month that it is compared with, as in 2026-10. Default: the one before"),
            ]),
            request =>
            {
                var month = Parse("month", request.GetRoute("month"));
                var against = request["against"] is { } other ? Parse("against", other) : null;
                // One for all runs of the answer: it keeps the draws of the factors that runs share.
                var accountant = new Accountant();
                // Of a fleet each record that is read goes to the audit log, and there may be thousands: there the report warns of other
                // factors.
                var isFleet = runs is Fleet.DatabaseRunDirectory;
                var report = MonthReporter.Create(
                    runs.OpenReader(), month, request["account"], against, request.Now, runs.CheckBudgets,
                    isFleet ? null : record => accountant.Account(record, FactorSelector.SelectFactors(record, runs.Intensities))
                        .CreateStatement(runs.Time.GetUtcNow()));
                return MonthDocument.From(report).ToJson();
            });
    }

    static CalendarMonth Parse(string parameter, string text)
    {
        try
        {
            return CalendarMonth.Parse(text);
        }
        catch (FormatException error)
        {
            throw RequestProblemException.ForParameter(parameter, error.Message.TrimEnd('.'),
                "For example /months/2026-11?against=2026-10.");
        }
    }
}
