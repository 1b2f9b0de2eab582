using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Tests.Hardware.Validation;

/// <summary>Predicts each published figure from the others alone, by the rules of the shipped tables.</summary>
/// <remarks>
/// The rule (data/tables.py): median; variance of n machines and a typical one with the weight of four, times 1 + 1/n. Typical spreads: per thread 0.30 idle and 0.15 full; idle per socket 0.25, full over TDP 0.125.
/// </remarks>
static class LeftOut
{
    /// <summary>Centre and predictive spread of logarithms.</summary>
    public static (double Centre, double Sigma) Fit(IReadOnlyList<double> logs, double typical)
    {
        var sorted = logs.Order().ToArray();
        var (n, mean) = (sorted.Length, sorted.Average());
        var median = n % 2 == 1 ? sorted[n / 2] : (sorted[(n / 2) - 1] + sorted[n / 2]) / 2;
        var squares = sorted.Sum(log => (log - mean) * (log - mean));
        return (median, Math.Sqrt((squares + (4 * typical * typical)) / (n + 3) * (1 + (1d / n))));
    }

    /// <summary>Watts per socket idle, or per W of TDP at full load, where the processor's name is known; per thread where no TDP is.</summary>
    public static List<Trial> ByName(bool idle, bool wholeFamily) => Machines(wholeFamily, (machine, others) =>
    {
        if (idle)
            return Predict(machine, [.. others.Select(other => Math.Log(other.Idle / other.Chips))], 0.25, machine.Chips, machine.Idle);
        List<double> over = [.. others.Where(other => other.Tdp is not null).Select(other => Math.Log(other.Full / other.Chips / other.Tdp!.Value))];
        return machine.Tdp is { } tdp && over.Count > 0
            ? Predict(machine, over, 0.125, machine.Chips * tdp, machine.Full)
            : Predict(machine, [.. others.Select(other => Math.Log(other.Full / other.Threads))], 0.15, machine.Threads, machine.Full);
    });

    /// <summary>Watts per thread of the micro-architecture, where the name is hidden and its numbers are not.</summary>
    public static List<Trial> ByNumbers(bool idle, bool wholeFamily) => Machines(wholeFamily, (machine, others) =>
        Predict(machine, [.. others.Select(other => Math.Log((idle ? other.Idle : other.Full) / other.Threads))], idle ? 0.30 : 0.15, machine.Threads, idle ? machine.Idle : machine.Full));

    /// <summary>Median watts per thread of a whole micro-architecture that the catalog never saw, from the vendor's others of its years.</summary>
    public static List<Trial> Unknown(bool idle)
    {
        List<CpuMicroarchitecture> measured = [.. CpuCatalog.AllArchitectures.Where(row => !row.IsExtrapolated)];
        var trials = new List<Trial>();
        foreach (var row in measured.Where(row => row.Segment == "server" && row.Year > 2016))
        {
            string[] vendor = row.Vendor is "AMD" or "Intel" ? [row.Vendor] : ["Arm", "Ampere", "NVIDIA"];
            var bounds = CpuCatalog.ComputeCatalogBounds(CpuCatalog.SelectServersInService([.. measured.Where(other => other != row)], vendor, out _), idle);
            trials.Add(new Trial($"{row.Vendor} {row.Name}", bounds.Low, bounds.Best, bounds.High, idle ? row.IdleWatts : row.FullWatts));
        }

        return trials;
    }

    /// <summary>Single machines of a micro-architecture that the catalog never saw.</summary>
    public static List<Trial> UnknownMachines(bool idle)
    {
        var predicted = Unknown(idle).ToDictionary(trial => trial.Case[(trial.Case.IndexOf(' ') + 1)..]);
        return [.. PublishedMachine.All.Where(machine => predicted.ContainsKey(machine.Microarchitecture))
            .Select(machine => predicted[machine.Microarchitecture] with { Case = machine.Cpu, Published = (idle ? machine.Idle : machine.Full) / machine.Threads })];
    }

    /// <summary>Package over TDP: geometric mean of the others, their spread times √(1 + 1/n).</summary>
    public static List<Trial> PackageOverTdp(bool idle) => Fractions([.. PublishedHost.All.Where(host => !idle || host.PackageIdle is not null)
        .Select(host => ($"{host.Sockets} x {host.Cpu}", (idle ? host.PackageIdle!.Value : host.PackageFull) / host.Sockets / host.Tdp))]);

    /// <summary>Board over TDP of accelerators that were measured.</summary>
    public static List<Trial> BoardOverTdp(Func<Accelerator, Factor> watts) => Fractions([.. AcceleratorCatalog.All.Where(row => watts(row).Quality == Quality.Modelled)
        .Select(row => (row.Name, watts(row).Bounds.Best / row.Tdp.Bounds.Best))]);

    static List<Trial> Fractions(IReadOnlyList<(string Name, double Value)> all) => [.. all.Select(one =>
    {
        var logs = all.Where(other => other != one).Select(other => Math.Log(other.Value)).ToArray();
        var mean = logs.Average();
        var spread = 1.96 * Math.Sqrt(logs.Sum(log => (log - mean) * (log - mean)) / (logs.Length - 1) * (1 + (1d / logs.Length)));
        return new Trial(one.Name, Math.Exp(mean - spread), Math.Exp(mean), Math.Exp(mean + spread), one.Value);
    })];

    static List<Trial> Machines(bool wholeFamily, Func<PublishedMachine, List<PublishedMachine>, Trial> predict)
    {
        var trials = new List<Trial>();
        foreach (var machine in PublishedMachine.All)
        {
            var others = PublishedMachine.All.Where(other => other.Microarchitecture == machine.Microarchitecture && (wholeFamily ? other.Family != machine.Family : other.Row != machine.Row)).ToList();
            // A machine without others cannot be predicted.
            if (others.Count > 0)
                trials.Add(predict(machine, others));
        }

        return trials;
    }

    static Trial Predict(PublishedMachine machine, List<double> logs, double typical, double scale, double published)
    {
        var (centre, sigma) = Fit(logs, typical);
        return new Trial($"{machine.Row}", Math.Exp(centre - (1.96 * sigma)) * scale, Math.Exp(centre) * scale, Math.Exp(centre + (1.96 * sigma)) * scale, published);
    }
}
