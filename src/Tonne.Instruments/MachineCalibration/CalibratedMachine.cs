using Tonne.Hardware;

namespace Tonne.Instruments.MachineCalibration;

/// <summary>The properties by which a calibrated machine is recognised.</summary>
/// <param name="Cpu">Name of its processor.</param>
/// <param name="Threads">Hardware threads visible.</param>
/// <param name="MemoryBytes">Main memory visible, in bytes.</param>
/// <param name="Gpus">Names of its GPUs.</param>
public sealed record CalibratedMachine(string Cpu, int Threads, long MemoryBytes, IReadOnlyList<string> Gpus)
{
    /// <summary>The kernel keeps back a little memory, more or less with each version.</summary>
    const double MemoryTolerance = 0.05;

    /// <summary>The properties by which a calibrated machine is recognised.</summary>
    public static CalibratedMachine FromMachine(Machine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return new CalibratedMachine(machine.Cpu, machine.Threads, machine.MemoryBytes, machine.Gpus ?? []);
    }

    /// <summary>The difference found; null if it is the same machine, as far as is known.</summary>
    public string? DescribeDifference(Machine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (!string.Equals(Cpu, machine.Cpu, StringComparison.Ordinal))
            return $"its processor was {Cpu}";
        if (Threads != machine.Threads)
            return $"it had {Threads} hardware threads";
        if (Math.Abs(MemoryBytes - machine.MemoryBytes) > MemoryTolerance * Math.Max(MemoryBytes, machine.MemoryBytes))
            return $"it had {MemoryBytes / 1e9:0.#} GB of memory";
        return Gpus.SequenceEqual(machine.Gpus ?? [], StringComparer.Ordinal) ? null : $"its GPUs were {(Gpus.Count == 0 ? "none" : string.Join(", ", Gpus))}";
    }
}
