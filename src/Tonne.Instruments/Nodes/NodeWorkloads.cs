using System.Globalization;
using System.Text;
using Tonne.Instruments.Files;

namespace Tonne.Instruments.Nodes;

/// <summary>Finds the jobs of Slurm and the pods of Kubernetes on a node by their control groups.</summary>
/// <remarks>
/// <para>Slurm: <c>cpuacct/slurm…/uid_U/job_J</c> (version 1), <c>system.slice/…slurmstepd.scope/job_J</c> (version 2). Source: Slurm
/// 22.05,
/// src/plugins/cgroup/v1 and v2.</para>
/// <para>Pods: <c>kubepods/[burstable/|besteffort/]podUID</c> (driver cgroupfs) and
/// <c>kubepods.slice/[kubepods-burstable.slice/]kubepods-burstable-podUID.slice</c> with underscores in the id (driver systemd), also below
/// <c>kubelet</c>.
/// Source: Kubernetes, pkg/kubelet/cm, cgroup_manager_linux.go. A pod's group counts all its containers, ended ones too.</para>
/// </remarks>
/// <param name="files">The files of the machine.</param>
public sealed class NodeWorkloads(FileTree files)
{
    const string Top = "sys/fs/cgroup";
    const int MaxProcessesRead = 16;
    const string UserPrefix = "uid_";
    const string SlurmPrefix = "slurm_";
    const string ScopeSuffix = "_slurmstepd.scope";

    // The id of a pod has 36 letters; of one that the node itself defines, 32.
    const int PodIdLength = 36;
    const int StaticPodIdLength = 32;

    static readonly string[] _version1 = ["cpuacct", "cpu,cpuacct", "cpuacct,cpu"];

    /// <summary>The workloads that are there now, by kind and id.</summary>
    public IReadOnlyList<NodeWorkload> Find()
    {
        var found = new SortedDictionary<string, NodeWorkload>(StringComparer.Ordinal);
        foreach (var (mount, version) in ListMounts())
        {
            foreach (var workload in FindJobs(mount, version).Concat(FindPods(mount, version)))
                found.TryAdd($"{workload.Kind} {workload.Id}", workload);
        }

        return [.. found.Values];
    }

    /// <summary>Reads variables of the first process of a workload that has any of them.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="isWanted">Which variables are kept.</param>
    /// <returns>The variables; empty if none can be read.</returns>
    public IReadOnlyDictionary<string, string> ReadVariables(NodeWorkload workload, Func<string, bool> isWanted)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(isWanted);
        foreach (var id in ListProcessIds(workload.Folder).Take(MaxProcessesRead))
        {
            var text = files.ReadText($"proc/{id.ToString(CultureInfo.InvariantCulture)}/environ") ?? "";
            var variables = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in text.Split('\0'))
            {
                if (entry.IndexOf('=', StringComparison.Ordinal) is > 0 and var sign && isWanted(entry[..sign]))
                    variables[entry[..sign]] = entry[(sign + 1)..];
            }

