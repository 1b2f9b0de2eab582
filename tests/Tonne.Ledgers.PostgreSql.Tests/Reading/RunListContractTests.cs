using System.Collections.Immutable;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Tests.Reading;

/// <summary>What a list must answer, whatever it reads from. The expected answers are sorted by plain LINQ over the runs.</summary>
public class RunListContractTests(FilledLedgers ledgers) : IClassFixture<FilledLedgers>
{
    static readonly string[] _words =
    [
        "train", "TRAIN", "big", "straße", "STRASSE", "i̇zmir", "ǆungla", "Ǆ", "100%", "_", "%", "\\", "'", "n2", "ADA", "seed", "\"{}",
        "2025110", "mnist", "ÜMLAUT", "gpt", "nothing", "\u0001",
    ];

    [Theory]
    [InlineData("folders")]
    [InlineData("postgresql")]
    public void A_page_has_the_runs_that_match_in_their_order(string store)
    {
        var list = Open(store);
        var random = new Random(91);
        var found = 0;
        for (var i = 0; i < 600; i++)
        {
            var query = NextQuery(random);
            var expected = Sort(ledgers.Runs.Where(run => Matches(run, query)), query.Sort, query.IsDescending).Select(run => run.Id).ToList();

            var page = list(query);

            Assert.Equal(expected.Skip(query.Offset).Take(query.Limit), page.Runs.Select(run => run.Id));
            Assert.Equal(expected.Count, page.Total);
            found += expected.Count > 0 ? 1 : 0;
        }

        Assert.InRange(found, 200, 600);
    }

    [Theory]
    [InlineData("folders")]
    [InlineData("postgresql")]
    public void Parts_that_follow_each_other_by_their_positions_are_the_whole_list_once(string store)
    {
        var list = Open(store);
        foreach (var sort in Enum.GetValues<RunSort>())
        {
            foreach (var isDescending in new[] { false, true })
            {
                foreach (var words in new ImmutableArray<string>[] { [], ["a"] })
                {
                    var query = new RunListQuery { Sort = sort, IsDescending = isDescending, Words = words, Limit = 7 };
                    var ids = new List<string>();
                    for (var next = query; ;)
                    {
                        var part = list(next);
                        ids.AddRange(part.Runs.Select(run => run.Id));
                        if (part.Runs.Count < query.Limit)
                            break;
                        // Through its text, as an address has it.
                        next = query with { After = RunPosition.Parse(RunPosition.Of(part.Runs[^1], sort).Format(), sort) };
                    }

                    Assert.Equal(
                        Sort(ledgers.Runs.Where(run => Matches(run, query)), sort, isDescending).Select(run => run.Id), ids);
                }
            }
        }
    }

    [Theory]
    [InlineData("folders")]
    [InlineData("postgresql")]
    public void The_values_to_filter_by_are_counted(string store)
    {
        var values = store == "folders" ? RunValues.Count(ledgers.Runs) : new PostgresRunList(Database).CountValues(new Person("owner"));

        Assert.Equal(ledgers.Runs.Count, values.Runs);
        AssertCounts(ledgers.Runs.Select(run => run.Project), values.Projects);
        AssertCounts(ledgers.Runs.Select(run => run.User), values.Users);
        AssertCounts(ledgers.Runs.Select(run => run.Node), values.Machines);
        AssertCounts(ledgers.Runs.Select(run => run.Job?.Account), values.Accounts);
        AssertCounts(ledgers.Runs.SelectMany(run => run.Tags).Select(tag => $"{tag.Key}={tag.Value}"), values.Tags);
        AssertCounts(ledgers.Runs.Select(run => $"{run.StartedAt.UtcDateTime:yyyy-MM}"), values.Months);
        Assert.Equal(values.Months.Select(month => month.Value).OrderDescending(StringComparer.Ordinal), values.Months.Select(month => month.Value));
        Assert.Equal(values.Users.Select(user => user.Runs).OrderDescending(), values.Users.Select(user => user.Runs));
    }

    [Fact]
    public void A_sum_made_month_by_month_is_the_total()
    {
        var total = Tonne.Ledgers.Totals.LedgerTotal.Of(ledgers.Runs).Sum;

        var sums = new PostgresRunSum(Database).SumUp(new Person("owner"));

        var sum = sums.All;
        Assert.Equal((total.Completed, total.Failed, total.Interrupted), (sum.Completed, sum.Failed, sum.Interrupted));
        foreach (var (expected, actual) in new[]
        {
            (total.Energy, sum.Energy), (total.FacilityEnergy, sum.FacilityEnergy), (total.Operational, sum.Operational),
            (total.Embodied ?? default, sum.Embodied ?? default), (total.Emissions, sum.Emissions),
        })
        {
            Assert.Equal(expected.Low, actual.Low, expected.Low * 1e-9);
            Assert.Equal(expected.Best, actual.Best, expected.Best * 1e-9);
            Assert.Equal(expected.High, actual.High, expected.High * 1e-9);
        }

        AssertGroups(Tonne.Ledgers.Totals.TotalDimension.Machine, sums.Machines);
        AssertGroups(Tonne.Ledgers.Totals.TotalDimension.Account, sums.Accounts);

        void AssertGroups(Tonne.Ledgers.Totals.TotalDimension dimension, IReadOnlyDictionary<string, GroupSum> groups)
        {
            var rows = Tonne.Ledgers.Totals.LedgerTotal.Of(ledgers.Runs, new() { By = [new(dimension)] }).Rows;
            Assert.Equal(rows.Select(row => row.Group[0] ?? "").Order(StringComparer.Ordinal), groups.Keys.Order(StringComparer.Ordinal));
            Assert.All(rows, row =>
            {
                var group = groups[row.Group[0] ?? ""];
                Assert.Equal(row.Runs, group.Runs);
                Assert.Equal(row.Energy.Best, group.EnergyKwh, row.Energy.Best * 1e-9);
                Assert.Equal(row.Emissions.Best, group.EmissionsKg, row.Emissions.Best * 1e-9);
            });
        }
    }

