using System.Collections.Immutable;

namespace Tonne.LifeCycles;

/// <summary>Which runs of a ledger a phase is made of.</summary>
/// <param name="Run">One run by id, name or <c>last</c>; null for all that fit the rest.</param>
/// <param name="Project">Their project; null for any.</param>
/// <param name="Name">Part of their name; null for any.</param>
/// <param name="Status">How they ended, in a word; null for any.</param>
/// <param name="Tags">Tags they have; an empty value asks only for the tag.</param>
/// <param name="Where">File and line that ask.</param>
public sealed record RunQuery(string? Run, string? Project, string? Name, string? Status, ImmutableSortedDictionary<string, string> Tags, string Where)
{
    /// <summary>The query in words.</summary>
    public override string ToString() => Run is not null ? $"run {Run}" : "runs with " + string.Join(", ",
        new[] { Project is null ? null : $"project {Project}", Name is null ? null : $"name {Name}", Status is null ? null : $"status {Status}" }.OfType<string>()
            .Concat(Tags.Select(tag => tag.Value.Length == 0 ? $"tag {tag.Key}" : $"tag {tag.Key}={tag.Value}")));
}
