using System.Globalization;
using System.Text;
using Tonne.Instruments.Files;
using Tonne.Instruments.Processes;

namespace Tonne.Instruments.Slurm;

/// <summary>The processes of one Slurm job on this node, and their CPU time.</summary>
/// <remarks>
/// By the job's control group where Slurm makes one: <c>cpuacct/slurm_NODE/uid_U/job_J</c> or <c>cpuacct/slurm/uid_U/job_J</c> (version 1),
/// <c>system.slice/slurmstepd.scope/job_J</c> or <c>NODE_slurmstepd.scope</c> (version 2). Slurm removes it after the last step and makes it again for the
/// next; the counts of all are added. Else by the step daemons of the job (<c>slurmstepd: [J.S]</c>, root's) and their descendants, and by processes of the
/// job's user whose environment has its <c>SLURM_JOB_ID</c>. Where several slurmd run on one machine, <c>SLURMD_NODENAME</c> in the environment of the tasks
/// distinguishes them. What is used between the last reading and the end of a step is not seen. Not thread safe.
/// Source: Slurm 22.05, src/plugins/cgroup/v1 and v2; slurmstepd's process title.
/// </remarks>
sealed class SlurmJobProcesses : IDisposable
{
    readonly SlurmJob _job;
    readonly FileTree _files;
    readonly string[] _groupFolders;
    readonly uint _daemonOwner;
    readonly Dictionary<int, ProcessTree> _trees = [];
    readonly Dictionary<(int Id, long Start), bool> _decided = [];
    JobControlGroup? _group;
    long _groupLast;
    long _groupEnded;
    long _treesEnded;
    bool _usesGroup;

    public SlurmJobProcesses(SlurmJob job)
        : this(job, FileTree.Local, ListGroupFolders(job, ControlGroupLocator.ReadOwn()), 0)
    {
    }

    internal SlurmJobProcesses(SlurmJob job, FileTree files, IEnumerable<string> groupFolders, uint daemonOwner) =>
        (_job, _files, _groupFolders, _daemonOwner) = (job, files, [.. groupFolders], daemonOwner);

    /// <summary>CPU time of the job so far, in ns; never falls.</summary>
    public long CpuNanoseconds { get; private set; }

    /// <summary>How the job is found, for people.</summary>
    public string Source => _usesGroup ? "its control group" : "its processes";

    /// <summary>Ids of the processes that live now.</summary>
    public IReadOnlyList<int> LiveIds { get; private set; } = [];

    /// <summary>Whether a process was part of the job at the last search.</summary>
    public bool Contains(int processId) => LiveIds.Contains(processId);

    /// <summary>Folders in which Slurm may make the control group of a job, the likeliest first.</summary>
    internal static IEnumerable<string> ListGroupFolders(SlurmJob job, IReadOnlyList<ControlGroupMembership> places)
    {
        var (id, user) = ("job_" + job.Id, string.Create(CultureInfo.InvariantCulture, $"uid_{job.UserId}"));
        foreach (var place in places.Where(place => place.Version == 1 && place.Controllers.Contains("cpuacct")))
        {
            yield return Path.Join(place.Mount, $"slurm_{job.Node}", user, id);
            yield return Path.Join(place.Mount, "slurm", user, id);
        }

        foreach (var place in places.Where(place => place.Version == 2))
        {
            yield return Path.Join(place.Mount, "system.slice", "slurmstepd.scope", id);
            yield return Path.Join(place.Mount, "system.slice", $"{job.Node}_slurmstepd.scope", id);
        }
    }

    /// <summary>Reads the job again and adds its new CPU time.</summary>
    /// <param name="findNew">Whether to search for new processes too, at a cost that grows with the processes of the machine.</param>
    public void Update(bool findNew)
    {
        if (!UpdateGroup() && !_usesGroup)
            UpdateTrees(findNew);
        CpuNanoseconds = Math.Max(CpuNanoseconds, _groupEnded + _groupLast + _treesEnded + _trees.Values.Sum(tree => tree.CpuNanoseconds));
    }

    /// <summary>Reads the control group.</summary>
    /// <returns>False if there is none now.</returns>
    bool UpdateGroup()
    {
        if (_group is null)
        {
            foreach (var folder in _groupFolders)
            {
                _group = JobControlGroup.TryFollow(folder, folder.Contains("slurmstepd.scope", StringComparison.Ordinal) ? 2 : 1);
                if (_group is not null)
                    break;
            }
        }

        if (_group is null)
            return false;
        var nanoseconds = 0L;
        if (!Directory.Exists(_group.Folder) || !_group.TryReadCpu(out nanoseconds, out _) || nanoseconds < _groupLast)
        {
            // It was removed, or made anew: what it had counted stays.
            (_groupEnded, _groupLast) = (_groupEnded + _groupLast, 0);
            _group.Dispose();
            _group = null;
            LiveIds = [];
            return false;
        }

        if (!_usesGroup)
        {
            // What the trees have seen so far is in the group's count.
            _usesGroup = true;
            _trees.Clear();
            _treesEnded = 0;
        }

        _groupLast = nanoseconds;
        LiveIds = _group.ListProcessIds();
        return true;
    }

