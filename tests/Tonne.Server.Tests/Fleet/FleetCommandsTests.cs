using System.Text.Json.Nodes;
using Tonne.Ledgers;
using Tonne.Ledgers.PostgreSql.Receipts;
using Tonne.Ledgers.PostgreSql.Recounting;
using Tonne.Ledgers.Pushing;
using Tonne.Ledgers.Tests;
using Tonne.Server.Api;
using Tonne.Server.Fleet;
using Tonne.Server.Security;
using Tonne.Tests;

namespace Tonne.Server.Tests.Fleet;

public sealed class FleetCommandsTests : IDisposable
{
    const string Run = "20261120-080001-aaaaa1";

    readonly HandTime _time = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    readonly TemporaryHome _node = new();
    readonly HeldStore _store;

    public FleetCommandsTests() => _store = new HeldStore(_time);

    static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task The_first_code_enrols_and_the_status_shows_the_node()
    {
        Assert.Contains("No node", (await RunAsync("status")).Output, StringComparison.Ordinal);
        var init = (await RunAsync("init")).Output;
        var code = init.Split('\n')[2].Trim();
        Assert.Equal(3, init.Split(code).Length);

        var key = await _store.EnrolAsync(code, "node-1", "0.0.1", Cancelled);
        await _store.NoteAsync("node-1",
            new NodeReport { Version = "0.0.1", Waiting = 12, WaitingSince = _time.GetUtcNow(), Dropped = 3,
            Problem = "the disk is full" }, Cancelled);
        _time.Advance(TimeSpan.FromMinutes(20));

        Assert.NotNull(key);
        Assert.Equal("Enrolled nodes: 1. 'tonne fleet code' makes a code for another.\n", (await RunAsync("init")).Output);
        Assert.Equal(
            """
            node    state   last seen   waiting  dropped  runs  version
            node-1  silent  20 min ago  12       3        0     0.0.1
            node-1: the disk is full

            """, (await RunAsync("status")).Output);
        Assert.Equal("silent", (string)JsonNode.Parse((await RunAsync("status", "--json")).Output)!["nodes"]![0]!["state"]!);
    }

    [Fact]
    public async Task A_code_is_for_a_name_and_a_time()
    {
        var code = (await RunAsync("code", "--name", "node-1", "--valid-s", "60")).Output.Trim();

        Assert.Null(await _store.EnrolAsync(code, "node-2", "1", Cancelled));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(await _store.EnrolAsync(code, "node-1", "1", Cancelled));
        Assert.Throws<FormatException>(() => FleetCommandLine.Parse(["fleet", "code", "--valid-s", "59"]));
        Assert.Throws<FormatException>(() => FleetCommandLine.Parse(["fleet", "code", "--name", "a/b"]));
        Assert.Throws<FormatException>(() => FleetCommandLine.Parse(["fleet"]));
    }

    [Fact]
    public async Task Hours_are_exported_and_the_last_hash_is_kept_in_the_audit_log()
    {
        var file = Path.GetFullPath("hours.csv");

        var (code, output) = await RunAsync("export", "--hourly", "hours.csv", "--since", "2026-01", "--until", "2026-03");

        Assert.Equal((0, $"""
            {file}: 744 lines, 1.23 MWh and 67.3 kg CO2e
            of facility energy and its operational emissions (location-based).
            Last hash: c0ffee. It is kept in the audit log, 'tonne fleet audit'.

            """.ReplaceLineEndings("\n")), (code, output));
        Assert.Equal((file, new() { Since = new(2026, 1, 1), Until = new(2026, 3, 1) }), _store.Exports.Single());
        Assert.Contains(_store.Audit, line => line.Contains("c0ffee", StringComparison.Ordinal));
        Assert.Contains("nothing was written", (await RunAsync("export", "--hourly", "hours.csv", "--account", "nobody")).Output,
            StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => FleetCommandLine.Parse(["fleet", "export", "--hourly", "a", "--parquet", "b"]));
    }

