using System.Collections.Immutable;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Tests.Planning;

public class QueuePausesTests
{
    static DateTimeOffset Midnight => PlanningSeries.Midnight;

    /// <summary>Clean hours 1 and 3; a job of 2 h that may be paused has both, and the job of 1 h between them has hour 2.</summary>
    [Fact]
    public void A_job_that_may_be_paused_leaves_its_pause_to_another()
    {
        var plan = Assert.IsType<QueuePlan>(
            QueuePlanner.Plan(Place([500, 10, 100, 10, 500, 500]), [Job("long", 2, 0, 6, 1000, 1), Job("short", 1, 2, 3, 1000)]));

        // 1 kW · (10 + 10) g, and 1 kW · 100 g; without the pause the long one would have hours 0 and 1, or 3 and 4: 510 g.
        Assert.Equal(120, plan.Total.Grams, 1e-9);
        Assert.Equal([1, 3], plan.Jobs.Single(job => job.Job.Name == "long")
            .Segments.Select(segment => (int)(segment.From - Midnight).TotalHours));
        Assert.True(plan.IsExact);
    }

    /// <summary>Hour 2 is the short one's, so that the long one fits into hours 1 to 4 only with a pause.</summary>
    [Fact]
    public void Jobs_that_fit_only_with_a_pause_are_planned()
    {
        var plan = Assert.IsType<QueuePlan>(
            QueuePlanner.Plan(Place([null, 100, 100, 100, null]), [Job("long", 2, 0, 5, 1000, 1), Job("short", 1, 2, 3, 1000)]));

        Assert.Equal(300, plan.Total.Grams, 1e-9);
        Assert.Equal(2, plan.Jobs.Single(job => job.Job.Name == "long").Segments.Length);
        Assert.Null(plan.FirstComeFirstServed);
    }

    [Fact]
    public void A_resume_that_costs_more_than_it_saves_is_not_chosen()
    {
        // Hours 1 and 3 at 10 g with a resume of 10 h at 10 g: 120 g, against hours 1 and 2: 60 g.
        var job = Job("long", 2, 0, 4, 1000, 1) with { ResumeCost = TimeSpan.FromHours(10) };
        var plan = Assert.IsType<QueuePlan>(QueuePlanner.Plan(Place([500, 10, 50, 10]), [job]));

        Assert.Single(plan.Jobs[0].Segments);
        Assert.Equal(60, plan.Total.Grams, 1e-9);
    }

    /// <summary>Small random problems against every way to give the hours to the jobs.</summary>
    [Fact]
    public void No_plan_is_below_brute_force_and_the_bound_is_not_above_it()
    {
        var (solved, optimal) = (0, 0);
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, 7).Select(_ => (double?)(random.Next(1, 9) * 50)).ToArray();
            var jobs = Enumerable.Range(0, 2).Select(i => Job($"job {i}", random.Next(1, 4), 0, 7, random.Next(100, 500), random.Next(3)))
                .ToImmutableArray();
            if (QueuePlanner.Plan(Place(values), jobs) is not QueuePlan plan)
                continue;
            solved++;
            var best = Try(jobs, values, new int[values.Length], 0);
            Assert.InRange(plan.Total.Grams, best - 1e-6, double.MaxValue);
            Assert.InRange(plan.LowerBound.Grams, 0, best + 1e-6);
            if (plan.IsExact && jobs.Any(job => job.MaxPauses > 0))
                Assert.Equal(best, plan.Total.Grams, 1e-6);
            optimal += plan.Total.Grams <= best + 1e-6 ? 1 : 0;
            Check(plan);
        }

        Assert.InRange(solved, 140, 150);
        // The search need not find the optimum; here it does for nearly all.
        Assert.InRange(optimal, solved - 8, solved);
    }

    static void Check(QueuePlan plan)
    {
        var taken = plan.Jobs.SelectMany(job => job.Segments).OrderBy(segment => segment.From).ToList();
        Assert.All(taken.Zip(taken.Skip(1)), pair => Assert.True(pair.First.To <= pair.Second.From));
        Assert.All(plan.Jobs, job =>
        {
            Assert.Equal(job.Job.Profile.Duration.Ticks, job.Segments.Sum(segment => (segment.To - segment.From).Ticks));
            Assert.True(job.Segments.Length - 1 <= job.Job.MaxPauses);
            Assert.True(job.From >= job.Job.StartAfter && job.To <= job.Job.FinishBy);
        });
        Assert.Equal(plan.Total.Grams, plan.Jobs.Sum(job => job.Total.Grams), 1e-6);
    }

    /// <summary>Each hour is free, or of one of the jobs.</summary>
    static double Try(ImmutableArray<QueuedJob> jobs, double?[] values, int[] owners, int hour)
    {
        if (hour == values.Length)
        {
            var grams = 0d;
            for (var i = 0; i < jobs.Length; i++)
            {
                var own = owners.Index().Where(pair => pair.Item == i + 1).Select(pair => pair.Index).ToList();
                if (own.Count != (int)jobs[i].Profile.Duration.TotalHours
                    || own.Zip(own.Skip(1)).Count(pair => pair.Second != pair.First + 1) > jobs[i].MaxPauses)
                    return double.PositiveInfinity;
                grams += own.Sum(at => values[at]!.Value) * jobs[i].Profile.MeanPower.Watts / 1000;
            }

            return grams;
        }

        var best = double.PositiveInfinity;
        for (var owner = 0; owner <= jobs.Length; owner++)
        {
            owners[hour] = owner;
            best = Math.Min(best, Try(jobs, values, owners, hour + 1));
        }

        return best;
    }

    static PlanPlace Place(IEnumerable<double?> values) => new() { Intensity = PlanningSeries.Create(values) };

    static QueuedJob Job(string name, int hours, int from, int to, int watts, int pauses = 0) =>
        new(name, PowerProfile.Constant(TimeSpan.FromHours(hours), Power.FromWatts(watts)), Midnight.AddHours(from),
            Midnight.AddHours(to)) { MaxPauses = pauses };
}
