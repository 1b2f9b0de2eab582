using Tonne.Runs;

namespace Tonne.Recording.Tests.Recorder;

/// <summary>Jobs and ranks from the variables as the manuals of Slurm, torchrun and Open MPI list them.</summary>
public class JobEnvironmentTests
{
    static Func<string, string?> Environment(params string[] variables)
    {
        var known = variables.Select(text => text.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return name => known.GetValueOrDefault(name);
    }

    // srun(1) of Slurm 22.05: a task of a step.
    static readonly string[] _task =
    [
        "SLURM_JOB_ID=812", "SLURM_STEP_ID=0", "SLURM_STEPID=0", "SLURM_JOB_NAME=train", "SLURM_JOB_ACCOUNT=physics", "SLURM_JOB_USER=ada", "SLURM_JOB_PARTITION=gpu",
        "SLURM_JOB_QOS=normal", "SLURM_CLUSTER_NAME=tonne", "SLURM_JOB_NUM_NODES=2", "SLURM_STEP_NUM_TASKS=8", "SLURM_NTASKS=8", "SLURM_PROCID=5", "SLURM_LOCALID=1", "SLURMD_NODENAME=n2",
    ];

    [Fact]
    public void A_task_of_a_slurm_step_has_its_job_step_and_rank()
    {
        var environment = Environment(_task);
        var job = JobEnvironment.FindJob(environment)!;

        Assert.Equal((JobLauncher.Slurm, "812", "0", "train", "physics", "gpu", "normal", "tonne"), (job.Launcher, job.Id, job.Step, job.Name, job.Account, job.Partition, job.Qos, job.Cluster));
        Assert.Equal((2, 8, 1), (job.Nodes, job.Ranks, job.LocalRank));
        Assert.Equal((5, "ada", "n2"), (JobEnvironment.FindRank(environment), JobEnvironment.FindUser(environment), JobEnvironment.FindNode(environment)));
        Assert.Equal("slurm:tonne:812", job.Key);
    }

    // A batch script is no step: Slurm gives it SLURM_PROCID=0, but it is the parent of the steps and not one of their ranks.
    [Fact]
    public void A_batch_script_has_a_job_and_no_rank()
    {
        var environment = Environment([.. _task.Where(variable => !variable.StartsWith("SLURM_STEP", StringComparison.Ordinal)), "SLURM_ARRAY_JOB_ID=800", "SLURM_ARRAY_TASK_ID=12", "SLURM_RESTART_COUNT=1"]);

        Assert.Null(JobEnvironment.FindRank(environment));
        var job = JobEnvironment.FindJob(environment)!;
        Assert.Equal((null, "800", "12", 1), (job.Step, job.Array, job.ArrayTask, job.Restarts));
    }

    [Fact]
    public void Torchrun_inside_slurm_has_the_ranks_of_torchrun_and_the_job_of_slurm()
    {
        var environment = Environment([.. _task, "RANK=11", "LOCAL_RANK=3", "WORLD_SIZE=16", "TORCHELASTIC_RUN_ID=abc"]);

        Assert.Equal(11, JobEnvironment.FindRank(environment));
        var job = JobEnvironment.FindJob(environment)!;
        Assert.Equal((JobLauncher.Slurm, 16, 3), (job.Launcher, job.Ranks, job.LocalRank));
    }

    [Theory]
    [InlineData("none", "localhost:29500")]
    [InlineData("exp-7", "exp-7")]
    public void Torchrun_alone_is_identified_by_its_run_id_or_the_address_of_its_leader(string runId, string id)
    {
        var environment = Environment("RANK=1", "LOCAL_RANK=1", "WORLD_SIZE=2", $"TORCHELASTIC_RUN_ID={runId}", "MASTER_ADDR=localhost", "MASTER_PORT=29500");

        Assert.Equal((JobLauncher.Torchrun, id), (JobEnvironment.FindJob(environment)!.Launcher, JobEnvironment.FindJob(environment)!.Id));
        Assert.Equal(1, JobEnvironment.FindRank(environment));
    }

    [Fact]
    public void Open_mpi_has_its_namespace_and_rank()
    {
        var environment = Environment("OMPI_COMM_WORLD_RANK=3", "OMPI_COMM_WORLD_SIZE=4", "OMPI_COMM_WORLD_LOCAL_RANK=3", "PMIX_NAMESPACE=prterun-1234@1", "PMIX_RANK=3");

        Assert.Equal((JobLauncher.Mpi, "prterun-1234@1", 4), (JobEnvironment.FindJob(environment)!.Launcher, JobEnvironment.FindJob(environment)!.Id, JobEnvironment.FindJob(environment)!.Ranks));
        Assert.Equal(3, JobEnvironment.FindRank(environment));
    }

    [Theory]
    [InlineData("RANK=0")]
    [InlineData("RANK=0,WORLD_SIZE=1")]
    [InlineData("RANK=4,WORLD_SIZE=4")]
    [InlineData("RANK=-1,WORLD_SIZE=4")]
    [InlineData("RANK=admiral,WORLD_SIZE=4")]
    [InlineData("RANK=99999999999999999999,WORLD_SIZE=4")]
    [InlineData("SLURM_PROCID=0,SLURM_STEP_NUM_TASKS=4")]
    public void What_is_not_a_rank_among_several_is_none(string variables) =>
        Assert.Null(JobEnvironment.FindRank(Environment(variables.Split(','))));

    [Fact]
    public void Control_characters_and_length_of_names_are_limited()
    {
        var job = JobEnvironment.FindJob(Environment("SLURM_JOB_ID=1", "SLURM_JOB_NAME=a\u001b[31mb\n" + new string('x', 500), "SLURM_JOB_ACCOUNT=  "))!;

        Assert.StartsWith("a[31mbx", job.Name, StringComparison.Ordinal);
        Assert.Equal(200, job.Name!.Length);
        Assert.Null(job.Account);
    }
}
