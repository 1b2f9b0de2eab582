using System.Buffers.Binary;

namespace Tonne.Instruments.MacAndWindows;

/// <summary>Reads the list of processes that Windows' <c>NtQuerySystemInformation</c> fills in: SYSTEM_PROCESS_INFORMATION, 64
/// bits.</summary>
/// <remarks>Source: Microsoft, winternl.h; offsets as in the runtime of .NET (Interop.NtQuerySystemInformation.cs), which reads processes
/// so.</remarks>
static class WindowsProcessList
{
    const int CreateTime = 32;
    const int UserTime = 40;
    const int KernelTime = 48;
    const int ProcessId = 80;
    const int ParentId = 88;
    const int WorkingSet = 144;
    const int EntryBytes = 152;
    const long NanosecondsPerFileTime = 100;

    /// <summary>One process.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="ParentId">Id of the process that started it, which may have ended.</param>
    /// <param name="Start">When it was started, in 100 ns since 1601.</param>
    /// <param name="Usage">What it has used.</param>
    internal readonly record struct Entry(int Id, int ParentId, long Start, ProcessUsage Usage);

    /// <summary>Reads all entries; a list that ends early is read up to there.</summary>
    /// <param name="bytes">The list.</param>
    internal static List<Entry> Parse(ReadOnlySpan<byte> bytes)
    {
        var found = new List<Entry>();
        while (bytes.Length >= EntryBytes)
        {
            var cpu = Math.Max(0, Read(bytes, UserTime)) + Math.Max(0, Read(bytes, KernelTime));
            found.Add(new Entry(
                unchecked((int)Read(bytes, ProcessId)), unchecked((int)Read(bytes, ParentId)), Read(bytes, CreateTime),
                new ProcessUsage(Math.Min(cpu, long.MaxValue / NanosecondsPerFileTime) * NanosecondsPerFileTime, 0,
                    Read(bytes, WorkingSet), HasEnded: false)));
            var next = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            if (next == 0 || next > bytes.Length)
                break;
            bytes = bytes[(int)next..];
        }

        return found;

        static long Read(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
    }
}
