using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers;
using Tonne.Ledgers.PostgreSql;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Recounting;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;
using Tonne.Runs;

// Pushes of records of 4 kB with their statements, and questions of a ledger of many runs: what they take, and how PostgreSQL answers them.
var connectionString = args[0];
var count = int.Parse(args[1], CultureInfo.InvariantCulture);
var clock = TimeProvider.System;
await using var database = new PostgresDatabase(connectionString, new StandingTime { Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) });
await database.MigrateAsync();
await using (var connection = new NpgsqlConnection(connectionString))
{
    await connection.OpenAsync();
    Console.WriteLine($"PostgreSQL {connection.PostgreSqlVersion}, fsync {await ReadAsync(connection, "show fsync")}, synchronous_commit {await ReadAsync(connection, "show synchronous_commit")}, shared_buffers {await ReadAsync(connection, "show shared_buffers")}, {Environment.ProcessorCount} processors");
}

var server = Environment.GetEnvironmentVariable("TONNE_SERVER");
if (args.ElementAtOrDefault(2) == "explain")
{
    await ExplainListsAsync();
    return;
}

if (args.ElementAtOrDefault(2) == "total")
{
    await MeasureTotalAsync();
    return;
}

if (args.ElementAtOrDefault(2) == "http")
{
    await PushWholeAsync();
    await Tonne.Store.Bench.ServerBench.MeasureAsync(server!, connectionString, args.ElementAtOrDefault(3));
    return;
}

if (args.ElementAtOrDefault(2) == "recount")
{
    await MeasureRecountAsync();
    return;
}

if (args.ElementAtOrDefault(2) != "fill")
    await MeasurePushesAsync("an empty database", args.ElementAtOrDefault(2) ?? "20251231", 5_000);
var members = new PostgresMembers(database);
await members.SetAsync(new Membership("owner", Membership.AllAccounts, MemberRole.Owner), "bench");
await members.SetAsync(new Membership("lead", "account-7", MemberRole.Viewer), "bench");
await using (var filled = new NpgsqlConnection(connectionString))
{
    await filled.OpenAsync();
    if (await ReadAsync(filled, "select exists (select from pg_class where relname = 'runs_2025_06')") is not true)
        await FillAsync();
}

if (args.ElementAtOrDefault(2) == "fill")
    return;
await MeasurePushesAsync(string.Create(CultureInfo.InvariantCulture, $"{count} runs"), args.ElementAtOrDefault(3) ?? "20251230", 5_000);

var month = new LedgerQuery { Since = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero), Until = new(2025, 7, 1, 0, 0, 0, TimeSpan.Zero) };
Console.WriteLine();
Console.WriteLine("| question | owner of the fleet | member of one of 50 accounts | user of 0.2 % of the runs |");
Console.WriteLine("|---|---|---|---|");
Row("first page of the list (50 runs)", ledger => ledger.ListRuns(new LedgerQuery { Limit = 50 }).Count);
Row("first page of a project", ledger => ledger.ListRuns(new LedgerQuery { Project = "project-3", Limit = 50 }).Count);
Row("first page of a part of a name", ledger => ledger.ListRuns(new LedgerQuery { Name = "TRAIN-77", Limit = 50 }).Count);
Row("first page of a tag", ledger => ledger.ListRuns(new LedgerQuery { Tags = LedgerQuery.All.Tags.Add("model", "model-11"), Limit = 50 }).Count);
var shown = new PostgresLedger(database, new Person("user-107")).ListRuns(new LedgerQuery { Account = "account-7", Limit = 500 }).First(run => run.Id.EndsWith("000", StringComparison.Ordinal)).Id;
Row("one run by its id", ledger => ledger.Find(shown) is RunLookupResult.One ? 1 : 0);
Row("one run, record and statements", ledger => ledger.Load(shown).Statements.Length);
Row("one run by a part of its suffix", ledger => ledger.Find(shown[16..]) is RunLookupResult.One ? 1 : 0);
Row("total of a month by project", ledger => ledger.Total(new TotalQuery { Runs = month, By = [new TotalKey(TotalDimension.Project)] }).Sum.Runs);
Row("total of a day by user", ledger => ledger.Total(new TotalQuery { Runs = month with { Until = month.Since!.Value.AddDays(1) }, By = [new TotalKey(TotalDimension.User)] }).Sum.Runs);

await ExplainListsAsync();
await ExplainAsync("one run", "owner", $"select id, format, summary from tonne.runs where id = '{shown}' and month = '{CheckedLine.GetMonth(shown):yyyy-MM-dd}'");
await ExplainAsync("a month's runs for a total", "owner", string.Create(CultureInfo.InvariantCulture,
    $"select counted, format, id from tonne.runs where ended_ticks >= {month.Since!.Value.UtcTicks} and started_ticks <= {month.Until!.Value.UtcTicks} and month <= '2025-07-01'"));
