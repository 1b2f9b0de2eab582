using Npgsql;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Recounting;

/// <summary>
/// Accounts the runs of a fleet again with the factors of this version: a job that may be stopped at any time, killed too, and goes on where
/// it was.
/// </summary>
/// <remarks>
/// <para>
/// A run whose figures change gets another statement, in a table and with a number of its own: the lines of its node stay byte for byte. The
/// newest statement of both is shown, as in a ledger.
/// </para>
/// <para>
/// One job at a time: whoever has the lock of the database. Runs are taken node by node and in order of their ids, a batch in one transaction
/// with its progress, so that a batch is done once or not at all. In memory is one batch. Runs that a node pushes where the job has been are
/// left to the next one.
/// </para>
/// </remarks>
/// <param name="database">The database.</param>
/// <param name="recount">Accounts a run.</param>
public sealed class PostgresRecount(PostgresDatabase database, StoredRunRecount recount) : IFleetRecount
{
    const int Attempts = 5;

    /// <summary>Runs of a batch at most.</summary>
    internal int MostRuns { get; init; } = 200;

    /// <summary>Bytes of the lines of a batch at most; one run is taken even if it has more.</summary>
    internal long MostBytes { get; init; } = 32 << 20;

    /// <summary>For tests: called in the transaction of a batch, before it is committed.</summary>
    internal Func<NpgsqlConnection, Task>? BeforeCommit { get; init; }

    /// <inheritdoc/>
    public Task<RecountProgress?> RunAsync(
        RecountQuery query, string by, Action<RecountProgress>? report = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentException.ThrowIfNullOrEmpty(by);
        return UseAsync(async connection =>
        {
            // The lock is the connection's: whoever loses it works on it no longer.
            if (!await RecountJobs.TryLockAsync(connection, cancellationToken).ConfigureAwait(false))
                return null;
            try
            {
                var jobs = new RecountJobs(connection, database.Time);
                var job = await jobs.ResumeOrBeginAsync(query, by, cancellationToken).ConfigureAwait(false);
                await NoteAsync(by, "recount", job, cancellationToken).ConfigureAwait(false);
                job = await DoAsync(connection, job with { IsRunning = true }, jobs, report, cancellationToken).ConfigureAwait(false);
                job = await jobs.EndAsync(job, cancellationToken).ConfigureAwait(false);
                await NoteAsync(by, "recount done", job, cancellationToken).ConfigureAwait(false);
                return job;
            }
            finally
            {
                if (connection.State == System.Data.ConnectionState.Open)
                    await RecountJobs.UnlockAsync(connection).ConfigureAwait(false);
            }
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<RecountProgress> TryAsync(
        RecountQuery query, Action<RecountProgress>? report = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return UseAsync(async connection =>
        {
            var jobs = new RecountJobs(connection, database.Time);
            var trial = await jobs.CreateAsync(query, "nobody", cancellationToken).ConfigureAwait(false);
            return (await DoAsync(connection, trial with { IsRunning = true }, null, report, cancellationToken).ConfigureAwait(false)) with
            {
                IsRunning = false,
                EndedAt = database.Time.GetUtcNow(),
            };
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<RecountProgress?> FindLastAsync(CancellationToken cancellationToken = default) =>
        UseAsync(connection => new RecountJobs(connection, database.Time).FindLastAsync(cancellationToken), cancellationToken);

    async Task<RecountProgress> DoAsync(NpgsqlConnection connection, RecountProgress job, RecountJobs? jobs,
        Action<RecountProgress>? report, CancellationToken cancellationToken)
    {
        var query = job.Query;
        var most = query.Rate is { } limit ? Math.Clamp((int)limit, 1, MostRuns) : MostRuns;
        var (began, before) = (database.Time.GetTimestamp(), job.Done);
        report?.Invoke(job);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var next = await DoBatchAsync(connection, job, jobs, most, cancellationToken).ConfigureAwait(false);
            if (next is null)
            {
                if (await FindNextNodeAsync(connection, job.AtNode, cancellationToken).ConfigureAwait(false) is not { } node)
                    return job;
                job = job with { AtNode = node, AtRun = "" };
                continue;
            }

            job = next;
            report?.Invoke(job);
            if (query.Rate is { } rate
                && TimeSpan.FromSeconds((job.Done - before) / rate) - database.Time.GetElapsedTime(began) is { Ticks: > 0 } wait)
                await Task.Delay(wait, database.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Does the next runs of the node at which a job is; null if there are none.</summary>
    async Task<RecountProgress?> DoBatchAsync(
        NpgsqlConnection connection, RecountProgress job, RecountJobs? jobs, int most, CancellationToken cancellationToken)
    {
        if (job.AtNode.Length == 0)
            return null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                var batch = new RecountBatch(connection, job, recount, database.Time.GetUtcNow());
                var next = await batch.DoAsync(most, MostBytes, writes: jobs is not null, cancellationToken).ConfigureAwait(false);
                if (next is null)
                    return null;
                if (jobs is not null)
                    await jobs.WriteAsync(next, cancellationToken).ConfigureAwait(false);
                if (BeforeCommit is not null)
                    await BeforeCommit(connection).ConfigureAwait(false);
                if (jobs is not null)
                    await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                return next;
            }
            catch (PostgresException error) when (attempt < Attempts
                && error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // All of the batch was rolled back: it is done again.
            }
        }
    }

    static async Task<string?> FindNextNodeAsync(NpgsqlConnection connection, string after, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await RecountJobs.TakeRoleAsync(connection, cancellationToken).ConfigureAwait(false);
        await using var find = new NpgsqlCommand(
            """select name from tonne.nodes where name collate "C" > $1 order by name collate "C" limit 1""", connection)
        {
            Parameters = { new() { Value = after } },
        };
        return await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
    }

    Task NoteAsync(string by, string action, RecountProgress job, CancellationToken cancellationToken) =>
        new PostgresAudit(database).AppendAsync(by, action, RecountJobs.Describe(job), cancellationToken);

    async Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> use, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
            return await use(connection).ConfigureAwait(false);
        }
        catch (Exception error) when (PostgresDatabase.IsFailure(error))
        {
            throw database.CreateFailure(error);
        }
    }
}
