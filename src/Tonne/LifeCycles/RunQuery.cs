using System.Collections.Immutable;

namespace Tonne.LifeCycles;

/// <summary>A query for the ledger runs of a phase.</summary>
/// <param name="Run">One run by id, name or <c>last</c>; null for all that match the other criteria.</param>
/// <param name="Project">Their project; null for any.</param>
/// <param name="Name">Part of their name; null for any.</param>
/// <param name="Status">Their status; null for any.</param>
/// <param name="Tags">Tags they have; an empty value matches any value of the tag.</param>
/// <param name="Where">File and line of the query.</param>
public sealed record RunQuery(string? Run, string? Project, string? Name, string? Status, ImmutableSortedDictionary<string, string> Tags, string Where)
{
    /// <summary>The query as text.</summary>
    public override string ToString() => Run is not null ? $"run {Run}" : "runs with " + string.Join(", ",
        new[] { Project is null ? null : $"project {Project}", Name is null ? null : $"name {Name}", Status is null ? null : $"status {Status}" }.OfType<string>()
            .Concat(Tags.Select(tag => tag.Value.Length == 0 ? $"tag {tag.Key}" : $"tag {tag.Key}={tag.Value}")));
}
