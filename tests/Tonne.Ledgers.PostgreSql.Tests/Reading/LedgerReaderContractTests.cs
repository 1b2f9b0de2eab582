using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.Months;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Reporting.Months;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Tests.Reading;

/// <summary>What a reader of a ledger must answer, whatever it reads from. The expected answers are filters over the list of runs, in plain
/// C#.</summary>
public class LedgerReaderContractTests(FilledLedgers ledgers) : IClassFixture<FilledLedgers>
{
    static readonly DateTimeOffset _from = new(2025, 10, 24, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("folders")]
    [InlineData("postgresql")]
    public void All_runs_are_listed_newest_first_with_everything_of_their_summaries(string store)
    {
        var runs = ledgers.Open(store).ListRuns();

        Assert.Equal(250, runs.Count);
        Assert.Equal(ledgers.Runs.Select(Describe), runs.Select(Describe));
        Assert.Equal(runs.OrderByDescending(run => run.StartedAt).Select(run => run.Id), runs.Select(run => run.Id));
    }

    [Theory]
    [InlineData("folders")]
    [InlineData("postgresql")]
    public void A_list_has_the_runs_that_meet_all_conditions(string store)
    {
        var random = new Random(77);
        var found = 0;
        for (var i = 0; i < 300; i++)
        {
            var query = NextQuery(random);
            var expected = ledgers.Runs.Where(query.Matches).Take(query.Limit ?? int.MaxValue).Select(run => run.Id).ToList();

            Assert.Equal(expected, ledgers.Open(store).ListRuns(query).Select(run => run.Id));
            found += expected.Count > 0 ? 1 : 0;
        }

        // Or the conditions are so many that no run meets them.
        Assert.InRange(found, 100, 300);
    }

    [Theory]
    [InlineData("folders")]
    [InlineData("postgresql")]
    public void A_run_is_found_by_last_id_name_prefix_and_suffix_or_the_nearest_are_named(string store)
    {
        var reader = ledgers.Open(store);
        var newest = ledgers.Runs[0];
        var unique = ledgers.Runs
            .First(run => ledgers.Runs.Count(other => other.Id[16..19] == run.Id[16..19]) == 1 && run.Id[16..19].Any(char.IsAsciiLetter));
        var named = ledgers.Runs.Where(run => run.Name == "Straße").ToList();

        Assert.Equal(newest.Id, Assert.IsType<RunLookupResult.One>(reader.Find("last")).Run.Id);
        Assert.Equal(unique.Id, Assert.IsType<RunLookupResult.One>(reader.Find(unique.Id)).Run.Id);
        Assert.Equal(unique.Id, Assert.IsType<RunLookupResult.One>(reader.Find(unique.Id[..18])).Run.Id);
        Assert.Equal(unique.Id, Assert.IsType<RunLookupResult.One>(reader.Find(unique.Id[16..19])).Run.Id);
        Assert.Equal(named.Select(run => run.Id),
            Assert.IsType<RunLookupResult.Ambiguous>(reader.Find("Straße")).Runs.Select(run => run.Id));
        Assert.Equal(ledgers.Runs.Select(run => run.Id),
            Assert.IsType<RunLookupResult.Ambiguous>(reader.Find("2025")).Runs.Select(run => run.Id));
        Assert.Equal(["train"], Assert.IsType<RunLookupResult.None>(reader.Find("trian")).Nearest.Take(1));
        Assert.IsType<RunLookupResult.None>(reader.Find(""));
        Assert.IsType<RunLookupResult.None>(reader.Find("20251122-070000-%"));
    }

    [Theory]
    [InlineData("folders")]
    [InlineData("postgresql")]
    public void A_run_is_loaded_with_its_record_and_its_statements_by_time(string store)
    {
        var reader = ledgers.Open(store);
        foreach (var run in ledgers.Runs)
        {
            if (run.Statements == 0)
            {
                Assert.Contains("has no statement", Assert.Throws<LedgerDamagedException>(() => reader.Load(run.Id)).Message,
                    StringComparison.Ordinal);
                continue;
            }

            var entry = reader.Load(run.Id);
            Assert.Equal((run.Id, run.Statements, run.FactorsHash),
                (entry.Record.Opening.Id, entry.Statements.Length, entry.Statements[^1].FactorsHash));
            Assert.Equal(run.Total, entry.Statements[^1].Figures.Single(figure => figure.Name == "emissions_kg.total"));
            Assert.Equal(entry.Statements.Select(statement => statement.AccountedAt).Order(),
                entry.Statements.Select(statement => statement.AccountedAt));
        }

        Assert.Throws<LedgerUnavailableException>(() => reader.Load("20250101-000000-nothing"));
        Assert.Throws<ArgumentException>(() => reader.Load("nothing"));
    }

    [Theory]
    [InlineData("folders")]
    [InlineData("postgresql")]
    public void A_total_counts_each_joule_once_in_every_period_and_group(string store)
    {
        var random = new Random(78);
        for (var i = 0; i < 200; i++)
        {
            var query = new TotalQuery { Runs = NextQuery(random, monthly: i % 3 == 0) with { WithFigures = false, Limit = null },
                By = NextKeys(random) };

            var total = ledgers.Total(store, query);

            // By id: where two runs include the same one, the first of them is named.
            Assert.Equal(Describe(LedgerTotal.Of(ledgers.Runs.OrderBy(run => run.Id, StringComparer.Ordinal), query)), Describe(total));
        }
    }

