using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Planning;

/// <summary>The power of a recorded run over its time, from its quarter hours.</summary>
public static class RunPower
{
    static readonly TimeSpan _quarterHour = TimeSpan.FromMinutes(15);

    /// <summary>The profile: one stage for each quarter hour (UTC) that the run was in; one for the whole run where there are none.</summary>
    /// <param name="record">The run; its power is that of the job at the plug.</param>
    public static PowerProfile FromRecord(RunRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (start, duration) = (record.Opening.StartedAt, TimeSpan.FromSeconds(Math.Max(record.DurationSeconds, 0.001)));
        var total = Energy.FromJoules(record.Components.Sum(component => component.JobMicrojoules) / 1e6);
        var stages = new List<PowerStage>();
        foreach (var quarter in record.QuarterHours)
        {
            var (from, to) = (quarter.Start > start ? quarter.Start : start, quarter.Start + _quarterHour < start + duration ? quarter.Start + _quarterHour : start + duration);
            if (to > from)
                stages.Add(new PowerStage(to - from, Energy.FromJoules(quarter.Energy.Sum(use => use.Microjoules) / 1e6) / (to - from)));
        }

        return stages.Count > 0 ? new PowerProfile([.. stages]) : PowerProfile.Constant(duration, total / duration);
    }
}
