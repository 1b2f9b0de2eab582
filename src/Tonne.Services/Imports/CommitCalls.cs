using System.Globalization;
using Tonne.Ledgers.Calls;

namespace Tonne.Services.Imports;

/// <summary>Adds up the replies of a coding agent by the commit that followed them.</summary>
public static class CommitCalls
{
    /// <summary>The group of replies after the last commit.</summary>
    public const string SinceLast = "since the last commit";

    const int ShortHash = 10;

    /// <summary>Adds up. A reply belongs to the first commit at or after its time; the newest group comes first.</summary>
    /// <param name="replies">The replies of the project.</param>
    /// <param name="commits">The commits, the oldest first.</param>
    /// <param name="isShort">Whether groups have the beginning of the hash and the time instead of the whole hash.</param>
    public static CallTotal AddUp(IEnumerable<CountedReply> replies, IReadOnlyList<Commit> commits, bool isShort)
    {
        ArgumentNullException.ThrowIfNull(replies);
        ArgumentNullException.ThrowIfNull(commits);
        var times = commits.Select(commit => commit.Time).ToArray();
        var groups = new SortedDictionary<int, CallSum>(Comparer<int>.Create((left, right) => right.CompareTo(left)));
        foreach (var reply in replies)
        {
            var place = FindFirstAtOrAfter(times, reply.Time);
            groups[place] = groups.TryGetValue(place, out var sum) ? sum.Plus(reply.ToSum()) : reply.ToSum();
        }

        return new CallTotal(
            [.. groups.Select(group => CreateRow(group.Key == commits.Count ? SinceLast : Name(commits[group.Key]), group.Value))],
            CreateRow("", groups.Values.Aggregate(new CallSum(), (sum, group) => sum.Plus(group))));

        string Name(Commit commit) => isShort && commit.Hash.Length > ShortHash
            ? string.Create(CultureInfo.InvariantCulture, $"{commit.Hash[..ShortHash]} {commit.Time.UtcDateTime:yyyy-MM-dd HH:mm}")
            : commit.Hash;
    }

    /// <summary>Whether a reply is of a project, which may be kept as its hash.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="project">Name of the project.</param>
    /// <param name="replies">The log that has the reply.</param>
    public static bool IsOfProject(CountedReply reply, string project, ReplyLog replies)
    {
        ArgumentNullException.ThrowIfNull(reply);
        ArgumentNullException.ThrowIfNull(replies);
        return reply.Project.Length > 0 && (reply.Project == project || reply.Project == ProjectNames.Hash(replies, project));
    }

    static CallTotalRow CreateRow(string group, CallSum sum) => new(group, sum, new CallSum());

    static int FindFirstAtOrAfter(DateTimeOffset[] times, DateTimeOffset time)
    {
        var (low, high) = (0, times.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (times[middle] < time)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
