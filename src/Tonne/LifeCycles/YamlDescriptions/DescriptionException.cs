using System.Collections.Immutable;

namespace Tonne.LifeCycles.YamlDescriptions;

/// <summary>The exception for a description that cannot be accounted. Lists every problem with file and line.</summary>
public sealed class DescriptionException(ImmutableArray<string> problems) : FormatException(string.Join('\n', problems))
{
    /// <summary>What is wrong, each as <c>file:line: what, and what to write instead</c>.</summary>
    public ImmutableArray<string> Problems { get; } = problems;
}
