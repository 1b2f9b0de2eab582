namespace Tonne.Runs;

/// <summary>Finds runs that were started inside another one, whose energy includes theirs: a sum counts only the outermost.</summary>
public static class NestedRuns
{
    /// <summary>Ids of the runs of a sum that began while their parent ran, where the parent is in the sum too, each with the parent's id.</summary>
    /// <remarks>What a server that a run has left behind starts later is not in that run.</remarks>
    /// <param name="runs">The runs of the sum: id, id of the parent, start, and duration in s, null while it runs.</param>
    public static IReadOnlyDictionary<string, string> Find(IEnumerable<(string Id, string? Parent, DateTimeOffset Start, double? Seconds)> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        var nested = new Dictionary<string, string>(StringComparer.Ordinal);
        var byId = runs.GroupBy(run => run.Id, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        foreach (var run in byId.Values)
        {
            if (run.Parent is { } id && id != run.Id && byId.TryGetValue(id, out var parent) && parent.Seconds is { } seconds
                && run.Start >= parent.Start && (run.Start - parent.Start).TotalSeconds <= seconds)
                nested[run.Id] = id;
        }

        return nested;
    }
}
