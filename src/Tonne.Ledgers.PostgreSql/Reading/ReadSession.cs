using Npgsql;
using NpgsqlTypes;

namespace Tonne.Ledgers.PostgreSql.Reading;

/// <summary>A transaction that only reads, as role <c>tonne_reader</c> for a person.</summary>
/// <param name="Connection">The connection.</param>
/// <param name="Person">Name of the person.</param>
/// <param name="SeesAll">Whether they are the owner of the fleet.</param>
/// <param name="Accounts">The accounts that they are a member of.</param>
sealed record ReadSession(NpgsqlConnection Connection, string Person, bool SeesAll, string[] Accounts)
{
    /// <summary>Takes the role in a transaction that has begun.</summary>
    /// <remarks>Compiling a plan with many partitions takes seconds, where running it takes milliseconds.</remarks>
    public static ReadSession Begin(NpgsqlConnection connection, Person person)
    {
        using var take = new NpgsqlCommand("""
            set transaction read only; set local role tonne_reader; set local jit = off;
            select set_config('tonne.person', @person, true);
            select tonne.sees_all(), tonne.visible_accounts()
            """, connection);
        take.Parameters.AddWithValue("person", NpgsqlDbType.Text, person.Name);
        using var reader = take.ExecuteReader();
        reader.NextResult();
        reader.Read();
        return new ReadSession(connection, person.Name, reader.GetBoolean(0), reader.GetFieldValue<string[]>(1));
    }

    /// <summary>Makes a command that reads runs.</summary>
    /// <remarks>
    /// What a person may see is decided by row level security. It is asked for here once more, with values instead of functions, so that
    /// the planner knows how few runs that can be, and which index has them.
    /// </remarks>
    /// <param name="conditions">The conditions; those of the person are added to them.</param>
    /// <param name="select">What stands before the conditions.</param>
    /// <param name="after">What stands after them.</param>
    public NpgsqlCommand Select(RunConditions conditions, string select, string after = "")
    {
        if (!SeesAll && Accounts.Length == 0)
            conditions.Add("user_name = {0}", NpgsqlDbType.Text, Person);
        else if (!SeesAll)
            conditions.Add("(account = any ({0})", NpgsqlDbType.Array | NpgsqlDbType.Text, Accounts)
                .AddOr("user_name = {0})", NpgsqlDbType.Text, Person);
        return conditions.Create(Connection, select, after);
    }
}