    void UpdateTrees(bool findNew)
    {
        if (findNew)
        {
            foreach (var id in FindRoots())
            {
                if (!_trees.ContainsKey(id) && !_trees.Values.Any(tree => tree.Contains(id)) && ProcessTree.OfProcess(id) is { } tree)
                    _trees[id] = tree;
            }
        }

        var live = new List<int>();
        foreach (var (id, tree) in _trees.ToArray())
        {
            tree.Update(0, findNew);
            if (tree.LiveIds.Any())
            {
                live.AddRange(tree.LiveIds);
                continue;
            }

            _treesEnded += tree.CpuNanoseconds;
            _trees.Remove(id);
        }

        LiveIds = live;
    }

    /// <summary>Step daemons of the job on this node, and processes of its user that carry its id and are below none of them.</summary>
    IEnumerable<int> FindRoots()
    {
        var (daemons, others) = (new List<int>(), new List<int>());
        foreach (var name in _files.ListNames("proc"))
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == Environment.ProcessId || ReadStart(id) is not { } start)
                continue;
            if (_decided.TryGetValue((id, start), out var isDaemon))
            {
                if (isDaemon)
                    daemons.Add(id);
                continue;
            }

            switch (Classify(id))
            {
                case Kind.Daemon:
                    _decided[(id, start)] = true;
                    daemons.Add(id);
                    break;
                case Kind.Task:
                    others.Add(id);
                    break;
                case Kind.Foreign:
                    _decided[(id, start)] = false;
                    break;
                default:
                    // A step daemon whose tasks do not run yet: the next search knows.
                    break;
            }
        }

        return [.. daemons, .. others.Where(id => !daemons.Exists(daemon => ProcessIdentity.IsAncestor(daemon, id)) && !others.Exists(other => other != id && ProcessIdentity.IsAncestor(other, id)))];
    }

    Kind Classify(int id)
    {
        var words = ReadText(id, "cmdline");
        if (words.StartsWith($"slurmstepd: [{_job.Id}.", StringComparison.Ordinal))
            return ReadOwner(id) == _daemonOwner ? ClassifyDaemon(id) : Kind.Foreign;
        if (ReadOwner(id) != _job.UserId)
            return Kind.Foreign;
        var variables = ReadText(id, "environ").Split('\0');
        // Prologs, epilogs and recorders have the variables of the job, and are not part of it.
        if (Array.Exists(variables, entry => entry.StartsWith("SLURM_SCRIPT_CONTEXT=", StringComparison.Ordinal)))
            return Kind.Foreign;
        var isTask = variables.Contains("SLURM_JOB_ID=" + _job.Id, StringComparer.Ordinal) && (FindNode(variables) is not { } node || node == _job.Node);
        // A process that has just been forked may still execute the task.
        return isTask ? Kind.Task : Kind.Unknown;
    }

    Kind ClassifyDaemon(int id)
    {
        var sawChild = false;
        foreach (var child in _files.ListNames("proc").Select(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var one) ? one : 0).Where(one => one > 0 && ProcessIdentity.GetParentId(one) == id))
        {
            sawChild = true;
            if (FindNode(ReadText(child, "environ").Split('\0')) is { } node)
                return node == _job.Node ? Kind.Daemon : Kind.Foreign;
        }

        return sawChild ? Kind.Daemon : Kind.Unknown;
    }

    static string? FindNode(string[] variables) =>
        Array.Find(variables, entry => entry.StartsWith("SLURMD_NODENAME=", StringComparison.Ordinal))?["SLURMD_NODENAME=".Length..];

    long? ReadStart(int id) =>
        _files.ReadBytes($"proc/{id.ToString(CultureInfo.InvariantCulture)}/stat", out var reason) is var bytes && reason is null && ProcessStat.TryParse(bytes, out var stat) && !stat.IsDead ? stat.StartTicks : null;

    string ReadText(int id, string file) =>
        Encoding.UTF8.GetString(_files.ReadBytes($"proc/{id.ToString(CultureInfo.InvariantCulture)}/{file}", out var reason)) is var text && reason is null ? text : "";

    uint? ReadOwner(int id)
    {
        foreach (var line in ReadText(id, "status").Split('\n'))
        {
            // Uid: real effective saved of files
            if (line.StartsWith("Uid:", StringComparison.Ordinal) && uint.TryParse(line[4..].Split('\t', StringSplitOptions.RemoveEmptyEntries) is [var real, ..] ? real : "", NumberStyles.None, CultureInfo.InvariantCulture, out var owner))
                return owner;
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _group?.Dispose();

    enum Kind
    {
        Unknown,
        Foreign,
        Task,
        Daemon,
    }
}
