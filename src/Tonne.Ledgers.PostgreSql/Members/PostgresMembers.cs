using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Quantities;

namespace Tonne.Ledgers.PostgreSql.Members;

/// <summary>Who is a member of which account: what decides who sees which runs. Safe for use from several threads.</summary>
/// <remarks>Whether somebody may change a membership is for the caller to decide; every change is in the audit log.</remarks>
/// <param name="database">The database.</param>
public sealed class PostgresMembers(PostgresDatabase database)
{
    /// <summary>Gives a person a role in an account, in place of the one they had.</summary>
    /// <param name="membership">The membership.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ArgumentException">A name is empty, or all accounts are given to somebody who is no owner.</exception>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public Task SetAsync(Membership membership, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(membership);
        ArgumentException.ThrowIfNullOrEmpty(membership.Person, nameof(membership));
        ArgumentException.ThrowIfNullOrEmpty(membership.Account, nameof(membership));
        ArgumentNullException.ThrowIfNull(by);
        if (membership is { Account: Membership.AllAccounts, Role: not MemberRole.Owner })
            throw new ArgumentException("Only an owner has all accounts.", nameof(membership));
        var role = EnumWords.Format(membership.Role);
        return ChangeAsync("""
            insert into tonne.members (person, account, role) values ($1, $2, $3) on conflict (person, account) do update set role = $3
            """, membership, role, by, $"{role} of {membership.Account}", cancellationToken);
    }

    /// <summary>Ends a membership.</summary>
    /// <param name="person">Name of the person.</param>
    /// <param name="account">The account.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False if there was none.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public Task<bool> RemoveAsync(string person, string account, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(person);
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(by);
        return ChangeAsync("delete from tonne.members where person = $1 and account = $2", new Membership(person, account, default), null,
            by,
            $"no longer of {account}", cancellationToken);
    }

    /// <summary>All memberships, by person and account.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public Task<IReadOnlyList<Membership>> ListAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(null, cancellationToken);

    /// <summary>The memberships of one person, by account.</summary>
    /// <param name="person">Name of the person.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public Task<IReadOnlyList<Membership>> FindAsync(string person, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(person);
        return ReadAsync(person, cancellationToken);
    }

    Task<IReadOnlyList<Membership>> ReadAsync(string? person, CancellationToken cancellationToken) =>
        database.RunAsync<IReadOnlyList<Membership>>("tonne_registry", async connection =>
        {
            var members = new List<Membership>();
            await using var list = new NpgsqlCommand("""
                select person, account, role from tonne.members where $1 is null or person = $1
                order by person collate "C", account collate "C"
                """, connection)
            {
                Parameters = { new() { Value = (object?)person ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text } },
            };
            await using var reader = await list.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                members.Add(new(reader.GetString(0), reader.GetString(1), Enum.Parse<MemberRole>(reader.GetString(2), ignoreCase: true)));
            return members;
        }, cancellationToken);

    Task<bool> ChangeAsync(string sql, Membership membership, string? role, string by, string what, CancellationToken cancellationToken) =>
        database.RunAsync("tonne_registry", async connection =>
        {
#pragma warning disable CA2100 // Constant texts of this class.
            await using var change = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            change.Parameters.Add(new NpgsqlParameter { Value = membership.Person, NpgsqlDbType = NpgsqlDbType.Text });
            change.Parameters.Add(new NpgsqlParameter { Value = membership.Account, NpgsqlDbType = NpgsqlDbType.Text });
            if (role is not null)
                change.Parameters.Add(new NpgsqlParameter { Value = role, NpgsqlDbType = NpgsqlDbType.Text });
            if (await change.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 0)
                return false;
            await AuditLog.AppendAsync(connection, database.Time.GetUtcNow(), by, what, membership.Person, cancellationToken)
                .ConfigureAwait(false);
            return true;
        }, cancellationToken);
}
