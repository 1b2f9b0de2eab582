using Tonne.Instruments.Nodes;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Tests.Nodes;

public sealed class NodeWorkloadsTests : IDisposable
{
    const string PodId = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0";
    const string Cpuacct = "sys/fs/cgroup/cpuacct";

    readonly TreeOnDisk _tree = new();

    public void Dispose() => _tree.Dispose();

    (NodeWorkloadKind Kind, string Id, int Version)[] Find() =>
        [.. new NodeWorkloads(_tree.Tree).Find().Select(workload => (workload.Kind, workload.Id, workload.Version))];

    /// <summary>Paths: Slurm 22.05, src/plugins/cgroup/v1/cgroup_v1.c (slurm, or slurm_NODE with several slurmd), xcgroup
    /// uid_U/job_J.</summary>
    [Theory]
    [InlineData("cpuacct/slurm/uid_1000/job_4711")]
    [InlineData("cpu,cpuacct/slurm_n1/uid_0/job_4711/step_0")]
    public void Jobs_of_Slurm_in_version_1(string path)
    {
        _tree.WithFolder("sys/fs/cgroup/" + path);

        Assert.Equal([(NodeWorkloadKind.SlurmJob, "4711", 1)], Find());
    }

    /// <summary>Paths: Slurm 22.05, src/plugins/cgroup/v2/cgroup_v2.c, system.slice/[NODE_]slurmstepd.scope.</summary>
    [Theory]
    [InlineData("slurmstepd.scope")]
    [InlineData("n1_slurmstepd.scope")]
    public void Jobs_of_Slurm_in_version_2(string scope)
    {
        _tree.With("sys/fs/cgroup/cgroup.controllers", "cpu memory\n").WithFolder($"sys/fs/cgroup/system.slice/{scope}/job_4711/step_0")
            .WithFolder($"sys/fs/cgroup/system.slice/{scope}/system");

        Assert.Equal([(NodeWorkloadKind.SlurmJob, "4711", 2)], Find());
    }

    /// <summary>Paths: Kubernetes, pkg/kubelet/cm/cgroup_manager_linux.go: the drivers cgroupfs and systemd, and kind's kubelet
    /// root.</summary>
    [Theory]
    [InlineData("kubepods/burstable/pod0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0")]
    [InlineData("kubepods/pod0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0")]
    [InlineData("kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0.slice")]
    [InlineData("kubepods.slice/kubepods-pod0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0.slice")]
    [InlineData("kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0.slice")]
    public void Pods(string path)
    {
        _tree.With("sys/fs/cgroup/cgroup.controllers", "cpu memory\n").WithFolder(
            $"sys/fs/cgroup/{path}/cri-containerd-{new string('a', 64)}.scope");

        Assert.Equal([(NodeWorkloadKind.Pod, PodId, 2)], Find());
    }

    [Theory]
    [InlineData("slurm/uid_1000/job_")]
    [InlineData("slurm/uid_1000/job_4711x")]
    [InlineData("slurmother/uid_1000/job_1")]
    [InlineData("kubepods/burstable")]
    [InlineData("kubepods/burstable/pod../x")]
    [InlineData("user.slice/kubepods/pod0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0")]
    public void Other_groups_are_no_workloads(string path)
    {
        _tree.WithFolder($"{Cpuacct}/{path}");

        Assert.Empty(Find());
    }

    [Fact]
    public void Variables_are_those_of_the_first_process_that_has_them()
    {
        _tree.With($"{Cpuacct}/slurm/uid_7/job_1/cgroup.procs", "10\n").With($"{Cpuacct}/slurm/uid_7/job_1/step_0/cgroup.procs", "11\n12\n")
            .With("proc/11/environ", "PATH=/bin\0SLURM_JOB_NAME=train\0SECRET=x\0");
        var workloads = new NodeWorkloads(_tree.Tree);

        var variables = workloads.ReadVariables(workloads.Find().Single(), name => name.StartsWith("SLURM", StringComparison.Ordinal));

        Assert.Equal([new KeyValuePair<string, string>("SLURM_JOB_NAME", "train")], variables);
    }

