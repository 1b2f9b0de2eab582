using Tonne.Hardware;
using Tonne.Recording.Metering;
using Tonne.Runs;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Memory of the machine that processes and the kernel hold, in bytes.</summary>
/// <param name="system">The system that reports it.</param>
sealed class SystemMemoryMeter(HostSystem system) : IMeter
{
    /// <summary>Id of the meter.</summary>
    public const string MeterId = "system:memory";

    /// <inheritdoc/>
    public MeterDescription Description { get; } = new(MeterId, Component.Memory, MeterKind.Memory, MeterRole.Busy,
        Note: system.MemoryNote);

    /// <inheritdoc/>
    public Reading Read(long timestamp) => system.ReadMemory() is { } memory ? Reading.FromValue(memory.UsedBytes)
        : Reading.FromGapReason(HostSystem.NotReported);
}
