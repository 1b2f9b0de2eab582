using System.Collections.Immutable;
using Tonne.Planning;
using Tonne.Quantities;

namespace Tonne.Tests.Planning;

public class QueuePlannerTests
{
    static DateTimeOffset Midnight => PlanningSeries.Midnight;

    /// <summary>All orders and all starts of up to four jobs, tried one by one.</summary>
    [Fact]
    public void Up_to_four_jobs_equal_brute_force()
    {
        var solved = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, 9).Select(_ => random.Next(10) == 0 ? (double?)null : random.Next(1, 9) * 50).ToArray();
            var jobs = Enumerable.Range(0, random.Next(1, 5)).Select(i => Job($"job {i}", random.Next(1, 4), random.Next(3),
                random.Next(6, 10), random.Next(1, 500)))
                .ToImmutableArray();
            var best = Try(jobs, values, 0, new int[jobs.Length]);

            if (QueuePlanner.Plan(Place(values), jobs) is QueuePlan plan)
            {
                solved++;
                Assert.Equal(best, plan.Total.Grams, 1e-9 * (1 + best));
                Assert.Equal(plan.Total, plan.LowerBound);
                Assert.True(plan.IsExact);
                Assert.True(plan.FirstComeFirstServed is not { } queued || queued.Grams >= best - 1e-9);
                Check(plan);
            }
            else
            {
                Assert.Equal(double.PositiveInfinity, best);
            }
        }

        Assert.InRange(solved, 80, 200);
    }

    [Fact]
    public void Twelve_jobs_are_between_their_bound_and_first_come_first_served()
    {
        var random = new Random(3);
        var jobs = Enumerable.Range(0, 12).Select(i => Job($"job {i}", random.Next(1, 5), 0, 72, 100 + random.Next(400)))
            .ToImmutableArray();
        var values = PlanningSeries.Shipped["US-CAL-CISO_2022"].Values.Take(72).Select(value => value?.GramsPerKilowattHour);

        var plan = Assert.IsType<QueuePlan>(QueuePlanner.Plan(Place(values), jobs));

        Check(plan);
        Assert.False(plan.IsExact);
        Assert.True(plan.LowerBound < plan.Total);
        Assert.True(plan.Total < plan.FirstComeFirstServed);
        Assert.Equal(plan.Total.Grams, plan.Jobs.Sum(job => job.Total.Grams), 1e-6);
    }

    /// <summary>Two jobs of two hours want the same clean two hours of three; the one with more power has them.</summary>
    [Fact]
    public void The_larger_job_has_the_clean_hours()
    {
        var plan = Assert.IsType<QueuePlan>(QueuePlanner.Plan(Place([500, 500, 100, 100, 300, 300]), [Job("small", 2, 0, 6, 100),
            Job("large", 2, 0, 6, 1000)]));

        Assert.Equal(Midnight.AddHours(2), plan.Jobs.Single(job => job.Job.Name == "large").From);
        // 1 kW · 2 h · 100 g + 0.1 kW · 2 h · 300 g; as they come: 0.1 · 2 · 500 + 1 · 2 · 100.
        Assert.Equal(260, plan.Total.Grams, 1e-9);
        Assert.Equal(300, plan.FirstComeFirstServed!.Value.Grams, 1e-9);
    }

    [Fact]
    public void What_does_not_fit_has_a_reason()
    {
        var late = QueuePlanner.Plan(Place([1, 1]), [Job("long", 3, 0, 2, 1)]);
        var full = QueuePlanner.Plan(Place([1, 1, 1]), [Job("a", 2, 0, 3, 1), Job("b", 2, 0, 3, 1)]);
        var unknown = QueuePlanner.Plan(Place([1, null, 1]), [Job("a", 2, 0, 3, 1)]);

        Assert.Equal(NoPlanReason.TooLate, Assert.IsType<NoQueuePlan>(late).Reason);
        Assert.Equal(NoPlanReason.NoCapacity, Assert.IsType<NoQueuePlan>(full).Reason);
        Assert.Equal(NoPlanReason.NoIntensity, Assert.IsType<NoQueuePlan>(unknown).Reason);
    }

    static double Try(ImmutableArray<QueuedJob> jobs, double?[] values, int next, int[] starts)
    {
        if (next == jobs.Length)
            return 0;
        var (job, best) = (jobs[next], double.PositiveInfinity);
        var length = (int)job.Profile.Duration.TotalHours;
        for (var start = (int)(job.StartAfter - Midnight).TotalHours; start + length <= (job.FinishBy - Midnight).TotalHours && start
            + length <= values.Length; start++)
        {
            var free = Enumerable.Range(0, next).All(other => starts[other] + jobs[other].Profile.Duration.TotalHours <= start || start
                + length <= starts[other]);
            var grams = values[start..(start + length)].Sum(value =>
                (value ?? double.PositiveInfinity) * job.Profile.MeanPower.Watts / 1000);
            if (!free || double.IsInfinity(grams))
                continue;
            starts[next] = start;
            best = Math.Min(best, grams + Try(jobs, values, next + 1, starts));
        }

        return best;
    }

    static void Check(QueuePlan plan)
    {
        for (var i = 0; i < plan.Jobs.Length; i++)
        {
            var placed = plan.Jobs[i];
            Assert.Equal(placed.Job.Profile.Duration, placed.To - placed.From);
            Assert.True(placed.From >= placed.Job.StartAfter && placed.To <= placed.Job.FinishBy);
            Assert.True(i == 0 || placed.From >= plan.Jobs[i - 1].To);
        }
    }

    static PlanPlace Place(IEnumerable<double?> values) => new() { Intensity = PlanningSeries.Create(values) };

    static QueuedJob Job(string name, int hours, int from, int to, int watts) =>
        new(name, PowerProfile.Constant(TimeSpan.FromHours(hours), Power.FromWatts(watts)), Midnight.AddHours(from), Midnight.AddHours(to));
}
