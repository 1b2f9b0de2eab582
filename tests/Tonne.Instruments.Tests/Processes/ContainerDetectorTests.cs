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
    // Podman with the cgroupfs driver, and rootless; Docker below Kubernetes; containerd with the systemd driver; each as found in published logs and sources of these projects.
    [InlineData("0::/libpod_parent/libpod-" + Id, "podman")]
    [InlineData("0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + Id + ".scope/container", "podman")]
    [InlineData("4:memory:/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0.slice/docker-" + Id + ".scope", "docker")]
    [InlineData("0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0.slice/cri-containerd-" + Id + ".scope", "containerd")]
    [InlineData("0::/kubepods/besteffort/pod0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0/crio-" + Id, "cri-o")]
    [InlineData("13:name=systemd:/kuberuntime/containerd/kubepods-pod0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0:cri-containerd:" + Id, "containerd")]
    [InlineData("9:perf_event:/ecs/55091c13-b8cf-4801-b527-f4601742204d/" + Id, "ecs")]
    [InlineData("0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0b1c2d3e_4f50_6172_8394_a5b6c7d8e9f0.slice/crio-" + Id + ".scope", "cri-o")]
    public void The_control_group_names_the_runtime_and_the_container(string group, string runtime)
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/cgroup", group + "\n");

        var found = Detect(disk)!;

        Assert.Equal((runtime, Id), (found.Runtime, found.Id));
        Assert.Equal(group.Contains("pod0b1c", StringComparison.Ordinal) ? Pod : null, found.PodUid);
    }

    [Theory]
    [InlineData("0::/lxc.payload.tempest/init.scope", "lxc", "tempest")]
    [InlineData("4:memory:/lxc/web-1", "lxc", "web-1")]
    [InlineData("0::/lxc.payload/web-1/user.slice", "lxc", "web-1")]
    [InlineData("0::/machine.slice/machine-debian.scope/payload", "systemd-nspawn", "debian")]
    [InlineData("0::/machine.slice/systemd-nspawn@debian.service/payload", "systemd-nspawn", "debian")]
    [InlineData("1:name=systemd:/ecs/d5b9f4b5e1d94bd5a0e5d0a3cd1f0bf0/d5b9f4b5e1d94bd5a0e5d0a3cd1f0bf0-2531612879", "ecs", "d5b9f4b5e1d94bd5a0e5d0a3cd1f0bf0-2531612879")]
    public void A_container_without_a_hash_has_its_name(string group, string runtime, string name)
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/cgroup", group + "\n");

        Assert.Equal(new ContainerIdentity(runtime, name), Detect(disk));
    }

    [Theory]
    [InlineData("0::/machine.slice/machine-qemu-1-guest.scope/libvirt/emulator")]
    [InlineData("0::/lxc.monitor.tempest")]
    [InlineData("0::/user.slice/user-1000.slice/session-3.scope")]
    public void A_virtual_machine_a_monitor_and_a_session_are_no_containers(string group)
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/cgroup", group + "\n");

        Assert.Null(Detect(disk));
    }

    [Fact]
    public void A_container_whose_group_is_hidden_is_named_by_what_systemd_says_inside_it()
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/cgroup", "0::/\n").With("run/systemd/container", "lxc\n");

        Assert.Equal(new ContainerIdentity("lxc", null), Detect(disk));
    }

    // A pod that the node defines itself (a static pod) has a hash of its file, without hyphens, as its uid.
    [Fact]
    public void A_static_pod_has_a_uid_without_hyphens()
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/cgroup", $"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podc704ef4c297ab11032b83ce52cbfc87b.slice/cri-containerd-{Id}.scope\n");

        Assert.Equal("c704ef4c297ab11032b83ce52cbfc87b", Detect(disk)!.PodUid);
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
