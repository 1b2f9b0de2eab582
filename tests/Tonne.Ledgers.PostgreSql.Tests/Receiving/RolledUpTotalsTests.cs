using System.Globalization;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Tests.Receiving;

/// <summary>The sums by hour and day equal a plain sum over the runs that count, after every push: lines come twice, late, and in any
/// order.</summary>
public class RolledUpTotalsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task They_equal_a_plain_sum_after_every_push(int seed)
    {
        var receiver = new PostgresPushReceiver(database.Database);
        var node = string.Create(CultureInfo.InvariantCulture, $"node-{seed}");
        var runs = new RandomRuns(seed);
        var random = new Random(seed);
        var lines = Enumerable.Range(0, 60).SelectMany(_ => runs.Next()).ToArray();
        // Each line once or twice, in any order.
        var sent = lines.Concat(lines.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).ToArray();
        var kept = new HashSet<PushedLine>();

        foreach (var batch in sent.Chunk(25))
        {
            await receiver.ReceiveAsync(node, batch, Stop);
            kept.UnionWith(batch);

            var expected = Sum(kept);
            Assert.Equal(expected.Select(Format), (await ReadAsync(node, "totals_by_hour", "hour")).Select(Format));
            var byDay = expected.GroupBy(row => row.Key with { Time = row.Key.Time.Date })
                .ToDictionary(day => day.Key, day => day.Aggregate(default(Sums), (sum, row) => sum.Add(row.Value)));
            Assert.Equal(Sorted(byDay).Select(Format),
                (await ReadAsync(node, "totals_by_day", "day::timestamp at time zone 'UTC'")).Select(Format));
        }

        Assert.Equal(lines.Length, kept.Count);
        Assert.Contains(LedgerTotal.Of(Summaries(kept)).CountedWithOthers, run => run.Reason == CountedWith.Nested);
        Assert.Contains(LedgerTotal.Of(Summaries(kept)).CountedWithOthers, run => run.Reason == CountedWith.WholeJob);
    }

    [Fact]
    public async Task A_run_that_turns_out_to_include_another_one_of_a_former_day_takes_it_out_of_the_sums()
    {
        var receiver = new PostgresPushReceiver(database.Database);
        var outer = PushedSample.Record("20251110-230000-aaaaaa", 7_000, seconds: 7200);
        var inner = PushedSample.Record("20251111-000500-bbbbbb", 3_000, opening => opening with { Parent = "20251110-230000-aaaaaa" });

        await receiver.ReceiveAsync("late", PushedSample.Lines(inner, PushedSample.Statement(inner)), Stop);
        var before = await database.ReadAsync<decimal>("select sum(energy_microjoules) from tonne.totals_by_day where pushed_by = 'late'");
        await receiver.ReceiveAsync("late", PushedSample.Lines(outer, PushedSample.Statement(outer)), Stop);

        Assert.Equal(3_000m, before);
        Assert.Equal(7_000m, await database.ReadAsync<decimal>(
            "select sum(energy_microjoules) from tonne.totals_by_day where pushed_by = 'late'"));
    }

    [Fact]
    public async Task An_agents_run_of_the_whole_machine_is_not_added_to_the_runs_on_it()
    {
        var receiver = new PostgresPushReceiver(database.Database);
        var machine = PushedSample.Record("20251120-000000-aaaaaa", 9_000, opening => opening with { CoversNode = true });
        var job = PushedSample.Record("20251120-000500-bbbbbb", 2_000);

        await receiver.ReceiveAsync("agent", PushedSample.Lines(machine, PushedSample.Statement(machine)), Stop);
        await receiver.ReceiveAsync("agent", PushedSample.Lines(job, PushedSample.Statement(job)), Stop);

        Assert.Equal(2_000m, await database.ReadAsync<decimal>(
            "select sum(energy_microjoules) from tonne.totals_by_day where pushed_by = 'agent'"));
        Assert.Equal(2_000m, await database.ReadAsync<decimal>(
            "select sum(energy_microjoules) from tonne.totals_by_hour where pushed_by = 'agent'"));
    }

    static IEnumerable<RunSummary> Summaries(IEnumerable<PushedLine> lines) => Read(lines).Select(run => run.Summary);

    static IEnumerable<(RunRecord Record, RunSummary Summary)> Read(IEnumerable<PushedLine> lines) =>
        from run in lines.GroupBy(line => line.Run, StringComparer.Ordinal)
        where run.Any(line => line.Sequence == 0)
        let record = PushedRun.ReadRecord(run.First(line => line.Sequence == 0))
        select (record, PushedRun
            .Summarize(record, [.. run.Where(line => line.Sequence > 0).OrderBy(line => line.Sequence).Select(PushedRun.ReadStatement)]));

    /// <summary>The plain sum, by the quarter hours of the records.</summary>
    static IReadOnlyList<KeyValuePair<Key, Sums>> Sum(IEnumerable<PushedLine> lines)
    {
        var runs = Read(lines).Where(run => run.Summary is { HasFigures: true, Total: not null, FacilityEnergy: not null }).ToList();
        var included = LedgerTotal.Of(runs.Select(run => run.Summary)).CountedWithOthers.Select(run => run.Id)
            .ToHashSet(StringComparer.Ordinal);
        var sums = new Dictionary<Key, Sums>();
        foreach (var (record, run) in runs.Where(run => !included.Contains(run.Summary.Id)))
        {
            var energy = record.Components.Sum(component => component.JobMicrojoules);
            var quarters = record.QuarterHours.Select(quarter => (quarter.Start, Energy: quarter.Energy.Sum(use => use.Microjoules)))
                .ToList();
            if (quarters.Count == 0)
                quarters.Add((run.StartedAt, energy));
            Add(run.StartedAt, new Sums(1, 0, 0, 0, 0));
            foreach (var (start, part) in quarters)
            {
                var share = (double)part / energy;
                Add(start, new Sums(0, part, run.FacilityEnergy!.Bounds.Best * share, run.Operational!.Bounds.Best * share,
                    run.Total!.Bounds.Best * share));
            }

            void Add(DateTimeOffset at, Sums more)
            {
                var key = new Key(at.UtcDateTime.Date.AddHours(at.UtcDateTime.Hour), run.Job?.Account, run.User, run.Project, run.Node,
                    run.Tags.GetValueOrDefault("model"));
                sums[key] = sums.GetValueOrDefault(key).Add(more);
            }
        }

        return Sorted(sums);
    }

    async Task<IReadOnlyList<KeyValuePair<Key, Sums>>> ReadAsync(string node, string table, string time)
    {
        var rows = await database.ReadRowsAsync($"""
            select {time}, account, user_name, project, node, model, runs,
                energy_microjoules, facility_kwh, operational_kg, total_kg from tonne.{table} where pushed_by = '{node}'
            """);
        // A group that is there twice fails.
        return Sorted(rows.ToDictionary(
            row => new Key((DateTime)row[0]!, (string?)row[1], (string?)row[2], (string?)row[3], (string?)row[4], (string?)row[5]),
            row => new Sums((long)row[6]!, (decimal)row[7]!, (double)row[8]!, (double)row[9]!, (double)row[10]!)));
    }

    static IReadOnlyList<KeyValuePair<Key,
        Sums>> Sorted(IEnumerable<KeyValuePair<Key, Sums>> rows) => [.. rows.OrderBy(row => row.Key.ToString(), StringComparer.Ordinal)];

    static string Format(KeyValuePair<Key, Sums> row) => string.Create(CultureInfo.InvariantCulture,
        $"{row.Key} {row.Value.Runs} {row.Value.Microjoules} "
        + $"{row.Value.FacilityKwh:g9} {row.Value.OperationalKg:g9} {row.Value.TotalKg:g9}");

    sealed record Key(DateTime Time, string? Account, string? User, string? Project, string? Node, string? Model)
    {
        public override string ToString() => string
            .Create(CultureInfo.InvariantCulture, $"{Time:yyyy-MM-dd HH} {Account}|{User}|{Project}|{Node}|{Model}");
    }

    readonly record struct Sums(long Runs, decimal Microjoules, double FacilityKwh, double OperationalKg, double TotalKg)
    {
        public Sums Add(Sums more) =>
            new(Runs + more.Runs, Microjoules + more.Microjoules, FacilityKwh + more.FacilityKwh, OperationalKg + more.OperationalKg,
                TotalKg + more.TotalKg);
    }
}
