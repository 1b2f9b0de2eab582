using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;

namespace Tonne.Trials.Fleets;

/// <summary>A PostgreSQL of one trial: in a folder of its own, on a Unix socket; stopped and removed at the end.</summary>
[UnsupportedOSPlatform("windows")]
sealed class PrivatePostgres : IAsyncDisposable
{
    const string Programs = "/usr/lib/postgresql/15/bin";
    static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    readonly TonneCommand _tonne;
    readonly Process _process;

    PrivatePostgres(TonneCommand tonne, string folder, Process process) => (_tonne, Folder, _process) = (tonne, folder, process);

    /// <summary>The folder of its data and its socket.</summary>
    internal string Folder { get; }

    /// <summary>Starts it, with the owner of the ledger and the login of the server.</summary>
    /// <param name="tonne">Runs commands.</param>
    internal static async Task<PrivatePostgres> StartAsync(TonneCommand tonne)
    {
        Needs.Program(Path.Combine(Programs, "postgres"), "postgresql-15");
        // Below /tmp: the path of a socket is short, and user postgres may open it.
        var folder = Directory.CreateTempSubdirectory("tonne-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
            (await tonne.RunOtherAsync("chown", "postgres", folder)).Expect(0);
        (await tonne.RunOtherAsync(
            [.. AsPostgres(), Path.Combine(Programs, "initdb"), "-D", $"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])).Expect(0);
        var process = tonne.StartOther(
            [.. AsPostgres(), Path.Combine(Programs, "postgres"), "-D", $"{folder}/data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var postgres = new PrivatePostgres(tonne, folder, process);
        using var late = new CancellationTokenSource(LongestStart);
        while ((await postgres.QueryAsync("postgres", "select 1")).Code != 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, late.Token);
        (await postgres.QueryAsync("postgres", "create role tonne_owner login createrole; create role tonne_login login")).Expect(0);
        return postgres;
    }

    /// <summary>Makes a database of the owner.</summary>
    internal async Task CreateAsync(string database) =>
        (await QueryAsync("postgres", $"create database {database} owner tonne_owner")).Expect(0);

    /// <summary>The address of a database.</summary>
    internal string GetAddress(string database, string user) => $"postgres://{user}@/{database}?host={Folder}";

    /// <summary>Asks as superuser; each value of the answer is a line.</summary>
    internal Task<Finished> QueryAsync(string database, string sql) =>
        _tonne.RunOtherAsync("/usr/bin/psql", "-h", Folder, "-U", "postgres", "-d", database, "-XqtA", "-v", "ON_ERROR_STOP=1", "-c", sql);

    public async ValueTask DisposeAsync()
    {
        // SIGINT: fast shutdown.
        (await _tonne.RunOtherAsync("/bin/kill", "-INT", _process.Id.ToString(CultureInfo.InvariantCulture))).Expect(0);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    // PostgreSQL refuses to run as root. setpriv becomes the program, so that the process is the server itself.
    static string[] AsPostgres() => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] : [];
}
