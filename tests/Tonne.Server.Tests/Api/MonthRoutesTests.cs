using System.Globalization;
using Tonne.Ledgers.Budgets;
using Tonne.Server.Tests.Fleet;

namespace Tonne.Server.Tests.Api;

/// <summary>The report of a month at its address, and budgets with warnings in JSON and metrics, for a folder and for a fleet.</summary>
public class MonthRoutesTests
{
    const string Run = "20261122-070000-aaaaaa";

    static readonly Budget _exceeded = new() { Account = "physics", Limit = new Allowance(1e-12), Period = BudgetPeriod.Total };

    [Fact]
    public async Task A_month_is_reported_with_its_sum_budgets_and_change()
    {
        await using var server = await RunningServer.StartAsync(home =>
        {
            home.Complete(Run);
            home.Complete("20261022-070000-bbbbbb");
            new BudgetFile(home.Home).Set(new Budget { Limit = new Allowance(1e-12), Period = BudgetPeriod.Month, WarnAt = [0.4] });
        });

        var month = await server.GetJsonAsync("/api/v1/months/2026-11");

        Assert.Equal(("tonne.month/1", "2026-11", 1), ((string)month["schema"]!, (string)month["month"]!, (int)month["total"]!["runs"]!));
        var total = await server.GetJsonAsync("/api/v1/totals?since=2026-11-01&until=2026-12-01");
        Assert.Equal((double)total["total"]!["emissions_kg"]!["total"]!["value"]!,
            (double)month["total"]!["emissions_kg"]!["total"]!["value"]!);
        Assert.Equal(("2026-10", 7), ((string)month["change"]!["against"]!, month["change"]!["terms"]!.AsArray().Count));
        Assert.Equal((true, 0.4), ((bool)month["budgets"]![0]!["exceeded"]!, (double)month["budgets"]![0]!["warning"]!));
        Assert.Equal(Run, (string)month["largest_runs"]![0]!["id"]!);
        Assert.Equal("2025-11", (string)(await server.GetJsonAsync("/api/v1/months/2026-11?against=2025-11"))["change"]!["against"]!);
        Assert.Equal(0, (int)(await server.GetJsonAsync("/api/v1/months/2026-11?account=nobody"))["total"]!["runs"]!);
    }

    [Theory]
    [InlineData("/api/v1/months/november")]
    [InlineData("/api/v1/months/2026-11?against=soon")]
    [InlineData("/api/v1/months/2026-11?by=user")]
    public async Task What_is_no_month_is_refused(string address)
    {
        await using var server = await RunningServer.StartAsync();

        await server.GetAsync(address, 400);
    }

    [Fact]
    public async Task Metrics_have_the_use_of_each_budget()
    {
        await using var server = await RunningServer.StartAsync(home =>
        {
            home.Complete(Run);
            new BudgetFile(home.Home).Set(new Budget { Project = "mnist", Limit = new Allowance(1e9), Period = BudgetPeriod.Total });
        });

        var line = (await server.GetAsync("/metrics")).Split('\n').Single(static line => line.StartsWith("tonne_budget_used_ratio{",
            StringComparison.Ordinal));

        Assert.StartsWith("tonne_budget_used_ratio{project=\"mnist\",account=\"\",user=\"\",period=\"total\",of=\"emissions\"} ", line,
            StringComparison.Ordinal);
        Assert.InRange(double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture), double.Epsilon, 1e-6);
        Assert.Contains("tonne_budget_warning_ratio{project=\"mnist\",account=\"\",user=\"\",period=\"total\",of=\"emissions\"} 0",
            await server.GetAsync("/metrics"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budgets_of_a_fleet_are_those_of_the_database_and_of_the_folder()
    {
        await using var fleet = await FleetServer.StartAsync();
        fleet.Store.Budgets.Add(_exceeded);
        new BudgetFile(fleet.Server.Options.Home).Set(_exceeded with { Limit = new Allowance(5) });
        new BudgetFile(fleet.Server.Options.Home).Set(_exceeded with { Account = "chem" });

        var budgets = (await fleet.Server.GetJsonAsync("/api/v1/budgets"))["budgets"]!.AsArray();

        // That of the database counts where both have one.
        Assert.Equal([("physics", 1e-12), ("chem", 1e-12)], budgets.Select(static budget => ((string)budget!["account"]!,
            (double)budget["limit"]!)));
        Assert.Equal("2026-11", (string)(await fleet.Server.GetJsonAsync("/api/v1/months/2026-11"))["month"]!);
        // Who reads a month of a fleet is noted.
        Assert.Contains(fleet.Store.Audit, static line => line.Contains("list", StringComparison.Ordinal)
            && line.Contains("/api/v1/months/2026-11", StringComparison.Ordinal));
    }
}
