using Tonne.Cli.Slurm;
using Tonne.Grids;
using Tonne.Quantities;

namespace Tonne.Cli.Tests.Slurm;

public class AccountedJobTests
{
    static readonly DateTimeOffset _midnight = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Times_are_epochs_or_local_and_what_is_not_known_is_absent()
    {
        const string Text = """
            JobIDRaw|Submit|Eligible|Start|End|State|ConsumedEnergyRaw
            7|1796083200|1796086800|1796086800|1796090400|COMPLETED|3600000
            8|2026-12-01T01:00:00|Unknown|None|Unknown|PENDING|
            9|1796083200|1796086800|N/A|Unknown|RUNNING|18446744073709551614
            ten|Unknown|||||
            short|1

            """;

        var jobs = AccountedJob.Parse(Text, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

        Assert.Equal(["7", "8", "9"], jobs.Select(job => job.Id).Order());
        Assert.Equal(new AccountedJob("7", _midnight, _midnight.AddHours(1), _midnight.AddHours(1), _midnight.AddHours(2), "COMPLETED", 3.6e6), jobs.Single(job => job.Id == "7"));
        Assert.Equal(new AccountedJob("8", _midnight, null, null, null, "PENDING", null), jobs.Single(job => job.Id == "8"));
        Assert.Null(jobs.Single(job => job.Id == "9").Energy);
    }

    [Fact]
    public void A_missing_column_is_named() =>
        Assert.Contains("Eligible", Assert.Throws<FormatException>(() => AccountedJob.Parse("JobIDRaw|Submit|Start|End\n", TimeZoneInfo.Utc)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_job_is_settled_by_when_it_really_ran()
    {
        // Submitted at 00:00, eligible at 02:00, started at 03:00, one hour, 1 kWh: 400, 100 and 200 g.
        var job = new AccountedJob("7", _midnight, _midnight.AddHours(2), _midnight.AddHours(3), _midnight.AddHours(4), "COMPLETED", 3.6e6);

        var settled = JobSettlement.Settle([job], (_, _) => Series(400, 300, 100, 200))!;

        Assert.Equal((400, 100, 200), (settled.ImmediateGramsPerKwh, settled.PlannedGramsPerKwh, settled.AchievedGramsPerKwh));
        Assert.Equal((0.75, 0.5), (settled.PlannedSaving, settled.AchievedSaving));
        Assert.Equal(200, settled.SavedGrams!.Value, 9);
    }

    [Fact]
    public void Starts_of_a_requeued_job_are_settled_together()
    {
        // Two hours of work, at 01:00 and at 03:00, with a pause: (300 + 200) / 2 in place of (400 + 300) / 2.
        AccountedJob[] rows =
        [
            new("7", _midnight, _midnight.AddHours(1), _midnight.AddHours(1), _midnight.AddHours(2), "REQUEUED", null),
            new("7", _midnight.AddHours(2), _midnight.AddHours(3), _midnight.AddHours(3), _midnight.AddHours(4), "COMPLETED", null),
        ];

        var settled = JobSettlement.Settle(rows, (_, _) => Series(400, 300, 100, 200))!;

        Assert.Equal((2, 7200, 350, 250), (settled.Starts, settled.WorkedS, settled.ImmediateGramsPerKwh, settled.AchievedGramsPerKwh));
        Assert.Null(settled.SavedGrams);
    }

    [Fact]
    public void A_missing_hour_is_not_filled()
    {
        var job = new AccountedJob("7", _midnight, _midnight, _midnight.AddHours(1), _midnight.AddHours(2), "COMPLETED", null);

        Assert.Null(JobSettlement.Settle([job], (_, _) => Series(400))!.AchievedSaving);
        Assert.Null(JobSettlement.Settle([job], (_, _) => null)!.AchievedSaving);
        Assert.Null(JobSettlement.Settle([job with { End = null }], (_, _) => Series(400, 300)));
    }

    static IntensitySeries Series(params double[] grams) => new(
        ZoneCatalog.Find("FR").ValueOrThrow, _midnight, [.. grams.Select(value => (CarbonIntensity?)CarbonIntensity.FromGramsPerKilowattHour(value))], new Source("S", "a source"));
}