if (server is not null)
{
    await PushWholeAsync();
    await Tonne.Store.Bench.ServerBench.MeasureAsync(server, connectionString, null);
}

// Where the time of a month's total goes: reading, decoding, adding up; and the processor time of this process, with its collections.
async Task MeasureTotalAsync()
{
    var query = new LedgerQuery { Since = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero), Until = new(2025, 7, 1, 0, 0, 0, TimeSpan.Zero) };
    using var process = System.Diagnostics.Process.GetCurrentProcess();
    for (var i = 0; i < 5; i++)
    {
        await Task.Yield();
        var parts = new List<string>();
        using var total = new StoredRunTotal(new TotalQuery { Runs = query, By = [new TotalKey(TotalDimension.Project)] });
        var bytes = 0L;
        Time("read", () => database.Read(new Person("owner"), session =>
        {
            PostgresLedger.ReadCounted(session, query, run =>
            {
                bytes += run.Length;
                return true;
            }, static _ => { });
            return true;
        }));
        Time("read and decode", () => database.Read(new Person("owner"), session =>
        {
            PostgresLedger.ReadCounted(session, query, total.TryAdd, total.Add);
            return true;
        }));
        Time("add up", () => total.Build());
        Time("all", () => new PostgresLedger(database, new Person("owner")).Total(new TotalQuery { Runs = query, By = [new TotalKey(TotalDimension.Project)] }));
        Console.WriteLine($"{bytes} bytes; {string.Join("; ", parts)}");

        void Time(string what, Action action)
        {
            process.Refresh();
            var (began, cpu, collections) = (clock.GetTimestamp(), process.TotalProcessorTime, GC.CollectionCount(0));
            action();
            process.Refresh();
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{what} {clock.GetElapsedTime(began).TotalMilliseconds:0} ms, processor {(process.TotalProcessorTime - cpu).TotalMilliseconds:0} ms, {GC.CollectionCount(0) - collections} collections"));
        }
    }
}

void Row(string question, Func<PostgresLedger, int> ask) => Console.WriteLine(
    $"| {question} | {Measure("owner", ask)} | {Measure("lead", ask)} | {Measure("user-107", ask)} |");

string Measure(string person, Func<PostgresLedger, int> ask)
{
    var ledger = new PostgresLedger(database, new Person(person));
    var times = new List<double>();
    var found = 0;
    for (var i = 0; i < 7; i++)
    {
        var start = clock.GetTimestamp();
        try
        {
            found = ask(ledger);
        }
        catch (LedgerUnavailableException)
        {
            // Somebody else's run.
            found = 0;
        }

        times.Add(clock.GetElapsedTime(start).TotalMilliseconds);
    }

    return string.Create(CultureInfo.InvariantCulture, $"{times.Order().ElementAt(3):0.0} ms (first {times[0]:0.0}, {found} found)");
}

// All runs recounted, which changes each; then once more, which changes none.
async Task MeasureRecountAsync()
{
    const int nodes = 20;
    var receiver = new PostgresPushReceiver(database);
    await using (var connection = new NpgsqlConnection(connectionString))
    {
        await connection.OpenAsync();
        for (var node = 0; node < nodes; node++)
            await ExecuteAsync(connection, $"insert into tonne.nodes (name, enrolled_at) values ('recounted-{node}', now())");
    }

    for (var node = 0; node < nodes; node++)
    {
        foreach (var chunk in Enumerable.Range(0, count / nodes).Chunk(500))
        {
            await receiver.ReceiveAsync($"recounted-{node}", [.. chunk.SelectMany(i =>
            {
                var at = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds((i * nodes) + node);
                var record = PushedSample.Record(string.Create(CultureInfo.InvariantCulture, $"{at:yyyyMMdd-HHmmss}-{(i * nodes) + node:x6}"), 3_600_000 + i);
                return PushedSample.Lines(record, PushedSample.Statement(record));
            })], CancellationToken.None);
        }
    }

    foreach (var what in new[] { "each changes", "none changes" })
    {
        var (start, batches) = (clock.GetTimestamp(), 0);
        var job = await new PostgresRecount(database, new StoredRunRecount()).RunAsync(new RecountQuery(), "bench", _ => batches++, CancellationToken.None);
        var seconds = clock.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Recount of {job!.Done} runs of {nodes} nodes, {what} ({job.Changed}): {job.Done / seconds:0} runs/s, {batches} batches; memory at most {Environment.WorkingSet >> 20} MiB"));
    }
}

