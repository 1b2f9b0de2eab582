using Npgsql;
using Tonne.Ledgers.PostgreSql.Receiving;
using Tonne.Ledgers.Pushing;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.PostgreSql.Exporting;

/// <summary>A run as a row of a Parquet file. Energy in kWh, emissions in kg CO2e, unless the name has the unit.</summary>
sealed record RunParquetRow
{
    /// <summary>What is selected from <c>tonne.runs</c>, in the order in which <see cref="Read"/> takes it.</summary>
    public const string Columns = """
        id, format, node, project, account, user_name, name, scheduler_partition, kind, status, started_at, duration_s, energy_microjoules,
        boundary, energy_quality, measured_share, zone, method, factors_hash, parent,
        facility_kwh_low, facility_kwh, facility_kwh_high, operational_kg_low, operational_kg, operational_kg_high,
        embodied_kg_low, embodied_kg, embodied_kg_high, total_kg_low, total_kg, total_kg_high
        """;

    public required string Id { get; init; }

    public string? Node { get; init; }

    public string? Project { get; init; }

    public string? Account { get; init; }

    public string? User { get; init; }

    public required string Name { get; init; }

    public string? SchedulerPartition { get; init; }

    public required string Kind { get; init; }

    public string? Status { get; init; }

    public required DateTime StartedAt { get; init; }

    public double? DurationSeconds { get; init; }

    public required long Microjoules { get; init; }

    public string? Boundary { get; init; }

    public string? Quality { get; init; }

    public double? MeasuredShare { get; init; }

    public string? Zone { get; init; }

    public string? Method { get; init; }

    public string? FactorsHash { get; init; }

    public string? Parent { get; init; }

    public Bounds? FacilityEnergy { get; init; }

    public Bounds? Operational { get; init; }

    public Bounds? Embodied { get; init; }

    public Bounds? Total { get; init; }

    /// <summary>What it adds to a total of all runs; null if nothing.</summary>
    public RunContribution? Contribution { get; init; }

    /// <summary>What it adds to the energy at the plug, µJ.</summary>
    public long CountedMicrojoules => Contribution switch
    {
        null => 0,
        { EnergyShare: 1 } => Microjoules,
        var part => (long)Math.Round(Microjoules * part.EnergyShare),
    };

    /// <summary>Reads the row at which a reader is.</summary>
    public static RunParquetRow Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetString(0),
        Node = ReadText(reader, 2),
        Project = ReadText(reader, 3),
        Account = ReadText(reader, 4),
        User = ReadText(reader, 5),
        Name = reader.GetString(6),
        SchedulerPartition = ReadText(reader, 7),
        Kind = reader.GetString(8),
        Status = ReadText(reader, 9),
        StartedAt = reader.GetFieldValue<DateTime>(10),
        DurationSeconds = ReadNumber(reader, 11),
        Microjoules = reader.GetInt64(12),
        Boundary = ReadText(reader, 13),
        Quality = ReadText(reader, 14),
        MeasuredShare = ReadNumber(reader, 15),
        Zone = ReadText(reader, 16),
        Method = ReadText(reader, 17),
        FactorsHash = ReadText(reader, 18),
        Parent = ReadText(reader, 19),
        FacilityEnergy = ReadBounds(reader, 20),
        Operational = ReadBounds(reader, 23),
        Embodied = ReadBounds(reader, 26),
        Total = ReadBounds(reader, 29),
    };

    /// <summary>The row of a run, as a push makes it.</summary>
    /// <param name="run">The summary.</param>
    /// <param name="record">The record.</param>
    public static RunParquetRow From(RunSummary run, RunRecord record) => new()
    {
        Id = run.Id,
        Node = Clean(run.Node),
        Project = Clean(run.Project),
        Account = Clean(run.Job?.Account),
        User = Clean(run.User),
        Name = RunRow.Clean(run.Name),
        SchedulerPartition = Clean(run.Job?.Partition),
        Kind = EnumWords.Format(run.Kind),
        Status = run.Status is { } status ? EnumWords.Format(status) : null,
        // A time of PostgreSQL has microseconds.
        StartedAt = new DateTime(run.StartedAt.UtcTicks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc),
        DurationSeconds = run.DurationSeconds,
        Microjoules = HourlyEnergy.Of(record).Sum,
        Boundary = Clean(run.Total?.Boundary),
        Quality = run.FacilityEnergy is { } energy ? EnumWords.Format(energy.Quality) : null,
        MeasuredShare = run.FacilityEnergy?.MeasuredShare,
        Zone = Clean(run.Zone),
        Method = Clean(run.Method),
        FactorsHash = Clean(run.FactorsHash),
        Parent = Clean(run.Parent),
        FacilityEnergy = run.FacilityEnergy?.Bounds,
        Operational = run.Operational?.Bounds,
        Embodied = run.Embodied?.Bounds,
        Total = run.Total?.Bounds,
    };

    static string? Clean(string? text) => text is null ? null : RunRow.Clean(text);

    static string? ReadText(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    static double? ReadNumber(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);

    static Bounds? ReadBounds(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null
        : new Bounds(reader.GetDouble(column), reader.GetDouble(column + 1), reader.GetDouble(column + 2));
}
