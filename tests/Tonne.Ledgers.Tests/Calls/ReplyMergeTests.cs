using Tonne.Ledgers.Calls;
using Tonne.Quantities;

namespace Tonne.Ledgers.Tests.Calls;

/// <summary>Counted replies, verified and merged with their calls.</summary>
public sealed class ReplyMergeTests : IDisposable
{
    static readonly DateTimeOffset _time = new(2026, 11, 30, 8, 15, 0, TimeSpan.Zero);

    readonly TemporaryHome _ours = new();
    readonly TemporaryHome _theirs = new();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    // As an import counts it: first the call and then its reply.
    static void Count(TemporaryHome home, string key, int tokens, int hour = 0)
    {
        Directory.CreateDirectory(home.Home.Runs);
        using var log = ReplyLog.Open(home.Home);
        var reply = new CountedReply
        {
            Key = key, Time = _time.AddHours(hour), Service = "claude-code", Model = "m", Project = "p",
                Tokens = new CallTokens(tokens, 0, tokens),
            EnergyKwh = new Bounds(1, 2, 3), OperationalKg = new Bounds(1, 2, 3), EmissionsKg = new Bounds(1, 2, 3),
        };
        new CallLog(home.Home).Append(
        [
            new CallRow(
                new CallKey { Hour = reply.Time, Service = "claude-code", Provider = "anthropic", Operation = "chat", Model = "m",
                    Project = "p", Method = "estimated/x", Boundary = "b", IntensityGramsPerKwh = 56, Pue = 1.2 },
                reply.ToSum()),
        ]);
        log.Append([reply]);
    }

    static long CountTokens(TemporaryHome home) => new CallLog(home.Home).Read().Rows.Sum(row => row.Sum.Tokens.Input);

    static int CountReplies(TemporaryHome home)
    {
        using var log = ReplyLog.OpenToRead(home.Home);
        log.Load();
        return log.Replies.Count();
    }

    [Fact]
    public void Replies_of_another_ledger_are_added_once_with_their_calls()
    {
        Count(_theirs, "a", 10);
        Count(_theirs, "b", 20, hour: 17);

        Assert.Equal(2, _ours.Ledger.Merge(_theirs.Home).Replies);

        Assert.Equal((30L, 2), (CountTokens(_ours), CountReplies(_ours)));
        var keys = new CallLog(_ours.Home).Read().Rows.Select(row => row.Key).ToList();
        Assert.Equal(new CallLog(_theirs.Home).Read().Rows.Select(row => row.Key), keys);
        // Again, and after more was counted there; what both have counts once.
        Assert.Equal(0, _ours.Ledger.Merge(_theirs.Home).Replies);
        Count(_theirs, "c", 40);
        Count(_ours, "d", 80);
        Assert.Equal(1, _ours.Ledger.Merge(_theirs.Home).Replies);
        Assert.Equal(1, _theirs.Ledger.Merge(_ours.Home).Replies);
        Assert.Equal((150L, 150L, 4, 4), (CountTokens(_ours), CountTokens(_theirs), CountReplies(_ours), CountReplies(_theirs)));
        Assert.Empty(_ours.Ledger.Verify());
    }

    [Fact]
    public void Where_both_have_keys_of_their_own_nothing_is_carried_and_it_is_said()
    {
        Count(_theirs, "a", 10);
        Count(_ours, "a", 10);

        var merged = _ours.Ledger.Merge(_theirs.Home);

        Assert.Equal((0, 10L, 1), (merged.Replies, CountTokens(_ours), CountReplies(_ours)));
        Assert.Contains("tonne import", Assert.Single(merged.Skipped).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_line_and_a_missing_key_are_found()
    {
        Count(_ours, "a", 10);
        Count(_ours, "b", 20);
        Assert.Empty(_ours.Ledger.Verify());
        var path = Path.Combine(_ours.Home.Root, "replies", "2026", "2026-11-30.jsonl");
        var bytes = File.ReadAllBytes(path);
        bytes[30] ^= 1;
        File.WriteAllBytes(path, bytes);

        Assert.Equal([path], _ours.Ledger.Verify().Select(problem => problem.File));

        var key = Path.Combine(_ours.Home.Root, "replies", "key");
        File.WriteAllBytes(key, new byte[31]);
        Assert.Contains(_ours.Ledger.Verify(), problem => problem.File == key && problem.What == "is not a key of 32 bytes");
        File.Delete(key);
        Assert.Contains(_ours.Ledger.Verify(), problem => problem.File == key && problem.What == "is missing");
    }
}
