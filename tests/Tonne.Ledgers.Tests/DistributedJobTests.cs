using Tonne.Accounting;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Tests;

/// <summary>The runs of one job are joined by its key, and none is counted twice.</summary>
public class DistributedJobTests
{
    static readonly DateTimeOffset _start = new(2026, 11, 29, 5, 0, 0, TimeSpan.Zero);

    static RunSummary Run(string id, JobIdentity? job, double at = 0, double? seconds = 10, string node = "n0", string? parent = null, RunStatus status = RunStatus.Completed) => new()
    {
        Id = id,
        Name = "train",
        Job = job,
        Node = node,
        Parent = parent,
        Status = status,
        StartedAt = _start.AddSeconds(at),
        DurationSeconds = seconds,
        FacilityEnergy = new StatedFigure("", "", "", new Bounds(0.5, 1, 2), Quality.Measured, 1),
        Total = new StatedFigure("", "", "", new Bounds(0.5, 1, 2), Quality.Measured, 1),
    };

    static JobIdentity Slurm(string id, string? step = "0") => new() { Launcher = JobLauncher.Slurm, Id = id, Step = step };

    static JobIdentity Torch(string address) => new() { Launcher = JobLauncher.Torch, Id = address };

    [Fact]
    public void Runs_of_one_step_are_one_job_whatever_their_nodes_and_order()
    {
        RunSummary[] runs = [Run("a", Slurm("7"), node: "n1"), Run("b", Slurm("7"), 1, node: "n0"), Run("c", Slurm("7", "1")), Run("d", Slurm("8")), Run("e", null)];

        foreach (var order in new[] { runs, [.. runs.Reverse()] })
        {
            var jobs = DistributedJob.Group(order);
            Assert.Equal([["a", "b"], ["c"], ["d"]], jobs.OrderBy(job => job.Runs[0].Id).Select(job => job.Runs.Select(run => run.Id)));
            Assert.Equal(["n0", "n1"], jobs.Single(job => job.Runs.Count == 2).Nodes);
            Assert.Equal(2.0, jobs.Single(job => job.Runs.Count == 2).Total.Sum.FacilityEnergy.Best);
        }
    }

    [Fact]
    public void A_run_that_two_ledgers_have_counts_once()
    {
        var job = Assert.Single(DistributedJob.Group([Run("a", Slurm("7")), Run("b", Slurm("7")), Run("a", Slurm("7"))]));

        Assert.Equal(["a", "b"], job.Runs.Select(run => run.Id));
    }

    [Fact]
    public void A_run_inside_a_run_of_the_job_is_not_one_of_its_runs() =>
        Assert.Equal(["outer"], Assert.Single(DistributedJob.Group([Run("outer", Slurm("7"), 0, 100), Run("inner", Slurm("7"), 10, 10, parent: "outer")])).Runs.Select(run => run.Id));

    [Fact]
    public void An_address_that_comes_again_later_is_another_job()
    {
        var jobs = DistributedJob.Group([Run("a", Torch("n0:29500")), Run("b", Torch("n0:29500"), 5, 100), Run("c", Torch("n0:29500"), 3_600)]);

        Assert.Equal([["a", "b"], ["c"]], jobs.Select(job => job.Runs.Select(run => run.Id)));
    }

    [Theory]
    [InlineData(RunStatus.Completed, RunStatus.Running, RunStatus.Running)]
    [InlineData(RunStatus.Interrupted, RunStatus.Failed, RunStatus.Failed)]
    [InlineData(RunStatus.Completed, RunStatus.Interrupted, RunStatus.Interrupted)]
    [InlineData(RunStatus.Completed, RunStatus.Completed, RunStatus.Completed)]
    public void The_status_of_a_job_is_the_worst_of_its_runs(RunStatus one, RunStatus other, RunStatus expected)
    {
        var job = Assert.Single(DistributedJob.Group([Run("a", Slurm("7"), status: one), Run("b", Slurm("7"), status: other)]));

        Assert.Equal(expected, job.Status);
        Assert.Equal(expected != RunStatus.Running, job.IsComplete);
    }

    [Fact]
    public void In_10_000_layouts_every_run_of_a_job_is_in_one_job_and_the_jobs_add_up_to_the_runs()
    {
        var random = new Random(20261129);
        for (var layout = 0; layout < 10_000; layout++)
        {
            var runs = Enumerable.Range(0, random.Next(1, 12)).Select(i => Run(
                $"run-{i}", random.Next(4) == 0 ? null : random.Next(2) == 0 ? Slurm($"{random.Next(3)}", $"{random.Next(2)}") : Torch($"n0:{random.Next(2)}"),
                random.Next(1_000), random.Next(10) == 0 ? null : random.Next(200), $"n{random.Next(4)}")).ToList();
            var jobs = DistributedJob.Group(runs.Concat(runs.Where(_ => random.Next(3) == 0)));

            Assert.Equal(runs.Where(run => run.Job is not null).Select(run => run.Id).Order(), jobs.SelectMany(job => job.Runs).Select(run => run.Id).Order());
            Assert.Equal(runs.Count(run => run.Job is not null), jobs.Sum(job => job.Total.Sum.FacilityEnergy.Best), 1e-9);
        }
    }
}
