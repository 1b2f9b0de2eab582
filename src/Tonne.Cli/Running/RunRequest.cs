using System.Collections.Immutable;
using Tonne.Cli.Planning;
using Tonne.Cli.Wrapping;
using Tonne.Grids;
using Tonne.Runs;

namespace Tonne.Cli.Running;

/// <summary>The options of one run that are not settings.</summary>
/// <param name="Command">The command and its arguments.</param>
/// <param name="Name">Name of the run; null to derive it from the command.</param>
/// <param name="Tags">Tags of the run.</param>
/// <param name="Output">Path of the file to which the run is written as JSON; null for none.</param>
/// <param name="Quiet">Whether to print no summary.</param>
sealed record RunRequest(
    ImmutableArray<string> Command,
    string? Name,
    ImmutableSortedDictionary<string, string> Tags,
    string? Output,
    bool Quiet)
{
    /// <summary>Whether the caller prints a trace of the stages and epochs, which the summary then leaves out. Default: no.</summary>
    public bool ShowTrace { get; init; }

    /// <summary>Whether the full report is printed at the end instead of the summary. Default: no.</summary>
    public bool Verbose { get; init; }

    /// <summary>Where the child's input and output streams are connected. Default: to those of tonne.</summary>
    public ChildStreams Streams { get; init; }

    /// <summary>Intensities by the hour that the user gave. Default: none.</summary>
    public IReadOnlyList<IntensitySeries> Series { get; init; } = [];

    /// <summary>Pauses and continues the command as planned. Default: null, it runs without pauses.</summary>
    public CleanHours? CleanHours { get; init; }

    /// <summary>Limits of the run. Default: null, none.</summary>
    public RunLimits? Limits { get; init; }

    /// <summary>Whether the run goes into the ledger. Default: yes.</summary>
    public bool KeepInLedger { get; init; } = true;

    /// <summary>Whether the run becomes one with those of the other ranks on this node, if it is a rank of a distributed job. Default: no.</summary>
    public bool JoinsRanks { get; init; }

    /// <summary>The process that runs already and is recorded; null if the command is started. Default: null.</summary>
    public RunHolder? Attached { get; init; }

    /// <summary>Reads a variable of the command's environment. Default: null, that of tonne.</summary>
    public Func<string, string?>? GetVariable { get; init; }

    /// <summary>A child of this process that is a helper and not part of the job; 0 for none. Default: none.</summary>
    public int HelperPid { get; init; }

    /// <summary>The place, if it was detected for another run of this process. Default: null, and it is detected.</summary>
    public Place? Place { get; init; }

    /// <summary>
    /// The signal settings and limits that the child inherits, read once for all runs of this process. Default: null, and they are read.
    /// </summary>
    public InheritedState? Inheritance { get; init; }

    /// <summary>
    /// CPU time that this process used for other runs before this one. Default: zero, because the process was started for this run.
    /// </summary>
    public TimeSpan OwnCpuBefore { get; init; }
}
