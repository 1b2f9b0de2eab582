using Tonne.Instruments.Processes;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Processes;

/// <summary>Containers by the control groups and mounts that Docker, containerd, CRI-O, Podman and Kubernetes make.</summary>
public class ContainerDetectorTests
{
    const string Id = "4f1a9c0b2d3e4f5061728394a5b6c7d8e9f00112233445566778899aabbccdde";
    const string Pod = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0";

    static ContainerIdentity? Detect(TreeOnDisk disk, params (string Name, string Value)[] variables) =>
        ContainerDetector.Detect(name => Array.Find(variables, variable => variable.Name == name).Value, disk.Tree);

    [Theory]
    [InlineData("12:cpuacct:/docker/" + Id, "docker")]
    [InlineData("0::/system.slice/docker-" + Id + ".scope", "docker")]
    [InlineData("0::/machine.slice/libpod-" + Id + ".scope/container", "podman")]
    [InlineData("0::/system.slice/containerd.service/kubepods-burstable-pod0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0.slice:cri-containerd:" + Id, "containerd")]
    [InlineData("0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0.slice/crio-" + Id + ".scope", "cri-o")]
    public void The_control_group_names_the_runtime_and_the_container(string group, string runtime)
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/cgroup", group + "\n");

        var found = Detect(disk)!;

        Assert.Equal((runtime, Id), (found.Runtime, found.Id));
        Assert.Equal(group.Contains("pod0b1c", StringComparison.Ordinal) ? Pod : null, found.PodUid);
    }

    [Fact]
    public void A_pod_has_its_name_uid_and_namespace()
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/cgroup", $"11:cpuacct:/kubepods/burstable/pod{Pod}/{Id}\n").With("etc/hostname", "train-5c9f-xk2\n")
            .With("var/run/secrets/kubernetes.io/serviceaccount/namespace", "research");

        Assert.Equal(new ContainerIdentity("unknown", Id, "train-5c9f-xk2", Pod, "research"), Detect(disk, ("KUBERNETES_SERVICE_HOST", "10.0.0.1")));
    }

    // With a namespace of control groups the path is "/"; the runtime's files are mounted from a folder that has the id.
    [Fact]
    public void A_container_that_sees_only_its_own_group_is_known_by_what_is_mounted_into_it()
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/cgroup", "0::/\n")
            .With("proc/self/mountinfo", $"900 880 254:1 /var/lib/docker/containers/{Id}/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw\n");

        Assert.Equal(new ContainerIdentity("docker", Id), Detect(disk));
    }

    // A host lists the mounts of its containers too: it is in none of them.
    [Fact]
    public void A_host_of_containers_and_pods_is_no_container()
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/cgroup", "0::/user.slice/user-1000.slice/session-3.scope\n")
            .With("proc/self/mountinfo", $"70 28 0:60 / /var/lib/docker/containers/{Id}/mounts/shm rw - tmpfs shm rw\n71 28 0:61 / /var/lib/kubelet/pods/{Pod}/volumes/x rw - tmpfs tmpfs rw\n");

        Assert.Null(Detect(disk));
    }

    [Fact]
    public void Apptainer_and_marked_containers_are_known_without_an_id()
    {
        using var disk = new TreeOnDisk();
        Assert.Null(Detect(disk));
        Assert.Equal(new ContainerIdentity("apptainer"), Detect(disk, ("APPTAINER_CONTAINER", "/images/torch.sif")));
        disk.With(".dockerenv", "");
        Assert.Equal(new ContainerIdentity("docker"), Detect(disk));
    }
}
