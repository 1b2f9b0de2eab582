using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.Pushing;

namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>
/// The lines of the runs that one person may see, byte for byte: what an export of a fleet is made of. Safe for use from several threads.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="person">Who reads.</param>
public sealed class PostgresRunLines(PostgresDatabase database, Person person)
{
    /// <summary>
    /// All lines, those of a run together and in order, those of recounts last, oldest run first; one state of the database, however long it takes.
    /// </summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be read.</exception>
    public async IAsyncEnumerable<PushedLine> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var connection = await TryAsync(() => database.OpenAsync(cancellationToken).AsTask()).ConfigureAwait(false);
        await using var transaction = await TryAsync(() =>
            connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).AsTask()).ConfigureAwait(false);
        await using (var take = new NpgsqlCommand(
            "set transaction read only; set local role tonne_reader; select set_config('tonne.person', @person, true)", connection))
        {
            take.Parameters.AddWithValue("person", NpgsqlDbType.Text, person.Name);
            await TryAsync(() => take.ExecuteNonQueryAsync(cancellationToken)).ConfigureAwait(false);
        }

        await using var all = new NpgsqlCommand("""
            select run, sequence, line, case when sequence = 0 then
                (select array_agg(s.line order by s.number) from tonne.server_statements s where s.run = l.run) end
            from tonne.run_lines l order by run, month, sequence
            """, connection) { CommandTimeout = 0 };
        await using var reader = await TryAsync(() => all.ExecuteReaderAsync(cancellationToken)).ConfigureAwait(false);
        var (current, recounts) = ("", Array.Empty<byte[]>());
        while (await TryAsync(() => reader.ReadAsync(cancellationToken)).ConfigureAwait(false))
        {
            var line = new PushedLine(reader.GetString(0), reader.GetInt32(1), reader.GetFieldValue<byte[]>(2));
            if (line.Run != current)
            {
                foreach (var recount in ListRecounts(current, recounts))
                    yield return recount;
                (current, recounts) = (line.Run, []);
            }

            if (line.Sequence == 0 && !reader.IsDBNull(3))
                recounts = reader.GetFieldValue<byte[][]>(3);
            yield return line;
        }

        foreach (var recount in ListRecounts(current, recounts))
            yield return recount;

    }

    static IEnumerable<PushedLine> ListRecounts(string run, byte[][] lines) =>
        lines.Select((line, index) => new PushedLine(run, index + 1, line) { IsRecount = true });

    async Task<T> TryAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception error) when (PostgresDatabase.IsFailure(error))
        {
            throw database.CreateFailure(error);
        }
    }
}
