using System.Collections.Immutable;

namespace Tonne.LifeCycles;

/// <summary>A query for the ledger runs of a phase.</summary>
/// <param name="Run">One run by id, name or <c>last</c>; null for all that match the other criteria.</param>
/// <param name="Project">Project of the runs; null for any.</param>
/// <param name="Name">Part of the name of the runs; null for any.</param>
/// <param name="Status">Status of the runs; null for any.</param>
/// <param name="Tags">Tags of the runs; an empty value matches any value of the tag.</param>
/// <param name="Where">File and line of the query.</param>
public sealed record RunQuery(
    string? Run, string? Project, string? Name, string? Status, ImmutableSortedDictionary<string, string> Tags, string Where)
{
    /// <summary>The query as text.</summary>
    public override string ToString()
    {
        if (Run is not null)
            return $"run {Run}";
        string?[] criteria =
        [
            Project is null ? null : $"project {Project}",
            Name is null ? null : $"name {Name}",
            Status is null ? null : $"status {Status}",
            .. Tags.Select(tag => tag.Value.Length == 0 ? $"tag {tag.Key}" : $"tag {tag.Key}={tag.Value}"),
        ];
        return "runs with " + string.Join(", ", criteria.OfType<string>());
    }
}
