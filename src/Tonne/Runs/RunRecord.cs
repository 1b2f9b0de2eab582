using System.Collections.Immutable;
using Tonne.Quantities;

namespace Tonne.Runs;

/// <summary>The final record of a run: time, energy, hardware, place, shapes, metrics. Emissions are computed from it.</summary>
public sealed record RunRecord
{
    /// <summary>Schema of the stored record.</summary>
    public string Schema { get; init; } = "tonne.record/1";

    /// <summary>Facts known at the start.</summary>
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

    /// <summary>Energy by component. The sum is the energy of the machine at its plug.</summary>
    public required ImmutableArray<ComponentEnergy> Components { get; init; }

    /// <summary>Energy that each meter counted, including meters contained in others.</summary>
    public ImmutableArray<MeterCount> Counts { get; init; } = [];

    /// <summary>Stages in order, <see cref="StageRecord.Outside"/> last if there is any time outside.</summary>
    public required ImmutableArray<StageRecord> Stages { get; init; }

    /// <summary>Epochs in order.</summary>
    public required ImmutableArray<EpochRecord> Epochs { get; init; }

    /// <summary>The ranks of a distributed job on this node, by rank; null if the run has none.</summary>
    public IReadOnlyList<RankRecord>? Ranks { get; init; }

    /// <summary>Series of steps, where the program printed no epochs; null if there are none.</summary>
    public IReadOnlyList<StepSeriesRecord>? StepSeries { get; init; }

    /// <summary>The job's energy by quarter hour.</summary>
    public required ImmutableArray<QuarterHour> QuarterHours { get; init; }

    /// <summary>Times in which a meter had no usable reading.</summary>
    public required ImmutableArray<Gap> Gaps { get; init; }

    /// <summary>Notes from the program.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>What meters showed while their part of the machine was idle; null if it never was for long enough.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<IdlePower>? IdlePowers { get; init; }

    /// <summary>Data that moved during the run; null if it was not counted.</summary>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public DataTraffic? Traffic { get; init; }

    /// <summary>When a run that waited for clean hours worked, and what that changed; null for any other run.</summary>
    public RunTiming? Timing { get; init; }

    /// <summary>The overhead of measuring; null if the recorder was killed.</summary>
    public Overhead? Overhead { get; init; }

    /// <summary>Warnings: facts that make the figures less certain.</summary>
    public ImmutableArray<Warning> Warnings { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Reads <see cref="Warnings"/> under the name that version 0.1 wrote, <c>doubts</c>; never written.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("doubts")]
    public ImmutableArray<Warning> FormerWarnings { init => Warnings = value.IsDefaultOrEmpty ? Warnings : value; }
}
