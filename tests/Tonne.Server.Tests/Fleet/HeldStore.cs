using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Tonne.Accounting;
using Tonne.Ledgers;
using Tonne.Ledgers.Listing;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.PostgreSql.Exporting;
using Tonne.Ledgers.PostgreSql.Reading;
using Tonne.Ledgers.PostgreSql.Recounting;
using Tonne.Ledgers.PostgreSql.Receipts;
using Tonne.Ledgers.PostgreSql.Members;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;
using Tonne.Server.Fleet;
using Tonne.Server.Security;

namespace Tonne.Server.Tests.Fleet;

/// <summary>A store in memory, which keeps what <see cref="IPushReceiver"/> and <see cref="INodeRegistry"/> promise. Thread-safe.</summary>
sealed class HeldStore(TimeProvider time) : IFleetStore, IPushReceiver, INodeRegistry
{
    readonly Lock _lock = new();
    readonly Dictionary<string, (string? Name, DateTimeOffset Ends)> _codes = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _replaced = new(StringComparer.Ordinal);
    readonly Dictionary<string, FleetNode> _nodes = new(StringComparer.Ordinal);
    readonly Dictionary<(string Run, int Sequence), (string Node, byte[] Line)> _lines = [];

    public string Name => "a store in memory";

    public IPushReceiver Receiver => this;

    public INodeRegistry Nodes => this;

    public ILedgerReader OpenLedger(string person) => new RowsOfPerson(this, person);

    /// <summary>Who has which role; at first the holder of the token owns the fleet.</summary>
    public List<Membership> Memberships { get; } = [new(RequestPerson.TokenHolder, Membership.AllAccounts, MemberRole.Owner)];

    /// <summary>Whether the database answers.</summary>
    public bool IsDown { get; set; }

    /// <summary>Lines of the audit log.</summary>
    public List<string> Audit { get; } = [];

    /// <summary>Number of lines that are kept.</summary>
    public int Lines
    {
        get
        {
            lock (_lock)
                return _lines.Count;
        }
    }

    /// <summary>How long a key is valid.</summary>
    public TimeSpan KeyLife { get; set; } = TimeSpan.FromDays(365);

    public RunListPage FindRuns(Person person, RunListQuery query) => RunList.Find(OpenLedger(person.Name).ListRuns(), query);

    public RunValues CountValues(Person person) => RunValues.Count(OpenLedger(person.Name).ListRuns());

    public RunSums SumUp(Person person)
    {
        return new RunSums(LedgerSum.From(Total(person.Name, new TotalQuery()).Sum), By(TotalDimension.Machine), By(TotalDimension.Account));

        Dictionary<string, GroupSum> By(TotalDimension dimension) => Total(person.Name, new TotalQuery { By = [new TotalKey(dimension)] }).Rows
            .ToDictionary(static row => row.Group[0] ?? "", static row => new GroupSum(row.Runs, row.Energy.Best, row.Emissions.Best));
    }

    public LedgerTotal Total(string person, TotalQuery query) => LedgerTotal.Of(OpenLedger(person).ListRuns(), query);

    public Task<IReadOnlyList<Membership>> FindMembershipsAsync(string? person, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
            return Task.FromResult<IReadOnlyList<Membership>>(
                [.. Memberships.Where(membership => person is null || membership.Person == person)]);
    }

    public Task GrantAsync(Membership membership, string by, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Memberships.RemoveAll(other => (other.Person, other.Account) == (membership.Person, membership.Account));
            Memberships.Add(membership);
            Audit.Add($"{by}: {membership.Role} of {membership.Account} {membership.Person}");
        }

