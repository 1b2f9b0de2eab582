using System.Runtime.InteropServices;

namespace Tonne.Instruments.Nvidia;

/// <summary><c>nvmlProcessUtilizationSample_t</c> of nvml.h: how much of the time since the last question a process used a GPU, 32 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
struct NvmlProcessSample
{
    [FieldOffset(0)]
    internal uint ProcessId;

    /// <summary>The processor's clock, µs.</summary>
    [FieldOffset(8)]
    internal ulong Timestamp;

    /// <summary>Percent of the time in which the multiprocessors worked for it.</summary>
    [FieldOffset(16)]
    internal uint Percent;
}
