using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Receiving;

/// <summary>The energy of a run's job by hour (UTC), which adds up to all of it to the microjoule.</summary>
/// <param name="Hours">The hours: first the one of its start, the others in order.</param>
/// <param name="Microjoules">The energy in each.</param>
sealed record HourlyEnergy(DateTime[] Hours, long[] Microjoules)
{
    /// <summary>Adds up the quarter hours of a record.</summary>
    /// <remarks>What they lack of the energy of the components (older records and imported ones have none) is put into the hour of the
    /// start.</remarks>
    /// <param name="record">The record.</param>
    /// <exception cref="OverflowException">An energy exceeds 64 bits.</exception>
    public static HourlyEnergy Of(RunRecord record)
    {
        var first = ToHour(record.Opening.StartedAt);
        var last = ToHour(record.Opening.StartedAt.AddSeconds(Math.Min(record.DurationSeconds, 1e9))).AddDays(1);
        var hours = new SortedDictionary<DateTime, long>();
        var rest = record.Components.Sum(component => component.JobMicrojoules);
        foreach (var quarter in record.QuarterHours)
        {
            var hour = ToHour(quarter.Start);
            // One outside of the run is none of its hours.
            if (hour <= first || hour > last)
                continue;
            var energy = quarter.Energy.Sum(use => use.Microjoules);
            hours[hour] = checked(hours.GetValueOrDefault(hour) + energy);
            rest = checked(rest - energy);
        }

        return new([first, .. hours.Keys], [rest, .. hours.Values]);
    }

    /// <summary>The energy of the job, in µJ.</summary>
    public long Sum => Microjoules.Sum();

    static DateTime ToHour(DateTimeOffset time) =>
        new(time.UtcDateTime.Ticks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, DateTimeKind.Utc);
}
