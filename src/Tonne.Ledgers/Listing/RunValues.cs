using System.Globalization;

namespace Tonne.Ledgers.Listing;

/// <summary>The values that runs can be filtered by, each with its number of runs, the most frequent first; of each kind at most
/// <see cref="MaxValues"/>.</summary>
public sealed record RunValues
{
    /// <summary>Most values of a kind.</summary>
    public const int MaxValues = 500;

    /// <summary>Number of all runs.</summary>
    public required int Runs { get; init; }

    /// <summary>Projects.</summary>
    public required IReadOnlyList<RunValue> Projects { get; init; }

    /// <summary>Users.</summary>
    public required IReadOnlyList<RunValue> Users { get; init; }

    /// <summary>Names of machines.</summary>
    public required IReadOnlyList<RunValue> Machines { get; init; }

    /// <summary>Accounts of the scheduler.</summary>
    public required IReadOnlyList<RunValue> Accounts { get; init; }

    /// <summary>Tags, as <c>K=V</c>.</summary>
    public required IReadOnlyList<RunValue> Tags { get; init; }

    /// <summary>Months in which runs started, UTC, as <c>2026-11</c>, the newest first.</summary>
    public required IReadOnlyList<RunValue> Months { get; init; }

    /// <summary>Counts the values of runs.</summary>
    /// <param name="runs">The runs.</param>
    public static RunValues Count(IReadOnlyCollection<RunSummary> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        return new RunValues
        {
            Runs = runs.Count,
            Projects = Count(runs.Select(run => run.Project)),
            Users = Count(runs.Select(run => run.User)),
            Machines = Count(runs.Select(run => run.Node)),
            Accounts = Count(runs.Select(run => run.Job?.Account)),
            Tags = Count(runs.SelectMany(run => run.Tags).Select(tag => $"{tag.Key}={tag.Value}")),
            Months = SortMonths(Count(runs.Select(run => FormatMonth(run.StartedAt.UtcDateTime)))),
        };
    }

    /// <summary>Sorts values: the most frequent first, then by their texts in upper or lower case.</summary>
    /// <param name="values">The values.</param>
    public static IReadOnlyList<RunValue> Sort(IEnumerable<RunValue> values) =>
    [
        .. values.OrderByDescending(value => value.Runs)
            .ThenBy(value => RunListText.Fold(value.Value), Comparer<string>.Create(RunListText.Compare))
            .ThenBy(value => value.Value, Comparer<string>.Create(RunListText.Compare)),
    ];

    /// <summary>Sorts months, the newest first.</summary>
    /// <param name="months">The months.</param>
    public static IReadOnlyList<RunValue> SortMonths(IEnumerable<RunValue> months) =>
        [.. months.OrderByDescending(month => month.Value, StringComparer.Ordinal).Take(MaxValues)];

    /// <summary>The month of a time as <c>2026-11</c>.</summary>
    /// <param name="time">The time, UTC.</param>
    public static string FormatMonth(DateTime time) => time.ToString("yyyy-MM", CultureInfo.InvariantCulture);

    // Which of many equally frequent values are left out depends on the code points only, as in a database.
    static IReadOnlyList<RunValue> Count(IEnumerable<string?> values) => Sort(
        values.OfType<string>().CountBy(value => value, StringComparer.Ordinal).Select(pair => new RunValue(pair.Key, pair.Value))
            .OrderByDescending(value => value.Runs).ThenBy(value => value.Value, Comparer<string>.Create(RunListText.Compare))
            .Take(MaxValues));
}
