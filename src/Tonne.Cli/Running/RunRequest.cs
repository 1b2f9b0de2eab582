using System.Collections.Immutable;

namespace Tonne.Cli.Running;

/// <summary>What the user asked of one run, beside the settings.</summary>
/// <param name="Command">The command and its arguments.</param>
/// <param name="Name">Name; null to make one.</param>
/// <param name="Tags">Tags.</param>
/// <param name="Output">File for the JSON; null for none.</param>
/// <param name="Quiet">Whether to leave the summary out.</param>
sealed record RunRequest(
    ImmutableArray<string> Command,
    string? Name,
    ImmutableSortedDictionary<string, string> Tags,
    string? Output,
    bool Quiet);
