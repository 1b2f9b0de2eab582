using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Tonne.Ledgers.PostgreSql.Tests.Server;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Tonne.Ledgers.PostgreSql.Tests.Server;

/// <summary>A PostgreSQL of this test run: in a folder of its own, on a Unix socket, without flushing to the disk; stopped and removed in
/// the end.</summary>
/// <remarks>Databases are copies of one that was brought up to date once. The programs are found in <c>TONNE_POSTGRES_BIN</c> or where
/// Debian has them.</remarks>
public sealed class PostgresServer : IAsyncLifetime
{
    /// <summary>Owner of the schema: it may make roles, and is no superuser.</summary>
    public const string Owner = "tonne_owner";

    /// <summary>Login of the server: a member of the three roles, and nothing else.</summary>
    public const string Login = "tonne_login";

    const string Superuser = "postgres";
    const string Template = "migrated";
    static readonly TimeSpan _longestStart = TimeSpan.FromSeconds(60);

    string? _folder;
    Process? _process;
    int _databases;

    /// <summary>Why there is no server; null if there is one.</summary>
    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        if (FindPrograms() is not { } programs)
        {
            Missing = "PostgreSQL is not installed (apt-get install postgresql-15), or TONNE_POSTGRES_BIN is not its bin folder";
            return;
        }

        _folder = Directory.CreateTempSubdirectory("tonne-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "postgres", _folder);
        var data = Path.Combine(_folder, "data");
        await RunAsync(AsPostgres(
            Path.Combine(programs, "initdb"), "-D", data, "-U", Superuser, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"));
        _process = Start(AsPostgres(
            Path.Combine(programs, "postgres"), "-D", data, "-k", _folder, "-c", "listen_addresses=", "-c", "fsync=off",
            "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "log_min_messages=fatal"));
        await WaitAsync();
        await ExecuteAsync("postgres", $"create role {Owner} login createrole createdb", $"create role {Login} login",
            $"create database {Template} owner {Owner}");
        await using (var database = new PostgresDatabase(ConnectionString(Template, Owner) + ";Pooling=false", TimeProvider.System))
            await database.MigrateAsync();
        await ExecuteAsync("postgres", $"grant tonne_reader, tonne_ingest, tonne_registry to {Login}");
    }

    /// <summary>Skips the test where there is no server.</summary>
    public void Require() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    /// <summary>Makes a database.</summary>
    /// <param name="migrated">Whether it has the schema.</param>
    /// <returns>Its name.</returns>
    public async Task<string> CreateDatabaseAsync(bool migrated = true)
    {
        Require();
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync("postgres", $"create database {name} owner {Owner} template {(migrated ? Template : "template0")}");
        return name;
    }

    public string ConnectionString(string database, string user) =>
        $"Host={_folder};Database={database};Username={user};Maximum Pool Size=20;Timeout=60;Command Timeout=120";

    public string SuperuserString(string database) => ConnectionString(database, Superuser) + ";Pooling=false";

    /// <summary>Runs statements as superuser, each by itself.</summary>
    public async Task ExecuteAsync(string database, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(SuperuserString(database));
        await connection.OpenAsync();
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // SIGINT: fast shutdown.
            await RunAsync("kill", "-INT", _process.Id.ToString(CultureInfo.InvariantCulture));
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    async Task WaitAsync()
    {
        using var late = new CancellationTokenSource(_longestStart);
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(SuperuserString("postgres"));
                await connection.OpenAsync(late.Token);
                return;
            }
            catch (NpgsqlException error)
            {
                if (_process!.HasExited)
                    throw new InvalidOperationException($"PostgreSQL ended with exit code {_process.ExitCode}.", error);
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, late.Token);
            }
        }
    }

    static string? FindPrograms()
    {
        if (Environment.GetEnvironmentVariable("TONNE_POSTGRES_BIN") is { Length: > 0 } given)
            return File.Exists(Path.Combine(given, "initdb")) ? given : null;
        const string debian = "/usr/lib/postgresql";
        return !Directory.Exists(debian) ? null
            : Directory.GetDirectories(debian).Select(version => Path.Combine(version, "bin"))
                .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
                .OrderByDescending(bin => int
                    .TryParse(Path.GetFileName(Path.GetDirectoryName(bin)), NumberStyles.None, CultureInfo.InvariantCulture,
                        out var number) ? number : 0)
                .FirstOrDefault();
    }

    // PostgreSQL refuses to run as root. setpriv becomes the program, so that the process is the server itself.
    static string[] AsPostgres(params string[] command) =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", .. command] : command;

    static Process Start(params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    static async Task RunAsync(params string[] command)
    {
        using var process = Start(command);
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)}: {error}");
    }
}
