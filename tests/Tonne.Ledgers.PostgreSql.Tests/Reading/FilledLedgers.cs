using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Totals;

namespace Tonne.Ledgers.PostgreSql.Tests.Reading;

/// <summary>The same runs in folders and in PostgreSQL, where they were pushed line by line in another order.</summary>
public sealed class FilledLedgers(PostgresServer server) : IAsyncLifetime
{
    const int Count = 250;

    readonly string _folder = Directory.CreateTempSubdirectory("tonne-filled-").FullName;
    readonly TestDatabase _database = new(server);

    /// <summary>The summaries of all runs, as the folders have them, newest first.</summary>
    public IReadOnlyList<RunSummary> Runs { get; private set; } = [];

    public Ledger Folders { get; private set; } = null!;

    public PostgresLedger Postgres { get; private set; } = null!;

    public TestDatabase Database => _database;

    /// <summary>One of the two, by its name.</summary>
    public ILedgerReader Open(string store)
    {
        server.Require();
        return store == "folders" ? Folders : Postgres;
    }

    public LedgerTotal Total(string store, TotalQuery query)
    {
        server.Require();
        return store == "folders" ? Folders.Total(query) : Postgres.Total(query);
    }

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        if (server.Missing is not null)
            return;
        var home = new LedgerHome(Path.Combine(_folder, "home"));
        var runs = new RandomRuns(2511);
        var lines = new List<PushedLine>();
        for (var i = 0; i < Count; i++)
        {
            var run = runs.Next();
            PushedSample.WriteFolder(home, run);
            lines.AddRange(run);
        }

        // One node pushes all, because runs that include others come from one machine; the accounts of a fleet are tested elsewhere.
        var random = new Random(2512);
        var shuffled = lines.OrderBy(_ => random.Next()).ToArray();
        var receiver = new PostgresPushReceiver(_database.Database);
        foreach (var batch in shuffled.Chunk(70))
            Assert.Empty((await receiver.ReceiveAsync("n1", batch, CancellationToken.None)).Refused);
        await new PostgresMembers(_database.Database).SetAsync(new Membership("owner", Membership.AllAccounts, MemberRole.Owner), "test");
        Folders = new Ledger(home, _database.Time);
        Postgres = new PostgresLedger(_database.Database, new Person("owner"));
        Runs = Folders.ListRuns();
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
