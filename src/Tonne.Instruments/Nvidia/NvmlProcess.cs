using System.Runtime.InteropServices;

namespace Tonne.Instruments.Nvidia;

/// <summary><c>nvmlProcessInfo_t</c> of nvml.h, versions 2 and 3: a process that holds a GPU, 24 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
struct NvmlProcess
{
    [FieldOffset(0)]
    internal uint ProcessId;
}
