using System.Collections.Immutable;
using Tonne.Cli.Wrapping;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>The options of one run, without the settings.</summary>
/// <param name="Command">The command and its arguments.</param>
/// <param name="Name">Name; null to derive it from the command.</param>
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
    /// <summary>Whether the caller prints a trace of the stages and epochs, which the summary then leaves out. Default: no.</summary>
    public bool ShowTrace { get; init; }

    /// <summary>Whether everything is printed at the end instead of a summary. Default: no.</summary>
    public bool Verbose { get; init; }

    /// <summary>Where the child's streams go. Default: to ours.</summary>
    public ChildStreams Streams { get; init; }

    /// <summary>Whether the run goes into the ledger. Default: yes.</summary>
    public bool KeepInLedger { get; init; } = true;

    /// <summary>The place, if another run of this process has determined it already. Default: it is determined.</summary>
    public Place? Place { get; init; }

    /// <summary>The signals and limits that the child gets, read once for all runs of one process. Default: read now.</summary>
    public InheritedState? Inheritance { get; init; }

    /// <summary>
    /// CPU time of this process before the run, used for other runs. Default: none, because the process was started for this run.
    /// </summary>
    public TimeSpan OwnCpuBefore { get; init; }
}
