using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.PostgreSql.Budgets;
using Tonne.Ledgers.PostgreSql.Tests.Server;

namespace Tonne.Ledgers.PostgreSql.Tests.Budgets;

public class PostgresBudgetsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Budgets_are_kept_replaced_and_removed_by_scope_and_each_change_is_noted()
    {
        var budgets = new PostgresBudgets(database.Database);
        var monthly = new Budget { Account = "physics", Limit = new Allowance(50), Period = BudgetPeriod.Month };
        await budgets.SetAsync(monthly, "ada", Stop);
        await budgets.SetAsync(monthly with { Limit = new Allowance(60), WarnAt = [0.6, 0.9] }, "ada", Stop);
        await budgets.SetAsync(monthly with { Period = BudgetPeriod.Year }, "ada", Stop);
        await budgets.SetAsync(new Budget { Project = "o'brien", User = "ümit", Limit = new Allowance(1e-9, IsEnergy: true),
            Period = BudgetPeriod.Total }, "grace", Stop);

        var kept = await budgets.ListAsync(Stop);

        Assert.Equal([(null, "o'brien", "ümit", 1e-9, BudgetPeriod.Total), ("physics", null, null, 60d, BudgetPeriod.Month), ("physics",
            null, null, 50d, BudgetPeriod.Year)],
            kept.Select(static budget => (budget.Account, budget.Project, budget.User, budget.Limit.Value, budget.Period)));
        Assert.Equal([[0.5, 0.8, 1], [0.6, 0.9], [0.5, 0.8, 1]], kept.Select(static budget => budget.Warnings.ToArray()));
        Assert.Equal(0, await budgets.RemoveAsync(null, null, null, "ada", Stop));
        Assert.Equal(2, await budgets.RemoveAsync(null, "physics", null, "ada", Stop));
        Assert.Equal("ümit", Assert.Single(await budgets.ListAsync(Stop)).User);
        Assert.Equal("ada budget account physics: 50.0 kg CO2e/month|ada budget account physics: 60.0 kg CO2e/month|"
            + "ada budget account physics: 50.0 kg CO2e/year|"
            + "grace budget project o'brien, user ümit: 1.00 µWh/total|ada budget removed account physics",
                await database.ReadAsync<string>(
            "select string_agg(who || ' ' || action || ' ' || subject, '|' order by at, id) from tonne.audit where action like 'budget%'"));
    }
}
