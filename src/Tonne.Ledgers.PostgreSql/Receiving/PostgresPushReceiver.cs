using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.PostgreSql.Receipts;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Receiving;

/// <summary>Keeps what nodes push in PostgreSQL. Safe for use from several threads, and by several servers with one database.</summary>
/// <remarks>
/// A push is one transaction, under a lock of its node, so that of two pushes of a node one waits for the other. It keeps the lines,
/// makes the rows of their runs again, and the sums of the days that these change. What fails in a way that may pass is done again, which
/// changes nothing if it was kept.
/// </remarks>
/// <param name="database">The database.</param>
/// <param name="signer">Signs what is kept of a node. Default: null, nothing is signed.</param>
public sealed class PostgresPushReceiver(PostgresDatabase database, ReceiptSigner? signer = null) : IPushReceiver
{
    const int Attempts = 5;
    static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    readonly HashSet<DateOnly> _months = [];
    readonly Lock _monthsLock = new();

    /// <inheritdoc/>
    public async Task<PushAnswer> ReceiveAsync(string node, IReadOnlyList<PushedLine> lines, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(node);
        ArgumentNullException.ThrowIfNull(lines);
        var batch = PushedLines.Check(lines, database.Time.GetUtcNow());
        var wasLost = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await KeepAsync(node, batch, wasLost, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (attempt < Attempts && MayPass(error) && !cancellationToken.IsCancellationRequested)
            {
                if (PostgresDatabase.IsLost(error))
                {
                    wasLost = true;
                    database.ForgetConnections();
                }

                await Task.Delay(_pause * attempt, database.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (PostgresDatabase.IsFailure(error))
            {
                throw database.CreateFailure(error);
            }
        }
    }

    /// <summary>Makes the rows of runs again that another version of tonne wrote, from their lines.</summary>
    /// <param name="node">The node that pushed them.</param>
    /// <param name="cancellationToken">Stops it; what was made until then stays.</param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public async Task<int> RewriteAsync(string node, CancellationToken cancellationToken)
    {
        const int together = 200;
        ArgumentException.ThrowIfNullOrEmpty(node);
        try
        {
            for (var count = 0; ;)
            {
                await using var connection = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                var push = new PushTransaction(connection, node);
                await push.BeginAsync(cancellationToken).ConfigureAwait(false);
                var runs = await push.FindOutdatedAsync(together, cancellationToken).ConfigureAwait(false);
                await push.WriteRowsAsync(runs, [], cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                count += runs.Count;
                if (runs.Count < together)
                    return count;
            }
        }
        catch (Exception error) when (PostgresDatabase.IsFailure(error))
        {
            throw database.CreateFailure(error);
        }
    }

    async Task<PushAnswer> KeepAsync(string node, PushedLines batch, bool isConnectionNew, CancellationToken cancellationToken)
    {
        if (batch.Lines.Count == 0)
            return new PushAnswer { Known = batch.Repeated, Refused = [.. batch.Refused] };
        await using var connection = await database.OpenAsync(cancellationToken, isConnectionNew).ConfigureAwait(false);
        await EnsureMonthsAsync(connection, batch, cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var push = new PushTransaction(connection, node);
        await push.BeginAsync(cancellationToken).ConfigureAwait(false);
        await push.StageAsync(batch.Lines, cancellationToken).ConfigureAwait(false);
        var foreign = await push.ClaimRunsAsync(cancellationToken).ConfigureAwait(false);
        var accepted = await push.InsertLinesAsync(cancellationToken).ConfigureAwait(false);
        var different = accepted.Count == batch.Lines.Count ? []
            : await push.FindDifferentLinesAsync(cancellationToken).ConfigureAwait(false);
        await push.WriteRowsAsync(accepted.Select(line => line.Run).ToHashSet(StringComparer.Ordinal),
            [.. batch.Lines.Where(line => accepted.Contains(line.Key))], cancellationToken).ConfigureAwait(false);
        var receipt = await new ChainTransaction(connection, node).ExtendAsync([.. batch.Lines.Where(line => accepted.Contains(line.Key))],
            batch.Total, signer, database.Time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        var refused = new List<RefusedLine>(batch.Refused);
        foreach (var line in batch.Lines)
        {
            if (foreign.Contains(line.Line.Run))
                refused.Add(new(line.Line.Run, line.Line.Sequence, "another node has pushed this run"));
            else if (different.Contains(line.Key))
                refused.Add(new(line.Line.Run, line.Line.Sequence, PushedLines.DiffersReason));
        }

        return new PushAnswer
        {
            Accepted = accepted.Count,
            Known = batch.Total - accepted.Count - refused.Count,
            Refused = [.. refused],
            Receipt = receipt,
        };
    }

    /// <summary>Makes the partitions of months that this server has not seen yet; each by itself, so that other pushes do not wait for this
    /// one.</summary>
    async Task EnsureMonthsAsync(NpgsqlConnection connection, PushedLines batch, CancellationToken cancellationToken)
    {
        foreach (var month in batch.Lines.Select(line => line.Month).Distinct())
        {
            lock (_monthsLock)
            {
                if (_months.Contains(month))
                    continue;
            }

            await using (var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false))
            {
                await using var ensure = new NpgsqlCommand("select tonne.ensure_month(@month)", connection);
                ensure.Parameters.AddWithValue("month", NpgsqlDbType.Date, month);
                await PushTransaction.ExecuteAsync(connection, "set local role tonne_ingest", cancellationToken).ConfigureAwait(false);
                await ensure.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            }

            lock (_monthsLock)
                _months.Add(month);
        }
    }

    static bool MayPass(Exception error) => error is NpgsqlException { IsTransient: true } or ObjectDisposedException
        || error is PostgresException
        {
            SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
                or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
        }
        // The connection was lost; whether it was committed is not known.
        || error is NpgsqlException and not PostgresException;
}