        return Task.CompletedTask;
    }

    public Task<bool> UngrantAsync(string person, string account, string by, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(Memberships.RemoveAll(other => (other.Person, other.Account) == (person, account)) > 0);
    }

    public Task<IReadOnlyList<AuditLine>> ReadAuditAsync(
        DateTimeOffset? since, string? person, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<AuditLine>>(
            [
                .. Audit.Select(line => new AuditLine(time.GetUtcNow(), line.Split(": ", 2)[0], line.Split(": ", 2)[1].Split(' ', 2)[0],
                        line.Split(": ", 2)[1].Split(' ', 2) is [_, var subject] ? subject : ""))
                    .Where(line => (since is null || line.At >= since)
                        && (person is null || line.Who.StartsWith($"person {person} ", StringComparison.Ordinal) || line.Subject == person))
                    .TakeLast(limit),
            ]);
        }
    }

    /// <summary>The budgets.</summary>
    public List<Budget> Budgets { get; } = [];

    public Task<IReadOnlyList<Budget>> ListBudgetsAsync(CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
            return Task.FromResult<IReadOnlyList<Budget>>([.. Budgets]);
    }

    public Task SetBudgetAsync(Budget budget, string by, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
        {
            Budgets.RemoveAll(budget.HasSameScope);
            Budgets.Add(budget);
            Audit.Add($"{by}: budget {budget.Scope}");
        }

        return Task.CompletedTask;
    }

    public Task<int> RemoveBudgetsAsync(string? project, string? account, string? user, string by, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
            return Task.FromResult(Budgets.RemoveAll(budget => (budget.Project, budget.Account, budget.User) == (project, account, user)));
    }

    public Task NoteAsync(string by, string action, string subject, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
            Audit.Add($"{by}: {action} {subject}");
        return Task.CompletedTask;
    }

    public Task<int> MigrateAsync(string by, CancellationToken cancellationToken) => Task.FromResult(0);

    public async IAsyncEnumerable<PushedLine> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Check();
        await Task.Yield();
        foreach (var ((run, sequence), (_, line)) in _lines.OrderBy(line => line.Key))
            yield return new PushedLine(run, sequence, line);
    }

    /// <summary>What was asked to be written as Parquet.</summary>
    public List<(string Folder, ExportQuery Query)> Exports { get; } = [];

    public Task<ParquetExportCount> WriteParquetAsync(string folder, ExportQuery query, CancellationToken cancellationToken)
    {
        Check();
        Exports.Add((folder, query));
        return Task.FromResult(query.Account == "nobody" ? default : new ParquetExportCount(3, 2, 1));
    }

    public Task<HourlyExportCount> WriteHourlyAsync(string path, ExportQuery query, CancellationToken cancellationToken)
    {
        Check();
        Exports.Add((path, query));
        return Task.FromResult(query.Account == "nobody" ? default : new HourlyExportCount(744, 1234.5, 67.25, "c0ffee"));
    }

    /// <summary>Keys that were taken into use, each with the id of the former one.</summary>
    public List<(string? Former, string Next)> Keys { get; } = [];

    /// <summary>What a check of the chains finds.</summary>
    public ChainReport Chains { get; set; } = new();

    public Task AddKeyAsync(ReceiptSigner? former, ReceiptSigner next, CancellationToken cancellationToken)
    {
        Check();
        Keys.Add((former?.Id, next.Id));
        return Task.CompletedTask;
    }

    public Task<ChainReport> VerifyAsync(IReadOnlyList<PushReceipt> held, CancellationToken cancellationToken) => Task.FromResult(Chains);

    public IFleetRecount OpenRecount(StoredRunRecount recount) => throw new NotSupportedException("A recount needs PostgreSQL.");

    public Task<PushAnswer> ReceiveAsync(string node, IReadOnlyList<PushedLine> lines, CancellationToken cancellationToken)
    {
        Check();
        var (accepted, known) = (0, 0);
        var refused = new List<RefusedLine>();
        lock (_lock)
        {
            foreach (var line in lines)
            {
                if (_lines.TryGetValue((line.Run, line.Sequence), out var held))
                {
                    if (held.Line.AsSpan().SequenceEqual(line.Line.Span))
                        known++;
                    else
                        refused.Add(new(line.Run, line.Sequence, "another line is known"));
                    continue;
                }

                try
                {
                    _ = line.Sequence == 0 ? (object)PushedRun.ReadRecord(line) : PushedRun.ReadStatement(line);
                }
                catch (FormatException error)
                {
                    refused.Add(new(line.Run, line.Sequence, error.Message));
                    continue;
                }

                _lines[(line.Run, line.Sequence)] = (node, line.Line.ToArray());
                accepted++;
            }
        }

        return Task.FromResult(new PushAnswer { Accepted = accepted, Known = known, Refused = [.. refused] });
    }

    public Task<string> CreateCodeAsync(TimeSpan validFor, string? name, string by, CancellationToken cancellationToken)
    {
        Check();
        var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        lock (_lock)
        {
            _codes[Hash(code)] = (name, time.GetUtcNow() + validFor);
            Audit.Add($"{by}: code");
        }

        return Task.FromResult(code);
    }

    public Task<string?> EnrolAsync(string code, string name, string version, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
        {
            if (!_codes.TryGetValue(Hash(code), out var known) || known.Ends <= time.GetUtcNow()
                || (known.Name is not null && known.Name != name))
                return Task.FromResult<string?>(null);
            _codes.Remove(Hash(code));
            var key = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
            _keys[Hash(key)] = name;
            _nodes[name] = new FleetNode { Name = name, EnrolledAt = time.GetUtcNow(), KeyExpiresAt = time.GetUtcNow() + KeyLife,
                Report = new NodeReport { Version = version } };
            Audit.Add($"{name}: enrol");
            return Task.FromResult<string?>(key);
        }
    }

    public Task<FleetNode?> FindAsync(string key, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
        {
            if (_replaced.Remove(Hash(key), out var old))
                _keys.Remove(old);
            return Task.FromResult(_keys.TryGetValue(Hash(key), out var name) && _nodes[name] is { RevokedAt: null } node
                && node.KeyExpiresAt > time.GetUtcNow() ? node : null);
        }
    }

    public Task<string?> RotateKeyAsync(string key, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
        {
            if (!_keys.TryGetValue(Hash(key), out var name))
                return Task.FromResult<string?>(null);
            var made = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
            _keys[Hash(made)] = name;
            _replaced[Hash(made)] = Hash(key);
            return Task.FromResult<string?>(made);
        }
    }

    public Task<bool> RevokeAsync(string name, string by, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
        {
            if (!_nodes.TryGetValue(name, out var node))
                return Task.FromResult(false);
            _nodes[name] = node with { RevokedAt = time.GetUtcNow() };
            Audit.Add($"{by}: revoke {name}");
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<FleetNode>> ListAsync(CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<FleetNode>>(
            [
                .. _nodes.Values.OrderBy(node => node.Name, StringComparer.Ordinal)
                    .Select(node => node with { Runs = _lines.Count(line => line.Key.Sequence == 0 && line.Value.Node == node.Name) }),
            ]);
        }
    }

    public Task NoteAsync(string name, NodeReport report, CancellationToken cancellationToken)
    {
        Check();
        lock (_lock)
            _nodes[name] = _nodes[name] with { Report = report, LastSeenAt = time.GetUtcNow() };
        return Task.CompletedTask;
    }

    IReadOnlyList<RunSummary> ListRuns(LedgerQuery? query, string person)
    {
        Check();
        lock (_lock)
        {
            return
            [
                .. _lines.Keys.Where(key => key.Sequence == 0).Select(key => key.Run).Order(StringComparer.Ordinal).Reverse()
                    .Select(run => PushedRun.Summarize(Read(run).Record, Read(run).Statements)).Where((query ?? LedgerQuery.All).Matches)
                        .Where(run => MaySee(run, person))
                        .Take(query?.Limit ?? int.MaxValue),
            ];
        }
    }

    /// <summary>The rule of docs/formats/database.md.</summary>
    bool MaySee(RunSummary run, string person) => run.User == person || Memberships.Any(membership => membership.Person == person
        && (membership is { Account: Membership.AllAccounts, Role: MemberRole.Owner } || membership.Account == run.Job?.Account));

    sealed class RowsOfPerson(HeldStore store, string person) : ILedgerReader
    {
        public IReadOnlyList<RunSummary> ListRuns(LedgerQuery? query = null) => store.ListRuns(query, person);

        public RunLookupResult Find(string text) =>
            ListRuns().FirstOrDefault(run => text == "last" || run.Id == text || run.Name == text) is { } found
            ? new RunLookupResult.One(found) : new RunLookupResult.None(text, []);

        public LedgerEntry Load(string id)
        {
            lock (store._lock)
                return ListRuns().Any(run => run.Id == id) ? store.Read(id)
                    : throw new LedgerUnavailableException("the store", $"no {id}", "None.");
        }
    }

    LedgerEntry Read(string run)
    {
        var statements = _lines.Where(line => line.Key.Run == run && line.Key.Sequence > 0).OrderBy(line => line.Key.Sequence)
            .Select(line => PushedRun.ReadStatement(new PushedLine(run, line.Key.Sequence, line.Value.Line)));
        return new LedgerEntry(PushedRun.ReadRecord(new PushedLine(run, 0, _lines[(run, 0)].Line)), [.. statements]);
    }

    /// <summary>What an unexpected failure says; null for none.</summary>
    public string? Defect { get; set; }

    void Check()
    {
        if (Defect is { } defect)
            throw new InvalidOperationException(defect);
        if (IsDown)
            throw new LedgerUnavailableException("the database", "it does not answer", "Start it.");
    }

    static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
