using Tonne.Runs;

namespace Tonne.Recording.Tests.Recorder;

/// <summary>Which ranks belong together, by the variables that launchers set.</summary>
public class RankIdentityTests
{
    static RankIdentity? Find(params (string Name, string Value)[] variables) =>
        RankIdentity.Find(name => variables.FirstOrDefault(one => one.Name == name).Value);

    static (string, string)[] Torchrun(string rank, string id = "none", string port = "29500", string restarts = "0") =>
    [
        ("RANK", rank), ("LOCAL_RANK", rank), ("WORLD_SIZE", "2"), ("TORCHELASTIC_RUN_ID", id), ("TORCHELASTIC_RESTART_COUNT", restarts),
        ("MASTER_ADDR", "n0"), ("MASTER_PORT", port),
    ];

    [Fact]
    public void Ranks_of_one_torchrun_have_one_key()
    {
        var (one, two) = (Find(Torchrun("0"))!, Find(Torchrun("1"))!);

        Assert.Equal((0, 0, 2), (one.Rank, one.LocalRank ?? -1, one.Size ?? -1));
        Assert.Equal(one.Key, two.Key);
    }

    [Fact]
    public void Two_torchruns_without_an_id_and_a_restart_have_other_keys() => Assert.Equal(4, new[]
    {
        Torchrun("0"), Torchrun("0", port: "29501"), Torchrun("0", id: "ab12"), Torchrun("0", restarts: "1"),
    }.Select(variables => Find(variables)!.Key).Distinct().Count());

    [Fact]
    public void Steps_of_a_Slurm_job_have_keys_of_their_own()
    {
        (string, string)[] task(string step) => [("SLURM_JOB_ID", "7"), ("SLURM_STEP_ID", step), ("SLURM_PROCID", "3"), ("SLURM_LOCALID", "1"), ("SLURM_STEP_NUM_TASKS", "4")];

        Assert.Equal((3, 1, 4), (Find(task("0"))!.Rank, Find(task("0"))!.LocalRank ?? -1, Find(task("0"))!.Size ?? -1));
        Assert.NotEqual(Find(task("0"))!.Key, Find(task("1"))!.Key);
    }

    [Fact]
    public void The_variables_of_a_batch_script_are_no_rank() =>
        Assert.Null(Find(("SLURM_JOB_ID", "7"), ("SLURM_PROCID", "0"), ("SLURM_LOCALID", "0"), ("SLURM_NTASKS", "4")));

    [Fact]
    public void A_rank_alone_or_without_a_meeting_point_is_not_joined()
    {
        Assert.Null(Find(("RANK", "0"), ("WORLD_SIZE", "1"), ("MASTER_ADDR", "n0"), ("MASTER_PORT", "1")));
        Assert.Null(Find(("RANK", "0"), ("WORLD_SIZE", "2")));
    }

    [Fact]
    public void Processes_of_a_program_itself_meet_at_an_address()
    {
        var found = Find(("RANK", "1"), ("WORLD_SIZE", "2"), ("MASTER_ADDR", "127.0.0.1"), ("MASTER_PORT", "29400"))!;

        Assert.Equal((1, 2), (found.Rank, found.Size ?? -1));
        Assert.Equal(JobLauncher.Torch, JobEnvironment.FindJob(name => name switch { "RANK" => "1", "WORLD_SIZE" => "2", "MASTER_ADDR" => "a", "MASTER_PORT" => "1", _ => null })!.Launcher);
    }
}
