using System.Globalization;

namespace Tonne.Ledgers.ImportExport;

/// <summary>What CodeCarbon stated of one run: a row of its emissions.csv, unchanged.</summary>
/// <remarks>A column that is not in the file, is empty or is not a number is null. Energies include the PUE that was set in CodeCarbon.</remarks>
public sealed record CodeCarbonRun
{
    /// <summary>Line of the file, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>CodeCarbon's id of the run.</summary>
    public string? RunId { get; init; }

    /// <summary>Name of the task, in a file of tasks.</summary>
    public string? Task { get; init; }

    /// <summary>Name of the project.</summary>
    public string? Project { get; init; }

    /// <summary>Version of CodeCarbon.</summary>
    public string? Version { get; init; }

    /// <summary>The end as it was written; taken as UTC if it has no time zone.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Whether the time was written with its zone; CodeCarbon writes local time without one.</summary>
    public bool HasTimeZone { get; init; }

    /// <summary>Duration, s.</summary>
    public required double DurationSeconds { get; init; }

    /// <summary>Emissions, kg CO2e.</summary>
    public required double EmissionsKg { get; init; }

    /// <summary>Energy of processor, memory and accelerators, PUE included, kWh.</summary>
    public required double EnergyKwh { get; init; }

    /// <summary>Energy of the processors, kWh.</summary>
    public double? CpuEnergyKwh { get; init; }

    /// <summary>Energy of the memory, kWh.</summary>
    public double? MemoryEnergyKwh { get; init; }

    /// <summary>Energy of the accelerators, kWh; 0 where the machine has none.</summary>
    public double? GpuEnergyKwh { get; init; }

    /// <summary>PUE that was set, at least 1. Default 1, as in CodeCarbon.</summary>
    public double Pue { get; init; } = 1;

    /// <summary><c>machine</c> or <c>process</c>.</summary>
    public string? TrackingMode { get; init; }

    /// <summary>Mean power of the processors, W.</summary>
    public double? CpuWatts { get; init; }

    /// <summary>Mean power of the memory, W.</summary>
    public double? MemoryWatts { get; init; }

    /// <summary>Memory of the machine, GiB.</summary>
    public double? MemoryGibibytes { get; init; }

    /// <summary>Threads of the machine.</summary>
    public double? Threads { get; init; }

    /// <summary>Name of the processor.</summary>
    public string? Cpu { get; init; }

    /// <summary>Country, region and cloud region, as far as stated.</summary>
    public string Place { get; init; } = "";

    internal static CodeCarbonRun From(CodeCarbonRow row, int line) => new()
    {
        Line = line,
        RunId = row[CodeCarbonColumn.RunId],
        Task = row[CodeCarbonColumn.TaskName],
        Project = row[CodeCarbonColumn.ProjectName],
        Version = row[CodeCarbonColumn.Version],
        End = row.End,
        HasTimeZone = row.HasTimeZone,
        DurationSeconds = row.Duration,
        EmissionsKg = row.Emissions,
        EnergyKwh = row.EnergyConsumed,
        CpuEnergyKwh = row.CpuEnergy,
        MemoryEnergyKwh = row.RamEnergy,
        GpuEnergyKwh = row.GpuEnergy,
        Pue = row.Pue,
        TrackingMode = row[CodeCarbonColumn.TrackingMode]?.ToLowerInvariant(),
        CpuWatts = ParseNumber(row[CodeCarbonColumn.CpuPower]),
        MemoryWatts = ParseNumber(row[CodeCarbonColumn.RamPower]),
        MemoryGibibytes = ParseNumber(row[CodeCarbonColumn.RamTotalSize]),
        Threads = ParseNumber(row[CodeCarbonColumn.CpuCount]),
        Cpu = row[CodeCarbonColumn.CpuModel],
        Place = string.Join(", ", new[] { row[CodeCarbonColumn.CountryName], row[CodeCarbonColumn.Region], row[CodeCarbonColumn.CloudProvider], row[CodeCarbonColumn.CloudRegion] }
            .Where(part => part is not null)),
    };

    static double? ParseNumber(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value >= 0 ? value : null;
}
