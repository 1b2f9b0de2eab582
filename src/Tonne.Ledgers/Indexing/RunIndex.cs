using System.Globalization;
using System.Text;
using System.Text.Json;
using Tonne.Ledgers.RunFolders;
using Tonne.Ledgers.Totals;
using Microsoft.Data.Sqlite;
using Tonne.Quantities;

namespace Tonne.Ledgers.Indexing;

/// <summary>A cache of the run summaries in SQLite, so that a list need not read every folder. It can be deleted at any time.</summary>
/// <remarks>
/// Table <c>runs</c> has a row for each run, table <c>counted</c> what totals need of it. It uses a rollback journal, because a write-ahead log does not work on a network file system. Each row has its summary as a line with a
/// checksum, so that a changed bit is detected; the other columns are for SQL queries. A damaged index is renamed and built again. If it
/// cannot be written, the folders are read.
/// </remarks>
/// <param name="path">The file.</param>
/// <param name="log">Receives messages for the user.</param>
sealed class RunIndex(string path, Action<string> log)
{
    /// <summary>Version of the columns, kept in <c>user_version</c>.</summary>
    internal const int Version = 8;

    const string Columns = """
        id TEXT PRIMARY KEY, stamp TEXT NOT NULL, sealed BLOB NOT NULL,
        name TEXT, project TEXT, account TEXT, user TEXT, node TEXT, job TEXT, parent TEXT, tags TEXT, rank INTEGER, status TEXT, exit_code INTEGER, started_at TEXT, duration_s REAL, zone TEXT,
        energy_kwh REAL, energy_kwh_low REAL, energy_kwh_high REAL, energy_boundary TEXT, energy_quality TEXT, measured_share REAL,
        operational_kg REAL, operational_kg_low REAL, operational_kg_high REAL, embodied_kg REAL, total_kg REAL, total_kg_low REAL, total_kg_high REAL, total_boundary TEXT,
        method TEXT, factors_hash TEXT, statements INTEGER, trouble TEXT
        """;

    static readonly string[] Names = [.. Columns.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(column => column.Split(' ')[0])];

    /// <summary>Why the index could not be read or written the last time that it failed; null if it never did.</summary>
    internal string? Failure { get; private set; }

