using Npgsql;
using NpgsqlTypes;
using Tonne.Ledgers.Budgets;
using Tonne.Ledgers.PostgreSql.Nodes;
using Tonne.Quantities;

namespace Tonne.Ledgers.PostgreSql.Budgets;

/// <summary>The budgets of a fleet. Safe for use from several threads; every change is in the audit log.</summary>
/// <param name="database">The database.</param>
public sealed class PostgresBudgets(PostgresDatabase database)
{
    /// <summary>All budgets, by scope and period.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public Task<IReadOnlyList<Budget>> ListAsync(CancellationToken cancellationToken = default) =>
        database.RunAsync<IReadOnlyList<Budget>>("tonne_registry", async connection =>
        {
            var budgets = new List<Budget>();
            await using var list = new NpgsqlCommand("""
                select project, account, user_name, period, is_energy, limit_value, warn_at from tonne.budgets
                order by account collate "C", user_name collate "C", project collate "C", period, is_energy
                """, connection);
            await using var reader = await list.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                budgets.Add(new Budget
                {
                    Project = Read(reader.GetString(0)),
                    Account = Read(reader.GetString(1)),
                    User = Read(reader.GetString(2)),
                    Period = Enum.Parse<BudgetPeriod>(reader.GetString(3), ignoreCase: true),
                    Limit = new Allowance(reader.GetDouble(5), reader.GetBoolean(4)),
                    WarnAt = await reader.IsDBNullAsync(6, cancellationToken).ConfigureAwait(false) ? null
                        : [.. reader.GetFieldValue<double[]>(6)],
                });
            }

            return budgets;

            static string? Read(string name) => name.Length == 0 ? null : name;
        }, cancellationToken);

    /// <summary>Sets a budget; one of the same scope and period is replaced.</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public Task SetAsync(Budget budget, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(budget);
        ArgumentNullException.ThrowIfNull(by);
        return database.RunAsync("tonne_registry", async connection =>
        {
            await using var change = new NpgsqlCommand("""
                insert into tonne.budgets (project, account, user_name, period, is_energy, limit_value, warn_at) values ($1, $2, $3, $4,
                    $5, $6, $7)
                on conflict (project, account, user_name, period, is_energy) do update set limit_value = $6, warn_at = $7
                """, connection);
            AddScope(change, budget.Project, budget.Account, budget.User);
            change.Parameters.Add(new NpgsqlParameter { Value = EnumWords.Format(budget.Period), NpgsqlDbType = NpgsqlDbType.Text });
            change.Parameters.Add(new NpgsqlParameter { Value = budget.Limit.IsEnergy, NpgsqlDbType = NpgsqlDbType.Boolean });
            change.Parameters.Add(new NpgsqlParameter { Value = budget.Limit.Value, NpgsqlDbType = NpgsqlDbType.Double });
            change.Parameters.Add(new NpgsqlParameter
            {
                Value = budget.WarnAt is { } shares ? shares.ToArray() : DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Double,
            });
            await change.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await AuditLog.AppendAsync(connection, database.Time.GetUtcNow(), by, "budget",
                $"{budget.Scope}: {budget.Limit}/{EnumWords.Format(budget.Period)}",
                cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken);
    }

    /// <summary>Removes the budgets of a scope, whatever their limits and periods.</summary>
    /// <param name="project">Project; null for any.</param>
    /// <param name="account">Account; null for any.</param>
    /// <param name="user">User; null for any.</param>
    /// <param name="by">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>How many were removed.</returns>
    /// <exception cref="LedgerUnavailableException">The database cannot be used.</exception>
    public Task<int> RemoveAsync(string? project, string? account, string? user, string by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        return database.RunAsync("tonne_registry", async connection =>
        {
            await using var change = new NpgsqlCommand("delete from tonne.budgets where project = $1 and account = $2 and user_name = $3",
                connection);
            AddScope(change, project, account, user);
            var removed = await change.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            if (removed > 0)
            {
                var scope = new Budget { Project = project, Account = account, User = user, Limit = new Allowance(1),
                    Period = BudgetPeriod.Total }.Scope;
                await AuditLog.AppendAsync(connection, database.Time.GetUtcNow(), by, "budget removed", scope, cancellationToken)
                    .ConfigureAwait(false);
            }

            return removed;
        }, cancellationToken);
    }

    static void AddScope(NpgsqlCommand command, params string?[] names)
    {
        foreach (var name in names)
            command.Parameters.Add(new NpgsqlParameter { Value = name ?? "", NpgsqlDbType = NpgsqlDbType.Text });
    }
}
