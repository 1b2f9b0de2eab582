using System.Runtime.InteropServices;

namespace Tonne.Instruments.Nvidia;

/// <summary><c>nvmlDeviceAttributes_t</c> of nvml.h: the size of a part of a GPU (MIG), 40 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
struct NvmlAttributes
{
    [FieldOffset(24)]
    internal uint GpuInstanceSlices;

    [FieldOffset(28)]
    internal uint ComputeInstanceSlices;
}
