using Tonne.Catalogs;
using Tonne.Tests.Architecture;

namespace Tonne.Tests.Hardware.Validation;

/// <summary>One step of a load profile: package power by RAPL over half a minute at a load.</summary>
/// <remarks>Source: mlco2/codecarbon, data/hardware/cpu_load_profiling (MIT), as in data/cpu_load_profiles.csv.</remarks>
sealed record CpuLoadProfile(string Cpu, string LoadType, double Load, double PackageWatts)
{
    /// <summary>All of data/cpu_load_profiles.csv.</summary>
    public static IReadOnlyList<CpuLoadProfile> All { get; } = Read();

    static List<CpuLoadProfile> Read()
    {
        var all = new List<CpuLoadProfile>();
        var rows = new CsvReader("cpu_load_profiles.csv", File.ReadAllText(Path.Combine(Repository.Root, "data", "cpu_load_profiles.csv")), "cpu_name,threads,sockets,load_type,cpu_load_percent,rapl_package_W,plug_W,seconds");
        while (rows.Read())
            all.Add(new CpuLoadProfile(rows.GetText(0), rows.GetText(3), rows.GetNumber(4) / 100, rows.GetNumber(5)));
        return all;
    }
}
