using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>What is known when the command has ended: the last block of a trace that was closed by its own recorder.</summary>
public sealed record RunEnding
{
    /// <summary>End, in ns from the start of the run.</summary>
    public required long Timestamp { get; init; }

    /// <summary>Exit code, 128 + n for signal n.</summary>
    public required int ExitCode { get; init; }

    /// <summary>CPU time of the job, settled from the kernel's account, in ns; null if only what was polled is known.</summary>
    public long? JobCpuNanoseconds { get; init; }

    /// <summary>The place, where it was found out only after the start; null if the opening's holds.</summary>
    public Place? Place { get; init; }

    /// <summary>What measuring cost.</summary>
    public Overhead? Overhead { get; init; }

    /// <summary>Warnings that came up.</summary>
    public ImmutableArray<Warning> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Reads <see cref="Warnings"/> under the name that version 0.1 wrote, <c>doubts</c>; never written.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("doubts")]
    public ImmutableArray<Warning> FormerWarnings { init => Warnings = value.IsDefaultOrEmpty ? Warnings : value; }
}
