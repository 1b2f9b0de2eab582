using System.Globalization;
using Tonne.Footprints;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.Exchanging;

/// <summary>An entry as a row of CodeCarbon's columns, then of tonne's own.</summary>
/// <remarks>
/// CodeCarbon's columns keep CodeCarbon's boundary: CPU, GPU and memory (and a whole-machine meter, where there is only that) with the PUE on every energy, and emissions
/// of that energy; water is that used on site, with no PUE on it. What tonne counts beside, and with bounds, is in the columns that begin with <c>tonne_</c>. A field that is not known is empty.
/// </remarks>
static class CodeCarbonExport
{
    const double BytesPerGibibyte = 1024d * 1024 * 1024;

    static readonly string[] Own =
    [
        "tonne_status", "tonne_exit_code", "tonne_started_at",
        "tonne_energy_kwh", "tonne_energy_kwh_low", "tonne_energy_kwh_high", "tonne_energy_boundary",
        "tonne_operational_kg", "tonne_operational_kg_low", "tonne_operational_kg_high", "tonne_embodied_kg",
        "tonne_total_kg", "tonne_total_kg_low", "tonne_total_kg_high", "tonne_total_boundary", "tonne_water_l",
        "tonne_quality", "tonne_measured_share", "tonne_zone", "tonne_intensity_g_per_kwh", "tonne_policy", "tonne_method", "tonne_factors_hash",
    ];

    /// <summary>The columns.</summary>
    internal static readonly string[] Header = [.. CodeCarbonColumn.Shared, .. Own];

    internal static IEnumerable<string> Row(LedgerEntry entry)
    {
        var fields = Fields(entry);
        foreach (var column in Header)
            yield return fields.GetValueOrDefault(column) ?? "";
    }

    static Dictionary<string, string?> Fields(LedgerEntry entry)
    {
        var (record, statement) = (entry.Record, entry.Statements[^1]);
        var opening = record.Opening;
        var pue = statement.Factors.Pue.Bounds.Best;
        var intensity = statement.Factors.Grid.Intensity.Bounds.Best;
        var (cpu, gpu, ram) = (Energy(record, Component.Cpu), Energy(record, Component.Gpu), Energy(record, Component.Memory));
        var sum = ((cpu ?? 0) + (gpu ?? 0) + (ram ?? 0)) * pue;
        if (cpu is null && gpu is null && ram is null)
            sum = (Energy(record, Component.Platform) ?? 0) * pue;
        var emissions = sum * intensity / 1000;
        var cloud = opening.Place.Region?.Split(':', 2);
        var fields = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var note in record.Notes)
        {
            // What CodeCarbon had said of an imported run goes back as it came.
            if (note.StartsWith(CodeCarbonColumn.Prefix, StringComparison.Ordinal) && note.IndexOf(" = ", StringComparison.Ordinal) is > 0 and var at)
                fields[note[CodeCarbonColumn.Prefix.Length..at]] = note[(at + 3)..];
        }