    [Fact]
    public async Task Runs_are_exported_as_Parquet_by_whole_months()
    {
        var folder = Path.GetFullPath("data");

        var (code, output) = await RunAsync("export", "--parquet", "data", "--since", "2026-01", "--until", "2026-03", "--account", "a");

        Assert.Equal((0, $"{folder}: 3 runs in 1 files. Totals count 2 of them: add up the columns counted_…\n"), (code, output));
        Assert.Equal((folder, new() { Since = new(2026, 1, 1), Until = new(2026, 3, 1), Account = "a" }), _store.Exports.Single());
        Assert.Contains("nothing was written", (await RunAsync("export", "--parquet", "data", "--account", "nobody")).Output,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("give one place")]
    [InlineData("give one place", "--to", "a", "--parquet", "b")]
    [InlineData("give one place", "--parquet", "")]
    [InlineData("--since is for --parquet", "--to", "a", "--since", "2026-01")]
    [InlineData("--account is for --parquet", "--to", "a", "--account", "x")]
    [InlineData("--since '2026-01-15' is not a month", "--parquet", "b", "--since", "2026-01-15")]
    [InlineData("--until '30d' is not a month", "--parquet", "b", "--until", "30d")]
    public void An_export_goes_to_one_folder_by_months(string expected, params string[] words) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => FleetCommandLine.Parse(["fleet", "export", .. words])).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("--rate '0' is not a number of runs", "--rate", "0")]
    [InlineData("--rate '5/m' is not a number of runs", "--rate", "5/m")]
    [InlineData("--since '2026' is not a month", "--since", "2026")]
    [InlineData("give one", "--dry-run", "--status")]
    public void A_recount_is_asked_for_by_months_and_runs_a_second(string expected, params string[] words) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => FleetCommandLine.Parse(["fleet", "recount", .. words])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_recount_takes_its_runs_and_its_rate()
    {
        var line = FleetCommandLine.Parse(["fleet", "recount", "--since", "2026-01", "--account", "a", "--rate", "200/s"]);

        Assert.Equal((FleetAction.Recount, new RecountQuery { Since = new(2026, 1, 1), Account = "a", Rate = 200 }), (line.Action, line.Recount));
        Assert.Equal(FleetAction.TryRecount, FleetCommandLine.Parse(["fleet", "recount", "--dry-run"]).Action);
        Assert.Equal(FleetAction.ShowRecount, FleetCommandLine.Parse(["fleet", "recount", "--status"]).Action);
    }

    [Fact]
    public void A_recount_shows_how_far_it_is_every_few_seconds()
    {
        var error = new StringWriter();
        var screen = new RecountScreen(_time, error);
        var job = new RecountProgress { StartedAt = _time.GetUtcNow(), StartedBy = "ada", Method = "m", FactorsHash = "f", Runs = 100_000, Done = 1_000 };

        screen.Report(job);
        _time.Advance(TimeSpan.FromSeconds(4));
        screen.Report(job with { Done = 1_400 });
        _time.Advance(TimeSpan.FromSeconds(6));
        screen.Report(job with { Done = 3_000, Changed = 500 });

        // 2,000 runs in 10 s; 97,000 are left: 485 s.
        Assert.Equal(
            """
            tonne: this recount goes on after 1,000 of 100,000 runs.
            tonne: 3,000 of 100,000 runs, 500 recounted, 200 runs/s, 8 min left

            """, error.ToString());
        Assert.Equal("No recount was begun yet.", Assert.Single(RecountScreen.DescribeStatus(null)));
        Assert.Contains("stopped 2026-11-30 12:00 UTC: the same command goes on",
            RecountScreen.DescribeStatus(job with { UpdatedAt = _time.GetUtcNow().AddSeconds(-10) }).First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_of_the_chains_names_what_is_wrong()
    {
        _store.Chains = new ChainReport { Nodes = 2, Lines = 7, Receipts = 3, ProblemCount = 2, Problems = ["n1: run x was changed"] };

        var (code, output) = await RunAsync("verify");

        Assert.Equal((1, "n1: run x was changed\nand 1 more\n2 nodes, 7 lines, 3 receipts checked: 2 problems\n"), (code, output));
        await Assert.ThrowsAsync<FormatException>(() => RunAsync("verify", "--receipts", "/nowhere/x.receipts.jsonl"));
    }

    [Fact]
    public async Task A_new_key_takes_the_place_of_the_former_one_which_signs_it()
    {
        var file = new ReceiptKeyFile(_node.Elsewhere("server"));
        string former;
        using (var key = file.ReadOrCreate())
            former = key.Id;
        using (var again = file.ReadOrCreate())
            Assert.Equal(former, again.Id);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Location));
        var output = new StringWriter { NewLine = "\n" };

        Assert.Equal(0, await new FleetCommands(_store, _time, output, TextWriter.Null, receiptKey: file)
            .RunAsync(FleetCommandLine.Parse(["fleet", "receipt-key"]), Cancelled));

        using var next = file.TryRead()!;
        Assert.NotEqual(former, next.Id);
        Assert.Equal([(former, next.Id)], _store.Keys);
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(file.Location)!, $"receipt-key-{former}.pem")));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file.Location, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Assert.Throws<ServerStartException>(file.ReadOrCreate);
        }
    }

    [Fact]
    public async Task A_node_is_revoked_by_its_name()
    {
        var key = await EnrolAsync("node-1", "0.1.0");

        await RunAsync("revoke", "node-1");

        Assert.Null(await _store.FindAsync(key, Cancelled));
        await Assert.ThrowsAsync<FormatException>(() => RunAsync("revoke", "node-2"));
        Assert.Contains(_store.Audit, line => line.EndsWith(": revoke node-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_with_another_version_or_other_factors_is_named()
    {
        var own = VersionDocument.Current;
        await EnrolAsync("same", own.Version, $"{own.Method} {own.FactorsHash}");
        Assert.Equal(0, (await RunAsync("upgrade-check")).Code);
        await EnrolAsync("factors", own.Version, "1 000000000000");
        await EnrolAsync("newer", "99.1.0");
        await EnrolAsync("gone", "99.1.0");
        await RunAsync("revoke", "gone");

        var (code, output) = await RunAsync("upgrade-check");

        Assert.Equal(1, code);
        Assert.Contains("2 of 3 nodes differ", output, StringComparison.Ordinal);
        Assert.Contains("ledger recount", output.Split('\n').Single(line => line.StartsWith("factors ", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.Contains("upgrade the server", output.Split('\n').Single(line => line.StartsWith("newer ", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        Assert.DoesNotContain("gone", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_is_a_ledger_that_is_verified()
    {
        _node.Complete(Run);
        _node.Complete("20261120-080002-aaaaa2");
        await _store.ReceiveAsync("node-1", FleetServer.ReadLines(_node), Cancelled);
        var to = _node.Elsewhere("exported");

        Assert.Contains("2 runs written, 0 were there", (await RunAsync("export", "--to", to)).Output, StringComparison.Ordinal);
        Assert.Contains("0 runs written, 2 were there", (await RunAsync("export", "--to", to)).Output, StringComparison.Ordinal);

        var exported = new Ledger(new LedgerHome(to), _time);
        Assert.Empty(exported.Verify());
        Assert.Equal(_node.Ledger.Total().Sum.Emissions, exported.Total().Sum.Emissions);
        var folder = new LedgerHome(to).GetRunFolder(Run);
        Assert.Equal(await File.ReadAllBytesAsync(_node.Home.GetRunFolder(Run).StatementsPath, Cancelled),
            await File.ReadAllBytesAsync(folder.StatementsPath, Cancelled));
        // A changed byte is found.
        var record = await File.ReadAllBytesAsync(folder.RecordPath, Cancelled);
        record[record.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(folder.RecordPath, record, Cancelled);
        Assert.NotEmpty(new Ledger(new LedgerHome(to), _time).Verify());
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => RunAsync("export", "--to", to));
    }

    [Fact]
    public async Task People_get_roles_and_lose_them()
    {
        Assert.Contains("viewer of physics", (await RunAsync("grant", "ada", "--account", "physics", "--role", "viewer")).Output,
            StringComparison.Ordinal);
        await RunAsync("grant", "ada", "--account", "law", "--role", "member");
        Assert.Contains("owns the fleet", (await RunAsync("grant", "olga", "--account", "*", "--role", "owner")).Output,
            StringComparison.Ordinal);

        Assert.Equal(
            """
            person  account  role
            ada     physics  viewer
            ada     law      member
            olga    *        owner

            """, (await RunAsync("members")).Output);
        var json = JsonNode.Parse((await RunAsync("members", "--person", "ada", "--account", "law", "--json")).Output)!;
        Assert.Equal("""{"schema":"tonne.members/1","members":[{"person":"ada","account":"law","role":"member"}]}""", json.ToJsonString());
        await RunAsync("ungrant", "ada", "--account", "law");
        await Assert.ThrowsAsync<FormatException>(() => RunAsync("ungrant", "ada", "--account", "law"));
        Assert.Contains("physics", (await RunAsync("ungrant", "ada")).Output, StringComparison.Ordinal);
        Assert.Contains("No such member", (await RunAsync("members", "--person", "ada")).Output, StringComparison.Ordinal);
        Assert.Single(_store.Memberships, membership => membership.Person == "holder of the token");
    }

    [Theory]
    [InlineData("give the account", "grant", "ada", "--role", "viewer")]
    [InlineData("give the role", "grant", "ada", "--account", "a")]
    [InlineData("not one of owner, member, viewer", "grant", "ada", "--account", "a", "--role", "admin")]
    [InlineData("only an owner has all accounts", "grant", "ada", "--account", "*", "--role", "viewer")]
    [InlineData("no blanks", "grant", "holder of the token", "--account", "a", "--role", "viewer")]
    [InlineData("no blanks", "ungrant", "holder of the token")]
    [InlineData("is not a number", "audit", "--limit", "0")]
    [InlineData("is not a number", "audit", "--limit", "1e9")]
    public void What_a_role_needs_is_said(string expected, params string[] words) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => FleetCommandLine.Parse(["fleet", .. words])).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task The_audit_log_shows_who_did_what()
    {
        await RunAsync("grant", "ada", "--account", "physics", "--role", "viewer");
        await _store.NoteAsync("person bob from 10.0.0.1", "read", "run x\u202E", Cancelled);

        var (_, text) = await RunAsync("audit", "--since", "1h");

        Assert.Equal(2, text.TrimEnd().Split('\n').Length);
        Assert.EndsWith("2026-11-30 12:00:00Z  person bob from 10.0.0.1: read run x?\n", text, StringComparison.Ordinal);
        var lines = JsonNode.Parse((await RunAsync("audit", "--person", "bob", "--json")).Output)!;
        Assert.Equal(("tonne.fleet-audit/1", 1, "read"),
            ((string)lines["schema"]!, lines["lines"]!.AsArray().Count, (string)lines["lines"]![0]!["action"]!));
        Assert.Equal("No such line.\n", (await RunAsync("audit", "--person", "nobody")).Output);
        await Assert.ThrowsAsync<FormatException>(() => RunAsync("audit", "--since", "yesterday evening"));
    }

    [Fact]
    public async Task An_export_is_in_the_audit_log_or_is_not_made()
    {
        await RunAsync("export", "--parquet", "data", "--since", "2026-01", "--account", "a");
        await RunAsync("export", "--to", _node.Elsewhere("exported"));

        Assert.Contains(_store.Audit, line =>
            line.Contains("export runs of account a, from 2026-01 until the last, as Parquet to", StringComparison.Ordinal));
        Assert.Contains(_store.Audit, line => line.Contains("export all runs to", StringComparison.Ordinal));
        _store.IsDown = true;
        var exports = _store.Exports.Count;
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => RunAsync("export", "--parquet", "data"));
        Assert.Equal(exports, _store.Exports.Count);
    }

    async Task<string> EnrolAsync(string name, string version, string? factors = null)
    {
        var key = await _store.EnrolAsync(await _store.CreateCodeAsync(TimeSpan.FromHours(1), null, "test", Cancelled), name, version,
            Cancelled);
        await _store.NoteAsync(name, new NodeReport { Version = version, FactorsHash = factors }, Cancelled);
        return key!;
    }

    [Fact]
    public async Task Budgets_are_set_checked_written_for_Slurm_and_removed()
    {
        var file = _node.Elsewhere("quotas.tsv");
        Assert.Contains("No budgets of this fleet", (await RunAsync("budget-show")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("budget-set", "50kg/month", "--account", "physics", "--warn-at", "60,90")).Code);
        Assert.Equal(0, (await RunAsync("budget-set", "1t/year", "--user", "ada")).Code);

        var shown = JsonNode.Parse((await RunAsync("budget-show", "--json")).Output)!["budgets"]!.AsArray();
        Assert.Equal([("month", 50d), ("year", 1000d)], shown.Select(static budget => ((string)budget!["period"]!,
            (double)budget["limit"]!)));
        Assert.Equal([0.6, 0.9], shown[0]!["warn_at"]!.AsArray().Select(static share => (double)share!));
        Assert.Equal(0, (await RunAsync("budget-check", "--account", "physics")).Code);
        Assert.Equal(0, (await RunAsync("budget-quotas", "--slurm", file)).Code);
        // 2026-11-30T12:00:00Z is 1796040000.
        Assert.Equal("# tonne.slurm-quotas/1\n# written=1796040000\naccount\tuser\tused\tlimit\tresets\n# end\n",
            await File.ReadAllTextAsync(file, Cancelled));
        Assert.Equal("1 budget removed.\n", (await RunAsync("budget-remove", "--user", "ada")).Output);
        await Assert.ThrowsAsync<FormatException>(() => RunAsync("budget-remove", "--user", "ada"));
        await Assert.ThrowsAsync<FormatException>(() => RunAsync("budget-check", "--user", "ada"));
        Assert.Throws<FormatException>(() => FleetCommandLine.Parse(["fleet", "budget-set", "50"]));
        Assert.Throws<FormatException>(() => FleetCommandLine.Parse(["fleet", "budget-set", "50kg/month", "--warn-at", "0"]));
    }

    async Task<(int Code, string Output)> RunAsync(params string[] words)
    {
        using var output = new StringWriter { NewLine = "\n" };
        var code = await new FleetCommands(_store, _time, output, TextWriter.Null)
            .RunAsync(FleetCommandLine.Parse(["fleet", .. words]), Cancelled);
        return (code, output.ToString());
    }
}
