using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>The frozen facts of a run: time, energy, hardware, place, shapes, metrics. No carbon: that is accounted from here.</summary>
public sealed record RunRecord
{
    /// <summary>Schema of the stored record.</summary>
    public string Schema { get; init; } = "tonne.record/1";

    /// <summary>What was known at the start.</summary>
    public required RunOpening Opening { get; init; }

    /// <summary>How it ended.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Exit code; null if interrupted.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Duration in s, on the monotonic clock.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>CPU time of the job in s.</summary>
    public required double JobCpuSeconds { get; init; }

    /// <summary>Samples taken.</summary>
    public required int Samples { get; init; }

    /// <summary>Energy by component; their sum is the machine at its plug.</summary>
    public required ImmutableArray<ComponentEnergy> Components { get; init; }

    /// <summary>What each energy meter counted by itself, those contained in others too.</summary>
    public ImmutableArray<MeterCount> Counts { get; init; } = [];

    /// <summary>Stages in order, <see cref="StageRecord.Outside"/> last if there is any time outside.</summary>
    public required ImmutableArray<StageRecord> Stages { get; init; }

    /// <summary>Epochs in order.</summary>
    public required ImmutableArray<EpochRecord> Epochs { get; init; }

    /// <summary>The job's energy by quarter hour.</summary>
    public required ImmutableArray<QuarterHour> QuarterHours { get; init; }

    /// <summary>Times a meter said nothing.</summary>
    public required ImmutableArray<Gap> Gaps { get; init; }

    /// <summary>Notes from the program.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What measuring cost; null if the recorder did not live to say.</summary>
    public Overhead? Overhead { get; init; }

    /// <summary>What makes the figures less sure.</summary>
    public ImmutableArray<Warning> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Reads <see cref="Warnings"/> under the name that version 0.1 wrote, <c>doubts</c>; never written.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("doubts")]
    public ImmutableArray<Warning> FormerWarnings { init => Warnings = value.IsDefaultOrEmpty ? Warnings : value; }
}
