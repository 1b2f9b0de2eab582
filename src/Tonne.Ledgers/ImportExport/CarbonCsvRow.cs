using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tonne.Accounting;
using Tonne.Formatting;
using Tonne.Grids;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Ledgers.ImportExport;

/// <summary>One run as a row of CSV: CodeCarbon's columns, with its names and units, then those of tonne.</summary>
/// <remarks>
/// CodeCarbon's columns keep CodeCarbon's boundary, so that a file can have rows of both tools. They are CPU, GPU and memory (a
/// whole-machine meter if there is only that), energy and mean power times PUE, emissions of that energy, and water used on site without
/// PUE. Units: duration in s, power in W, energy in kWh, emissions in kg, rate in kg/s, memory in GiB, <c>country_iso_code</c> of three
/// letters. What only tonne counts, with bounds, is in the columns that begin with <c>tonne_</c>. An unknown field is empty. Sources:
/// codecarbon/output_methods/emissions_data.py and the page "Output" of CodeCarbon 3; PUE on energy mlco2/codecarbon#398, on power #1332.
/// </remarks>
public sealed class CarbonCsvRow
{
    const double BytesPerGibibyte = 1024d * 1024 * 1024;
    const double MicrojoulesPerKilowattHour = 3.6e12;

    readonly Dictionary<string, string> _fields;

    CarbonCsvRow(Dictionary<string, string> fields) => _fields = fields;

    /// <summary>The columns that CodeCarbon has too, in its order.</summary>
    public static ImmutableArray<string> SharedColumns { get; } =
    [
        "timestamp", "project_name", "run_id", "experiment_id", "duration", "emissions", "emissions_rate", "cpu_power", "gpu_power", "ram_power",
        "cpu_energy", "gpu_energy", "ram_energy", "energy_consumed", "water_consumed", "country_name", "country_iso_code", "region", "cloud_provider", "cloud_region",
        "os", "python_version", "codecarbon_version", "cpu_count", "cpu_model", "gpu_count", "gpu_model", "longitude", "latitude", "ram_total_size", "tracking_mode",
        "cpu_utilization_percent", "gpu_utilization_percent", "ram_utilization_percent", "ram_used_gb", "on_cloud", "pue", "wue",
    ];

    /// <summary>All columns.</summary>
    public static ImmutableArray<string> Columns { get; } =
    [
        .. SharedColumns,
        "tonne_status", "tonne_exit_code", "tonne_started_at",
        "tonne_energy_kwh", "tonne_energy_kwh_low", "tonne_energy_kwh_high", "tonne_energy_boundary", "tonne_facility_energy_kwh", "tonne_machine_energy_kwh",
        "tonne_operational_kg", "tonne_operational_kg_low", "tonne_operational_kg_high", "tonne_embodied_kg", "tonne_embodied_kg_low", "tonne_embodied_kg_high",
        "tonne_total_kg", "tonne_total_kg_low", "tonne_total_kg_high", "tonne_total_boundary", "tonne_water_l",
        "tonne_quality", "tonne_measured_share", "tonne_zone", "tonne_intensity_g_per_kwh", "tonne_intensity_basis", "tonne_intensity_year", "tonne_intensity_source",
        "tonne_policy", "tonne_method", "tonne_factors_hash", "tonne_parent",
    ];

    /// <summary>The fields, in the order of <see cref="Columns"/>.</summary>
    public IEnumerable<string> Fields => Columns.Select(column => _fields.GetValueOrDefault(column, ""));

    /// <summary>The field of a column; empty if it is unknown.</summary>
    public string this[string column] => _fields.GetValueOrDefault(column, "");

    /// <summary>A run with its figures.</summary>
    public static CarbonCsvRow From(RunRecord record, Footprint footprint) =>
        Create(record, footprint.Factors, footprint.Method, footprint.GetRunFigures().ToDictionary(figure => figure.Name,
            figure => new StatedFigure(figure.Name, figure.Unit, figure.Boundary.ToString(), figure.Bounds, figure.Quality, figure.MeasuredShare), StringComparer.Ordinal), null);

    /// <summary>Creates the row of a run with its stored figures.</summary>
    /// <param name="record">The facts.</param>
    /// <param name="statement">The stored figures.</param>
    /// <param name="known">
    /// Fields with better values than the record's, for example as another tool stated them; null if there are none.
    /// </param>
    public static CarbonCsvRow From(RunRecord record, FootprintStatement statement, IReadOnlyDictionary<string, string>? known = null) =>
        Create(record, statement.Factors, statement.Method, statement.Figures.ToDictionary(figure => figure.Name, StringComparer.Ordinal), known);

    /// <summary>The header, with <c>\n</c> at its end.</summary>
    public static string Header => Line(Columns);

    /// <summary>This row, with <c>\n</c> at line ends, quoted after RFC 4180.</summary>
    /// <param name="withHeader">Whether the header comes first. Default: yes.</param>
    public string ToCsv(bool withHeader = true) => (withHeader ? Header : "") + Line(Fields);

