using System.Buffers.Binary;
using Tonne.Instruments.MacAndWindows;

namespace Tonne.Instruments.Tests.MacAndWindows;

public class WindowsProcessListTests
{
    const int EntryBytes = 256;

    // winternl.h and the runtime of .NET: next 0, created 32, user 40, kernel 48, id 80, parent 88, working set 144; times in 100 ns.
    [Fact]
    public void Each_entry_is_read_and_the_last_says_that_none_follows()
    {
        var bytes = new byte[2 * EntryBytes];
        Write(bytes, 0, 10, 1, created: 5, user: 20_000_000, kernel: 5_000_000, workingSet: 4096, next: EntryBytes);
        Write(bytes, EntryBytes, 11, 10, created: 6, user: 0, kernel: 1, workingSet: 0, next: 0);

        var list = WindowsProcessList.Parse(bytes);

        // 2 s + 0.5 s; one unit of 100 ns.
        Assert.Equal([new(10, 1, 5, new ProcessUsage(2_500_000_000, 0, 4096, false)), new(11, 10, 6, new ProcessUsage(100, 0, 0, false))],
            list);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 0)] // shorter than an entry
    [InlineData(EntryBytes, 1)] // the next one is said to begin beyond the end
    public void A_list_that_ends_early_is_read_up_to_there(int length, int count)
    {
        var bytes = new byte[EntryBytes];
        Write(bytes, 0, 10, 1, 5, 0, 0, 0, next: 100_000);

        Assert.Equal(count, WindowsProcessList.Parse(bytes.AsSpan(0, length)).Count);
    }

    static void Write(byte[] bytes, int at, long id, long parent, long created, long user, long kernel, long workingSet, int next)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), next);
        foreach (var (offset, value) in new[] { (32, created), (40, user), (48, kernel), (80, id), (88, parent), (144, workingSet) })
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at + offset), value);
    }
}
