using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>The end of a run: the last block of a trace that its recorder closed.</summary>
public sealed record RunEnding
{
    /// <summary>End, in ns from the start of the run.</summary>
    public required long Timestamp { get; init; }

    /// <summary>Exit code, 128 + n for signal n.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Whether the user stopped the run (Ctrl-C) before it had done its work. Default: no.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault)]
    public bool Interrupted { get; init; }

    /// <summary>CPU time of the job by the kernel's final account, in ns; null if only samples are known.</summary>
    public long? JobCpuNanoseconds { get; init; }

    /// <summary>The place, if it became known only after the start; null if that of the opening applies.</summary>
    public Place? Place { get; init; }

    /// <summary>The job of the scheduler, if more of it became known only after the start; null if that of the opening applies.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public JobIdentity? Job { get; init; }

    /// <summary>Data that moved during the run; null if it is not counted.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public DataTraffic? Traffic { get; init; }

    /// <summary>When a run that waited for clean hours worked, and what that changed; null for any other run.</summary>
    public RunTiming? Timing { get; init; }

    /// <summary>The overhead of measuring.</summary>
    public Overhead? Overhead { get; init; }

    /// <summary>Warnings raised during the run.</summary>
    public ImmutableArray<Warning> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Reads <see cref="Warnings"/> under the name that version 0.1 wrote, <c>doubts</c>; never written.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("doubts")]
    public ImmutableArray<Warning> FormerWarnings { init => Warnings = value.IsDefaultOrEmpty ? Warnings : value; }
}