async Task MeasurePushesAsync(string what, string day, int runs)
{
    var receiver = new PostgresPushReceiver(database);
    var lines = new List<PushedLine[]>();
    for (var i = 0; i < runs; i++)
    {
        var record = PushedSample.Record(string.Create(CultureInfo.InvariantCulture, $"{day}-{i / 3600 % 24:00}{i / 60 % 60:00}{i % 60:00}-{i:x6}"), 3_600_000 + i, opening => opening with
        {
            Project = "project-" + (i % 100),
            User = "user-" + (i % 500),
        });
        lines.Add(PushedSample.Lines(record, PushedSample.Statement(record)));
    }

    Console.WriteLine($"Pushes to {what}: records of {lines[0][0].Line.Length} bytes with statements of {lines[0][1].Line.Length} bytes");
    var position = 0;
    foreach (var (nodes, batch) in new[] { (1, 1), (1, 50), (1, 500), (4, 100) })
    {
        var taken = Math.Min(batch == 1 ? 200 : 1_200, runs - position);
        var part = lines.GetRange(position, taken);
        position += taken;
        var start = clock.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, nodes).Select(async node =>
        {
            foreach (var chunk in part.Where((_, i) => i % nodes == node).Chunk(batch))
                await receiver.ReceiveAsync($"{day}-{nodes}-{batch}-{node}", [.. chunk.SelectMany(run => run)], CancellationToken.None);
        }));
        var seconds = clock.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {nodes} node(s), {batch} run(s) a push: {taken / seconds:0} records/s"));
    }
}

// The rows as the receiver makes them; of every twentieth run the lines too.
async Task FillAsync()
{
    var start = clock.GetTimestamp();
    var sample = PushedSample.Record("20250101-000000-aaaaaa");
    var statement = PushedSample.Statement(sample);
    await using var connection = new NpgsqlConnection(connectionString);
    await connection.OpenAsync();
    for (var m = 1; m <= 12; m++)
    {
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"select tonne.ensure_month('2025-{m:00}-01')"));
    }

    var random = new Random(42);
    var seconds = 365 * 24 * 3600;
    var first = new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    for (var begin = 0; begin < count; begin += 50_000)
    {
        var lines = new List<PushedLine>();
        var sources = new List<RunRow.Source>();
        await using (var copy = await connection.BeginBinaryImportAsync($"copy tonne.runs ({RunRow.Names}) from stdin (format binary)"))
        {
            for (var i = begin; i < Math.Min(count, begin + 50_000); i++)
            {
                var at = first.AddSeconds((long)i * (seconds - 200_000) / count);
                var id = string.Create(CultureInfo.InvariantCulture, $"{at:yyyyMMdd-HHmmss}-{(i * 2_654_435_761L) & 0xfffff:x5}{i % 20:x2}0");
                var user = random.Next(500);
                var energy = random.NextInt64(1_000_000, 5_000_000_000_000);
                var record = sample with
                {
                    Opening = sample.Opening with
                    {
                        Id = id,
                        Name = "train-" + (i % 1000),
                        StartedAt = new DateTimeOffset(at),
                        Project = "project-" + random.Next(100),
                        User = "user-" + user,
                        Node = "node-" + random.Next(1000),
                        Machine = sample.Opening.Machine with { BootId = "boot-" + random.Next(1000) },
                        Job = new JobIdentity { Launcher = JobLauncher.Slurm, Id = i.ToString(CultureInfo.InvariantCulture), Account = "account-" + (user % 50), Partition = "gpu" },
                        Tags = sample.Opening.Tags.SetItem("model", "model-" + random.Next(200)),
                    },
                    DurationSeconds = random.Next(30, 7200),
                    Components = [sample.Components[0] with { JobMicrojoules = energy }],
                    QuarterHours = [],
                };
                // Emissions of a run of its own, as lists are sorted by them.
                var scale = energy / 3.6e9;
                var own = statement with { Figures = [.. statement.Figures.Select(figure => figure with { Bounds = figure.Bounds * scale })] };
                var source = new RunRow.Source("node-" + (i % 1000), PushedRun.Summarize(record, [own]), HourlyEnergy.Of(record));
                await copy.StartRowAsync();
                foreach (var column in RunRow.Columns)
                {
                    if (column.Read(source) is { } value)
                        await copy.WriteAsync(value, column.Type);
                    else
                        await copy.WriteNullAsync();
                }

                sources.Add(source);
                if (i % 20 == 0)
                    lines.AddRange(PushedSample.Lines(record, own));
            }

            await copy.CompleteAsync();
        }

        await using (var copyList = await connection.BeginBinaryImportAsync($"copy tonne.run_list ({RunListRow.Names}) from stdin (format binary)"))
        {
            foreach (var source in sources)
            {
                await copyList.StartRowAsync();
                foreach (var column in RunListRow.Columns)
                {
                    if (column.Read(source) is { } value)
                        await copyList.WriteAsync(value, column.Type);
                    else
                        await copyList.WriteNullAsync();
                }
            }

            await copyList.CompleteAsync();
        }

        await using var copyLines = await connection.BeginBinaryImportAsync("copy tonne.run_lines (run, month, sequence, node, line, sha256) from stdin (format binary)");
        foreach (var line in lines)
        {
            await copyLines.StartRowAsync();
            await copyLines.WriteAsync(line.Run, NpgsqlDbType.Text);
            await copyLines.WriteAsync(CheckedLine.GetMonth(line.Run), NpgsqlDbType.Date);
            await copyLines.WriteAsync(line.Sequence, NpgsqlDbType.Integer);
            await copyLines.WriteAsync("node", NpgsqlDbType.Text);
            await copyLines.WriteAsync(line.Line, NpgsqlDbType.Bytea);
            await copyLines.WriteAsync(System.Security.Cryptography.SHA256.HashData(line.Line.Span), NpgsqlDbType.Bytea);
        }

        await copyLines.CompleteAsync();
    }

    await ExecuteAsync(connection, "insert into tonne.month_changes select month, pushed_by, 1 from tonne.run_list group by 1, 2 on conflict do nothing");
    // 1,000 nodes enrolled, as far as the lists of nodes and keys know.
    await ExecuteAsync(connection, "insert into tonne.nodes (name, enrolled_at, last_seen_at, runs) select 'node-' || n, now(), now(), 1000 from generate_series(0, 999) n on conflict do nothing");
    await ExecuteAsync(connection, "vacuum analyze");
    var size = await ReadAsync(connection, "select pg_size_pretty(sum(pg_total_relation_size(c.oid))) from pg_class c where relname ~ '^runs_' and relkind = 'r'");
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} rows of runs in {clock.GetElapsedTime(start).TotalSeconds:0} s, {size} with indexes"));
}

