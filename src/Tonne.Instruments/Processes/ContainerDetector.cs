using System.Text.RegularExpressions;
using Tonne.Instruments.Files;
using Tonne.Runs;

namespace Tonne.Instruments.Processes;

/// <summary>Recognises the container and the Kubernetes pod in which this process runs.</summary>
/// <remarks>
/// From the control group where the host's is visible, else from the files that a runtime mounts into every container (hostname, hosts); a pod's
/// name is its host name, its namespace a mounted file. Sources: Kubernetes, "Pods" (hostname) and "Accessing the Kubernetes API from a Pod";
/// Docker, containerd, CRI-O and Podman by the paths and unit names that they make.
/// </remarks>
static partial class ContainerDetector
{
    const int MatchTimeoutMilliseconds = 1000;

    /// <summary>The container of this process; null if it is in none.</summary>
    /// <param name="getVariable">Reads an environment variable; null if it is not set.</param>
    /// <param name="files">The files of the running system. Default: this one's.</param>
    public static ContainerIdentity? Detect(Func<string, string?> getVariable, FileTree? files = null)
    {
        try
        {
            return Find(getVariable, files ?? FileTree.Local);
        }
        catch (RegexMatchTimeoutException)
        {
            // No kernel writes such lines.
            return null;
        }
    }

    static ContainerIdentity? Find(Func<string, string?> getVariable, FileTree files)
    {
        var groups = files.ReadText("proc/self/cgroup") ?? "";
        var mounts = FindRuntimeMounts(files.ReadText("proc/self/mountinfo") ?? "");
        var inGroup = GroupPattern().Match(groups);
        var inMounts = MountPattern().Match(mounts);
        var pod = PodPattern().Match(groups) is { Success: true } podOfGroup ? podOfGroup : PodPattern().Match(mounts);
        // An LXC or nspawn container has a name, not a number; systemd inside it says what it is in where the group is hidden.
        var named = inGroup.Success || inMounts.Success ? Match.Empty : NamedGroupPattern().Match(groups);
        var inside = files.ReadLine("run/systemd/container") is "lxc" or "lxc-libvirt" ? "lxc" : files.ReadLine("run/systemd/container") is "systemd-nspawn" ? "systemd-nspawn" : null;
        var id = named.Success ? named.Groups["name"].Value : inGroup.Success ? inGroup.Groups["id"].Value : inMounts.Success ? inMounts.Groups["id"].Value : null;
        var inKubernetes = getVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } || pod.Success;
        var apptainer = getVariable("APPTAINER_CONTAINER") ?? getVariable("SINGULARITY_CONTAINER");
        var isMarked = files.Exists(".dockerenv") || files.Exists("run/.containerenv");
        if (id is null && !inKubernetes && apptainer is null && inside is null && !isMarked)
            return null;
        var runtime = Name(inGroup.Groups["runtime"].Value.Split('/')[0]) ?? Name(inMounts.Groups["runtime"].Value)
            ?? (named.Groups["nspawn"].Success ? "systemd-nspawn" : named.Success ? "lxc" : inside)
            ?? (apptainer is not null ? "apptainer" : files.Exists("run/.containerenv") ? "podman" : files.Exists(".dockerenv") ? "docker" : "unknown");
        return new ContainerIdentity(
            runtime, id,
            inKubernetes ? files.ReadLine("etc/hostname")?.Trim() is { Length: > 0 } name ? name : getVariable("HOSTNAME") : null,
            pod.Success ? pod.Groups["uid"].Value.Replace('_', '-') : null,
            inKubernetes ? files.ReadLine("var/run/secrets/kubernetes.io/serviceaccount/namespace")?.Trim() : null);
    }

    /// <summary>Origins of the files that a runtime mounts into a container. The host lists other mounts of its containers, which are not ours.</summary>
    static string FindRuntimeMounts(string mountinfo)
    {
        var found = new List<string>();
        foreach (var line in mountinfo.Split('\n'))
        {
            // id parent device ROOT MOUNT …
            var fields = line.Split(' ', 6);
            if (fields.Length == 6 && fields[4] is "/etc/hostname" or "/etc/hosts" or "/etc/resolv.conf" or "/dev/termination-log")
                found.Add(fields[3]);
        }

        return string.Join('\n', found);
    }

    static string? Name(string found) => found switch
    {
        "docker" => "docker",
        "cri-containerd" or "containerd" or "io.containerd.runtime.v2.task" or "io.containerd.grpc.v1.cri" => "containerd",
        "crio" => "cri-o",
        "libpod" or "overlay-containers" => "podman",
        "ecs" => "ecs",
        _ => null,
    };

    // /docker/ID, /system.slice/docker-ID.scope, /kubepods/…/podUID/ID, …/cri-containerd-ID.scope, …/crio-ID.scope, /machine.slice/libpod-ID.scope,
    // /ecs/TASK/ID, of Fargate /ecs/TASK/TASK-NUMBER
    [GeneratedRegex(@"(?:(?<runtime>docker|cri-containerd|crio|libpod|containerd|ecs/(?:[^/\s]+/)?[0-9a-f-]+)[-/:])?(?:(?<=[-/:])(?<id>[0-9a-f]{64}|(?<=/ecs/[0-9a-f]{32}/)[0-9a-f]{32}-[0-9]+))(?:\.scope)?(?:/|\s|$)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, MatchTimeoutMilliseconds)]
    private static partial Regex GroupPattern();

    // /lxc/NAME, /lxc.payload/NAME, /lxc.payload.NAME; /machine.slice/machine-NAME.scope and systemd-nspawn@NAME.service, which are not those of virtual machines
    [GeneratedRegex(@":/(?:[^\n]*/)?(?:lxc(?:/|\.payload[/.])(?<name>[^/\s]+)|(?<nspawn>machine-(?!qemu)|systemd-nspawn@)(?<name>[^/\s]+?)\.(?:scope|service))(?:/|\s|$)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, MatchTimeoutMilliseconds)]
    private static partial Regex NamedGroupPattern();

    // …/docker/containers/ID/hostname, …/overlay-containers/ID/userdata/hostname, …/io.containerd.grpc.v1.cri/sandboxes/ID/hostname
    [GeneratedRegex(@"/(?<runtime>docker|overlay-containers|io\.containerd\.grpc\.v1\.cri|io\.containerd\.runtime\.v2\.task)/(?:[a-z0-9.]+/)?(?<id>[0-9a-f]{64})/", RegexOptions.ExplicitCapture, MatchTimeoutMilliseconds)]
    private static partial Regex MountPattern();

    // /kubepods/burstable/podUID, kubepods-pod1234_5678.slice, /var/lib/kubelet/pods/UID/etc-hosts; a pod that the node itself defines has a hash
    [GeneratedRegex(@"(?:\bpod|/pods/)(?<uid>[0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32}\b)", RegexOptions.ExplicitCapture, MatchTimeoutMilliseconds)]
    private static partial Regex PodPattern();
}
