using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Ledgers.Tests.Calls;

public sealed class ReplyLogTests : IDisposable
{
    static readonly DateTimeOffset _time = new(2026, 11, 30, 8, 15, 7, 250, TimeSpan.Zero);

    readonly TemporaryHome _home = new();

    public void Dispose() => _home.Dispose();

    static CountedReply Reply(string key, DateTimeOffset? time = null) => new()
    {
        Key = key,
        Time = time ?? _time,
        Service = "claude-code",
        Model = "claude-sonnet-4-5",
        Project = "démo",
        Session = "s",
        Tokens = new CallTokens(10, 5, 3, 1),
        EnergyKwh = new Bounds(0.001, 0.002, 0.03),
        OperationalKg = new Bounds(0.0001, 0.0002, 0.003),
        EmissionsKg = new Bounds(0.0002, 0.0003, 0.004),
    };

    string DayFile => Path.Combine(_home.Home.Root, "replies", "2026", "2026-11-30.jsonl");

    [Fact]
    public void A_reply_comes_back_as_it_was_written_and_a_later_line_replaces_it()
    {
        var unknown = Reply("b") with { EnergyKwh = null, OperationalKg = null, EmissionsKg = null };
        var later = Reply("a") with { Tokens = new CallTokens(10, 5, 9, 1) };
        using (var log = ReplyLog.Open(_home.Home))
        {
            log.Append([Reply("a"), unknown]);
            log.Append([later]);
        }

        using var read = ReplyLog.OpenToRead(_home.Home);
        read.Load();
        Assert.Equal([later, unknown], read.Replies);
        Assert.Empty(read.Problems);
    }

    [Fact]
    public void One_process_has_it_open_and_hashes_are_the_same_in_the_next()
    {
        string hash;
        using (var log = ReplyLog.Open(_home.Home))
        {
            hash = log.Hash("id");
            Assert.Null(ReplyLog.TryOpen(_home.Home));
        }

        using var next = ReplyLog.TryOpen(_home.Home);
        Assert.NotNull(next);
        Assert.Equal(hash, next.Hash("id"));
        Assert.NotEqual(hash, next.Hash("id2"));
        // 16 bytes in base 64 without padding: 22 characters.
        Assert.Equal(22, hash.Length);
    }

    [Fact]
    public void A_damaged_line_costs_only_itself()
    {
        using (var log = ReplyLog.Open(_home.Home))
            log.Append([Reply("a"), Reply("b")]);
        File.WriteAllText(DayFile, File.ReadAllText(DayFile).Replace("\"key\":\"a\"", "\"key\":\"x\"", StringComparison.Ordinal));

        using var read = ReplyLog.OpenToRead(_home.Home);
        read.Load();
        Assert.Equal("b", Assert.Single(read.Replies).Key);
        Assert.Contains("line 1 does not match its checksum", Assert.Single(read.Problems).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Days_before_a_time_are_not_loaded_and_can_be_removed()
    {
        using var log = ReplyLog.Open(_home.Home);
        log.Append([Reply("old", _time.AddDays(-2))]);
        log.Append([Reply("new")]);
        using (var read = ReplyLog.OpenToRead(_home.Home))
        {
            read.Load(_time.AddDays(-1));
            Assert.Equal("new", Assert.Single(read.Replies).Key);
        }

        log.RemoveBefore(new DateTimeOffset(2026, 11, 29, 0, 0, 0, TimeSpan.Zero));
        using var left = ReplyLog.OpenToRead(_home.Home);
        left.Load();
        Assert.Equal("new", Assert.Single(left.Replies).Key);
    }

    [Fact]
    public void How_far_files_were_read_is_kept()
    {
        using (var log = ReplyLog.Open(_home.Home))
        {
            log.SetFile("f", new ReadFile(120, 3, _time));
            log.SaveFiles();
        }

        using var next = ReplyLog.Open(_home.Home);
        Assert.Equal(new ReadFile(120, 3, _time), next.FindFile("f"));
        Assert.Null(next.FindFile("g"));
    }

    [Fact]
    public void A_key_that_is_cut_is_refused_and_not_replaced()
    {
        using (ReplyLog.Open(_home.Home))
        {
        }

        File.WriteAllBytes(Path.Combine(_home.Home.Root, "replies", "key"), [1, 2, 3]);

        Assert.Throws<LedgerUnavailableException>(() => ReplyLog.Open(_home.Home));
        Assert.Equal(3, new FileInfo(Path.Combine(_home.Home.Root, "replies", "key")).Length);
    }

    [Fact]
    public void Rows_have_a_project_and_those_without_are_written_as_before()
    {
        var log = new CallLog(_home.Home);
        log.Append([SampleCalls.Row("a")]);
        var file = Directory.GetFiles(log.Location, "*", SearchOption.AllDirectories).Single();
        Assert.DoesNotContain("project", File.ReadAllText(file), StringComparison.Ordinal);
        log.Append([new CallRow(SampleCalls.Key("a") with { Project = "demo" }, SampleCalls.Sum())]);

        var rows = log.Read().Rows;
        Assert.Equal(["", "demo"], rows.Select(row => row.Key.Project).Order(StringComparer.Ordinal));
        Assert.Equal(["", "demo"], CallTotal.Of(rows, CallGroup.Project).Rows.Select(row => row.Group).Order(StringComparer.Ordinal));
        Assert.Throws<ArgumentOutOfRangeException>(() => CallTotal.Of(rows, CallGroup.Commit));
    }
}
