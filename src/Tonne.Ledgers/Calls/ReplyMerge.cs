using System.Collections.Immutable;

namespace Tonne.Ledgers.Calls;

/// <summary>Carries the replies that imports have counted, with their calls, into another ledger.</summary>
/// <remarks>
/// A reply that both have counts once, so merging again adds nothing. That needs the same key of the hashes: a ledger without replies takes
/// the other's key; where both have keys of their own, the same reply cannot be recognised, and nothing is carried.
/// </remarks>
static class ReplyMerge
{
    /// <summary>Merges the replies.</summary>
    /// <param name="from">The other ledger.</param>
    /// <param name="to">This one.</param>
    /// <param name="skipped">Receives what was not carried.</param>
    /// <returns>The number of replies that were added.</returns>
    /// <exception cref="LedgerUnavailableException">One of the two cannot be read, or this one not written.</exception>
    internal static int Merge(LedgerHome from, LedgerHome to, ImmutableArray<LedgerProblem>.Builder skipped)
    {
        using var theirs = ReplyLog.OpenToRead(from);
        theirs.Load();
        skipped.AddRange(theirs.Problems);
        var replies = theirs.Replies.ToList();
        if (replies.Count == 0)
            return 0;
        var key = ReplyLog.ReadKey(from);
        if (key is null)
        {
            skipped.Add(new(null, theirs.Location, "has no key, so its replies cannot be recognised",
                "Restore its file `key` from a backup, and merge again."));
            return 0;
        }

        using var ours = ReplyLog.Open(to, key);
        if (!ours.HasKey(key))
        {
            skipped.Add(new(
                null, theirs.Location, "its replies are hashed with another key, so those that both ledgers counted cannot be recognised",
                "Import the logs into this ledger instead: `tonne import claude-code`, `codex` or `usage`."));
            return 0;
        }

        ours.Load();
        var fresh = replies.Where(reply => ours.Find(reply.Key) is null).ToList();
        if (fresh.Count == 0)
            return 0;
        var rows = new CallLog(from).Read()
            .Rows.ToLookup(static row => (row.Key.Hour, row.Key.Service, row.Key.Model, row.Key.Project), static row => row.Key);
        var calls = new CallLog(to);
        // As an import: first the calls and then their replies.
        foreach (var day in fresh.GroupBy(static reply => reply.Time.UtcDateTime.Date))
        {
            var groups = day.GroupBy(reply => FindKey(reply, rows)).ToDictionary(static group => group.Key, static group => group.ToList());
            var written = new List<CountedReply>();
            try
            {
                calls.Append(
                    groups.Select(static group => new CallRow(
                        group.Key, group.Value.Select(static reply => reply.ToSum()).Aggregate(static (sum, next) => sum.Plus(next)))),
                    row => written.AddRange(groups[row.Key]));
            }
            finally
            {
                ours.Append(written);
            }
        }

        return fresh.Count;
    }

    /// <summary>The key of the row in which the other ledger counted a reply.</summary>
    static CallKey FindKey(CountedReply reply, ILookup<(DateTimeOffset, string, string, string), CallKey> rows)
    {
        var own = new CallKey
        {
            Hour = reply.Time, Service = reply.Service, Operation = "chat", Model = reply.Model, AnsweredModel = reply.Model,
                Project = reply.Project,
            Method = reply.EnergyKwh is null ? "" : "estimated/unknown",
        };
        return rows[(own.Hour, own.Service, own.Model, own.Project)].FirstOrDefault(
            row => (row.Method.Length > 0) == (reply.EnergyKwh is not null)) ?? own;
    }
}