    /// <summary>Fields as a line with <c>\n</c> at its end, quoted where needed.</summary>
    internal static string Line(IEnumerable<string> fields)
    {
        var line = new StringBuilder();
        foreach (var field in fields)
        {
            if (line.Length > 0)
                line.Append(',');
            line.Append(field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : $"\"{field.Replace("\"", "\"\"")}\"");
        }

        return line.Append('\n').ToString();
    }

    static CarbonCsvRow Create(
        RunRecord record, AccountingFactors factors, string method, Dictionary<string, StatedFigure> figures, IReadOnlyDictionary<string, string>? known)
    {
        var opening = record.Opening;
        var machine = opening.Machine;
        var seconds = record.DurationSeconds;
        var (pue, intensity) = (factors.Pue.Bounds.Best, factors.Grid.Intensity.Bounds.Best);
        var (cpu, gpu, memory) = (Energy(Component.Cpu), Energy(Component.Gpu), Energy(Component.Memory));
        var sum = cpu is null && gpu is null && memory is null ? Energy(Component.Platform) ?? 0 : (cpu ?? 0) + (gpu ?? 0) + (memory ?? 0);
        var emissions = sum * intensity / 1000;
        var region = opening.Place.Region?.Split(':', 2);
        // An intensity given by the user or another tool has no zone of its own; the run's place may have.
        var zone = (factors.Grid.Zone ?? opening.Place.Zone) is { } code ? ZoneCatalog.Find(code).Value : null;
        var gpus = machine.Gpus ?? [];
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);

        Put("timestamp", opening.StartedAt.AddSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
        Put("project_name", opening.Project ?? opening.Name);
        Put("run_id", opening.Id);
        Number("duration", seconds);
        Number("emissions", emissions);
        Number("emissions_rate", seconds > 0 ? emissions / seconds : null);
        Number("cpu_power", Watts(cpu));
        Number("gpu_power", Watts(gpu));
        Number("ram_power", Watts(memory));
        Number("cpu_energy", cpu);
        Number("gpu_energy", gpu ?? 0);
        Number("ram_energy", memory);
        Number("energy_consumed", sum);
        Number("water_consumed", sum / pue * factors.WaterOnSite?.Bounds.Best);
        Put("country_name", zone?.Iso3 is null ? null : zone.Name);
        Put("country_iso_code", zone?.Iso3);
        Put("cloud_provider", region is [var provider, _] ? provider : null);
        Put("cloud_region", region is [_, var name] ? name : null);
        Put("os", machine.OperatingSystem);
        Number("cpu_count", machine.Threads);
        Put("cpu_model", machine.Cpu);
        Number("gpu_count", gpus.Count > 0 ? gpus.Count : null);
        Put("gpu_model", gpus.Count > 0 ? HardwareName.Format(gpus) : null);
        Number("ram_total_size", machine.MemoryBytes > 0 ? machine.MemoryBytes / BytesPerGibibyte : null);
        Put("tracking_mode", opening.Policy == SharePolicy.Machine ? "machine" : "process");
        Put("on_cloud", region is null ? "N" : "Y");
        Number("pue", pue);
        Number("wue", factors.WaterOnSite?.Bounds.Best);

        foreach (var (column, text) in known ?? ImmutableDictionary<string, string>.Empty)
            Put(column, text);

        Put("tonne_status", EnumWords.Format(record.Status));
        Number("tonne_exit_code", record.ExitCode);
        Put("tonne_started_at", opening.StartedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        Stated("tonne_energy_kwh", "energy_kwh");
        Put("tonne_energy_boundary", figures["energy_kwh"].Boundary);
        Number("tonne_facility_energy_kwh", figures["facility_energy_kwh"].Bounds.Best);
        Number("tonne_machine_energy_kwh", figures["machine_energy_kwh"].Bounds.Best);
        Stated("tonne_operational_kg", "emissions_kg.operational");
        Stated("tonne_embodied_kg", "emissions_kg.embodied");
        Stated("tonne_total_kg", "emissions_kg.total");
        Put("tonne_total_boundary", figures["emissions_kg.total"].Boundary);
        Number("tonne_water_l", figures.GetValueOrDefault("water_l")?.Bounds.Best);
        Put("tonne_quality", EnumWords.Format(figures["energy_kwh"].Quality));
        Number("tonne_measured_share", figures["energy_kwh"].MeasuredShare);
        Put("tonne_zone", factors.Grid.Zone);
        Number("tonne_intensity_g_per_kwh", intensity);
        Put("tonne_intensity_basis", EnumWords.Format(factors.Grid.Basis));
        Number("tonne_intensity_year", factors.Grid.Year);
        Put("tonne_intensity_source", factors.Grid.Intensity.Source.Id);
        Put("tonne_policy", EnumWords.Format(opening.Policy));
        Put("tonne_method", method);
        Put("tonne_factors_hash", factors.FactorsHash);
        Put("tonne_parent", opening.Parent);
        return new CarbonCsvRow(fields);

        double? Energy(Component component)
        {
            var parts = record.Components.Where(part => part.Component == component).ToList();
            return parts.Count == 0 ? null : parts.Sum(part => part.JobMicrojoules) / MicrojoulesPerKilowattHour * pue;
        }

        double? Watts(double? kilowattHours) => seconds > 0 ? kilowattHours * Quantities.Energy.JoulesPerKilowattHour / seconds : null;

        void Put(string column, string? text)
        {
            if (!string.IsNullOrEmpty(text))
                fields[column] = SpreadsheetText.Escape(text);
        }

        void Number(string column, double? value) => Put(column, value?.ToString("R", CultureInfo.InvariantCulture));

        void Stated(string column, string figure)
        {
            if (!figures.TryGetValue(figure, out var stated))
                return;
            Number(column, stated.Bounds.Best);
            Number(column + "_low", SixDigitRounding.RoundLow(stated.Bounds));
            Number(column + "_high", SixDigitRounding.RoundHigh(stated.Bounds));
        }
    }
}