    /// <summary>The undamaged rows of some ids; null if there is no usable index.</summary>
    /// <param name="from">The smallest id.</param>
    /// <param name="below">The id above the largest; null for no limit.</param>
    internal Dictionary<string, IndexedRun>? Read(string from, string? below)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                return ReadRows(from, below);
            }
            catch (SqliteException error) when (IsBroken(error))
            {
                if (!MoveAside($"cannot be read ({error.Message})"))
                    return null;
            }
            catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
            {
                Failure = error.Message;
                return null;
            }
        }

        return null;
    }

    /// <summary>What totals need of all runs in the index, as it is; null if there is no usable index. Rows that were changed are left out.</summary>
    /// <param name="ids">Ids of the runs that there are; rows of others are left out.</param>
    /// <param name="withTags">Whether their tags are needed.</param>
    internal List<CountedRun>? ReadCounted(HashSet<string> ids, bool withTags)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var connection = Open();
            using var all = connection.CreateCommand();
            all.CommandText = "SELECT bytes FROM counted";
            using var reader = all.ExecuteReader();
            var texts = new CountedRunCodec.TextCache();
            var runs = new List<CountedRun>(ids.Count);
            while (reader.Read())
            {
                if (reader.GetValue(0) is byte[] bytes && CountedRunCodec.Read(bytes, texts, withTags, ids) is { } run)
                    runs.Add(run);
            }

            return runs;
        }
        catch (SqliteException error) when (IsBroken(error))
        {
            MoveAside($"cannot be read ({error.Message})");
            return null;
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            Failure = error.Message;
            return null;
        }
    }

    /// <summary>Removes the row of a run whose files are about to change or have changed, because a total reads rows without looking at files.</summary>
    internal void Forget(string id)
    {
        if (File.Exists(path))
            Write([], [id]);
    }

    /// <summary>The numbers of rows in ranges of ids; null if there is no usable index.</summary>
    /// <param name="ranges">The smallest id of each range and the id above its largest, null for no limit.</param>
    internal List<long>? Count(IEnumerable<(string From, string? Below)> ranges)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            using var connection = Open();
            using var count = connection.CreateCommand();
            count.CommandText = "SELECT count(*) FROM runs WHERE id >= $from AND id < $below";
            var counts = new List<long>();
            foreach (var (from, below) in ranges)
            {
                count.Parameters.Clear();
                AddRange(count, from, below);
                counts.Add(Convert.ToInt64(count.ExecuteScalar(), CultureInfo.InvariantCulture));
            }

            return counts;
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            // The next read says what is wrong with it.
            return null;
        }
    }

    static void AddRange(SqliteCommand command, string from, string? below)
    {
        command.Parameters.AddWithValue("$from", from);
        command.Parameters.AddWithValue("$below", below ?? "\U0010FFFF");
    }

    /// <summary>Writes some rows and removes others, all or none. A failure is ignored, because the next call repeats it.</summary>
    internal void Write(IReadOnlyCollection<KeyValuePair<string, IndexedRun>> changed, IReadOnlyCollection<string> gone)
    {
        if (changed.Count == 0 && gone.Count == 0)
            return;
        try
        {
            using var connection = Open();
            using var transaction = connection.BeginTransaction(deferred: false);
            using (var put = connection.CreateCommand())
            using (var putCounted = connection.CreateCommand())
            {
                putCounted.CommandText = "INSERT OR REPLACE INTO counted (id, bytes) VALUES ($id, $bytes)";
                var (putId, putBytes) = (putCounted.Parameters.Add(new SqliteParameter("$id", null)), putCounted.Parameters.Add(new SqliteParameter("$bytes", null)));
                put.CommandText = $"INSERT OR REPLACE INTO runs ({string.Join(", ", Names)}) VALUES ({string.Join(", ", Names.Select(name => "$" + name))})";
                foreach (var name in Names)
                    put.Parameters.Add(new SqliteParameter("$" + name, null));
                foreach (var (id, run) in changed)
                {
                    foreach (var (name, value) in Row(id, run))
                        put.Parameters["$" + name].Value = value ?? DBNull.Value;
                    put.ExecuteNonQuery();
                    putId.Value = id;
                    putBytes.Value = CountedRunCodec.Write(CountedRun.From(run.Summary));
                    putCounted.ExecuteNonQuery();
                }
            }

            using (var drop = connection.CreateCommand())
            {
                drop.CommandText = "DELETE FROM runs WHERE id = $id; DELETE FROM counted WHERE id = $id";
                var parameter = drop.Parameters.Add(new SqliteParameter("$id", null));
                foreach (var id in gone)
                {
                    parameter.Value = id;
                    drop.ExecuteNonQuery();
                }
            }

            transaction.Commit();
        }
        catch (SqliteException error) when (IsBroken(error))
        {
            MoveAside($"cannot be written ({error.Message})");
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            // Another process writes it, or there is no permission: the folders were read, and the next process updates the index.
            Failure = error.Message;
        }
    }

    /// <summary>Removes the index and its journal.</summary>
    internal void Drop()
    {
        DurableFile.TryDelete(path);
        DurableFile.TryDelete(path + "-journal");
    }

    Dictionary<string, IndexedRun> ReadRows(string from, string? below)
    {
        using var connection = Open();
        var rows = new Dictionary<string, IndexedRun>(StringComparer.Ordinal);
        using var all = connection.CreateCommand();
        all.CommandText = "SELECT id, stamp, sealed FROM runs WHERE id >= $from AND id < $below";
        AddRange(all, from, below);
        using var reader = all.ExecuteReader();
        while (reader.Read())
        {
            // A changed bit can also change the type of a value.
            if (reader[0] is string id && reader[1] is string stamp && reader[2] is byte[] line
                && ChecksummedLine.Read("run", line, out var json) is null && Parse(json) is { } kept && kept.Id == id)
            {
                rows[id] = new IndexedRun(stamp, kept);
            }
        }

        return rows;
    }

    static RunSummary? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, SummaryJson.Default.RunSummary);
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null;
        }
    }

    SqliteConnection Open()
    {
        // SQLite would create it with the permissions of the umask; its journal takes those of the index.
        if (!File.Exists(path))
            LedgerPermissions.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 2 }.ToString());
        try
        {
            connection.Open();
            Execute(connection, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON");
            var version = Scalar(connection, "PRAGMA user_version");
            if (version > Version)
                throw new SqliteException($"it is from a newer version of tonne: {version}, and this one supports {Version}", SqliteNotADatabase);
            if (version < Version)
                Execute(connection, string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; DROP TABLE IF EXISTS runs; CREATE TABLE runs ({Columns}); DROP TABLE IF EXISTS counted; CREATE TABLE counted (id TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID; PRAGMA user_version = {Version}; COMMIT"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    const int SqliteError = 1;
    const int SqliteCorrupt = 11;
    const int SqliteNotADatabase = 26;

    static bool IsBroken(SqliteException error) => error.SqliteErrorCode is SqliteError or SqliteCorrupt or SqliteNotADatabase;

    bool MoveAside(string why)
    {
        try
        {
            for (var number = 1; ; number++)
            {
                var aside = string.Create(CultureInfo.InvariantCulture, $"{path}.set-aside-{number}");
                if (File.Exists(aside))
                    continue;
                File.Move(path, aside);
                DurableFile.TryDelete(path + "-journal");
                log($"The index {path} {why}. It was renamed to {aside} and is built again from the run folders; the old file may be deleted.");
                return true;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log($"The index {path} {why} and cannot be renamed ({error.Message}); the run folders are read instead. Delete it when you can.");
            return false;
        }
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constant text of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constant text of this class.
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    static IEnumerable<(string Name, object? Value)> Row(string id, IndexedRun run)
    {
        var it = run.Summary;
        yield return ("id", id);
        yield return ("stamp", run.Stamp);
        yield return ("sealed", ChecksummedLine.Write("run", JsonSerializer.SerializeToUtf8Bytes(it, SummaryJson.Default.RunSummary)));
        yield return ("name", it.Name);
        yield return ("project", it.Project);
        yield return ("account", it.Job?.Account);
        yield return ("user", it.User);
        yield return ("node", it.Node);
        yield return ("job", it.Job?.Key);
        yield return ("parent", it.Parent);
        yield return ("tags", Tags(it));
        yield return ("rank", it.Rank);
        yield return ("status", it.Status is { } status ? EnumWords.Format(status) : null);
        yield return ("exit_code", it.ExitCode);
        yield return ("started_at", it.StartedAt.ToString("O", CultureInfo.InvariantCulture));
        yield return ("duration_s", it.DurationSeconds);
        yield return ("zone", it.Zone);
        yield return ("energy_kwh", it.Energy?.Bounds.Best);
        yield return ("energy_kwh_low", it.Energy?.Bounds.Low);
        yield return ("energy_kwh_high", it.Energy?.Bounds.High);
        yield return ("energy_boundary", it.Energy?.Boundary);
        yield return ("energy_quality", it.Energy is { } energy ? EnumWords.Format(energy.Quality) : null);
        yield return ("measured_share", it.Energy?.MeasuredShare);
        yield return ("operational_kg", it.Operational?.Bounds.Best);
        yield return ("operational_kg_low", it.Operational?.Bounds.Low);
        yield return ("operational_kg_high", it.Operational?.Bounds.High);
        yield return ("embodied_kg", it.Embodied?.Bounds.Best);
        yield return ("total_kg", it.Total?.Bounds.Best);
        yield return ("total_kg_low", it.Total?.Bounds.Low);
        yield return ("total_kg_high", it.Total?.Bounds.High);
        yield return ("total_boundary", it.Total?.Boundary);
        yield return ("method", it.Method);
        yield return ("factors_hash", it.FactorsHash);
        yield return ("statements", it.Statements);
        yield return ("trouble", it.Trouble?.ToString());
    }

    static string Tags(RunSummary run)
    {
        var json = new StringBuilder("{");
        foreach (var (key, value) in run.Tags)
            json.Append(json.Length > 1 ? "," : "").Append('"').Append(JsonEncodedText.Encode(key)).Append("\":\"").Append(JsonEncodedText.Encode(value)).Append('"');
        return json.Append('}').ToString();
    }
}
