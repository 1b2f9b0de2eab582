using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Ledgers.ImportExport;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers;

/// <summary>A run in a list: its headline, without stages, epochs and derivations.</summary>
public sealed record RunSummary
{
    /// <summary>Id.</summary>
    public required string Id { get; init; }

    /// <summary>Name; the id if the name cannot be read.</summary>
    public required string Name { get; init; }

    /// <summary>Project; null if none.</summary>
    public string? Project { get; init; }

    /// <summary>Tags.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Rank in a distributed job; null if alone.</summary>
    public int? Rank { get; init; }

    /// <summary>Id of the run inside which it was started; null if none.</summary>
    public string? Parent { get; init; }

    /// <summary>The job of a scheduler or launcher; null if none.</summary>
    public JobIdentity? Job { get; init; }

    /// <summary>User; null if unknown.</summary>
    public string? User { get; init; }

    /// <summary>Name of the machine; null if unknown.</summary>
    public string? Node { get; init; }

    /// <summary>Boot of the machine; null if unknown.</summary>
    public string? BootId { get; init; }

    /// <summary>Share of the machine's threads reserved for the run, 0 to 1; null if none.</summary>
    public double? ReservedShare { get; init; }

    /// <summary>Name of the processor; null if unknown.</summary>
    public string? Cpu { get; init; }

    /// <summary>Origin.</summary>
    public RunKind Kind { get; init; }

    /// <summary>How it ended; <see cref="RunStatus.Running"/> while it is recorded; null if nothing can be read.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Whether its recorder has died and the run could not be closed yet, for example on a full disk. Its trace is complete.</summary>
    public bool AwaitsClosing { get; init; }

    /// <summary>Exit code; null if there is none.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Start, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Duration in s; null while it runs.</summary>
    public double? DurationSeconds { get; init; }

    /// <summary>The job's energy at the plug in kWh; null while it runs.</summary>
    public StatedFigure? Energy { get; init; }

    /// <summary>The job's facility energy, PUE included, in kWh; null while it runs.</summary>
    public StatedFigure? FacilityEnergy { get; init; }

    /// <summary>Operational emissions in kg CO2e.</summary>
    public StatedFigure? Operational { get; init; }

    /// <summary>Embodied emissions in kg CO2e; null if unknown.</summary>
    public StatedFigure? Embodied { get; init; }

    /// <summary>Operational and embodied emissions in kg CO2e.</summary>
    public StatedFigure? Total { get; init; }

    /// <summary>Facility energy of the machine that no job held during the run, kWh; null while it runs.</summary>
    public Bounds? IdleEnergy { get; init; }

    /// <summary>Share of <see cref="IdleEnergy"/> that is the same however many threads runs have reserved: memory and accelerators, 0 to 1; null while it runs.</summary>
    public double? SteadyIdleShare { get; init; }

    /// <summary>Operational emissions of <see cref="IdleEnergy"/>, kg CO2e.</summary>
    public Bounds? IdleEmissions { get; init; }

    /// <summary>Whether it has everything of its machine (<see cref="RunOpening.CoversNode"/>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool CoversNode { get; init; }

    /// <summary>Parts of its energy by month (<c>2026-11</c>, UTC), which add up to 1; null if it is in one month.</summary>
    public ImmutableSortedDictionary<string, double>? Months { get; init; }

    /// <summary>Grid zone; null if unknown.</summary>
    public string? Zone { get; init; }

    /// <summary>Method version of the newest statement.</summary>
    public string? Method { get; init; }

    /// <summary>Hash of the factor tables of the newest statement.</summary>
    public string? FactorsHash { get; init; }

    /// <summary>Number of statements.</summary>
    public int Statements { get; init; }

    /// <summary>Problem of the folder; null if there is none.</summary>
    public LedgerProblem? Trouble { get; init; }

