using System.Runtime.InteropServices;

namespace Tonne.Instruments.Nvidia;

/// <summary><c>nvmlFieldValue_t</c> of nvml.h: one question and its answer, 40 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
struct NvmlFieldValue
{
    /// <summary>Power at the last refresh of the sensor, mW.</summary>
    internal const uint PowerInstant = 186;

    [FieldOffset(0)]
    internal uint Field;

    [FieldOffset(4)]
    internal uint Scope;

    [FieldOffset(24)]
    internal int Type;

    [FieldOffset(28)]
    internal int Return;

    [FieldOffset(32)]
    internal ulong Bits;

    /// <summary>The answer as a whole number; false if it is none, or below zero.</summary>
    internal readonly bool TryGetUInt64(out ulong value)
    {
        value = Type switch
        {
            1 => (uint)(Bits & uint.MaxValue),
            // unsigned long, which has 32 bits on Windows.
            2 => OperatingSystem.IsWindows() ? Bits & uint.MaxValue : Bits,
            3 => Bits,
            4 => Bits,
            5 => Bits & uint.MaxValue,
            _ => ulong.MaxValue,
        };
        return Type switch
        {
            1 or 2 or 3 => true,
            4 => Bits <= long.MaxValue,
            5 => value <= int.MaxValue,
            _ => false,
        };
    }
}
