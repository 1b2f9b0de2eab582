using Tonne.Ledgers.PostgreSql.Receiving;
using System.Security.Cryptography;
using System.Text;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Ledgers.PostgreSql.Tests.Server;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Tests.Nodes;

public class PostgresNodeRegistryTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    PostgresNodeRegistry Registry => new(database.Database);

    [Fact]
    public async Task A_code_gives_one_key_by_which_the_node_is_found()
    {
        var code = await Registry.CreateCodeAsync(_hour, null, "ada", Stop);
        var key = await Registry.EnrolAsync(code, "gpu-1", "1.0", Stop);

        Assert.Matches("^[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){4}$", code);
        Assert.Matches("^tonne_[A-Za-z0-9_-]{43}$", key);
        Assert.Equal("gpu-1", (await Registry.FindAsync(key!, Stop))!.Name);
        Assert.Null(await Registry.EnrolAsync(code, "gpu-1", "1.0", Stop));
        Assert.Null(await Registry.FindAsync(key![..^1], Stop));
        Assert.Null(await Registry.FindAsync("", Stop));
    }

    [Fact]
    public async Task A_code_may_be_typed_in_lower_case_without_hyphens_and_with_O_for_0()
    {
        var code = await Registry.CreateCodeAsync(_hour, null, "ada", Stop);

        Assert.NotNull(await Registry
            .EnrolAsync(code.Replace("-", "", StringComparison.Ordinal).Replace('0', 'o').Replace('1', 'l').ToLowerInvariant(),
                "gpu-typed", "1.0", Stop));
    }

    [Fact]
    public async Task Neither_a_code_nor_a_key_is_in_the_database()
    {
        var code = await Registry.CreateCodeAsync(_hour, null, "ada", Stop);
        var key = await Registry.EnrolAsync(code, "gpu-2", "1.0", Stop);

        var all = await database.ReadAsync<string>("""
            select concat_ws(' ', (select string_agg(t::text, ' ') from tonne.enrolment_codes t),
                (select string_agg(t::text, ' ') from tonne.node_keys t),
                (select string_agg(t::text, ' ') from tonne.nodes t), (select string_agg(t::text, ' ') from tonne.audit t))
            """);
        Assert.DoesNotContain(code, all, StringComparison.Ordinal);
        Assert.DoesNotContain(key!, all, StringComparison.Ordinal);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key!))), all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_twenty_that_use_a_code_at_the_same_time_one_gets_a_key()
    {
        var code = await Registry.CreateCodeAsync(_hour, null, "ada", Stop);

        var keys = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Registry.EnrolAsync(code, $"race-{i}", "1.0", Stop)));

        Assert.Single(keys, key => key is not null);
        Assert.Single(await Registry.ListAsync(Stop), node => node.Name.StartsWith("race-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_code_that_is_expired_or_of_another_name_is_no_use_and_stays()
    {
        await using var later = new PostgresDatabase(database.Server.ConnectionString(database.Name, PostgresServer.Login),
            new StandingTime { Now = database.Time.Now + _hour });
        var code = await Registry.CreateCodeAsync(_hour, "gpu-3", "ada", Stop);

        Assert.Null(await Registry.EnrolAsync(code, "gpu-4", "1.0", Stop));
        Assert.Null(await new PostgresNodeRegistry(later).EnrolAsync(code, "gpu-3", "1.0", Stop));
        Assert.NotNull(await Registry.EnrolAsync(code, "gpu-3", "1.0", Stop));
    }

    [Fact]
    public async Task A_key_ends_after_400_days()
    {
        var key = await Registry.EnrolAsync(await Registry.CreateCodeAsync(_hour, null, "ada", Stop), "gpu-5", "1.0", Stop);
        await using var later = new PostgresDatabase(database.Server.ConnectionString(database.Name, PostgresServer.Login),
            new StandingTime { Now = database.Time.Now.AddDays(400) });

        Assert.Equal(database.Time.Now.AddDays(400), (await Registry.FindAsync(key!, Stop))!.KeyExpiresAt);
        Assert.Null(await new PostgresNodeRegistry(later).FindAsync(key!, Stop));
    }

    [Fact]
    public async Task A_revoked_node_is_not_found_and_a_new_code_lets_it_in_again_with_a_new_key_only()
    {
        var key = await Registry.EnrolAsync(await Registry.CreateCodeAsync(_hour, null, "ada", Stop), "gpu-6", "1.0", Stop);

        Assert.True(await Registry.RevokeAsync("gpu-6", "grace", Stop));
        Assert.False(await Registry.RevokeAsync("gpu-unknown", "grace", Stop));
        Assert.Null(await Registry.FindAsync(key!, Stop));
        Assert.NotNull((await Registry.ListAsync(Stop)).Single(node => node.Name == "gpu-6").RevokedAt);
        var again = await Registry.EnrolAsync(await Registry.CreateCodeAsync(_hour, null, "ada", Stop), "gpu-6", "1.1", Stop);
        Assert.NotNull(await Registry.FindAsync(again!, Stop));
        Assert.Null(await Registry.FindAsync(key!, Stop));
    }

    [Fact]
    public async Task What_a_node_reports_and_the_number_of_its_runs_are_listed()
    {
        await Registry.EnrolAsync(await Registry.CreateCodeAsync(_hour, null, "ada", Stop), "gpu-7", "1.0", Stop);
        var report = new NodeReport { Version = "1.0", Waiting = 7, WaitingSince = database.Time.Now, Dropped = 1,
            Problem = "the disk is full" };
        var receiver = new PostgreSql.Receiving.PostgresPushReceiver(database.Database);

        await Registry.NoteAsync("gpu-7", report, Stop);
        await receiver.ReceiveAsync(
            "gpu-7", [.. PushedSample.Lines("20251101-000000-eeeeee"), .. PushedSample.Lines("20251101-000001-eeeeee")], Stop);
        await receiver.ReceiveAsync("gpu-7", PushedSample.Lines("20251101-000001-eeeeee"), Stop);

        var node = (await Registry.ListAsync(Stop)).Single(node => node.Name == "gpu-7");
        Assert.Equal(report, node.Report);
        Assert.Equal((2, database.Time.Now), (node.Runs, node.LastSeenAt));
    }

    [Fact]
    public async Task The_audit_log_has_who_did_what_and_no_role_can_change_it()
    {
        await Registry.EnrolAsync(await Registry.CreateCodeAsync(_hour, "gpu-8", "ada", Stop), "gpu-8", "1.0", Stop);
        await Registry.RevokeAsync("gpu-8", "grace", Stop);

        Assert.Equal([["ada", "create code"], ["gpu-8", "enrol, version 1.0"], ["grace", "revoke"]],
            await database.ReadRowsAsync("select who, action from tonne.audit where subject = 'gpu-8' order by id"));
        foreach (var role in new[] { "tonne_reader", "tonne_ingest", "tonne_registry" })
        {
            Assert.False(await database.ReadAsync<bool>(
                $"""
                select has_table_privilege('{role}', 'tonne.audit', 'update') or has_table_privilege('{role}', 'tonne.audit', 'delete')
                    or has_table_privilege('{role}', 'tonne.audit', 'truncate')
                """));
        }
    }

    [Fact]
    public async Task An_old_key_is_valid_until_the_new_one_is_used()
    {
        var old = await EnrolAsync("gpu-rotated");
        var made = await Registry.RotateKeyAsync(old, Stop);

        Assert.Matches("^tonne_[A-Za-z0-9_-]{43}$", made);
        Assert.NotNull(await Registry.FindAsync(old, Stop));
        Assert.NotNull(await Registry.FindAsync(old, Stop));
        Assert.Equal("gpu-rotated", (await Registry.FindAsync(made!, Stop))!.Name);
        Assert.Null(await Registry.FindAsync(old, Stop));
        Assert.Null(await Registry.RotateKeyAsync(old, Stop));
        Assert.NotNull(await Registry.FindAsync(made!, Stop));
    }

    [Fact]
    public async Task A_new_key_whose_answer_was_lost_is_not_left_valid()
    {
        var old = await EnrolAsync("gpu-lost");
        var lost = await Registry.RotateKeyAsync(old, Stop);
        var made = await Registry.RotateKeyAsync(old, Stop);

        Assert.Null(await Registry.FindAsync(lost!, Stop));
        Assert.NotNull(await Registry.FindAsync(old, Stop));
        Assert.NotNull(await Registry.FindAsync(made!, Stop));
        Assert.Null(await Registry.FindAsync(old, Stop));
    }

    [Fact]
    public async Task Of_many_new_keys_that_are_made_at_once_one_is_valid()
    {
        var old = await EnrolAsync("gpu-many");

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Registry.RotateKeyAsync(old, Stop)));

        var found = new List<string>();
        foreach (var key in made)
        {
            if (await Registry.FindAsync(key!, Stop) is { } node)
                found.Add(node.Name);
        }

        Assert.Equal(["gpu-many"], found);
        Assert.Null(await Registry.FindAsync(old, Stop));
    }

    [Fact]
    public async Task A_key_that_is_revoked_or_unknown_gets_no_new_one()
    {
        var old = await EnrolAsync("gpu-ended");
        var other = await EnrolAsync("gpu-other");
        var made = await Registry.RotateKeyAsync(old, Stop);
        await Registry.RevokeAsync("gpu-ended", "ada", Stop);

        Assert.Null(await Registry.RotateKeyAsync(old, Stop));
        Assert.Null(await Registry.RotateKeyAsync("tonne_" + new string('A', 43), Stop));
        Assert.Null(await Registry.RotateKeyAsync("", Stop));
        Assert.Null(await Registry.FindAsync(made!, Stop));
        Assert.NotNull(await Registry.FindAsync(other, Stop));
    }

    [Fact]
    public async Task The_audit_log_is_read_by_time_and_by_person()
    {
        var audit = new PostgresAudit(database.Database);
        await audit.AppendAsync("person ada from 10.0.0.1", "list", "/api/v1/runs", Stop);
        await audit.AppendAsync("person adalbert from 10.0.0.1", "list", "/api/v1/runs", Stop);
        await audit.AppendAsync("root on host", "viewer of physics", "ada", Stop);
        await audit.AppendAsync("person eve from 10.0.0.1", "read", "run ada", Stop);
        var now = database.Time.GetUtcNow();

        var ada = await audit.ReadAsync(null, "ada", 100, Stop);

        Assert.Equal(
            [new(now, "person ada from 10.0.0.1", "list", "/api/v1/runs"), new(now, "root on host", "viewer of physics", "ada")], ada);
        Assert.Equal("run ada", Assert.Single(await audit.ReadAsync(now, null, 1, Stop)).Subject);
        Assert.Empty(await audit.ReadAsync(now.AddTicks(10), null, 100, Stop));
        // A text that would be more than a value in SQL is a value.
        Assert.Empty(await audit.ReadAsync(null, "ada' or '1'='1", 100, Stop));
    }

    [Fact]
    public async Task The_roles_of_one_person_are_theirs()
    {
        var members = new Members.PostgresMembers(database.Database);
        await members.SetAsync(new("rosa", "physics", Members.MemberRole.Viewer), "root", Stop);
        await members.SetAsync(new("rosa", "law", Members.MemberRole.Owner), "root", Stop);
        await members.SetAsync(new("ros", "law", Members.MemberRole.Owner), "root", Stop);

        Assert.Equal([new("rosa", "law", Members.MemberRole.Owner), new("rosa", "physics", Members.MemberRole.Viewer)],
            await members.FindAsync("rosa", Stop));
        Assert.Empty(await members.FindAsync("ROSA", Stop));
    }

    async Task<string> EnrolAsync(string name) =>
        (await Registry.EnrolAsync(await Registry.CreateCodeAsync(_hour, name, "ada", Stop), name, "1.0", Stop))!;

    [Fact]
    public async Task The_last_run_of_a_whole_machine_says_what_it_is_like()
    {
        var registry = new PostgresNodeRegistry(database.Database);
        var code = await registry.CreateCodeAsync(TimeSpan.FromHours(1), "measured", "test", Stop);
        await registry.EnrolAsync(code, "measured", "1.0", Stop);
        var receiver = new PostgresPushReceiver(database.Database);
        // An hour with 360 kJ in one quarter of it: 360 kJ ÷ 900 s = 400 W. The machine of the sample has two threads.
        var day = Record("20251122-000000-aaaaaa", 360_000_000_000) with { JobCpuSeconds = 3600 };
        var brief = Record("20251123-000000-aaaaaa", 1) with { DurationSeconds = 3599 };
        var former = Record("20251121-000000-aaaaaa", 1);
        await receiver.ReceiveAsync("measured", [.. new[] { day, brief }.SelectMany(run => PushedSample.Lines(run, PushedSample.Statement(run)))], Stop);
        await receiver.ReceiveAsync("measured", PushedSample.Lines(former, PushedSample.Statement(former)), Stop);

        var found = (await registry.ListAsync(Stop)).Single(node => node.Name == "measured").Measures!;

        Assert.Equal(("20251122-000000-aaaaaa", "Scripted CPU, 2 threads", 400d), (found.Run, found.Hardware, found.LoadWatts));
        // 0.1 kWh for half a busy hour of the two threads.
        Assert.Equal(0.2, found.BusyHourKwh!.Value, 12);
        Assert.Equal(0, found.GapShare);

        static Runs.RunRecord Record(string id, long microjoules) =>
            PushedSample.Record(id, microjoules, opening => opening with { CoversNode = true }, seconds: 3600);
    }
}