    PostgresDatabase Database
    {
        get
        {
            ledgers.Open("postgresql");
            return ledgers.Database.Database;
        }
    }

    Func<RunListQuery, RunListPage> Open(string store)
    {
        if (store == "folders")
            return query => RunList.Find(ledgers.Runs, query);
        var list = new PostgresRunList(Database);
        return query => list.Find(new Person("owner"), query);
    }

    static void AssertCounts(IEnumerable<string?> values, IReadOnlyList<RunValue> counted) => Assert.Equal(
        values.OfType<string>().GroupBy(value => value).Select(group => (group.Key, group.Count())).Order(),
        counted.Select(value => (value.Value, value.Runs)).Order());

    static bool Matches(RunSummary run, RunListQuery query)
    {
        var texts = new[] { run.Id, run.Name, run.Project, run.User, run.Node }.Concat(run.Tags.Keys).Concat(run.Tags.Values);
        return query.Runs.Matches(run) && (query.Machine is null || run.Node == query.Machine)
            && query.Words.All(word => texts.Any(text => text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true));
    }

    static IEnumerable<RunSummary> Sort(IEnumerable<RunSummary> runs, RunSort sort, bool isDescending)
    {
        var newest = runs.OrderByDescending(run => run.StartedAt).ThenByDescending(run => run.Id, StringComparer.Ordinal);
        return sort switch
        {
            RunSort.Started => isDescending ? newest : newest.Reverse(),
            RunSort.Name => By(run => run.Name),
            RunSort.Project => By(run => run.Project),
            RunSort.User => By(run => run.User),
            RunSort.Machine => By(run => run.Node),
            RunSort.Status => By(run => run.Status),
            RunSort.Duration => By(run => run.DurationSeconds),
            RunSort.Energy => By(run => run.FacilityEnergy?.Bounds.Best),
            _ => By(run => run.Total?.Bounds.Best),
        };

        IEnumerable<RunSummary> By(Func<RunSummary, object?> key)
        {
            // The sort of LINQ keeps the order of equal ones.
            var known = newest.OrderBy(run => key(run) is null);
            var order = Comparer<object?>.Create((a, b) => a is string text ? string.Compare(text, (string?)b, StringComparison.OrdinalIgnoreCase)
                : Comparer<object?>.Default.Compare(a, b));
            return isDescending ? known.ThenByDescending(key, order) : known.ThenBy(key, order);
        }
    }

    static RunListQuery NextQuery(Random random)
    {
        T? Some<T>(IReadOnlyList<T> values, int oneOf = 6) => random.Next(oneOf) == 0 ? values[random.Next(values.Count)] : default;
        var tags = ImmutableSortedDictionary<string, string>.Empty;
        if (random.Next(8) == 0)
            tags = tags.Add("seed", Some(["", "1", "\"{}"], 1)!);
        if (random.Next(8) == 0)
            tags = tags.Add("model", Some(["", "gpt"], 1)!);
        return new RunListQuery
        {
            Runs = new LedgerQuery
            {
                Project = Some(RandomRuns.Projects),
                Account = Some(RandomRuns.Accounts, 8),
                User = Some(RandomRuns.Users, 8),
                Name = Some(["TRAIN", "straße", "i̇zmir", "%", ""], 10),
                Tags = tags,
                Status = Some<RunStatus?>([RunStatus.Completed, RunStatus.Failed, RunStatus.Running]),
                Kind = Some<RunKind?>([RunKind.Recorded, RunKind.Imported]),
                Since = Some<DateTimeOffset?>([new(2025, 10, 28, 0, 0, 0, TimeSpan.Zero)]),
                Until = Some<DateTimeOffset?>([new(2025, 11, 2, 0, 0, 0, TimeSpan.Zero)]),
            },
            Machine = Some(["n1", "n2", "N1"], 8),
            Words = [.. Enumerable.Range(0, Math.Max(0, random.Next(4) - 1)).Select(_ => _words[random.Next(_words.Length)])],
            Sort = (RunSort)random.Next(9),
            IsDescending = random.Next(2) == 0,
            Offset = random.Next(3) == 0 ? random.Next(60) : 0,
            Limit = random.Next(1, 40),
        };
    }
}
