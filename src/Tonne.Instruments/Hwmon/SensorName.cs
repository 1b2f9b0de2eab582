using System.Collections.Immutable;
using System.Globalization;

namespace Tonne.Instruments.Hwmon;

/// <summary>What a sensor's own name says that it measures.</summary>
/// <remarks>
/// NVIDIA Grace has four ACPI power meters for each socket, which <c>power1_oem_info</c> names: Module Power Socket N holds all of the
/// module (Grace, its memory and, on a GH200 or GB200, the GPUs); Grace Power Socket N the processor with its memory and regulators; CPU
/// Power Socket N the rail of the cores; SysIO Power Socket N that of the rest of the chip. Source: NVIDIA Grace Performance Tuning Guide,
/// Power and Thermal Management.
/// A Jetson names the rails of its current monitors. On Orin NX, Orin Nano, Xavier NX, TX2 and Nano one rail is the module's input; on AGX
/// Orin and AGX Xavier the rails of its inputs sum to it, and VDDQ_VDD2_1V8AO of AGX Orin is inside VIN_SYS_5V0. Source: NVIDIA Jetson
/// Linux Developer Guide, Platform Power and Performance, Software-Based Power Consumption Modeling.
/// </remarks>
static class SensorName
{
    /// <summary>Rails that are a module's whole input.</summary>
    static readonly ImmutableHashSet<string> ModuleInputs =
        ImmutableHashSet.Create(StringComparer.OrdinalIgnoreCase, "VDD_IN", "POM_5V_IN", "VIN");

    /// <summary>Rails that together are a module's whole input.</summary>
    internal static ImmutableArray<ImmutableArray<string>> ModuleInputSets { get; } =
        [["VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"], ["GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"]];

    /// <summary>Rails of the processor; VDD_CPU_CV also holds the vision accelerators, which are off unless used.</summary>
    static readonly ImmutableHashSet<string> ProcessorRails =
        ImmutableHashSet.Create(StringComparer.OrdinalIgnoreCase, "VDD_CPU_CV", "CPU", "POM_5V_CPU", "VDD_SYS_CPU");

    /// <summary>Whether a chip is a current monitor of Texas Instruments, which measures a rail that only its label names.</summary>
    internal static bool IsCurrentMonitor(string chip) =>
        chip.StartsWith("ina", StringComparison.Ordinal) && chip.Length > 3 && char.IsAsciiDigit(chip[3]);

    /// <summary>Whether a rail is a module's whole input.</summary>
    internal static bool IsModuleInput(string? label) => label is not null && ModuleInputs.Contains(label);

    /// <summary>Whether a rail is the processor's.</summary>
    internal static bool IsProcessorRail(string? label) => label is not null && ProcessorRails.Contains(label);

    /// <summary>What of which socket a firmware's meter says that it measures.</summary>
    /// <returns>The text before "Power Socket" and the number; null if the text is another.</returns>
    internal static (string What, int Socket)? ParseSocket(string? text)
    {
        var words = text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return words is [.. { Length: > 0 } what, "Power", "Socket", var number]
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var socket)
            ? (string.Join(' ', what), socket) : null;
    }
}
