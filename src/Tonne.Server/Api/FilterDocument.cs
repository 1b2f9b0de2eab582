using Tonne.Ledgers.Listing;

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
    /// <summary>The values of some runs.</summary>
    public static FilterDocument From(RunValues values) => new(
        "tonne.filters/1", values.Runs, Convert(values.Projects), Convert(values.Users), Convert(values.Machines), Convert(values.Accounts),
        Convert(values.Tags), Convert(values.Months));

    static IReadOnlyList<ValuePart> Convert(IReadOnlyList<RunValue> values) => [.. values.Select(static value => new ValuePart(value.Value, value.Runs))];

    /// <summary>A value and the number of runs that have it.</summary>
    public sealed record ValuePart(string Value, int Runs);
}
