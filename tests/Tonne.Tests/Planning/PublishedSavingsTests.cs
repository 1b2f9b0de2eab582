using System.Globalization;
using Tonne.Grids;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Tests.Planning;

/// <summary>
/// Savings over a year of arrivals against figures computed independently: a job of 24 h arrives each day at 00:00 UTC and has 48 h; a
/// resume costs 15 min of energy where said. Saving = 1 − Σ plan ÷ Σ immediate. The last test is the machine-learning scenario of
/// Wiesner et al., "Let's Wait Awhile" (Middleware 2021), with a perfect forecast.
/// </summary>
public class PublishedSavingsTests
{
    static readonly PowerProfile _day = PowerProfile.Constant(TimeSpan.FromHours(24), Power.FromWatts(1000));

    [Theory]
    [InlineData("US-CAL-CISO_2022", 358, 4.49, 17.98, 19.78, 19.91)]
    [InlineData("US-MIDA-PJM_2022", 359, 1.70, 3.01, 3.12, 3.16)]
    [InlineData("US-MIDW-MISO_2022", 360, 3.50, 5.13, 5.23, 5.24)]
    [InlineData("US-NW-BPAT_2022", 364, 3.93, 6.92, 7.70, 7.91)]
    [InlineData("US-NY-NYIS_2022", 364, 2.44, 4.42, 4.59, 4.67)]
    [InlineData("US-SE-SOCO_2022", 364, 1.08, 2.98, 3.08, 3.10)]
    [InlineData("US-SW-AZPS_2022", 364, 1.91, 6.08, 7.11, 7.16)]
    [InlineData("US-TEX-ERCO_2022", 364, 6.94, 10.24, 10.54, 10.62)]
    public void A_year_of_a_zone_of_the_United_States(string name, int arrivals, double contiguous, double one, double two,
        double unlimited)
    {
        var series = PlanningSeries.Shipped[name];

        Assert.Equal(contiguous, Save(series, 0, 0, out var count), 0.01);
        Assert.Equal(arrivals, count);
        Assert.Equal(one, Save(series, 1, 0, out _), 0.01);
        Assert.Equal(two, Save(series, 2, 0, out _), 0.01);
        Assert.Equal(unlimited, Save(series, null, 0, out _), 0.01);
    }

    [Theory]
    [InlineData("DE_2023", 9.39, 15.98, 16.27, 15.20, 16.32)]
    [InlineData("GB_2023", 12.07, 18.62, 19.29, 17.95, 19.50)]
    [InlineData("US-CAL-CISO_2023", 3.39, 16.38, 17.65, 15.91, 17.68)]
    [InlineData("US-CAL-CISO_2024", 4.69, 24.81, 26.56, 24.83, 26.58)]
    [InlineData("CA-ON_2023", 11.98, 24.81, 25.31, 24.03, 25.37)]
    [InlineData("US-TEX-ERCO_2023", 7.12, 11.02, 11.46, 10.19, 11.55)]
    [InlineData("AU-NSW_2023", 2.85, 15.58, 19.21, 17.18, 19.30)]
    [InlineData("US-MIDA-PJM_2023", 1.76, 3.10, 3.18, 2.31, 3.19)]
    [InlineData("IN-WE_2023", 0.26, 1.08, 1.10, 0.35, 1.10)]
    public void A_year_of_another_zone(string name, double contiguous, double one, double two, double costly, double unlimited)
    {
        var file = PlanningSeries.FindShared($"odbl/hourly/{name}.csv");
        Assert.SkipWhen(file is null, "the series, which may not be distributed, are not beside the repository");
        var series = PlanningSeries.Read(file, TimeSpan.FromHours(1));

        Assert.Equal(contiguous, Save(series, 0, 0, out _), 0.01);
        Assert.Equal(one, Save(series, 1, 0, out _), 0.01);
        Assert.Equal(two, Save(series, 2, 0, out _), 0.01);
        Assert.Equal(costly, Save(series, null, 15, out _), 0.01);
        Assert.Equal(unlimited, Save(series, null, 0, out _), 0.01);
    }

    [Theory]
    [InlineData("DE", 3, 5.92, 8.04)]
    [InlineData("GB", 3, 6.66, 9.23)]
    [InlineData("FR", 3, 4.87, 6.26)]
    [InlineData("DE", 4, 14.15, 18.48)]
    [InlineData("GB", 4, 14.85, 20.09)]
    [InlineData("FR", 4, 11.25, 13.95)]
    public void The_machine_learning_jobs_of_Lets_Wait_Awhile(string zone, int slackColumn, double contiguous, double interruptible)
    {
        var file = PlanningSeries.FindShared($"test-only/hourly/{zone}_2020_lwa30min.csv");
        var jobs = PlanningSeries.FindShared("test-only/lwa_ml_jobs.csv");
        Assert.SkipWhen(file is null || jobs is null, "the series and jobs, which may not be distributed, are not beside the repository");
        var series = PlanningSeries.Read(file, TimeSpan.FromMinutes(30));
        var year = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var sums = new double[3];
        foreach (var cells in File.ReadLines(jobs).Skip(1).Select(line => line.Split(',')))
        {
            var (arrival, minutes, slack) = (int.Parse(cells[1], CultureInfo.InvariantCulture), int.Parse(cells[2],
                CultureInfo.InvariantCulture),
                int.Parse(cells[slackColumn], CultureInfo.InvariantCulture));
            var now = year.AddMinutes(arrival);
            var plan = Assert.IsType<Plan>(Planner.Plan(new PlanRequest
            {
                Profile = PowerProfile.Constant(TimeSpan.FromMinutes(minutes), Power.FromWatts(2036)), Now = now,
                FinishBy = now.AddMinutes(slack + minutes), Places = [new PlanPlace { Intensity = series }], MaxPauses = null,
            }));
            sums[0] += plan.Immediate!.Total.Grams;
            sums[1] += plan.Contiguous!.Total.Grams;
            sums[2] += plan.WithPauses!.Total.Grams;
        }

        Assert.Equal(contiguous, 100 * (1 - (sums[1] / sums[0])), 0.01);
        Assert.Equal(interruptible, 100 * (1 - (sums[2] / sums[0])), 0.01);
    }

    static double Save(IntensitySeries series, int? pauses, int resumeMinutes, out int arrivals)
    {
        var (planned, immediate) = (0d, 0d);
        arrivals = 0;
        for (var now = series.Start; now.AddHours(48) <= series.End; now = now.AddDays(1))
        {
            _ = series.Average(now, now.AddHours(48), out var known);
            if (known < 1)
                continue;
            arrivals++;
            var plan = Assert.IsType<Plan>(Planner.Plan(new PlanRequest
            {
                Profile = _day, Now = now, FinishBy = now.AddHours(48), Places = [new PlanPlace { Intensity = series }],
                MaxPauses = pauses, ResumeCost = TimeSpan.FromMinutes(resumeMinutes),
            }));
            immediate += plan.Immediate!.Total.Grams;
            planned += (plan.WithPauses ?? plan.Contiguous)!.Total.Grams;
        }

        return 100 * (1 - (planned / immediate));
    }
}
