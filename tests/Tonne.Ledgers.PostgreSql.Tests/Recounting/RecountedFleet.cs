using System.Globalization;
using Npgsql;
using Tonne.Grids;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Recounting;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Pushing;
using Tonne.Quantities;

namespace Tonne.Ledgers.PostgreSql.Tests.Recounting;

/// <summary>A database of three nodes with runs of a generator, whose statements have made-up figures: a recount changes all but the imported ones.</summary>
sealed class RecountedFleet : IAsyncDisposable
{
    public static readonly string[] Nodes = ["n-a", "n-b", "n-c"];

    readonly TestDatabase _database;

    RecountedFleet(TestDatabase database) => _database = database;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public TestDatabase Database => _database;

    public PostgresLedger Ledger => new(_database.Database, new Person("owner"));

    /// <summary>The lines that were pushed, by node.</summary>
    public Dictionary<string, List<PushedLine>> Lines { get; } = new(StringComparer.Ordinal);

    public static async Task<RecountedFleet> CreateAsync(PostgresServer server, int seed, int runsOfNode)
    {
        server.Require();
        var database = new TestDatabase(server);
        await database.InitializeAsync();
        var fleet = new RecountedFleet(database);
        await new PostgresMembers(database.Database).SetAsync(new Membership("owner", Membership.AllAccounts, MemberRole.Owner), "test", Stop);
        var receiver = new PostgresPushReceiver(database.Database);
        foreach (var (index, node) in Nodes.Index())
        {
            await server.ExecuteAsync(database.Name, $"insert into tonne.nodes (name, enrolled_at) values ('{node}', now())");
            var runs = new RandomRuns((seed * 100) + index);
            fleet.Lines[node] = [.. Enumerable.Range(0, runsOfNode).SelectMany(_ => runs.Next())];
            foreach (var batch in fleet.Lines[node].Chunk(40))
                await receiver.ReceiveAsync(node, batch, Stop);
        }

        // After the statements of the runs were accounted.
        database.Time.Now = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
        return fleet;
    }

    public PostgresRecount Open(int mostRuns = 7, IIntensityHistory? history = null, Func<NpgsqlConnection, Task>? beforeCommit = null) =>
        new(_database.Database, new StoredRunRecount(history)) { MostRuns = mostRuns, BeforeCommit = beforeCommit };

    /// <summary>What lists, columns, totals by time and added statements show.</summary>
    public async Task<string> ReadAllAsync() => string.Join('\n',
        await _database.ReadAsync<string>("select coalesce(string_agg(r::text, E'\\n' order by id), '') from tonne.runs r"),
        await _database.ReadAsync<string>(
            "select coalesce(string_agg(run || number || node || encode(sha256, 'hex') || encode(line, 'hex'), E'\\n' order by run, number), '') from tonne.server_statements"),
        await ReadTotalsAsync("totals_by_hour", "hour"),
        await ReadTotalsAsync("totals_by_day", "day"));

    // Energies exactly; sums of floating-point numbers depend on the order of rows on the disk in their last digits.
    Task<string> ReadTotalsAsync(string table, string time) => _database.ReadAsync<string>($"""
        select coalesce(string_agg(line, E'\n' order by line), '') from (
            select concat_ws('|', {time}, pushed_by, account, user_name, project, node, model, runs, energy_microjoules,
                to_char(facility_kwh, '9.99999999999EEEE'), to_char(operational_kg, '9.99999999999EEEE'), to_char(total_kg, '9.99999999999EEEE')) as line
            from tonne.{table}) t
        """);

    public Task<string> ReadLinesAsync() => _database.ReadAsync<string>(
        "select md5(string_agg(run || sequence || node || encode(line, 'hex') || received_at, '' order by run, sequence)) from tonne.run_lines");

    /// <summary>A history of one value for each hour of France, which is where the runs are.</summary>
    public static IIntensityHistory Flat(double grams) => new IntensitySeriesSet([new IntensitySeries(
        ZoneCatalog.Find("FR").ValueOrThrow, new DateTimeOffset(2025, 10, 1, 0, 0, 0, TimeSpan.Zero),
        [.. Enumerable.Repeat((CarbonIntensity?)CarbonIntensity.FromGramsPerKilowattHour(grams), 24 * 90)],
        new Source("flat-" + grams.ToString(CultureInfo.InvariantCulture), "made up"))]);

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