    [Fact]
    public void A_group_counts_from_now_on_and_keeps_its_count_when_it_is_gone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "control groups are Linux's");
        var folder = Path.Join(_tree.Root, Cpuacct, "slurm/uid_7/job_1");
        _tree.With($"{Cpuacct}/slurm/uid_7/job_1/cpuacct.usage", "5000000000\n").With($"{Cpuacct}/slurm/uid_7/job_1/cgroup.procs", "");
        using var job = JobInstruments.FollowControlGroup(folder, 1)!;
        var meter = job.Meters[0];

        Assert.Equal(0, meter.Read(0).Value);
        _tree.With($"{Cpuacct}/slurm/uid_7/job_1/cpuacct.usage", "7500000000\n");
        Assert.Equal(2_500_000_000, meter.Read(1_000_000_000).Value);
        Directory.Delete(folder, recursive: true);
        // The file is still open here; a kernel's file gives an error then.
        Assert.Equal(2_500_000_000, meter.Read(2_000_000_000).Value);
        Assert.Equal(2_500_000_000, job.GetFinalCpuTime().Nanoseconds);
        Assert.Null(JobInstruments.FollowControlGroup(folder, 1));
    }

    /// <summary>Paths as above: the user is in the name of the group in version 1; in version 2 its tasks are below <c>user</c>, and those
    /// of slurmstepd, which is root's, below <c>slurm</c>.</summary>
    [Theory]
    [InlineData("cpuacct/slurm/uid_1000/job_4711", 1000u, null)]
    [InlineData("cpuacct/slurm_n1/uid_0/job_4711", 0u, "n1")]
    [InlineData("system.slice/slurmstepd.scope/job_4711", 1234u, null)]
    [InlineData("system.slice/n1_slurmstepd.scope/job_4711", 1234u, "n1")]
    public void The_user_of_a_job_is_what_only_root_can_change(string path, uint user, string? node)
    {
        _tree.With($"sys/fs/cgroup/{path}/step_0/slurm/cgroup.procs", "10\n").With($"sys/fs/cgroup/{path}/step_0/user/task_0/cgroup.procs", "11\n")
            .With("proc/10/status", "Name:\tslurmstepd\nUid:\t0\t0\t0\t0\n").With("proc/11/status", "Name:\tsudo\nUid:\t1234\t0\t0\t0\n");
        if (!path.StartsWith("cpuacct", StringComparison.Ordinal))
            _tree.With("sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
        var workloads = new NodeWorkloads(_tree.Tree);

        var job = workloads.Find().Single();

        Assert.Equal(user, workloads.FindUserId(job));
        Assert.Equal(node, job.Node);
    }

    /// <summary>Lines as passwd(5) has them.</summary>
    [Theory]
    [InlineData(0u, "root")]
    [InlineData(1000u, "ada")]
    [InlineData(100u, null)]
    public void Names_of_users(uint id, string? name)
    {
        _tree.With("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nada:x:1000:100:Ada:/home/ada:/bin/sh\n");

        Assert.Equal(name, new NodeWorkloads(_tree.Tree).FindUserName(id));
    }

    /// <summary>Paths: Kubernetes, pkg/kubelet/kuberuntime/helpers.go, BuildPodLogsDirectory: namespace, name and id with underscores.</summary>
    [Fact]
    public void A_pod_has_the_name_of_its_logs()
    {
        _tree.With("sys/fs/cgroup/cgroup.controllers", "cpu memory\n").WithFolder($"sys/fs/cgroup/kubepods/pod{PodId}/c")
            .WithFolder($"var/log/pods/default_other_1{PodId[1..]}").WithFolder($"var/log/pods/team-a_train-0_{PodId}/main")
            .WithFolder($"var/log/pods/{PodId}");
        var workloads = new NodeWorkloads(_tree.Tree);
        var pod = workloads.Find().Single();

        Assert.Equal(("team-a", "train-0"), workloads.FindPodName(pod));
        Assert.Null(workloads.FindPodName(pod with { Id = "2" + PodId[1..] }));
    }
}
