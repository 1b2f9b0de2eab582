namespace Tonne.Ledgers.ImportExport;

/// <summary>Names of the columns of CodeCarbon's emissions.csv, in its own order. Source: codecarbon/output_methods/emissions_data.py and its page "Output", CodeCarbon 3.</summary>
static class CodeCarbonColumn
{
    internal const string Timestamp = "timestamp";
    internal const string ProjectName = "project_name";
    internal const string RunId = "run_id";
    internal const string ExperimentId = "experiment_id";
    internal const string TaskName = "task_name";
    internal const string Duration = "duration";
    internal const string Emissions = "emissions";
    internal const string EmissionsRate = "emissions_rate";
    internal const string CpuPower = "cpu_power";
    internal const string GpuPower = "gpu_power";
    internal const string RamPower = "ram_power";
    internal const string CpuEnergy = "cpu_energy";
    internal const string GpuEnergy = "gpu_energy";
    internal const string RamEnergy = "ram_energy";
    internal const string EnergyConsumed = "energy_consumed";
    internal const string WaterConsumed = "water_consumed";
    internal const string CountryName = "country_name";
    internal const string CountryIsoCode = "country_iso_code";
    internal const string Region = "region";
    internal const string CloudProvider = "cloud_provider";
    internal const string CloudRegion = "cloud_region";
    internal const string OperatingSystem = "os";
    internal const string PythonVersion = "python_version";
    internal const string Version = "codecarbon_version";
    internal const string CpuCount = "cpu_count";
    internal const string CpuModel = "cpu_model";
    internal const string GpuCount = "gpu_count";
    internal const string GpuModel = "gpu_model";
    internal const string Longitude = "longitude";
    internal const string Latitude = "latitude";
    internal const string RamTotalSize = "ram_total_size";
    internal const string TrackingMode = "tracking_mode";
    internal const string CpuUtilization = "cpu_utilization_percent";
    internal const string GpuUtilization = "gpu_utilization_percent";
    internal const string RamUtilization = "ram_utilization_percent";
    internal const string RamUsed = "ram_used_gb";
    internal const string OnCloud = "on_cloud";
    internal const string Pue = "pue";
    internal const string Wue = "wue";

    /// <summary>Prefix of tags and notes that keep CodeCarbon's values.</summary>
    internal const string Prefix = "codecarbon.";

    /// <summary>Tag with CodeCarbon's own id of the run.</summary>
    internal const string RunIdTag = Prefix + RunId;

    /// <summary>Tag with CodeCarbon's id of the experiment.</summary>
    internal const string ExperimentTag = Prefix + ExperimentId;

    /// <summary>Tag with the name of a task.</summary>
    internal const string TaskTag = Prefix + TaskName;

    /// <summary>Columns whose meaning is in the record or the statement, and that need no note.</summary>
    internal static readonly HashSet<string> MappedColumns = new(StringComparer.Ordinal)
    {
        Timestamp, ProjectName, RunId, ExperimentId, TaskName, Duration, Emissions, CpuEnergy, GpuEnergy, RamEnergy, EnergyConsumed,
    };
}
