using Tonne.Instruments.Processes;
using Tonne.Instruments.Slurm;

namespace Tonne.Instruments.Tests.Slurm;

/// <summary>Variables as srun and slurmd of Slurm 22.05.8 set them.</summary>
public class SlurmAllocationTests
{
    static SlurmAllocation? Read(int? nodeCpus, int threads, params (string Name, string Value)[] variables) =>
        SlurmAllocation.Read(name => Array.Find(variables, one => one.Name == name).Value, threads, _ => nodeCpus);

    [Fact]
    public void A_step_holds_its_CPUs_of_the_nodes()
    {
        var step = Read(4, 8, ("SLURM_JOB_ID", "1"), ("SLURM_STEP_ID", "0"), ("SLURMD_NODENAME", "n1"), ("SLURM_CPUS_ON_NODE", "1"), ("SLURM_JOB_CPUS_PER_NODE", "2,1"));

        Assert.Equal(new SlurmAllocation("1.0", 1, 4), step);
        Assert.Equal(0.25, step!.Share);
    }

    [Theory]
    [InlineData("n1", 72)]
    [InlineData("n2", 72)]
    [InlineData("n3", 36)]
    public void A_prolog_finds_the_part_of_its_node(string node, int cpus) => Assert.Equal(
        cpus, Read(72, 72, ("SLURM_JOB_ID", "1"), ("SLURMD_NODENAME", node), ("SLURM_NODELIST", "n[1-3]"), ("SLURM_JOB_CPUS_PER_NODE", "72(x2),36"))!.Cpus);

    [Fact]
    public void Without_a_configuration_the_hardware_threads_are_the_CPUs() =>
        Assert.Equal(0.5, Read(null, 8, ("SLURM_JOB_ID", "1"), ("SLURMD_NODENAME", "n1"), ("SLURM_CPUS_ON_NODE", "4"))!.Share);

    [Fact]
    public void More_CPUs_than_the_node_has_or_a_shell_that_slurmd_did_not_start_is_no_allocation()
    {
        Assert.Null(Read(4, 4, ("SLURM_JOB_ID", "1"), ("SLURMD_NODENAME", "n1"), ("SLURM_CPUS_ON_NODE", "8")));
        Assert.Null(Read(4, 4, ("SLURM_JOB_ID", "1"), ("SLURM_CPUS_ON_NODE", "2")));
        Assert.Null(Read(4, 4, ("SLURM_JOB_ID", "1"), ("SLURMD_NODENAME", "n9"), ("SLURM_NODELIST", "n[1-3]"), ("SLURM_JOB_CPUS_PER_NODE", "2(x")));
    }

    [Fact]
    public void A_job_with_the_whole_node_holds_all_of_it()
    {
        var reservation = new ResourceReservation(0.5, 4_000_000, "cpuset").With(new SlurmAllocation("1", 4, 4));

        Assert.Equal(1, reservation.ThreadShare);
        Assert.Equal(4_000_000, reservation.MemoryBytes);
        Assert.True(reservation.IsAllocated);
    }
}
