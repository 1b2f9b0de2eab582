using Tonne.Instruments.Processes;
using Tonne.Instruments.Slurm;

namespace Tonne.Instruments.Tests.Slurm;

public sealed class SlurmJobTests : IDisposable
{
    readonly TreeOnDisk _disk = new();

    [Theory]
    [InlineData(null, "n1", "0")]
    [InlineData("../../etc", "n1", "0")]
    [InlineData("12", "../n1", "0")]
    [InlineData("12", ".n1", "0")]
    [InlineData("12", "n1", "root")]
    public void What_could_be_another_file_is_no_job(string? id, string node, string user)
    {
        Assert.Null(SlurmJob.Read(name => name switch { "SLURM_JOB_ID" => id, "SLURMD_NODENAME" => node, "SLURM_JOB_UID" => user, _ => null }, out var problem));
        Assert.NotNull(problem);
    }

    [Fact]
    public void The_control_group_of_either_version_is_where_Slurm_makes_it()
    {
        var folders = SlurmJobProcesses.ListGroupFolders(new SlurmJob("7", "n1", 1000, 0), [new ControlGroupMembership(1, "/a/x", "/a", ["cpuacct"]), new ControlGroupMembership(2, "/b/x", "/b", [])]);

        Assert.Equal(
            ["/a/slurm_n1/uid_1000/job_7", "/a/slurm/uid_1000/job_7", "/b/system.slice/slurmstepd.scope/job_7", "/b/system.slice/n1_slurmstepd.scope/job_7"], folders);
    }

    [Fact]
    public void Control_groups_of_one_step_after_another_add_up()
    {
        var group = Path.Combine(_disk.Root, "cpuacct", "slurm", "uid_0", "job_7");
        using var job = new SlurmJobProcesses(new SlurmJob("7", "n1", 0, 0), _disk.Tree, [group], 0);
        Write("1000");
        job.Update(findNew: true);
        Write("5000");
        job.Update(findNew: true);

        Directory.Delete(group, recursive: true);
        job.Update(findNew: true);
        Write("300");
        job.Update(findNew: true);

        Assert.Equal(5300, job.CpuNanoseconds);

        void Write(string nanoseconds)
        {
            Directory.CreateDirectory(group);
            File.WriteAllText(Path.Combine(group, "cpuacct.usage"), nanoseconds + "\n");
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), "");
        }
    }

    public void Dispose() => _disk.Dispose();
}
