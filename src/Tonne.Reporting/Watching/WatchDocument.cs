using System.Text.Json;
using Tonne.Quantities;

namespace Tonne.Reporting.Watching;

/// <summary>One look at a run as a line of JSON, schema <c>tonne.watch/1</c>.</summary>
public sealed record WatchDocument
{
    /// <summary>Schema.</summary>
    public string Schema { get; init; } = "tonne.watch/1";

    /// <summary>Time of the look, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Id of the run; null if it is not kept.</summary>
    public string? Id { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>running, completed, failed or interrupted.</summary>
    public required string Status { get; init; }

    /// <summary>Time since the start, s.</summary>
    public required double DurationS { get; init; }

    /// <summary>Power of the job, of others, idle, and of the machine, W.</summary>
    public required PowerPart PowerW { get; init; }

    /// <summary>The same by component and device.</summary>
    public required IReadOnlyList<ComponentPart> Components { get; init; }

    /// <summary>Facility energy so far, kWh.</summary>
    public required IntervalPart FacilityEnergyKwh { get; init; }

    /// <summary>Emissions so far, kg CO2e.</summary>
    public required IntervalPart EmissionsKg { get; init; }

    /// <summary>Emissions at the present power, g CO2e/h.</summary>
    public required double EmissionsGPerHour { get; init; }

    /// <summary>Stage that is in progress; null if none.</summary>
    public string? Stage { get; init; }

    /// <summary>Last epoch that has ended; null if none.</summary>
    public int? Epoch { get; init; }

    /// <summary>Epochs in all; null if unknown.</summary>
    public int? Epochs { get; init; }

    /// <summary>Metrics of the last epoch.</summary>
    public required IReadOnlyDictionary<string, double?> Metrics { get; init; }

    /// <summary>Time left, s; null if unknown.</summary>
    public double? LeftS { get; init; }

    /// <summary>Emissions left, kg CO2e; null if unknown.</summary>
    public double? LeftKg { get; init; }

    /// <summary>Other runs that are recorded now.</summary>
    public required IReadOnlyList<JobPart> Jobs { get; init; }

    /// <summary>A look at a run.</summary>
    public static WatchDocument From(WatchState state, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new WatchDocument
        {
            At = at,
            Id = state.Id,
            Name = state.Name,
            Status = EnumWords.Format(state.Status),
            DurationS = state.Seconds,
            PowerW = new PowerPart(state.JobWatts, state.OthersWatts, state.IdleWatts, state.MachineWatts) { Unexplained = state.UnexplainedWatts },
            Components = [.. state.Components.Select(part => new ComponentPart(part.Component, part.Device, EnumWords.Format(part.Quality), part.JobWatts, part.OthersWatts, part.IdleWatts, part.MachineWatts) { Unexplained = part.UnexplainedWatts })],
            FacilityEnergyKwh = IntervalPart.From(state.FacilityEnergy),
            EmissionsKg = IntervalPart.From(state.Emissions),
            EmissionsGPerHour = state.GramsPerHour,
            Stage = state.Stage,
            Epoch = state.Epoch?.Number,
            Epochs = state.Epochs,
            Metrics = state.Epoch?.Metrics.ToDictionary(metric => metric.Key, metric => double.IsFinite(metric.Value) ? metric.Value : (double?)null, StringComparer.Ordinal) ?? [],
            LeftS = state.SecondsLeft,
            LeftKg = state.EmissionsLeft,
            Jobs = [.. state.Jobs.Select(job => new JobPart(job.Id, job.Name, job.Watts, job.Seconds))],
        };
    }

    /// <summary>The document on one line.</summary>
    public string ToJsonLine() => JsonSerializer.Serialize(this, WatchJson.Default.WatchDocument);

    /// <summary>Powers, W.</summary>
    public sealed record PowerPart(double Job, double Others, double Idle, double Machine)
    {
        /// <summary>Busy time for which no process was counted; may be negative.</summary>
        public double Unexplained { get; init; }
    }

    /// <summary>Powers of a component, W.</summary>
    public sealed record ComponentPart(string Component, string? Device, string Quality, double Job, double Others, double Idle, double Machine)
    {
        /// <summary>Busy time for which no process was counted; may be negative.</summary>
        public double Unexplained { get; init; }
    }

    /// <summary>A value with its 95 % interval.</summary>
    public sealed record IntervalPart(double Value, double Low, double High)
    {
        internal static IntervalPart From(Bounds bounds) => new(bounds.Best, bounds.Low, bounds.High);
    }

    /// <summary>A run that is recorded now; its power in W.</summary>
    public sealed record JobPart(string Id, string Name, double PowerW, double DurationS);
}