    [Theory]
    [InlineData("folders")]
    [InlineData("postgresql")]
    public void The_runs_of_a_query_are_loaded_oldest_first(string store)
    {
        var query = new LedgerQuery { Project = "mnist", Limit = 5 };

        Assert.Equal(ledgers.Runs.Where(run => run.Project == "mnist" && run.HasFigures).Take(5).Select(run => run.Id).Reverse(),
            ledgers.Open(store).LoadRuns(query).Select(entry => entry.Record.Opening.Id));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("physics", null)]
    [InlineData(null, "2025-12")]
    public void The_report_of_a_month_is_the_same_from_folders_and_from_postgresql(string? account, string? against)
    {
        foreach (var month in new[] { "2025-10", "2025-11", "2025-12" })
        {
            var reports = new[] { "folders", "postgresql" }.Select(store => MonthReporter.Create(
                ledgers.Open(store), CalendarMonth.Parse(month), account, against is null ? null : CalendarMonth.Parse(against),
                    _from.AddYears(1),
                until => BudgetState.Check(_budgets, until, _from.AddYears(1), query => ledgers.Total(store, query)), null)).ToList();

            Assert.Equal(MonthDocument.From(reports[0] with { Budgets = [] }).ToJson(),
                MonthDocument.From(reports[1] with { Budgets = [] }).ToJson());
            // Totals of the two add up in another order.
            Assert.Equal(reports[0].Budgets.Select(static state => (state.Budget, Describe(state.Used),
                Describe(state.Forecast ?? default))),
                reports[1].Budgets.Select(static state => (state.Budget, Describe(state.Used), Describe(state.Forecast ?? default))));
            // The sum is that of a total over all runs.
            var (start, end) = (CalendarMonth.Parse(month).Start, CalendarMonth.Parse(month).End);
            var total = LedgerTotal.Of(ledgers.Runs.OrderBy(run => run.Id, StringComparer.Ordinal),
                new TotalQuery { Runs = new LedgerQuery { Account = account, Since = start, Until = end } });
            Assert.Equal(Describe(total), Describe(reports[0].Total with { Query = total.Query }));
        }
    }

    static readonly Budget[] _budgets =
    [
        new() { Limit = new Allowance(1000), Period = BudgetPeriod.Month }, new() { Account = "physics", Limit = new Allowance(1),
            Period = BudgetPeriod.Quarter },
        new() { User = "ada", Limit = new Allowance(100, IsEnergy: true), Period = BudgetPeriod.Year, WarnAt = [0.3] },
    ];

    static LedgerQuery NextQuery(Random random, bool monthly = false)
    {
        DateTimeOffset? NextTime() => monthly ? new DateTimeOffset(2025, random.Next(10, 13), 1, 0, 0, 0, TimeSpan.Zero)
            : random.Next(3) == 0 ? _from.AddTicks(random.NextInt64(TimeSpan.FromDays(16).Ticks)) : null;
        T? Some<T>(IReadOnlyList<T> values) => random.Next(5) == 0 ? values[random.Next(values.Count)] : default;
        var tags = ImmutableSortedDictionary<string, string>.Empty;
        if (random.Next(6) == 0)
            tags = tags.Add("seed", Some(["", "1", "\"{}"]) ?? "");
        if (random.Next(8) == 0)
            tags = tags.Add("model", "gpt");
        var (a, b) = (NextTime(), NextTime());
        return new LedgerQuery
        {
            Project = Some(RandomRuns.Projects),
            Account = Some(RandomRuns.Accounts),
            User = Some(RandomRuns.Users),
            Name = Some(["TRAIN", "straße", "STRASSE", "i̇zmir", "Ǆ", "%", "_", "", "z"]),
            Tags = tags,
            Status = Some<RunStatus?>([RunStatus.Completed, RunStatus.Failed]),
            Kind = Some<RunKind?>([RunKind.Recorded, RunKind.Imported]),
            WithFigures = random.Next(4) == 0,
            Since = a < b ? a : b,
            Until = a < b ? b : a,
            EndedSince = random.Next(6) == 0 ? _from.AddTicks(random.NextInt64(TimeSpan.FromDays(16).Ticks)) : null,
            Limit = random.Next(4) == 0 ? random.Next(5) : null,
        };
    }

    static List<TotalKey> NextKeys(Random random) =>
        [.. Enum.GetValues<TotalDimension>().Where(_ => random.Next(8) == 0).Select(dimension => new TotalKey(dimension))];

    /// <summary>All of a summary but the folder in a path.</summary>
    static string Describe(RunSummary run) =>
        Encoding.UTF8.GetString(
            StoredRun.WriteSummary(
                run.Trouble is { } trouble ? run with { Trouble = trouble with { File = Path.GetFileName(trouble.File) } } : run));

    static string Describe(LedgerTotal total) => string.Join('\n',
        total.Rows.Append(total.Sum).Select(Describe)
            .Concat(total.CountedWithOthers.Select(run => $"{run.Id} in {run.Reason}"))
            .Concat(total.WithoutFigures)
            .Concat(total.MissingNodes.Select(missing => $"{missing.JobKey} {missing.Restarts} {string.Join(',', missing.Nodes)}"))
            .Concat(total.Warnings.Select(warning => warning.Code)));

    // Nine digits: sums in another order differ in the last ones.
    static string Describe(TotalRow row) => string.Join(' ',
        string.Join('/', row.Group), row.Runs, row.Jobs, row.Completed, row.Failed, row.Interrupted, Describe(row.Seconds),
        Describe(row.Energy), Describe(row.FacilityEnergy), Describe(row.Operational), Describe(row.Embodied ?? default),
        Describe(row.Emissions),
        Describe(row.IdleEnergy), Describe(row.IdleEmissions), row.Quality, Describe(row.MeasuredShare));

    static string Describe(double number) => number.ToString("g9", CultureInfo.InvariantCulture);

    static string Describe(Bounds bounds) => string
        .Create(CultureInfo.InvariantCulture, $"{bounds.Low:g9} {bounds.Best:g9} {bounds.High:g9}");
}
