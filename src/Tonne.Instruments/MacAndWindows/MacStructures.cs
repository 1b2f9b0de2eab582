using System.Buffers.Binary;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Reads the structures that macOS fills in, little-endian on all its processors.</summary>
static class MacStructures
{
    /// <summary>Size of <c>struct rusage_info_v2</c> (sys/resource.h): 16 bytes of an id, then eighteen numbers of 64 bits.</summary>
    public const int UsageBytes = 160;

    /// <summary>Size of <c>struct vm_statistics64</c> (mach/vm_statistics.h) in its first version.</summary>
    public const int MemoryBytes = 152;

    // rusage_info_v2
    const int UserTime = 16;
    const int SystemTime = 24;
    const int Resident = 64;
    const int StartTime = 80;
    const int ChildUserTime = 96;
    const int ChildSystemTime = 104;

    // vm_statistics64
    const int WiredPages = 12;
    const int PurgeablePages = 88;
    const int CompressorPages = 128;
    const int InternalPages = 140;

    // proc_bsdshortinfo
    const int ParentId = 4;
    const int Status = 12;
    const uint Zombie = 5; // SZOMB of sys/proc.h

    /// <summary>Reads <c>struct rusage_info_v2</c>. Its times are in units of Mach's clock: 1 ns on Intel, 125/3 ns on Apple's
    /// processors.</summary>
    /// <param name="bytes">The structure.</param>
    /// <param name="numerator">Numerator of <c>mach_timebase_info</c>: ns = units × numerator ÷ denominator.</param>
    /// <param name="denominator">Its denominator, not 0.</param>
    public static (long Start, ProcessUsage Usage) ReadUsage(ReadOnlySpan<byte> bytes, uint numerator, uint denominator)
    {
        var usage = new ProcessUsage(
            ReadTime(bytes, UserTime, numerator, denominator) + ReadTime(bytes, SystemTime, numerator, denominator),
            ReadTime(bytes, ChildUserTime, numerator, denominator) + ReadTime(bytes, ChildSystemTime, numerator, denominator),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[Resident..]),
            HasEnded: false);
        return (BinaryPrimitives.ReadInt64LittleEndian(bytes[StartTime..]), usage);
    }

    /// <summary>Memory in use by <c>struct vm_statistics64</c>: anonymous pages that cannot be purged, wired pages, and those of the
    /// compressor.</summary>
    /// <param name="bytes">The structure.</param>
    /// <param name="pageBytes">Size of a page.</param>
    /// <param name="totalBytes">Size of the memory, which the result does not exceed.</param>
    public static long ReadUsedMemory(ReadOnlySpan<byte> bytes, int pageBytes, long totalBytes)
    {
        var anonymous = Math.Max(0, (long)ReadCount(bytes, InternalPages) - ReadCount(bytes, PurgeablePages));
        var pages = anonymous + ReadCount(bytes, WiredPages) + ReadCount(bytes, CompressorPages);
        return Math.Min(totalBytes, pages * pageBytes);
    }

    /// <summary>Parent and state by <c>struct proc_bsdshortinfo</c> (sys/proc_info.h).</summary>
    /// <param name="bytes">The structure.</param>
    public static (int ParentId, bool IsZombie) ReadShortInformation(ReadOnlySpan<byte> bytes) =>
        ((int)Math.Min(ReadCount(bytes, ParentId), int.MaxValue), ReadCount(bytes, Status) == Zombie);

    static long ReadTime(ReadOnlySpan<byte> bytes, int at, uint numerator, uint denominator) =>
        // Wider than 64 bits: 125 times a number of ticks may pass it.
        (long)UInt128.Min((UInt128)BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) * numerator / denominator,
            (UInt128)(long.MaxValue / 8));

    static uint ReadCount(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
