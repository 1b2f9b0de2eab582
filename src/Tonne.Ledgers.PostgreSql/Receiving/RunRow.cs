using System.Text.Json;
using NpgsqlTypes;
using Tonne.Ledgers.Pushing;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Receiving;

/// <summary>The columns of table <c>tonne.runs</c>, and what a run has in each.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Type">Its type.</param>
/// <param name="Read">Reads the value; null for none.</param>
sealed record RunRow(string Name, NpgsqlDbType Type, Func<RunRow.Source, object?> Read)
{
    // Date, time, and the hyphens after them.
    const int IdDateLength = 16;

    /// <summary>All columns.</summary>
    public static IReadOnlyList<RunRow> Columns { get; } =
    [
        Text("id", run => run.Summary.Id),
        new("month", NpgsqlDbType.Date, run => CheckedLine.GetMonth(run.Summary.Id)),
        Text("suffix", run => run.Summary.Id[IdDateLength..]),
        Text("pushed_by", run => run.Node),
        Text("name", run => run.Summary.Name),
        // Upper case by the rules of .NET, so that a search for a part of a name finds here what it finds in folders.
        Text("name_folded", run => run.Summary.Name.ToUpperInvariant()),
        Text("project", run => run.Summary.Project),
        Text("account", run => run.Summary.Job?.Account),
        Text("user_name", run => run.Summary.User),
        Text("node", run => run.Summary.Node),
        Text("boot_id", run => run.Summary.BootId),
        Text("cpu", run => run.Summary.Cpu),
        Text("cluster", run => run.Summary.Job?.Cluster),
        Text("scheduler_partition", run => run.Summary.Job?.Partition),
        Text("job_key", run => run.Summary.Job?.Key),
        Text("job_step", run => run.Summary.Job?.Step),
        new("restarts", NpgsqlDbType.Integer, run => run.Summary.Job?.Restarts ?? 0),
        new("covers_job", NpgsqlDbType.Boolean, run => run.Summary.Job?.CoversJob ?? false),
        new("covers_node", NpgsqlDbType.Boolean, run => run.Summary.CoversNode),
        Text("parent", run => run.Summary.Parent),
        new("rank", NpgsqlDbType.Integer, run => run.Summary.Rank),
        Text("model", run => run.Summary.Tags.GetValueOrDefault("model")),
        Text("exported_from", run => StoredRun.FindExportedRun(run.Summary)),
        new("tags", NpgsqlDbType.Jsonb, run => WriteTags(run.Summary)),
        Text("kind", run => EnumWords.Format(run.Summary.Kind)),
        Text("status", run => run.Summary.Status is { } status ? EnumWords.Format(status) : null),
        new("exit_code", NpgsqlDbType.Integer, run => run.Summary.ExitCode),
        new("has_figures", NpgsqlDbType.Boolean, run => run.Summary.HasFigures),
        new("started_at", NpgsqlDbType.TimestampTz, run => run.Summary.StartedAt.UtcDateTime),
        // A time of PostgreSQL has microseconds, one of .NET ticks of 100 ns.
        new("started_ticks", NpgsqlDbType.Bigint, run => run.Summary.StartedAt.UtcTicks),
        new("ended_ticks", NpgsqlDbType.Bigint, run => StoredRun.GetEnd(run.Summary).UtcTicks),
        Number("duration_s", run => run.Summary.DurationSeconds),
        Text("zone", run => run.Summary.Zone),
        Text("method", run => run.Summary.Method),
        Text("factors_hash", run => run.Summary.FactorsHash),
        new("statements", NpgsqlDbType.Integer, run => run.Summary.Statements),
        new("energy_microjoules", NpgsqlDbType.Bigint, run => run.Energy.Sum),
        Text("energy_quality", run => run.Summary.FacilityEnergy is { } energy ? EnumWords.Format(energy.Quality) : null),
        Number("measured_share", run => run.Summary.FacilityEnergy?.MeasuredShare),
        Number("facility_kwh", run => run.Summary.FacilityEnergy?.Bounds.Best),
        Number("facility_kwh_low", run => run.Summary.FacilityEnergy?.Bounds.Low),
        Number("facility_kwh_high", run => run.Summary.FacilityEnergy?.Bounds.High),
        Number("operational_kg", run => run.Summary.Operational?.Bounds.Best),
        Number("operational_kg_low", run => run.Summary.Operational?.Bounds.Low),
        Number("operational_kg_high", run => run.Summary.Operational?.Bounds.High),
        Number("embodied_kg", run => run.Summary.Embodied?.Bounds.Best),
        Number("embodied_kg_low", run => run.Summary.Embodied?.Bounds.Low),
        Number("embodied_kg_high", run => run.Summary.Embodied?.Bounds.High),
        Number("total_kg", run => run.Summary.Total?.Bounds.Best),
        Number("total_kg_low", run => run.Summary.Total?.Bounds.Low),
        Number("total_kg_high", run => run.Summary.Total?.Bounds.High),
        Text("boundary", run => run.Summary.Total?.Boundary),
        new("hours", NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, run => run.Energy.Hours),
        new("hour_microjoules", NpgsqlDbType.Array | NpgsqlDbType.Bigint, run => run.Energy.Microjoules),
        new("last_hour", NpgsqlDbType.TimestampTz, run => run.Energy.Hours[^1]),
        new("format", NpgsqlDbType.Integer, _ => StoredRun.Format),
        new("summary", NpgsqlDbType.Bytea, run => StoredRun.WriteSummary(run.Summary)),
        new("counted", NpgsqlDbType.Bytea, run => StoredRun.WriteCounted(run.Summary)),
    ];

    /// <summary>The names of the columns, as a list of SQL.</summary>
    public static string Names { get; } = string.Join(", ", Columns.Select(column => column.Name));

    /// <summary>For an update: every column but the key, from the new row.</summary>
    public static string Assignments { get; } =
        string.Join(", ", Columns.Where(column => column.Name is not ("id" or "month"))
            .Select(column => $"{column.Name} = excluded.{column.Name}"));

    static RunRow Text(string name, Func<Source, string?> read) =>
        new(name, NpgsqlDbType.Text, run => read(run) is { } text ? Clean(text) : null);

    static RunRow Number(string name, Func<Source, double?> read) => new(name, NpgsqlDbType.Double, run => read(run));

    static string WriteTags(RunSummary run) =>
        JsonSerializer.Serialize(
            run.Tags.GroupBy(tag => Clean(tag.Key), StringComparer.Ordinal)
                .ToDictionary(tag => tag.Key, tag => Clean(tag.Last().Value), StringComparer.Ordinal));

    // PostgreSQL has no texts with the character 0. The line keeps it.
    internal static string Clean(string text) => text.Replace('\0', '\uFFFD');

    /// <summary>What a row is made of.</summary>
    /// <param name="Node">The node that pushes the run.</param>
    /// <param name="Summary">Its summary.</param>
    /// <param name="Energy">Its energy by hour.</param>
    public sealed record Source(string Node, RunSummary Summary, HourlyEnergy Energy)
    {
        /// <summary>What it says of its machine, if it is the run of a whole one.</summary>
        public NodeMeasures? Measures { get; init; }

        /// <summary>What the lines of a run make.</summary>
        public static Source From(string node, RunRecord record, RunSummary summary) =>
            new(node, summary, HourlyEnergy.Of(record)) { Measures = NodeMeasures.Find(record, summary) };
    }
}
