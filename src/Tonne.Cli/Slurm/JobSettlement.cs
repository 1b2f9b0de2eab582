using System.Text.Json.Serialization;
using Tonne.Grids;

namespace Tonne.Cli.Slurm;

/// <summary>What a job of Slurm saved by when it ran. All savings are of the same energy and duration, relative to a start at its submission.</summary>
/// <param name="JobId">Id of the job.</param>
/// <param name="State">Its state.</param>
/// <param name="Submit">When it was first submitted.</param>
/// <param name="Eligible">When it became eligible: the planned start.</param>
/// <param name="Start">When it started first.</param>
/// <param name="End">When it ended.</param>
/// <param name="WorkedS">Time that it ran, over all its starts, in s.</param>
/// <param name="Starts">How many times it started: more than one if it was requeued.</param>
/// <param name="ImmediateGramsPerKwh">Mean intensity if it had started at its submission.</param>
/// <param name="PlannedGramsPerKwh">Mean intensity if it had started when it became eligible.</param>
/// <param name="AchievedGramsPerKwh">Mean intensity while it ran.</param>
/// <param name="SavedGrams">Emissions saved, before PUE, in g CO2e; null if Slurm did not measure its energy.</param>
sealed record JobSettlement(
    [property: JsonPropertyName("job_id")] string JobId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("submit")] DateTimeOffset Submit,
    [property: JsonPropertyName("eligible")] DateTimeOffset? Eligible,
    [property: JsonPropertyName("start")] DateTimeOffset Start,
    [property: JsonPropertyName("end")] DateTimeOffset End,
    [property: JsonPropertyName("worked_s")] double WorkedS,
    [property: JsonPropertyName("starts")] int Starts,
    [property: JsonPropertyName("immediate_g_per_kwh")] double? ImmediateGramsPerKwh,
    [property: JsonPropertyName("planned_g_per_kwh")] double? PlannedGramsPerKwh,
    [property: JsonPropertyName("achieved_g_per_kwh")] double? AchievedGramsPerKwh,
    [property: JsonPropertyName("saved_g")] double? SavedGrams)
{
    /// <summary>1 − planned ÷ immediate; null if one is not known.</summary>
    [JsonPropertyName("planned_saving_share")]
    public double? PlannedSaving => GetSaving(PlannedGramsPerKwh);

    /// <summary>1 − achieved ÷ immediate; null if one is not known.</summary>
    [JsonPropertyName("achieved_saving_share")]
    public double? AchievedSaving => GetSaving(AchievedGramsPerKwh);

    /// <summary>Settles a job.</summary>
    /// <param name="rows">Its starts, in order.</param>
    /// <param name="find">The observed intensities of a span; null if there are none.</param>
    /// <returns>Null if it has not ended, or never ran.</returns>
    public static JobSettlement? Settle(IReadOnlyList<AccountedJob> rows, Func<DateTimeOffset, DateTimeOffset, IntensitySeries?> find)
    {
        var (first, last) = (rows[0], rows[^1]);
        var ran = rows.Where(row => row is { Start: { } start, End: { } end } && end > start).ToList();
        if (ran.Count == 0 || last.End is null)
            return null;
        var worked = TimeSpan.FromTicks(ran.Sum(row => (row.End!.Value - row.Start!.Value).Ticks));
        var (start, end) = (ran[0].Start!.Value, ran[^1].End!.Value);
        var immediate = first.Submit + worked;
        var planned = first.Eligible + worked;
        var series = find(first.Submit, new[] { end, immediate, planned ?? end }.Max());
        var achieved = ran.Select(row => Average(series, row.Start!.Value, row.End!.Value) * ((row.End!.Value - row.Start!.Value) / worked)).Aggregate((double?)0, (sum, part) => sum + part);
        var energy = ran.TrueForAll(row => row.Energy is not null) ? ran.Sum(row => row.Energy) : null;
        var now = Average(series, first.Submit, immediate);
        const double JoulesPerKilowattHour = 3_600_000;
        return new JobSettlement(
            first.Id, last.State, first.Submit, first.Eligible, start, end, worked.TotalSeconds, ran.Count, now,
            first.Eligible is { } eligible ? Average(series, eligible, eligible + worked) : null, achieved, energy / JoulesPerKilowattHour * (now - achieved));
    }

    static double? Average(IntensitySeries? series, DateTimeOffset from, DateTimeOffset to)
    {
        const double All = 0.999;
        if (series is null)
            return null;
        var mean = series.Average(from, to, out var known);
        return known > All ? mean?.GramsPerKilowattHour : null;
    }

    double? GetSaving(double? grams) => ImmediateGramsPerKwh is > 0 and var immediate && grams is { } value ? 1 - (value / immediate) : null;
}
