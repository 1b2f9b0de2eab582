using System.Collections.Immutable;
using Tonne.Cli.Wrapping;
using Tonne.Runs;

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
    bool Quiet)
{
    /// <summary>Whether a trace of the stages follows the summary, which then leaves them out. Default: no.</summary>
    public bool ShowTrace { get; init; }

    /// <summary>Whether everything is printed at the end instead of a summary. Default: no.</summary>
    public bool Verbose { get; init; }

    /// <summary>Where the child's streams are. Default: where ours are.</summary>
    public ChildStreams Streams { get; init; }

    /// <summary>Whether the run goes into the ledger. Default: yes.</summary>
    public bool KeepInLedger { get; init; } = true;

    /// <summary>Where we are, if another run of ours has found it out already. Default: to be found out.</summary>
    public Place? Place { get; init; }

    /// <summary>What the child is to get of what we were given; read once for all runs of one process. Default: read now.</summary>
    public InheritedState? Inheritance { get; init; }

    /// <summary>CPU time of this process before the run, spent on others. Default: none, its start is the run's.</summary>
    public TimeSpan OwnCpuBefore { get; init; }
}
