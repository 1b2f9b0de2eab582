using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json.Nodes;

namespace Tonne.Trials.Slurm;

/// <summary>A cluster of four nodes on this machine: slurmctld and four slurmd of Debian, each node with a stand-in machine whose counters move by a known power.</summary>
/// <remarks>
/// Prolog and epilog are those of <c>tonne slurm install</c>. All is below a folder of root, because tonne refuses any other as configuration. Processors of
/// 150 W: a package below its idle power (docs/methods/attribution.md: B = min(E, P_idle · dt)) has no active energy, so a job's energy is E × its held share, the
/// allocated CPUs ÷ the node's CPUs of slurm.conf.
/// </remarks>
[UnsupportedOSPlatform("windows")]
public sealed class SlurmCluster : IAsyncLifetime
{
    internal const int NodeCpus = 4;

    /// <summary>Watts of the package of each node: different, so that a mistaken node shows, and below any idle power of such a processor.</summary>
    internal static readonly IReadOnlyDictionary<string, double> Watts = new Dictionary<string, double>(StringComparer.Ordinal) { ["n1"] = 8, ["n2"] = 11, ["n3"] = 14, ["n4"] = 17 };

    /// <summary>Accounts of which a user's jobs can be.</summary>
    internal static readonly IReadOnlyList<string> Accounts = ["vision", "language"];

    readonly List<Process> _own = [];
    readonly bool _hasControlGroups;
    SlurmDatabase? _database;
    readonly DirectoryInfo _folder = Directory.CreateDirectory($"/var/lib/tonne-trial-{Guid.NewGuid():N}");

    public SlurmCluster() : this(hasControlGroups: false)
    {
    }

    /// <summary>A cluster.</summary>
    /// <param name="hasControlGroups">Whether Slurm makes a control group for each job; then the prolog leaves jobs alone while there is the
    /// file <see cref="NoPrologFile"/>.</param>
    internal SlurmCluster(bool hasControlGroups) => _hasControlGroups = hasControlGroups;

    /// <summary>While this file is there, the prolog of a cluster with control groups records no job.</summary>
    internal string NoPrologFile => Path.Combine(Folder, "no-prolog");

    /// <summary>Why the trials are skipped; null if the cluster runs.</summary>
    internal string? SkipReason { get; private set; }

    /// <summary>Why there is no <c>sacct</c>; null if there is one.</summary>
    internal string? NoAccountingReason => _database is null ? $"{SlurmDatabase.MissingProgram} is missing (apt-get install slurmdbd mariadb-server)" : null;

