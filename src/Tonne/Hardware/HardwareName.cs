using System.Globalization;

namespace Tonne.Hardware;

/// <summary>Formats the hardware of a run as text.</summary>
public static class HardwareName
{
    /// <summary>Names counted, for example <c>2 x NVIDIA A100</c>.</summary>
    public static string Format(IReadOnlyList<string> names) =>
        string.Join(", ", names.GroupBy(name => name, StringComparer.Ordinal).Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} x {group.Key}")));

    /// <summary>Accelerators and processor, for example <c>8 x NVIDIA A100, 64 threads of AMD EPYC 7763</c>.</summary>
    public static string Format(Machine machine)
    {
        var cpu = string.Create(CultureInfo.InvariantCulture, $"{machine.Threads} threads of {machine.Cpu}");
        return machine.Gpus is { Count: > 0 } gpus ? $"{Format(gpus)}, {cpu}" : cpu;
    }
}
