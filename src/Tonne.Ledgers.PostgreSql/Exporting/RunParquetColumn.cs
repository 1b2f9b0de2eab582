using Parquet;
using Parquet.Schema;
using Tonne.Quantities;

namespace Tonne.Ledgers.PostgreSql.Exporting;

/// <summary>The columns of a Parquet file of runs, and what a run has in each.</summary>
/// <param name="Field">Name and type.</param>
/// <param name="WriteAsync">Writes the values of the rows of a group.</param>
sealed record RunParquetColumn(
    DataField Field, Func<ParquetRowGroupWriter, IReadOnlyList<RunParquetRow>, CancellationToken, Task> WriteAsync)
{
    /// <summary>All columns, in their order.</summary>
    public static IReadOnlyList<RunParquetColumn> All { get; } =
    [
        Text("id", run => run.Id, isNullable: false),
        Text("node", run => run.Node),
        Text("project", run => run.Project),
        Text("account", run => run.Account),
        Text("user_name", run => run.User),
        Text("name", run => run.Name, isNullable: false),
        Text("scheduler_partition", run => run.SchedulerPartition),
        Text("kind", run => run.Kind, isNullable: false),
        Text("status", run => run.Status),
        Time("started_at", run => run.StartedAt),
        Number("duration_s", run => run.DurationSeconds),
        Whole("job_energy_uj", run => run.Microjoules),
        .. Interval("facility_kwh", run => run.FacilityEnergy),
        .. Interval("operational_kg", run => run.Operational),
        .. Interval("embodied_kg", run => run.Embodied),
        .. Interval("total_kg", run => run.Total),
        Text("boundary", run => run.Boundary),
        Text("quality", run => run.Quality),
        Number("measured_share", run => run.MeasuredShare),
        Text("zone", run => run.Zone),
        Text("method", run => run.Method),
        Text("factors_hash", run => run.FactorsHash),
        Text("parent", run => run.Parent),
        Flag("counted", run => run.Contribution is not null),
        Whole("counted_energy_uj", run => run.CountedMicrojoules),
        .. Interval("counted_facility_kwh", run => run.Contribution?.FacilityEnergy),
        .. Interval("counted_operational_kg", run => run.Contribution?.Operational),
        .. Interval("counted_embodied_kg", run => run.Contribution?.Embodied),
        .. Interval("counted_total_kg", run => run.Contribution?.Emissions),
    ];

    /// <summary>The schema of the columns.</summary>
    public static ParquetSchema Schema { get; } = new(All.Select(Field (column) => column.Field).ToArray());

    static RunParquetColumn Text(string name, Func<RunParquetRow, string?> read, bool isNullable = true)
    {
        var field = new DataField<string>(name, isNullable);
        // The library takes null where the field may have it.
        return new(field, (group, rows, _) => group.WriteAsync(field, (IReadOnlyCollection<string>)rows.Select(read).ToArray()!));
    }

    static RunParquetColumn Number(string name, Func<RunParquetRow, double?> read)
    {
        var field = new DataField<double>(name, nullable: true);
        return new(field, (group, rows, cancellationToken) => group.WriteAsync<double>(
            field, new ReadOnlyMemory<double?>([.. rows.Select(read)]), cancellationToken: cancellationToken));
    }

    static RunParquetColumn Whole(string name, Func<RunParquetRow, long> read)
    {
        var field = new DataField<long>(name, nullable: false);
        return new(field, (group, rows, cancellationToken) => group.WriteAsync<long>(
            field, new ReadOnlyMemory<long>([.. rows.Select(read)]), cancellationToken: cancellationToken));
    }

    static RunParquetColumn Flag(string name, Func<RunParquetRow, bool> read)
    {
        var field = new DataField<bool>(name, nullable: false);
        return new(field, (group, rows, cancellationToken) => group.WriteAsync<bool>(
            field, new ReadOnlyMemory<bool>([.. rows.Select(read)]), cancellationToken: cancellationToken));
    }

    /// <summary>Microseconds since 1970, UTC.</summary>
    static RunParquetColumn Time(string name, Func<RunParquetRow, DateTime> read)
    {
        var field = new DateTimeDataField(
            name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, isNullable: false, isArray: false, null);
        return new(field, (group, rows, cancellationToken) => group.WriteAsync<DateTime>(
            field, new ReadOnlyMemory<DateTime>([.. rows.Select(read)]), cancellationToken: cancellationToken));
    }

    static IEnumerable<RunParquetColumn> Interval(string name, Func<RunParquetRow, Bounds?> read) =>
    [
        Number(name + "_low", run => read(run)?.Low),
        Number(name, run => read(run)?.Best),
        Number(name + "_high", run => read(run)?.High),
    ];
}
