using System.Collections.Immutable;
using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Reporting.Watching;

/// <summary>A run as it is now, from its facts so far and those a moment before.</summary>
public sealed record WatchState
{
    // Seconds: an open stage lasts until the last sample.
    const double SameTime = 1e-6;

    /// <summary>Id of the run; null if it is not kept.</summary>
    public string? Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Status; <see cref="RunStatus.Running"/> until it ends.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Time since the start, s.</summary>
    public required double Seconds { get; init; }

    /// <summary>Power by component and device, over the time between the two looks.</summary>
    public required ImmutableArray<ComponentPower> Components { get; init; }

    /// <summary>Power of the job at the plug, W.</summary>
    public double JobWatts => Components.Sum(part => part.JobWatts);

    /// <summary>Power of others, W.</summary>
    public double OthersWatts => Components.Sum(part => part.OthersWatts);

    /// <summary>Power of busy time for which no process was counted, W; may be negative.</summary>
    public double UnexplainedWatts => Components.Sum(part => part.UnexplainedWatts);

    /// <summary>Idle power that no job held, W.</summary>
    public double IdleWatts => Components.Sum(part => part.IdleWatts);

    /// <summary>Power of the machine at the plug, W.</summary>
    public double MachineWatts => Components.Sum(part => part.MachineWatts);

    /// <summary>Facility energy so far, kWh.</summary>
    public required Bounds FacilityEnergy { get; init; }

    /// <summary>Emissions so far, kg CO2e, embodied included where known.</summary>
    public required Bounds Emissions { get; init; }

    /// <summary>Emissions at the present power, g CO2e/h: operational, and embodied as so far.</summary>
    public required double GramsPerHour { get; init; }

    /// <summary>Worst quality of a relevant part.</summary>
    public required Quality Quality { get; init; }

    /// <summary>Stage that is in progress; null if none.</summary>
    public string? Stage { get; init; }

    /// <summary>Last epoch that has ended; null if none.</summary>
    public EpochRecord? Epoch { get; init; }

    /// <summary>Losses of the epochs so far.</summary>
    public ImmutableArray<double> Losses { get; init; } = [];

    /// <summary>Epochs in all; null if unknown.</summary>
    public int? Epochs { get; init; }

    /// <summary>Time left at the pace of the last epochs, s; null if unknown.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Emissions left at that pace, kg CO2e; null if unknown.</summary>
    public double? EmissionsLeft { get; init; }

    /// <summary>Whether it is about the whole machine, not about a job. Default: no.</summary>
    public bool IsMachine { get; init; }

    /// <summary>Other runs of the ledger that are recorded now, with their power.</summary>
    public ImmutableArray<JobPower> Jobs { get; init; } = [];

    /// <summary>Compares a run with what it was.</summary>
    /// <param name="record">Its facts so far.</param>
    /// <param name="footprint">Its footprint so far.</param>
    /// <param name="before">Its facts a moment before; null at the first look, then powers are means since the start.</param>
    /// <param name="epochs">Epochs in all. Default: null, unknown.</param>
    /// <param name="isRunning">Whether it still runs. Default: yes.</param>
    public static WatchState From(RunRecord record, Footprint footprint, RunRecord? before, int? epochs = null, bool isRunning = true)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(footprint);
        var seconds = record.DurationSeconds - (before?.DurationSeconds ?? 0);
        if (seconds <= 0)
            (before, seconds) = (null, record.DurationSeconds);
        var earlier = before?.Components.ToDictionary(part => (part.Component, part.Device)) ?? [];
        var components = record.Components.Select(part =>
        {
            earlier.TryGetValue((part.Component, part.Device), out var old);
            return new ComponentPower(
                EnumWords.Format(part.Component), part.Device, part.Quality, Watts(part.JobMicrojoules, old?.JobMicrojoules), Watts(part.OthersMicrojoules, old?.OthersMicrojoules),
                Watts(part.IdleMicrojoules, old?.IdleMicrojoules))
            {
                UnexplainedWatts = Watts(part.UnexplainedMicrojoules ?? 0, old?.UnexplainedMicrojoules),
            };
        }).ToImmutableArray();
        var ended = record.Epochs.Where(epoch => epoch.DurationSeconds > 0).ToList();
        var state = new WatchState
        {
            Id = record.Opening.Id,
            Name = record.Opening.Name,
            Status = isRunning ? RunStatus.Running : record.Status,
            Seconds = record.DurationSeconds,
            Components = components,
            FacilityEnergy = footprint.FacilityEnergy.Bounds,
            Emissions = footprint.Total.Bounds,
            GramsPerHour = 0,
            Quality = footprint.Energy.Quality,
            Stage = isRunning ? record.Stages.LastOrDefault(stage => !stage.IsLate && stage.Name != StageRecord.Outside && stage.StartSeconds + stage.DurationSeconds >= record.DurationSeconds - SameTime)?.Name : null,
            Epoch = record.Epochs.LastOrDefault(),
            Losses = [.. record.Epochs.Select(epoch => epoch.Metrics.GetValueOrDefault("loss", double.NaN)).Where(double.IsFinite)],
            Epochs = epochs,
        };
        // The intensity of the present hour, not the mean since the start.
        var grid = footprint.Factors.Grid;
        var now = record.QuarterHours.IsDefaultOrEmpty ? grid.Intensity.Bounds.Best : grid.FindIntensity(TruncateToHour(record.QuarterHours[^1].Start));
        var perHour = state.JobWatts / 1000 * footprint.Factors.Pue.Bounds.Best * now;
        var embodied = footprint.Embodied is { } held && record.DurationSeconds > 0 ? held.Value * 1000 / record.DurationSeconds * 3600 : 0;
        state = state with { GramsPerHour = perHour + embodied };
        if (!isRunning || epochs is not { } all || ended.Count == 0 || state.Epoch is not { } last)
            return state;
        var left = Math.Max(0, all - last.Number) * ended.TakeLast(5).Average(epoch => epoch.DurationSeconds);
        var inEpoch = Math.Max(0, record.DurationSeconds - (last.StartSeconds + last.DurationSeconds));
        left = Math.Max(0, left - inEpoch);
        return state with { SecondsLeft = left, EmissionsLeft = state.GramsPerHour / 1000 * left / 3600 };

        static DateTimeOffset TruncateToHour(DateTimeOffset time) => time.AddTicks(-(time.UtcTicks % TimeSpan.TicksPerHour));

        double Watts(long now, long? then) => seconds > 0 ? Math.Max(0, now - (then ?? 0)) / 1e6 / seconds : 0;
    }
}
