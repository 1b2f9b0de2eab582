using Tonne.Ledgers.Calls;
using Tonne.Quantities;
using Tonne.Services.Imports;

namespace Tonne.Services.Tests.Imports;

public sealed class CommitCallsTests
{
    static readonly DateTimeOffset _noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    static CountedReply Reply(int minutes, double grams) => new()
    {
        Key = $"k{minutes}", Time = _noon.AddMinutes(minutes), Service = "claude-code", Project = "demo", Tokens = new CallTokens(10, 0, 1),
        EnergyKwh = Bounds.FromExact(grams / 400), EmissionsKg = new Bounds(grams / 2000, grams / 1000, grams / 500),
        OperationalKg = Bounds.FromExact(grams / 1100),
    };

    [Fact]
    public void Replies_belong_to_the_first_commit_after_them()
    {
        Commit[] commits =
            [new("aaaaaaaaaaaa1", _noon), new("bbbbbbbbbbbb2", _noon.AddMinutes(30)), new("cccccccccccc3", _noon.AddMinutes(31))];
        var replies = new[] { Reply(-500, 1), Reply(0, 2), Reply(1, 4), Reply(29, 8), Reply(31, 16), Reply(32, 32) };

        var total = CommitCalls.AddUp(replies, commits, isShort: false);

        // Until noon 1 + 2 g; until 12:30 4 + 8; at 12:31 16; after it 32.
        Assert.Equal([(CommitCalls.SinceLast, 32), ("cccccccccccc3", 16), ("bbbbbbbbbbbb2", 12), ("aaaaaaaaaaaa1", 3)],
            total.Rows.Select(row => (row.Group, (int)Math.Round(row.Sum.EmissionsKg.Best * 1000))));
        Assert.Equal(0.063, total.Sum.Sum.EmissionsKg.Best, 1e-12);
        Assert.Equal(0.126, total.Sum.Sum.EmissionsKg.High, 1e-12);
        Assert.Equal("bbbbbbbbbb 2026-11-30 12:30", CommitCalls.AddUp(replies, commits, isShort: true).Rows[2].Group);
    }

    [Fact]
    public void Without_commits_all_is_since_the_last()
    {
        var total = CommitCalls.AddUp([Reply(1, 4)], [], isShort: true);

        Assert.Equal(CommitCalls.SinceLast, Assert.Single(total.Rows).Group);
    }

    [Fact]
    public void The_log_of_git_is_read_oldest_first() => Assert.Equal(
        [new Commit("a1", _noon.AddHours(-2)), new Commit("b2", _noon)],
        GitHistory.Parse("b2\t2026-11-30T13:00:00+01:00\na1\t2026-11-30T10:00:00Z\n"));
}
