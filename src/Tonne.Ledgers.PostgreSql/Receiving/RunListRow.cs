using NpgsqlTypes;
using Tonne.Ledgers.Listing;

namespace Tonne.Ledgers.PostgreSql.Receiving;

/// <summary>The columns of table <c>tonne.run_list</c>: some of those of <c>tonne.runs</c>, and those that only lists need.</summary>
static class RunListRow
{
    static readonly string[] _shared =
    [
        "id", "month", "pushed_by", "account", "user_name", "project", "node", "model", "tags", "kind", "status", "has_figures",
        "started_ticks", "duration_s", "facility_kwh", "total_kg", "name_folded",
    ];

    /// <summary>The columns that table <c>tonne.runs</c> does not have.</summary>
    public static IReadOnlyList<RunRow> Own { get; } =
    [
        Key("name_key", run => run.Name),
        Key("project_key", run => run.Project),
        Key("user_key", run => run.User),
        Key("node_key", run => run.Node),
        new("status_rank", NpgsqlDbType.Smallint, run => run.Summary.Status is { } status ? (short)status : null),
        new("search", NpgsqlDbType.Text, run => RunListText.Join(run.Summary)),
    ];

    /// <summary>All columns.</summary>
    public static IReadOnlyList<RunRow> Columns { get; } = [.. RunRow.Columns.Where(column => _shared.Contains(column.Name)), .. Own];

    /// <summary>The names of the columns, as a list of SQL.</summary>
    public static string Names { get; } = string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>The own columns without a value, with their types, as a list of SQL.</summary>
    public static string OwnTypes { get; } = string.Join(", ", Own.Select(column =>
        $"null::{(column.Type == NpgsqlDbType.Smallint ? "smallint" : "text")} as {column.Name}"));

    /// <summary>For an update: every column but the key, from the new row.</summary>
    public static string Assignments { get; } =
        string.Join(", ", Columns.Where(column => column.Name != "id").Select(column => $"{column.Name} = excluded.{column.Name}"));

    static RunRow Key(string name, Func<RunSummary, string?> read) =>
        new(name, NpgsqlDbType.Text, run => read(run.Summary) is { } text ? RunListText.ToKey(text) : null);
}
