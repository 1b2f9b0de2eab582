using Tonne.Ledgers;

namespace Tonne.Server.Api;

/// <summary>What runs can be filtered by, schema <c>tonne.filters/1</c>: each value with its number of runs, the most frequent first.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="Runs">Runs in the ledger.</param>
/// <param name="Projects">Projects.</param>
/// <param name="Users">Users.</param>
/// <param name="Machines">Names of machines.</param>
/// <param name="Accounts">Accounts of the scheduler.</param>
/// <param name="Tags">Tags, as <c>K=V</c>.</param>
/// <param name="Months">Months in which runs started, UTC, as <c>2026-11</c>, the newest first.</param>
sealed record FilterDocument(
    string Schema, int Runs, IReadOnlyList<FilterDocument.ValuePart> Projects, IReadOnlyList<FilterDocument.ValuePart> Users, IReadOnlyList<FilterDocument.ValuePart> Machines,
    IReadOnlyList<FilterDocument.ValuePart> Accounts, IReadOnlyList<FilterDocument.ValuePart> Tags, IReadOnlyList<FilterDocument.ValuePart> Months)
{
    const int MaxValues = 500;

    /// <summary>The values of some runs.</summary>
    public static FilterDocument From(IReadOnlyList<RunSummary> runs) => new(
        "tonne.filters/1", runs.Count, Count(runs.Select(run => run.Project)), Count(runs.Select(run => run.User)), Count(runs.Select(run => run.Node)),
        Count(runs.Select(run => run.Job?.Account)), Count(runs.SelectMany(run => run.Tags).Select(tag => $"{tag.Key}={tag.Value}")),
        [.. Count(runs.Select(run => run.StartedAt.UtcDateTime.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture))).OrderByDescending(month => month.Value, StringComparer.Ordinal)]);

    static IReadOnlyList<ValuePart> Count(IEnumerable<string?> values) =>
    [
        .. values.OfType<string>().CountBy(value => value, StringComparer.Ordinal).Select(pair => new ValuePart(pair.Key, pair.Value))
            .OrderByDescending(value => value.Runs).ThenBy(value => value.Value, StringComparer.OrdinalIgnoreCase).Take(MaxValues),
    ];

    /// <summary>A value and the number of runs that have it.</summary>
    public sealed record ValuePart(string Value, int Runs);
}
