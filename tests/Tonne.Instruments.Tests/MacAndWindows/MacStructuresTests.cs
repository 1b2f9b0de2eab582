using System.Buffers.Binary;
using Tonne.Instruments.MacAndWindows;

namespace Tonne.Instruments.Tests.MacAndWindows;

public class MacStructuresTests
{
    // sys/resource.h, struct rusage_info_v2: uuid[16], user 16, system 24, …, resident 64, footprint 72, start 80, exit 88, child user
    // 96, child system 104.
    // Apple's processors count Mach time in units of 125/3 ns: 24,000,000 units are 1 s.
    [Theory]
    [InlineData(1, 1, 2_000_000_000L, 500_000_000L)]
    [InlineData(125, 3, 48_000_000L, 12_000_000L)]
    public void Times_of_a_process_are_in_units_of_Machs_clock(uint numerator, uint denominator, long user, long childSystem)
    {
        var bytes = new byte[MacStructures.UsageBytes];
        Write(bytes, 16, user);
        Write(bytes, 64, 4096);
        Write(bytes, 80, 77);
        Write(bytes, 104, childSystem);

        var (start, usage) = MacStructures.ReadUsage(bytes, numerator, denominator);

        Assert.Equal(77, start);
        Assert.Equal(new ProcessUsage(2_000_000_000, 500_000_000, 4096, HasEnded: false), usage);
    }

    // mach/vm_statistics.h, struct vm_statistics64: wired 12, purgeable 88, compressor 128, internal 140. (100 − 30) + 20 + 10 pages of
    // 16 KiB.
    [Fact]
    public void Memory_in_use_is_anonymous_wired_and_compressed_pages()
    {
        var bytes = new byte[MacStructures.MemoryBytes];
        foreach (var (at, pages) in new[] { (12, 20u), (88, 30u), (128, 10u), (140, 100u) })
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), pages);

        Assert.Equal(100 * 16384, MacStructures.ReadUsedMemory(bytes, 16384, long.MaxValue));
        Assert.Equal(1000, MacStructures.ReadUsedMemory(bytes, 16384, 1000));
    }

    // sys/proc_info.h, struct proc_bsdshortinfo: pid 0, ppid 4, pgid 8, status 12; sys/proc.h: SZOMB is 5, SRUN 2.
    [Theory]
    [InlineData(5, true)]
    [InlineData(2, false)]
    public void The_parent_and_the_state_are_read(uint status, bool isZombie)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), 4711);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), status);

        Assert.Equal((4711, isZombie), MacStructures.ReadShortInformation(bytes));
    }

    static void Write(byte[] bytes, int at, long value) => BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), value);
}
