using Tonne.Ledgers.Listing;
using Tonne.Ledgers.PostgreSql.Reading;

namespace Tonne.Ledgers.PostgreSql.Tests.Reading;

/// <summary>A list, its number of runs, its filter values and the sum have the runs that a person may see, and no other.</summary>
public class RunListSecurityTests(RowSecurityTests.Fleet fleet) : IClassFixture<RowSecurityTests.Fleet>
{
    [Fact]
    public void Every_person_lists_counts_and_sums_what_they_may_see()
    {
        fleet.Database.Server.Require();
        // The same objects for all persons: what is kept for one is answered to no other.
        var (list, sums) = (new PostgresRunList(fleet.Database.Database), new PostgresRunSum(fleet.Database.Database));
        foreach (var person in fleet.Persons.Concat(fleet.Persons.Reverse()))
        {
            var visible = fleet.Runs.Where(run => fleet.MaySee(person, run)).ToList();
            foreach (var sort in Enum.GetValues<RunSort>())
            {
                var query = new RunListQuery { Sort = sort, Limit = 500 };
                Assert.Equal(RunList.Find(visible, query).Runs.Select(run => run.Id),
                    list.Find(new Person(person), query).Runs.Select(run => run.Id));
                // A page that is not the last one: the number of runs is counted.
                Assert.Equal(visible.Count, list.Find(new Person(person), query with { Limit = 2 }).Total);
            }

            var values = list.CountValues(new Person(person));
            Assert.Equal(visible.Count, values.Runs);
            Assert.Equal(RunValues.Count(visible).Accounts, values.Accounts);
            Assert.Equal(RunValues.Count(visible).Tags, values.Tags);
            var total = Tonne.Ledgers.Totals.LedgerTotal.Of(visible.OrderBy(run => run.Id, StringComparer.Ordinal)).Sum;
            var sum = sums.SumUp(new Person(person)).All;
            Assert.Equal(total.Completed, sum.Completed);
            Assert.Equal(total.Emissions.Best, sum.Emissions.Best, total.Emissions.Best * 1e-9);
        }
    }
}
