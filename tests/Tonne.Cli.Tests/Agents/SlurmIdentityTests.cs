using Tonne.Cli.Agents;
using Tonne.Cli.Slurm;
using Tonne.Instruments.Nodes;

namespace Tonne.Cli.Tests.Agents;

public class SlurmIdentityTests
{
    static readonly NodeWorkload _job = new(NodeWorkloadKind.SlurmJob, "7", "/sys/fs/cgroup/cpuacct/slurm/uid_1000/job_7", 1);

    // What a user writes into the variables of a job to be somebody else on somebody else's bill.
    static readonly Dictionary<string, string> _claimed = new(StringComparer.Ordinal)
    {
        ["SLURM_JOB_ID"] = "7", ["SLURM_JOB_NAME"] = "innocent", ["SLURM_JOB_ACCOUNT"] = "free", ["SLURM_JOB_USER"] = "root",
        ["SLURM_JOB_PARTITION"] = "cheap", ["SLURM_JOB_NODELIST"] = "n[1-9]", ["SLURM_JOB_CPUS_PER_NODE"] = "1(x9)",
        ["SLURMD_NODENAME"] = "n9", ["SLURM_CONF"] = "/home/mallory/slurm.conf", ["SLURM_CLUSTER_NAME"] = "c",
    };

    static readonly Dictionary<string, string> _facts = new(StringComparer.Ordinal)
    {
        ["SLURM_JOB_NAME"] = "train", ["SLURM_JOB_ACCOUNT"] = "physics", ["SLURM_JOB_USER"] = "mallory", ["SLURM_JOB_UID"] = "1000",
        ["SLURM_JOB_PARTITION"] = "main", ["SLURM_JOB_NODELIST"] = "n1", [ControllerQuery.Cpus] = "4", ["STATE"] = "RUNNING",
    };

    [Fact]
    public void What_the_controller_says_is_not_overruled_by_a_users_variables()
    {
        var identity = SlurmIdentity.Create(_job, _claimed, _facts, 1000, null, "/etc/slurm/slurm.conf");

        Assert.Equal(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SLURM_JOB_ID"] = "7", ["SLURM_JOB_NAME"] = "train", ["SLURM_JOB_ACCOUNT"] = "physics", ["SLURM_JOB_USER"] = "mallory",
            ["SLURM_JOB_UID"] = "1000", ["SLURM_JOB_PARTITION"] = "main", ["SLURM_JOB_NODELIST"] = "n1", ["SLURM_JOB_CPUS_PER_NODE"] = "4",
            ["SLURMD_NODENAME"] = "n1", ["SLURM_CONF"] = "/etc/slurm/slurm.conf", ["SLURM_CLUSTER_NAME"] = "c",
        }, identity.Variables);
        Assert.Equal("cluster", identity.Tags[SlurmIdentity.UnverifiedTag]);
    }

    [Fact]
    public void Without_a_controller_the_user_is_that_of_the_control_group_and_the_rest_is_marked()
    {
        var identity = SlurmIdentity.Create(_job, _claimed, null, 1000, "mallory", null);

        Assert.Equal(("mallory", "free", "innocent"), (
            identity.Variables["SLURM_JOB_USER"], identity.Variables["SLURM_JOB_ACCOUNT"], identity.Variables["SLURM_JOB_NAME"]));
        Assert.Equal("account,cluster,cpus,name,node,nodes,partition", identity.Tags[SlurmIdentity.UnverifiedTag]);
        Assert.False(identity.Variables.ContainsKey("SLURM_CONF"));
    }

    [Fact]
    public void A_user_without_a_name_is_a_number() =>
        Assert.Equal("1000", SlurmIdentity.Create(_job, _claimed, null, 1000, null, null).Variables["SLURM_JOB_USER"]);

    [Fact]
    public void A_job_of_another_user_with_the_same_number_is_another_job()
    {
        var identity = SlurmIdentity.Create(_job, _claimed, _facts, 1001, "ada", null);

        Assert.Equal(("ada", "free"), (identity.Variables["SLURM_JOB_USER"], identity.Variables["SLURM_JOB_ACCOUNT"]));
    }

    [Fact]
    public void Variables_of_another_job_say_nothing()
    {
        var identity = SlurmIdentity.Create(_job with { Id = "8", Node = "n3" }, _claimed, null, 1000, "ada", null);

        Assert.Equal(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SLURM_JOB_ID"] = "8", ["SLURM_JOB_USER"] = "ada", ["SLURM_JOB_UID"] = "1000", ["SLURMD_NODENAME"] = "n3",
        }, identity.Variables);
        Assert.Empty(identity.Tags);
    }
}
