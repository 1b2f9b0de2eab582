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
    readonly bool _isDurable;
    Process _process;

    PrivatePostgres(TonneCommand tonne, string folder, bool isDurable)
    {
        (_tonne, Folder, _isDurable) = (tonne, folder, isDurable);
        _process = Start();
    }

    /// <summary>The folder of its data and its socket.</summary>
    internal string Folder { get; }

    /// <summary>Its first process.</summary>
    internal int ProcessId => _process.Id;

    /// <summary>Starts it, with the owner of the ledger and the login of the server.</summary>
    /// <param name="tonne">Runs commands.</param>
    /// <param name="isDurable">Whether what is committed is on the disk; else it is only quicker.</param>
    internal static async Task<PrivatePostgres> StartAsync(TonneCommand tonne, bool isDurable = false)
    {
        Needs.Program(Path.Combine(Programs, "postgres"), "postgresql-15");
        // Below /tmp: the path of a socket is short, and user postgres may open it.
        var folder = Directory.CreateTempSubdirectory("tonne-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
            (await tonne.RunOtherAsync("chown", "postgres", folder)).Expect(0);
        (await tonne.RunOtherAsync([
            .. AsPostgres(), Path.Combine(Programs, "initdb"), "-D", $"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", .. isDurable ? Array.Empty<string>() : ["--no-sync"]])).Expect(0);
        var postgres = new PrivatePostgres(tonne, folder, isDurable);
        try
        {
            await postgres.WaitAsync();
            (await postgres.QueryAsync("postgres", "create role tonne_owner login createrole; create role tonne_login login")).Expect(0);
            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    Process Start()
    {
        var process = _tonne.StartOther([
            .. AsPostgres(), Path.Combine(Programs, "postgres"), "-D", $"{Folder}/data", "-k", Folder, "-c", "listen_addresses=",
            "-c", _isDurable ? "fsync=on" : "fsync=off"]);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>Waits until it answers.</summary>
    internal async Task WaitAsync()
    {
        using var late = new CancellationTokenSource(LongestStart);
        while ((await QueryAsync("postgres", "select 1")).Code != 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, late.Token);
    }

    /// <summary>kill -9 of its first process and of all others.</summary>
    internal async Task KillAsync()
    {
        var all = ProcessTimes.FindChildren(_process.Id).Prepend(_process.Id).Select(id => id.ToString(CultureInfo.InvariantCulture));
        await _tonne.RunOtherAsync(["/bin/kill", "-KILL", .. all]);
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary><c>pg_ctl stop -m immediate</c>: all processes end at once, and nothing is written.</summary>
    internal async Task StopImmediatelyAsync()
    {
        (await _tonne.RunOtherAsync(
            [.. AsPostgres(), Path.Combine(Programs, "pg_ctl"), "stop", "-m", "immediate", "-D", $"{Folder}/data"])).Expect(0);
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>kill -9 of a process that serves a connection: the first one ends all connections, and recovers.</summary>
    /// <param name="random">Which.</param>
    /// <returns>False if there is none.</returns>
    internal async Task<bool> KillConnectionAsync(Random random)
    {
        var serving = ProcessTimes.FindChildren(_process.Id)
            .Where(id => ProcessTimes.ReadCommandLine(id).Contains("tonne_login", StringComparison.Ordinal)).ToList();
        if (serving.Count == 0)
            return false;
        await _tonne.RunOtherAsync("/bin/kill", "-KILL", serving[random.Next(serving.Count)].ToString(CultureInfo.InvariantCulture));
        await WaitAsync();
        return true;
    }

    /// <summary>Starts it again after it was killed, and waits until it has recovered.</summary>
    internal async Task RestartAsync()
    {
        _process.Dispose();
        _process = Start();
        using var late = new CancellationTokenSource(LongestStart);
        while ((await QueryAsync("postgres", "select 1")).Code != 0)
        {
            // A process of the one before still has its memory.
            if (_process.HasExited)
            {
                _process.Dispose();
                _process = Start();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, late.Token);
        }
    }

    /// <summary>Makes a database of the owner.</summary>
    internal async Task CreateAsync(string database) =>
        (await QueryAsync("postgres", $"create database {database} owner tonne_owner")).Expect(0);

    /// <summary>Makes the database of a fleet as docs/fleet.md says: the owner makes its tables, and the server's login may do no more than
    /// it must. The server that is started next uses it.</summary>
    /// <returns>The first code.</returns>
    internal async Task<string> CreateFleetAsync(string database)
    {
        await CreateAsync(database);
        return await InitializeFleetAsync(database);
    }

    /// <summary>Makes the tables of a fleet in a database that is there; see <see cref="CreateFleetAsync"/>.</summary>
    /// <returns>The first code.</returns>
    internal async Task<string> InitializeFleetAsync(string database)
    {
        var init = (await _tonne.RunAsync("fleet", "init", "--database", GetAddress(database, "tonne_owner"))).Expect(0).Output;
        (await QueryAsync(database, "grant tonne_reader, tonne_ingest, tonne_registry to tonne_login")).Expect(0);
        _tonne.Environment["TONNE_DATABASE"] = GetAddress(database, "tonne_login");
        return init.Split('\n')[2].Trim();
    }

    /// <summary>The address of a database.</summary>
    internal string GetAddress(string database, string user) => $"postgres://{user}@/{database}?host={Folder}";

    /// <summary>Asks as superuser; each value of the answer is a line.</summary>
    internal Task<Finished> QueryAsync(string database, string sql) =>
        _tonne.RunOtherAsync("/usr/bin/psql", "-h", Folder, "-U", "postgres", "-d", database, "-XqtA", "-v", "ON_ERROR_STOP=1", "-c", sql);

    public async ValueTask DisposeAsync()
    {
        // SIGINT: fast shutdown.
        if (!_process.HasExited)
            await _tonne.RunOtherAsync("/bin/kill", "-INT", _process.Id.ToString(CultureInfo.InvariantCulture));
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    // PostgreSQL refuses to run as root. setpriv becomes the program, so that the process is the server itself.
    static string[] AsPostgres() => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] : [];
}