            if (variables.Count > 0)
                return variables;
        }

        return new Dictionary<string, string>();
    }

    /// <summary>The user of a job of Slurm, from what only root can change: the name of its control group (version 1), or the owner of its
    /// tasks (version 2, whose groups are <c>job_J/step_S/user/task_T</c>).</summary>
    /// <param name="workload">The job.</param>
    /// <returns>Id of the user; null if unknown.</returns>
    public uint? FindUserId(NodeWorkload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var parent = Path.GetFileName(Path.GetDirectoryName(workload.Folder)) ?? "";
        if (workload.Version == 1 && parent.StartsWith(UserPrefix, StringComparison.Ordinal)
            && uint.TryParse(parent.AsSpan(UserPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var named))
            return named;
        return ListProcessIds(workload.Folder, static group => group.EndsWith("/user", StringComparison.Ordinal)
            || group.Contains("/user/", StringComparison.Ordinal)).Take(MaxProcessesRead).Select(ReadRealUserId).FirstOrDefault(static id => id is not null);
    }

    /// <summary>Name of a user of this machine.</summary>
    /// <param name="id">Id of the user.</param>
    /// <returns>Null if <c>/etc/passwd</c> does not have it, as with users of a directory service.</returns>
    public string? FindUserName(uint id)
    {
        foreach (var line in (files.ReadText("etc/passwd") ?? "").Split('\n'))
        {
            // name:password:uid:…
            if (line.Split(':', 4) is [{ Length: > 0 } name, _, var number, _]
                && uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var found) && found == id)
                return name;
        }

        return null;
    }

    /// <summary>Namespace and name of a pod, from the folder of its logs.</summary>
    /// <remarks><c>/var/log/pods/NAMESPACE_NAME_UID</c>; neither name can have an underscore. Source: Kubernetes,
    /// pkg/kubelet/kuberuntime/helpers.go, BuildPodLogsDirectory. Only root writes there.</remarks>
    /// <param name="workload">The pod.</param>
    /// <returns>Null if there is no such folder, or it cannot be read.</returns>
    public (string Namespace, string Name)? FindPodName(NodeWorkload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        foreach (var folder in files.ListNames("var/log/pods"))
        {
            if (folder.Split('_') is [{ Length: > 0 } space, { Length: > 0 } name, var id] && id == workload.Id)
                return (space, name);
        }

        return null;
    }

    uint? ReadRealUserId(int process)
    {
        // Uid: real, effective, saved and that of the file system (proc(5)). A program that is set to another user's changes the second.
        var line = (files.ReadText($"proc/{process.ToString(CultureInfo.InvariantCulture)}/status") ?? "").Split('\n')
            .FirstOrDefault(static line => line.StartsWith("Uid:", StringComparison.Ordinal));
        return uint.TryParse(
            line?["Uid:".Length..].Split('\t', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(), NumberStyles.None,
            CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    /// <summary>The node in <c>slurm_NODE/uid_U/job_J</c> and <c>NODE_slurmstepd.scope/job_J</c>; null if there is none.</summary>
    static string? FindNode(string folder)
    {
        foreach (var part in folder.Split('/'))
        {
            if (part.StartsWith(SlurmPrefix, StringComparison.Ordinal))
                return part[SlurmPrefix.Length..];
            if (part.EndsWith(ScopeSuffix, StringComparison.Ordinal))
                return part[..^ScopeSuffix.Length];
        }

        return null;
    }

    IEnumerable<(string Mount, int Version)> ListMounts()
    {
        // Version 1 first: in a hybrid of both, version 2 has the groups of systemd only, and counts no CPU time.
        foreach (var name in _version1.Where(name => files.Exists($"{Top}/{name}")))
            yield return ($"{Top}/{name}", 1);
        if (files.Exists(Top + "/cgroup.controllers"))
            yield return (Top, 2);
        if (files.Exists(Top + "/unified/cgroup.controllers"))
            yield return (Top + "/unified", 2);
    }

    IEnumerable<NodeWorkload> FindJobs(string mount, int version)
    {
        var above = version == 1
            ? ListFolders(mount, static name => name == "slurm" || name.StartsWith(SlurmPrefix, StringComparison.Ordinal))
                .SelectMany(folder => ListFolders(folder, static name => name.StartsWith(UserPrefix, StringComparison.Ordinal)))
            : ListFolders(mount + "/system.slice", static name => name.EndsWith("slurmstepd.scope", StringComparison.Ordinal));
        foreach (var folder in above.SelectMany(
            folder => ListFolders(folder, static name => name.StartsWith("job_", StringComparison.Ordinal))))
        {
            var id = Path.GetFileName(folder)["job_".Length..];
            if (id.Length is > 0 and < 20 && id.All(char.IsAsciiDigit))
                yield return new NodeWorkload(NodeWorkloadKind.SlurmJob, id, files.GetFullPath(folder), version, FindNode(folder));
        }
    }

    IEnumerable<NodeWorkload> FindPods(string mount, int version)
    {
        var tops = ListFolders(mount, IsPodsFolder).Concat(ListFolders(mount, static name => name is "kubelet" or "kubelet.slice")
            .SelectMany(folder => ListFolders(folder, IsPodsFolder)));
        foreach (var top in tops)
        {
            // Guaranteed pods are at the top, the others one below.
            foreach (var folder in ListFolders(top, static _ => true).Concat(
                ListFolders(top, IsClassFolder).SelectMany(each => ListFolders(each, static _ => true))))
            {
                if (ParsePodId(Path.GetFileName(folder)) is { } id)
                    yield return new NodeWorkload(NodeWorkloadKind.Pod, id, files.GetFullPath(folder), version);
            }
        }
    }

    static bool IsPodsFolder(string name) => name is "kubepods" or "kubepods.slice" or "kubelet-kubepods.slice";

    static bool IsClassFolder(string name) =>
        name is "burstable" or "besteffort" || name.EndsWith("kubepods-burstable.slice", StringComparison.Ordinal) || name.EndsWith(
            "kubepods-besteffort.slice", StringComparison.Ordinal);

    /// <summary>The id in the name of a pod's group; null if it is none.</summary>
    static string? ParsePodId(string name)
    {
        var start = name.StartsWith("pod", StringComparison.Ordinal) ? 3 : name.LastIndexOf(
            "-pod", StringComparison.Ordinal) is >= 0 and var at ? at + 4 : -1;
        if (start < 0)
            return null;
        var id = (name.EndsWith(".slice", StringComparison.Ordinal) ? name[start..^".slice".Length] : name[start..]).Replace('_', '-');
        return id.Length is PodIdLength or StaticPodIdLength && id.All(static letter => char.IsAsciiHexDigitLower(letter) || letter == '-')
            ? id : null;
    }

    static IEnumerable<int> ListProcessIds(string folder, Func<string, bool>? isWanted = null)
    {
        foreach (var group in Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Prepend(
            folder) : [])
        {
            if (isWanted?.Invoke(group) == false)
                continue;
            foreach (var line in ReadLines(Path.Combine(group, "cgroup.procs")))
            {
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0)
                    yield return id;
            }
        }
    }

    static string[] ReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path, Encoding.ASCII);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    IEnumerable<string> ListFolders(string folder, Func<string, bool> isWanted) =>
        files.ListNames(folder).Where(isWanted).Select(name => $"{folder}/{name}").Where(path => Directory.Exists(files.GetFullPath(path)));
}
