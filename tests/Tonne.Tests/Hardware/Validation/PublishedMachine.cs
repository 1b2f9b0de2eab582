using Tonne.Catalogs;
using Tonne.Hardware;
using Tonne.Tests.Architecture;

namespace Tonne.Tests.Hardware.Validation;

/// <summary>A machine with published watts at its plug.</summary>
/// <param name="Row">Row of the compilation.</param>
/// <param name="Family">The submission it belongs to: neighbouring rows of one processor.</param>
/// <param name="Microarchitecture">Micro-architecture.</param>
/// <param name="Cpu">Processor.</param>
/// <param name="Chips">Sockets.</param>
/// <param name="Threads">Hardware threads of all sockets.</param>
/// <param name="Idle">W idle.</param>
/// <param name="Full">W at full load.</param>
/// <param name="Tdp">W of TDP per socket; null if not in the catalog.</param>
sealed record PublishedMachine(int Row, int Family, string Microarchitecture, string Cpu, int Chips, int Threads, double Idle, double Full, double? Tdp)
{
    /// <summary>All of data/published_machines.csv.</summary>
    public static IReadOnlyList<PublishedMachine> All { get; } = Read();

    static List<PublishedMachine> Read()
    {
        var all = new List<PublishedMachine>();
        var rows = new CsvReader("published_machines.csv", File.ReadAllText(Path.Combine(Repository.Root, "data", "published_machines.csv")), "row,microarchitecture,cpu,chips,threads,idle_w,full_w");
        while (rows.Read())
        {
            var (row, architecture, cpu) = (rows.GetInteger(0), rows.GetText(1), rows.GetText(2));
            // The compilation is sorted by maker and system: one blade chassis was submitted with 4 to 24 sockets, for example.
            var family = all is [.., var last] && last.Cpu == cpu && row - last.Row <= 2 ? last.Family : row;
            var model = CpuCatalog.FindModel(cpu);
            var tdp = model is { Tdp: { } limit } && string.Equals(model.Name, cpu, StringComparison.OrdinalIgnoreCase) && model.Microarchitecture == architecture ? limit.Bounds.Best : (double?)null;
            all.Add(new PublishedMachine(row, family, architecture, cpu, rows.GetInteger(3), rows.GetInteger(4), rows.GetNumber(5), rows.GetNumber(6), tdp));
        }

        return all;
    }
}
