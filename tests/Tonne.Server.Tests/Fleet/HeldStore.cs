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
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Totals;
using Tonne.Server.Fleet;

namespace Tonne.Server.Tests.Fleet;

/// <summary>A store in memory, which keeps what <see cref="IPushReceiver"/> and <see cref="INodeRegistry"/> promise. Thread-safe.</summary>
sealed class HeldStore(TimeProvider time) : IFleetStore, IPushReceiver, INodeRegistry, ILedgerReader
{
    readonly Lock _lock = new();
    readonly Dictionary<string, (string? Name, DateTimeOffset Ends)> _codes = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _keys = new(StringComparer.Ordinal);
    readonly Dictionary<string, FleetNode> _nodes = new(StringComparer.Ordinal);
    readonly Dictionary<(string Run, int Sequence), (string Node, byte[] Line)> _lines = [];

    public string Name => "a store in memory";

    public IPushReceiver Receiver => this;

    public INodeRegistry Nodes => this;

    public ILedgerReader Ledger => this;

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

    public Person Reader { get; } = new("reader");

    public RunListPage FindRuns(Person person, RunListQuery query) => RunList.Find(ListRuns(), query);

    public RunValues CountValues(Person person) => RunValues.Count(ListRuns());

    public LedgerSum SumUp(Person person) => LedgerSum.From(LedgerTotal.Of(ListRuns()).Sum);

    public LedgerTotal Total(TotalQuery query) => LedgerTotal.Of(ListRuns(), query);

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
    public List<(string Folder, ParquetExportQuery Query)> Exports { get; } = [];

    public Task<ParquetExportCount> WriteParquetAsync(string folder, ParquetExportQuery query, CancellationToken cancellationToken)
    {
        Check();
        Exports.Add((folder, query));
        return Task.FromResult(query.Account == "nobody" ? default : new ParquetExportCount(3, 2, 1));
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
            return Task.FromResult(_keys.TryGetValue(Hash(key), out var name) && _nodes[name] is { RevokedAt: null } node
                && node.KeyExpiresAt > time.GetUtcNow() ? node : null);
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

    public IReadOnlyList<RunSummary> ListRuns(LedgerQuery? query = null)
    {
        Check();
        lock (_lock)
        {
            return
            [
                .. _lines.Keys.Where(key => key.Sequence == 0).Select(key => key.Run).Order(StringComparer.Ordinal).Reverse()
                    .Select(run => PushedRun.Summarize(Read(run).Record, Read(run).Statements)).Where((query ?? LedgerQuery.All).Matches)
                        .Take(query?.Limit ?? int.MaxValue),
            ];
        }
    }

    public RunLookupResult Find(string text) =>
        ListRuns().FirstOrDefault(run => text == "last" || run.Id == text || run.Name == text) is { } found
        ? new RunLookupResult.One(found) : new RunLookupResult.None(text, []);

    public LedgerEntry Load(string id)
    {
        lock (_lock)
            return Read(id);
    }

    LedgerEntry Read(string run)
    {
        var statements = _lines.Where(line => line.Key.Run == run && line.Key.Sequence > 0).OrderBy(line => line.Key.Sequence)
            .Select(line => PushedRun.ReadStatement(new PushedLine(run, line.Key.Sequence, line.Value.Line)));
        return new LedgerEntry(PushedRun.ReadRecord(new PushedLine(run, 0, _lines[(run, 0)].Line)), [.. statements]);
    }

    void Check()
    {
        if (IsDown)
            throw new LedgerUnavailableException("the database", "it does not answer", "Start it.");
    }

    static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