    /// <summary>Whether it has ended and its record and statement can be read.</summary>
    [JsonIgnore]
    public bool HasFigures => Trouble is null && Status is not (null or RunStatus.Running);

    /// <summary>Creates the summary of a closed run.</summary>
    internal static RunSummary FromRecord(RunRecord record, StatementCount statements, LedgerProblem? trouble)
    {
        const double MicrojoulesPerKilowattHour = 3.6e12;
        const double MaxSpread = 1e6;
        var newest = statements.Count == 0 ? null : statements.Newest;
        // The machine's bounds are those of its parts, of which idle is one.
        var machine = Figure("machine_energy_kwh")?.Bounds;
        var spread = machine is { Best: > 0 } known ? new Bounds(Math.Min(1, known.Low / known.Best), 1, Math.Clamp(known.High / known.Best, 1, MaxSpread)) : Bounds.FromExact(1);
        var allIdle = record.Components.Sum(part => (double)part.IdleMicrojoules);
        Bounds? idle = newest is null ? null
            : spread * (allIdle / MicrojoulesPerKilowattHour * newest.Factors.Pue.Bounds.Best);
        return FromOpening(record.Opening) with
        {
            Kind = CodeCarbonConverter.IsCodeCarbonRun(record) ? RunKind.Imported : RunKind.Recorded,
            Status = record.Status,
            ExitCode = record.ExitCode,
            DurationSeconds = record.DurationSeconds,
            Energy = Figure("energy_kwh"),
            FacilityEnergy = Figure("facility_energy_kwh"),
            Operational = Figure("emissions_kg.operational"),
            Embodied = Figure("emissions_kg.embodied"),
            Total = Figure("emissions_kg.total"),
            IdleEnergy = idle,
            SteadyIdleShare = allIdle > 0 ? record.Components.Where(part => part.Component is not (Component.Cpu or Component.Other)).Sum(part => (double)part.IdleMicrojoules) / allIdle : 0,
            IdleEmissions = newest is null ? null : idle * (newest.Factors.Grid.Intensity.Bounds.Best / 1000),
            Months = SplitByMonth(record),
            Zone = newest?.Factors.Grid.Zone ?? record.Opening.Place.Zone,
            Method = newest?.Method,
            FactorsHash = newest?.FactorsHash,
            Statements = statements.Count,
            Trouble = trouble,
        };

        StatedFigure? Figure(string name) => newest?.Figures.FirstOrDefault(figure => figure.Name == name);
    }

    /// <summary>Creates the summary of a run of which only the opening is known.</summary>
    internal static RunSummary FromOpening(RunOpening opening) => new()
    {
        Id = opening.Id,
        Name = opening.Name,
        Project = opening.Project,
        Tags = opening.Tags,
        Rank = opening.Rank,
        Parent = opening.Parent,
        Job = opening.Job,
        User = opening.User,
        Node = opening.Node,
        BootId = opening.Machine.BootId,
        ReservedShare = opening.ReservedShare,
        CoversNode = opening.CoversNode,
        Cpu = opening.Machine.Cpu,
        StartedAt = opening.StartedAt,
        Zone = opening.Place.Zone,
    };

    /// <summary>The parts of the job's energy by month, from its quarter hours; null if it is in one month or has no energy.</summary>
    static ImmutableSortedDictionary<string, double>? SplitByMonth(RunRecord record)
    {
        var months = record.QuarterHours.GroupBy(quarter => quarter.Start.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture), StringComparer.Ordinal)
            .ToImmutableSortedDictionary(group => group.Key, group => group.Sum(quarter => quarter.Energy.Sum(use => (double)use.Microjoules)), StringComparer.Ordinal);
        var sum = months.Values.Sum();
        return months.Count < 2 || sum <= 0 ? null : months.ToImmutableSortedDictionary(month => month.Key, month => month.Value / sum, StringComparer.Ordinal);
    }

    internal readonly record struct StatementCount(int Count, FootprintStatement? Newest);
}