        Put(CodeCarbonColumn.CloudProvider, cloud is [var provider, _] ? provider : null);
        Put(CodeCarbonColumn.CloudRegion, cloud is [_, var region] ? region : null);
        Put(CodeCarbonColumn.OperatingSystem, opening.Machine.OperatingSystem);
        Put(CodeCarbonColumn.CpuCount, Text(opening.Machine.Threads));
        Put(CodeCarbonColumn.CpuModel, opening.Machine.Cpu);
        Put(CodeCarbonColumn.GpuCount, opening.Machine.Gpus is { Count: > 0 } gpus ? Text(gpus.Count) : null);
        Put(CodeCarbonColumn.GpuModel, opening.Machine.Gpus is { Count: > 0 } names ? string.Join(", ", names.GroupBy(name => name).Select(group => $"{group.Count()} x {group.Key}")) : null);
        Put(CodeCarbonColumn.RamTotalSize, opening.Machine.MemoryBytes > 0 ? Text(opening.Machine.MemoryBytes / BytesPerGibibyte) : null);
        Put(CodeCarbonColumn.TrackingMode, opening.Policy == SharePolicy.Machine ? "machine" : "process");
        Put(CodeCarbonColumn.CpuPower, Power(cpu));
        Put(CodeCarbonColumn.GpuPower, Power(gpu));
        Put(CodeCarbonColumn.RamPower, Power(ram));
        Put(CodeCarbonColumn.WaterConsumed, Text(sum / pue * statement.Factors.WaterOnSite?.Bounds.Best));
        Put(CodeCarbonColumn.OnCloud, cloud is null ? "N" : "Y");
        fields[CodeCarbonColumn.Timestamp] = opening.StartedAt.AddSeconds(record.DurationSeconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        fields[CodeCarbonColumn.ProjectName] = opening.Project ?? opening.Name;
        fields[CodeCarbonColumn.RunId] = opening.Tags.GetValueOrDefault(CodeCarbonColumn.RunIdTag) ?? opening.Id;
        fields[CodeCarbonColumn.ExperimentId] = opening.Tags.GetValueOrDefault(CodeCarbonColumn.ExperimentTag);
        fields[CodeCarbonColumn.Duration] = Text(record.DurationSeconds);
        fields[CodeCarbonColumn.Emissions] = Text(emissions);
        fields[CodeCarbonColumn.EmissionsRate] = record.DurationSeconds > 0 ? Text(emissions / record.DurationSeconds) : null;
        fields[CodeCarbonColumn.CpuEnergy] = Text(cpu * pue);
        fields[CodeCarbonColumn.GpuEnergy] = Text((gpu ?? 0) * pue);
        fields[CodeCarbonColumn.RamEnergy] = Text(ram * pue);
        fields[CodeCarbonColumn.EnergyConsumed] = Text(sum);
        fields[CodeCarbonColumn.Pue] = Text(pue);
        fields[CodeCarbonColumn.Wue] = Text(statement.Factors.WaterOnSite?.Bounds.Best);

        fields["tonne_status"] = record.Status.ToString().ToLowerInvariant();
        fields["tonne_exit_code"] = record.ExitCode is { } code ? Text(code) : null;
        fields["tonne_started_at"] = opening.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        Stated("tonne_energy_kwh", "energy_kwh");
        fields["tonne_energy_boundary"] = Figure("energy_kwh")?.Boundary;
        Stated("tonne_operational_kg", "emissions_kg.operational");
        fields["tonne_embodied_kg"] = Text(Figure("emissions_kg.embodied")?.Bounds.Best);
        Stated("tonne_total_kg", "emissions_kg.total");
        fields["tonne_total_boundary"] = Figure("emissions_kg.total")?.Boundary;
        fields["tonne_water_l"] = Text(Figure("water_l")?.Bounds.Best);
        fields["tonne_quality"] = Figure("energy_kwh")?.Quality.ToString().ToLowerInvariant();
        fields["tonne_measured_share"] = Text(Figure("energy_kwh")?.MeasuredShare);
        fields["tonne_zone"] = statement.Factors.Grid.Zone;
        fields["tonne_intensity_g_per_kwh"] = Text(intensity);
        fields["tonne_policy"] = opening.Policy.ToString().ToLowerInvariant();
        fields["tonne_method"] = statement.Method;
        fields["tonne_factors_hash"] = statement.FactorsHash;
        return fields;

        void Put(string column, string? text) => fields.TryAdd(column, text);

        void Stated(string column, string figure)
        {
            fields[column] = Text(Figure(figure)?.Bounds.Best);
            fields[column + "_low"] = Text(Figure(figure)?.Bounds.Low);
            fields[column + "_high"] = Text(Figure(figure)?.Bounds.High);
        }

        StatedFigure? Figure(string name) => statement.Figures.FirstOrDefault(figure => figure.Name == name);

        string? Power(double? kilowattHours) => record.DurationSeconds > 0 ? Text(kilowattHours * Quantities.Energy.JoulesPerKilowattHour / record.DurationSeconds) : null;
    }

    /// <summary>The job's energy of a component in kWh; null if the run has none such.</summary>
    static double? Energy(RunRecord record, Component component)
    {
        var uses = record.Components.Where(use => use.Component == component).ToList();
        return uses.Count == 0 ? null : new Microjoules(uses.Sum(use => use.JobMicrojoules)).Energy.KilowattHours;
    }

    static string? Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture);
}
