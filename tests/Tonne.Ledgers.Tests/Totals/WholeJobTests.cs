using Tonne.Accounting;
using Tonne.Ledgers.Totals;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests.Totals;

/// <summary>A job that Slurm's prolog records as a whole, beside what its user recorded in it; and nodes of which nothing is there.</summary>
public class WholeJobTests
{
    static readonly DateTimeOffset _start = new(2026, 11, 22, 5, 0, 0, TimeSpan.Zero);

    static RunSummary Run(string id, string node, double kilowattHours, JobIdentity job, double at = 0, double seconds = 100) => new()
    {
        Id = id,
        Name = id,
        Status = RunStatus.Completed,
        Node = node,
        Job = job,
        StartedAt = _start.AddSeconds(at),
        DurationSeconds = seconds,
        Energy = Figure(kilowattHours),
        FacilityEnergy = Figure(kilowattHours),
        Operational = Figure(kilowattHours),
        Total = Figure(kilowattHours),
    };

    static StatedFigure Figure(double value) => new("", "", "facility(cpu), share, location, lifecycle", Bounds.FromExact(value), Quality.Measured, 1);

    static JobIdentity Job(bool covers, string? step = null, string nodes = "n[1-2]", int? restarts = null, string id = "7") =>
        new() { Launcher = JobLauncher.Slurm, Cluster = "c", Id = id, Step = step, NodeList = nodes, CoversJob = covers, Restarts = restarts };

    [Fact]
    public void A_run_inside_a_job_that_is_recorded_as_a_whole_is_counted_once_on_its_node()
    {
        var total = LedgerTotal.Of(
        [
            Run("whole1", "n1", 10, Job(true)), Run("whole2", "n2", 20, Job(true)),
            Run("own1", "n1", 3, Job(false, "0"), at: 5, seconds: 50), Run("own2", "n2", 4, Job(false, "0"), at: 5, seconds: 50),
        ]);

        Assert.Equal(30, total.Sum.FacilityEnergy.Best);
        Assert.Equal([("own1", "whole1", CountedWith.WholeJob), ("own2", "whole2", CountedWith.WholeJob)], total.CountedWithOthers);
        Assert.Empty(total.MissingNodes);
    }

    [Theory]
    [InlineData("n3", "7", null, 5)]
    [InlineData("n1", "8", null, 5)]
    [InlineData("n1", "7", 1, 5)]
    [InlineData("n1", "7", null, 500)]
    public void Another_node_another_job_another_start_or_a_later_time_counts_by_itself(string node, string id, int? restarts, double at)
    {
        var total = LedgerTotal.Of([Run("whole", "n1", 10, Job(true, nodes: "n1")), Run("own", node, 3, Job(false, "0", node, restarts, id), at, 50)]);

        Assert.Equal(13, total.Sum.FacilityEnergy.Best);
    }

    [Fact]
    public void Nodes_without_a_run_are_listed_for_each_start_of_the_job()
    {
        var total = LedgerTotal.Of([Run("a", "n1", 1, Job(true, nodes: "n[1-3]")), Run("b", "n2", 1, Job(true, nodes: "n[2,9]", restarts: 1), at: 200)]);

        Assert.Equal(["n2,n3", "n9"], total.MissingNodes.Select(job => string.Join(',', job.Nodes)));
        Assert.Equal([0, 1], total.MissingNodes.Select(job => job.Restarts));
    }

    [Fact]
    public void A_run_of_a_step_speaks_for_the_nodes_of_that_step_only()
    {
        var batch = Run("batch", "n1", 1, Job(false, nodes: "n[1-4]"));
        var step = Run("step", "n1", 1, Job(false, "0", "n[1-2]"), at: 10);

        var missing = Assert.Single(LedgerTotal.Of([batch, step]).MissingNodes);

        Assert.Equal("slurm:c:7.0", missing.JobKey);
        Assert.Equal(["n2"], missing.Nodes);
    }

    [Fact]
    public void A_distributed_job_names_the_nodes_that_never_reported()
    {
        var job = Assert.Single(DistributedJob.Group([Run("a", "n1", 1, Job(true, nodes: "n[1-2,5]")), Run("b", "n5", 1, Job(true, nodes: "n[1-2,5]"))]));

        Assert.Equal(["n2"], job.MissingNodes);
    }
}