    /// <summary>Why jobs are not seen by <c>job_submit.lua</c>; null if they are.</summary>
    internal static string? NoPluginReason { get; } = Directory.Exists("/usr/lib") && Directory.EnumerateFiles("/usr/lib", "job_submit_lua.so", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true }).Any()
        ? null : "job_submit_lua.so is missing (apt-get install slurm-wlm-basic-plugins)";

    /// <summary>The intensities that <c>job_submit.lua</c> reads.</summary>
    internal string Intensities => Path.Combine(Folder, "intensities.csv");

    internal string Folder => _folder.FullName;

    /// <summary>Folders of the stand-in machines, by the name of the node.</summary>
    internal string Trees => Path.Combine(Folder, "trees");

    internal string Home => Path.Combine(Folder, "ledger");

    /// <summary>What the administrator reads when something is wrong.</summary>
    internal string AdminLog => File.Exists(Path.Combine(Folder, "run", "log")) ? File.ReadAllText(Path.Combine(Folder, "run", "log")) : "";

    internal string Configuration(string file) => Path.Combine(Folder, "etc", file);

    public async ValueTask InitializeAsync()
    {
        if (Environment.UserName != "root")
            SkipReason = "needs root: slurmd and the configuration of tonne are root's";
        else if (new[] { "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged", "/usr/bin/srun" }.FirstOrDefault(program => !File.Exists(program)) is { } missing)
            SkipReason = $"{missing} is missing (apt-get install munge slurm-wlm)";
        else if (!File.Exists(Needs.PythonPath))
            SkipReason = $"{Needs.PythonPath} is missing (apt-get install python3)";
        if (SkipReason is not null)
            return;
        await StartNodesAsync();
        await InstallAsync();
        await StartSlurmAsync();
    }

    /// <summary>Runs a command as a user of the cluster does.</summary>
    internal Task<Finished> RunAsync(params string[] words) => Finished.OfAsync(Start(words));

    internal Process Start(params string[] words)
    {
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            UseShellExecute = false,
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("TONNE", StringComparison.Ordinal) || name.StartsWith("SLURM", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["SLURM_CONF"] = Path.Combine(Folder, "slurm.conf");
        start.Environment["TONNE"] = TonneCommand.Executable;
        start.Environment["TREES"] = Trees;
        start.Environment["TONNE_HOME"] = Home;
        start.Environment["TONNE_ZONE"] = "FR";
        start.Environment["LC_ALL"] = "C.UTF-8";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Writes a script.</summary>
    internal string Script(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        return path;
    }

    /// <summary>Submits a script.</summary>
    /// <returns>The id of the job.</returns>
    internal async Task<string> SubmitAsync(params string[] words)
    {
        var submitted = (await RunAsync(["sbatch", "--parsable", "--output=" + Path.Combine(Folder, "job-%A-%a.out"), .. words])).Expect(0);
        return submitted.Output.Trim().Split(';')[0];
    }

    /// <summary>Waits until a job has left the queue and its recorders have closed.</summary>
    internal async Task EndedAsync(string job)
    {
        await WaitAsync(async () => (await RunAsync("squeue", "-h", "-j", job, "-o", "%T")).Output.Trim().Length == 0, $"job {job} ended");
        await WaitAsync(() => Task.FromResult(!Directory.EnumerateFiles(Path.Combine(Folder, "run"), $"n*.{job}").Concat(Directory.EnumerateFiles(Path.Combine(Folder, "run"), $"n*.{job}.end")).Any()), $"the recorders of job {job} closed");
    }

    /// <summary>Waits until a condition holds, at most a minute.</summary>
    internal async Task WaitAsync(Func<Task<bool>> condition, string what)
    {
        var begin = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(begin) < TimeSpan.FromMinutes(1), $"in a minute it did not happen that {what}\n{AdminLog}");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The runs of a job, closed and read from the ledger; of an array's task by the id of its own.</summary>
    internal async Task<List<RunJson>> ReadRunsAsync(string job, bool covering)
    {
        var list = (await RunAsync(TonneCommand.Executable, "list", "--json", "--limit", "1000")).Expect(0);
        var found = new List<RunJson>();
        foreach (var run in JsonNode.Parse(list.Output)!["runs"]!.AsArray())
        {
            if ((string?)run!["job"]?["id"] != job || (run["job"]!["covers_job"] is not null) != covering)
                continue;
            found.Add(new RunJson((await RunAsync(TonneCommand.Executable, "show", (string)run["id"]!, "--json")).Expect(0).Output));
        }

        return found;
    }

    /// <summary>What the ledger counts.</summary>
    internal async Task<JsonNode> TotalAsync(params string[] options) =>
        JsonNode.Parse((await RunAsync([TonneCommand.Executable, "total", "--json", .. options])).Expect(0).Output)!;

    public async ValueTask DisposeAsync()
    {
        foreach (var process in SkipReason is null ? [] : _own)
            process.Kill();
        if (SkipReason is null)
        {
            await RunAsync("scancel", "--user=root");
            var left = 100;
            while (left-- > 0 && (await RunAsync("squeue", "-h", "-o", "%A")).Output.Length > 0)
                await Task.Delay(50);
            await RunAsync("scontrol", "shutdown");
            foreach (var file in Directory.GetFiles(Folder, "slurm*.pid").Where(file => Path.GetFileName(file) != "slurmdbd.pid").Concat(_database?.ProcessFiles ?? []).Append(Path.Combine(Folder, "munge", "pid")))
                await StopAsync(file);
            // Made with the first job that is recorded.
            Directory.CreateDirectory(Path.Combine(Folder, "run"));
            foreach (var file in Directory.GetFiles(Path.Combine(Folder, "run"), "n?.*").Where(file => !file.EndsWith(".end", StringComparison.Ordinal)))
                await StopAsync(file);
            foreach (var process in _own)
            {
                process.Kill();
                process.Dispose();
            }
        }

        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A daemon that is still ending writes its log; the rest is gone.
        }
    }

    /// <summary>The process id in a file of a daemon.</summary>
    internal static int? ReadProcessId(string file) =>
        File.Exists(file) && int.TryParse(File.ReadAllText(file).Split(' ', '\n')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 1 ? id : null;

    static async Task StopAsync(string file)
    {
        if (ReadProcessId(file) is not { } id)
            return;
        try
        {
            using var process = Process.GetProcessById(id);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            if (!Path.GetFileName(file).StartsWith("slurm", StringComparison.Ordinal) || Path.GetFileName(file) == "slurmdbd.pid")
                process.Kill();
            await process.WaitForExitAsync(limit.Token);
        }
        catch (Exception error) when (error is ArgumentException or OperationCanceledException or InvalidOperationException)
        {
            // It has ended.
        }
    }

    /// <summary>Starts the slurmd of a node again, as after a repair, and waits until the node is idle.</summary>
    internal async Task RestartNodeAsync(string node)
    {
        StartDaemon("/usr/sbin/slurmd", "-N", node);
        // Refused where the controller has not noticed yet that it was gone.
        await RunAsync("scontrol", "update", "NodeName=" + node, "State=RESUME");
        await IdleAsync();
    }

    /// <summary>Waits until all nodes are idle.</summary>
    Task IdleAsync() =>
        WaitAsync(async () => (await RunAsync("sinfo", "-h", "-N", "-o", "%T")).Output.Split('\n').Count(state => state == "idle") == Watts.Count, "four nodes are idle");

    async Task StartNodesAsync()
    {
        // A real-time priority, because the counters must move while the machine is busy.
        string[] driver = [Needs.PythonPath, Path.Combine(TonneCommand.Repository, "trials", "Tonne.Trials", "Slurm", "power.py"), Trees, .. Watts.Select(node => string.Create(CultureInfo.InvariantCulture, $"{node.Key}={node.Value}"))];
        _own.Add(Process.Start(new ProcessStartInfo("/usr/bin/chrt", ["--fifo", "10", .. driver]) { UseShellExecute = false })!);
        await WaitAsync(() => Task.FromResult(File.Exists(Path.Combine(Trees, "ready"))), "the counters move");
    }

    async Task InstallAsync()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "etc"));
        await File.WriteAllTextAsync(Configuration("tonne.yaml"), $"home: {Home}\nzone: FR\n");
        foreach (var node in Watts.Keys)
            await File.WriteAllTextAsync(Configuration(node + ".yaml"), $"sysroot: {Path.Combine(Trees, node)}\n");
        // A copy that only root can change, wherever the build is: Slurm runs it as root.
        var copy = Path.Combine(Folder, "app");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(TonneCommand.Executable)!))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        (await RunAsync(Path.Combine(copy, Path.GetFileName(TonneCommand.Executable)), "slurm", "install", "--folder", Path.Combine(Folder, "bin"), "--config", Path.Combine(Folder, "etc"), "--state", Path.Combine(Folder, "run"))).Expect(0);
    }

    async Task StartSlurmAsync()
    {
        foreach (var name in new[] { "state", "log", "munge" }.Concat(Watts.Keys.Select(node => "spool/" + node)))
            Directory.CreateDirectory(Path.Combine(Folder, name));
        var munge = Path.Combine(Folder, "munge");
        File.SetUnixFileMode(munge, (UnixFileMode)0b111_001_001);
        await File.WriteAllBytesAsync(Path.Combine(munge, "key"), System.Security.Cryptography.RandomNumberGenerator.GetBytes(1024));
        File.SetUnixFileMode(Path.Combine(munge, "key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await RunAsync("/usr/sbin/munged", $"--key-file={munge}/key", $"--socket={munge}/socket", $"--pid-file={munge}/pid", $"--log-file={munge}/log", $"--seed-file={munge}/seed")).Expect(0);
        _database = SlurmDatabase.MissingProgram is null ? new SlurmDatabase(this) : null;
        await File.WriteAllTextAsync(Path.Combine(Folder, "slurm.conf"), CreateConfiguration());
        if (_hasControlGroups)
        {
            await File.WriteAllTextAsync(Path.Combine(Folder, "cgroup.conf"),
                "CgroupPlugin=cgroup/v1\nCgroupMountpoint=/sys/fs/cgroup\nConstrainCores=no\nConstrainRAMSpace=no\n");
            Script("bin/prolog-or-none", $"[ -e {NoPrologFile} ] && exit 0\nexec {Folder}/bin/slurm-prolog\n");
        }

        if (_database is not null)
            await _database.StartAsync([.. Accounts]);
        // Read by the controller when it starts, and again when it has changed.
        if (NoPluginReason is null)
            await File.WriteAllTextAsync(Path.Combine(Folder, "job_submit.lua"), (await RunAsync(TonneCommand.Executable, "slurm", "job-submit", "--file", Intensities)).Expect(0).Output);
        StartDaemon("/usr/sbin/slurmctld", "-i");
        foreach (var node in Watts.Keys)
            StartDaemon("/usr/sbin/slurmd", "-N", node);
        await IdleAsync();
    }

    /// <summary>Starts a daemon, which leaves its parent; its output must not be a pipe of ours.</summary>
    void StartDaemon(params string[] words)
    {
        using var process = Start(["/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", .. words]);
        process.WaitForExit();
    }

    string CreateConfiguration()
    {
        var (host, controller) = (Dns.GetHostName(), FindPort());
        var nodes = string.Concat(Watts.Keys.Select(node => $"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={FindPort()} CPUs={NodeCpus} RealMemory=4000 State=UNKNOWN\n"));
        // Batch jobs start at once, and a requeued job as soon as its start time is set.
        return $"""
            ClusterName=trial
            SlurmctldHost={host}(127.0.0.1)
            SlurmUser=root
            SlurmdUser=root
            SlurmctldPort={controller}
            AuthType=auth/munge
            AuthInfo=socket={Folder}/munge/socket
            CredType=cred/munge
            StateSaveLocation={Folder}/state
            SlurmdSpoolDir={Folder}/spool/%n
            SlurmctldPidFile={Folder}/slurmctld.pid
            SlurmdPidFile={Folder}/slurmd-%n.pid
            SlurmctldLogFile={Folder}/log/slurmctld.log
            SlurmdLogFile={Folder}/log/slurmd-%n.log
            ProctrackType=proctrack/{(_hasControlGroups ? "cgroup" : "linuxproc")}
            TaskPlugin=task/{(_hasControlGroups ? "cgroup" : "none")}
            JobAcctGatherType=jobacct_gather/{(_hasControlGroups ? "cgroup" : "linux")}
            JobCompType=jobcomp/filetxt
            JobCompLoc={Folder}/log/jobcomp.log
            {_database?.Configuration ?? "AccountingStorageType=accounting_storage/none\n"}
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU
            SchedulerType=sched/backfill
            SchedulerParameters=sched_min_interval=0,bf_interval=1,batch_sched_delay=0
            ReturnToService=2
            SlurmdTimeout=300
            KillWait=1
            MpiDefault=none
            SwitchType=switch/none
            SlurmdParameters=config_overrides
            PropagateResourceLimits=NONE
            Prolog={Folder}/bin/{(_hasControlGroups ? "prolog-or-none" : "slurm-prolog")}
            Epilog={Folder}/bin/slurm-epilog
            PrologFlags=Alloc
            {(NoPluginReason is null ? "JobSubmitPlugins=lua" : "")}
            {nodes}PartitionName=main Nodes=n[1-4] Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO

            """;
    }

    /// <summary>Starts a server that stays in the foreground.</summary>
    internal void StartInBackground(params string[] words) => _own.Add(Start(["/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", .. words]));

    internal static int FindPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
