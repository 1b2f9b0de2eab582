using Tonne.Catalogs;
using Tonne.Tests.Architecture;

namespace Tonne.Tests.Hardware.Validation;

/// <summary>A machine in service with published watts of its own counters.</summary>
sealed record PublishedHost(string Name, string Cpu, int Sockets, int Threads, double Tdp, double? MemoryGigabytes, double? PackageIdle, double PackageFull, double? DramIdle, double? DramFull, string Source)
{
    /// <summary>All of data/published_hosts.csv.</summary>
    public static IReadOnlyList<PublishedHost> All { get; } = Read();

    static List<PublishedHost> Read()
    {
        var all = new List<PublishedHost>();
        var rows = new CsvReader("published_hosts.csv", File.ReadAllText(Path.Combine(Repository.Root, "data", "published_hosts.csv")),
            "host,cpu,sockets,threads,tdp_w,memory_gb,package_idle_w,package_full_w,dram_idle_w,dram_full_w,source");
        while (rows.Read())
            all.Add(new PublishedHost(rows.GetText(0), rows.GetText(1), rows.GetInteger(2), rows.GetInteger(3), rows.GetNumber(4), rows.GetNumberOrNull(5), rows.GetNumberOrNull(6), rows.GetNumber(7), rows.GetNumberOrNull(8), rows.GetNumberOrNull(9), rows.GetText(10)));
        return all;
    }
}
