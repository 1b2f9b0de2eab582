using System.Net;
using System.Runtime.Versioning;

namespace Tonne.Trials.Slurm;

/// <summary>The accounting database of the trial's cluster, which <c>sacct</c> reads: MariaDB and slurmdbd on loopback.</summary>
[UnsupportedOSPlatform("windows")]
sealed class SlurmDatabase(SlurmCluster cluster)
{
    static readonly string[] _programs = ["/usr/sbin/slurmdbd", "/usr/sbin/mariadbd", "/usr/bin/mariadb", "/usr/bin/mariadb-install-db", "/usr/bin/sacct", "/usr/bin/sacctmgr"];

    readonly int _port = SlurmCluster.FindPort();

    /// <summary>A program that is not installed; null if all are.</summary>
    internal static string? MissingProgram => Array.Find(_programs, program => !File.Exists(program));

    string Folder => Path.Combine(cluster.Folder, "database");

    /// <summary>Files with the ids of the two daemons.</summary>
    internal string[] ProcessFiles => [Path.Combine(cluster.Folder, "slurmdbd.pid"), Path.Combine(Folder, "pid")];

    /// <summary>The lines of slurm.conf. The private socket of munge goes as a password: without it sacct is refused.</summary>
    internal string Configuration => $"""
        AccountingStorageType=accounting_storage/slurmdbd
        AccountingStorageHost=127.0.0.1
        AccountingStoragePort={_port}
        AccountingStoragePass={cluster.Folder}/munge/socket

        """;

    /// <summary>Starts both, and makes the cluster and its accounts. Munge runs already.</summary>
    /// <param name="accounts">Names of the accounts.</param>
    internal async Task StartAsync(params string[] accounts)
    {
        Directory.CreateDirectory(Folder);
        (await cluster.RunAsync("/usr/bin/mariadb-install-db", "--no-defaults", "--user=root", $"--datadir={Folder}/data", "--auth-root-authentication-method=normal", "--skip-test-db")).Expect(0);
        var port = SlurmCluster.FindPort();
        cluster.StartInBackground("/usr/sbin/mariadbd", "--no-defaults", "--user=root", $"--datadir={Folder}/data", $"--socket={Folder}/sock", $"--port={port}", "--bind-address=127.0.0.1", $"--pid-file={Folder}/pid");
        await cluster.WaitAsync(
            async () => (await cluster.RunAsync("/usr/bin/mariadb", "--no-defaults", $"--socket={Folder}/sock", "-u", "root", "-e", "create user if not exists slurm identified by 'trial'; grant all on slurm_acct_db.* to slurm;")).Code == 0,
            "MariaDB answers");
        var configuration = Path.Combine(cluster.Folder, "slurmdbd.conf");
        await File.WriteAllTextAsync(configuration, $"""
            AuthType=auth/munge
            AuthInfo=socket={cluster.Folder}/munge/socket
            DbdHost={Dns.GetHostName()}
            DbdAddr=127.0.0.1
            DbdPort={_port}
            SlurmUser=root
            LogFile={cluster.Folder}/log/slurmdbd.log
            PidFile={cluster.Folder}/slurmdbd.pid
            StorageType=accounting_storage/mysql
            StorageHost=127.0.0.1
            StoragePort={port}
            StorageUser=slurm
            StoragePass=trial
            StorageLoc=slurm_acct_db

            """);
        File.SetUnixFileMode(configuration, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        cluster.StartInBackground("/usr/sbin/slurmdbd", "-D");
        await cluster.WaitAsync(async () => (await cluster.RunAsync("sacctmgr", "-i", "add", "cluster", "trial")).Code == 0, "slurmdbd answers");
        foreach (var account in accounts)
        {
            (await cluster.RunAsync("sacctmgr", "-i", "add", "account", account, "cluster=trial")).Expect(0);
            (await cluster.RunAsync("sacctmgr", "-i", "add", "user", "root", "account=" + account, "cluster=trial")).Expect(0);
        }
    }
}
