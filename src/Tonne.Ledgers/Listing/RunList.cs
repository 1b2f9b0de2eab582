namespace Tonne.Ledgers.Listing;

/// <summary>Searches, sorts and pages runs that are in memory.</summary>
public static class RunList
{
    /// <summary>Finds a part of a list.</summary>
    /// <param name="newestFirst">All runs, newest first: by start, then by id.</param>
    /// <param name="query">What is wanted.</param>
    public static RunListPage Find(IReadOnlyList<RunSummary> newestFirst, RunListQuery query)
    {
        ArgumentNullException.ThrowIfNull(newestFirst);
        ArgumentNullException.ThrowIfNull(query);
        var found = newestFirst.Where(query.Matches).ToList();
        var order = new RunOrder(query.Sort, query.IsDescending);
        if (query.Sort != RunSort.Started)
        {
            found = [.. found.Select(run => (Run: run, At: RunPosition.Of(run, query.Sort))).OrderBy(static run => run.At, order)
                .Select(static run => run.Run)];
        }
        else if (!query.IsDescending)
            found.Reverse();
        var rest = query.After is { } after ? found.Where(run => order.Compare(RunPosition.Of(run, query.Sort), after) > 0)
            : found.Skip(query.Offset);
        return new RunListPage(found.Count, [.. rest.Take(query.Limit)]);
    }

    /// <summary>The order of a list.</summary>
    sealed class RunOrder(RunSort sort, bool isDescending) : IComparer<RunPosition>
    {
        public int Compare(RunPosition? x, RunPosition? y)
        {
            var (a, b) = (x!, y!);
            // Runs that are equal come newest first, unless the order is by start.
            var newest = Prefer(b.StartedTicks.CompareTo(a.StartedTicks), string.CompareOrdinal(b.Id, a.Id));
            if (sort == RunSort.Started)
                return isDescending ? newest : -newest;
            var unknown = IsUnknown(a).CompareTo(IsUnknown(b));
            var key = unknown != 0 ? 0 : a.Text is not null && b.Text is not null ? RunListText.Compare(a.Text, b.Text)
                : Nullable.Compare(a.Number, b.Number);
            return Prefer(unknown, Prefer(isDescending ? -key : key, newest));
        }

        static bool IsUnknown(RunPosition at) => at is { Text: null, Number: null };

        static int Prefer(int first, int second) => first != 0 ? first : second;
    }
}