async Task PushWholeAsync()
{
    // The records of the million cannot be shown: their stages are those of another one.
    var whole = PushedSample.Record("20250615-120000-abc000", with: opening => opening with
    {
        Job = new JobIdentity { Launcher = JobLauncher.Slurm, Id = "1", Account = "account-7", Partition = "gpu" },
    }) with { Stages = [], Epochs = [] };
    await new PostgresPushReceiver(database).ReceiveAsync("node-1", PushedSample.Lines(whole, PushedSample.Statement(whole)), CancellationToken.None);
}

async Task ExplainListsAsync()
{
    const string lead = "where (account = any ('{account-7}') or user_name = 'lead')";
    await ExplainAsync("first page, owner", "owner", "select id from tonne.run_list order by started_ticks desc, id desc offset 0 limit 50");
    await ExplainAsync("first page, member of one account", "lead", $"select id from tonne.run_list {lead} order by started_ticks desc, id desc offset 0 limit 50");
    await ExplainAsync("largest emissions, owner", "owner", "select id from tonne.run_list where total_kg is not null order by total_kg desc, started_ticks desc, id desc offset 0 limit 50");
    await ExplainAsync("largest emissions, member of one account", "lead", $"select id from tonne.run_list {lead} and total_kg is not null order by (total_kg + 0) desc, started_ticks desc, id desc offset 0 limit 50");
    await ExplainAsync("number of runs, owner", "owner", "select count(*) from tonne.run_list");
    await ExplainAsync("number of runs, member of one account", "lead", $"select count(*) from tonne.run_list {lead}");
    await ExplainAsync("a word, in all runs, owner", "owner", "select id, count(*) over () from tonne.run_list where strpos(search, 'NOTHING-HAS-THIS') > 0 order by started_ticks desc, id desc offset 0 limit 50");
}

async Task ExplainAsync(string what, string person, string sql)
{
    await using var connection = new NpgsqlConnection(connectionString);
    await connection.OpenAsync();
    await using var transaction = await connection.BeginTransactionAsync();
    await ExecuteAsync(connection, $"set local role tonne_reader; set local jit = off; select set_config('tonne.person', '{person}', true)");
    await using var explain = new NpgsqlCommand("explain (analyze, buffers, costs off) " + sql, connection);
    await using var reader = await explain.ExecuteReaderAsync();
    Console.WriteLine($"\n{what}:\n\n```");
    while (await reader.ReadAsync())
        Console.WriteLine(reader.GetString(0));
    Console.WriteLine("```");
}

static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
{
    await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
    await command.ExecuteNonQueryAsync();
}

static async Task<object?> ReadAsync(NpgsqlConnection connection, string sql)
{
    await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
    return await command.ExecuteScalarAsync();
}
