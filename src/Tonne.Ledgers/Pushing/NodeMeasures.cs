using Tonne.Runs;

namespace Tonne.Ledgers.Pushing;

/// <summary>What the last run of a whole machine (an agent's) says of it: values that are alike on machines of the same hardware.</summary>
public sealed record NodeMeasures
{
    // Shorter runs say more of their beginning than of the machine.
    const double LeastSeconds = 3600;
    const double MicrojoulesPerKilowattHour = 3.6e12;

    /// <summary>Id of the run.</summary>
    public required string Run { get; init; }

    /// <summary>The hardware: processor, threads and accelerators. Machines with the same text are peers.</summary>
    public required string Hardware { get; init; }

    /// <summary>Power that its meters showed at idle, W; null if none was seen idle.</summary>
    public double? IdleWatts { get; init; }

    /// <summary>Mean power in the quarter hour with the most energy, W; null if there is none.</summary>
    public double? LoadWatts { get; init; }

    /// <summary>Energy at the plug for an hour in which all threads are busy, or the same work spread over more hours, kWh; null if less
    /// than a hundredth of the time was busy.</summary>
    public double? BusyHourKwh { get; init; }

    /// <summary>Share of the time in which a meter had no usable reading, the mean of all meters, 0 to 1.</summary>
    public double? GapShare { get; init; }

    /// <summary>Energy of the facility ÷ energy at the plug.</summary>
    public double? Pue { get; init; }

    /// <summary>Finds the measures of a run.</summary>
    /// <param name="record">The record.</param>
    /// <param name="summary">Its summary.</param>
    /// <returns>Null if it is not the run of a whole machine, or shorter than an hour.</returns>
    public static NodeMeasures? Find(RunRecord record, RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(summary);
        if (!summary.CoversNode || record.DurationSeconds < LeastSeconds)
            return null;
        var machine = record.Opening.Machine;
        var energy = record.Components.Sum(part => (double)part.JobMicrojoules);
        var busy = record.JobCpuSeconds / Math.Max(1, machine.Threads) / 3600;
        var peak = record.QuarterHours.Select(quarter => quarter.Energy.Sum(use => (double)use.Microjoules)).DefaultIfEmpty().Max();
        return new NodeMeasures
        {
            Run = record.Opening.Id,
            Hardware = Describe(machine),
            IdleWatts = record.IdlePowers is { Count: > 0 } idle ? Keep(idle.Sum(power => power.Watts)) : null,
            LoadWatts = peak > 0 ? Keep(peak / 1e6 / 900) : null,
            BusyHourKwh = busy * 3600 >= record.DurationSeconds / 100 ? Keep(energy / MicrojoulesPerKilowattHour / busy) : null,
            GapShare = record.Opening.Meters.IsDefaultOrEmpty ? null
                : Keep(record.Gaps.Sum(gap => Math.Max(0, gap.To - gap.From)) / record.DurationSeconds / record.Opening.Meters.Length),
            Pue = summary is { Energy.Bounds.Best: > 0 and var plug, FacilityEnergy.Bounds.Best: var facility } ? Keep(facility / plug) : null,
        };
    }

    static string Describe(Hardware.Machine machine)
    {
        var gpus = (machine.Gpus ?? []).GroupBy(gpu => gpu, StringComparer.Ordinal).OrderBy(gpu => gpu.Key, StringComparer.Ordinal)
            .Select(gpu => FormattableString.Invariant($" + {gpu.Count()} x {gpu.Key}"));
        return FormattableString.Invariant($"{machine.Cpu}, {machine.Threads} threads{string.Concat(gpus)}");
    }

    static double? Keep(double value) => double.IsFinite(value) ? value : null;
}
