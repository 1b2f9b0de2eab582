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
            all.Add(new PublishedHost(rows.Text(0), rows.Text(1), rows.Whole(2), rows.Whole(3), rows.Number(4), rows.NumberOrNull(5), rows.NumberOrNull(6), rows.Number(7), rows.NumberOrNull(8), rows.NumberOrNull(9), rows.Text(10)));
        return all;
    }
}
