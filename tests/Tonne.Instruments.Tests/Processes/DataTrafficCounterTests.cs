using Tonne.Instruments.Processes;
using Tonne.Runs;

namespace Tonne.Instruments.Tests.Processes;

/// <summary>Bytes of storage and network from files laid out as proc(5) and the kernel's net-procfs describe them.</summary>
public class DataTrafficCounterTests
{
    const string Header = "Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";

    static string Io(long read, long written, long cancelled) =>
        $"rchar: 6976\nwchar: 99\nsyscr: 10\nsyscw: 0\nread_bytes: {read}\nwrite_bytes: {written}\ncancelled_write_bytes: {cancelled}\n";

    static string Net(params (string Name, long Received, long Sent)[] interfaces) =>
        Header + string.Concat(interfaces.Select(entry => $"{entry.Name,6}: {entry.Received} 5 0 0 0 0 0 0 {entry.Sent} 6 0 0 0 0 0 0\n"));

    // Traffic of a container passes its bridge, its virtual cable and the hardware: it is moved once.
    [Fact]
    public void Hardware_interfaces_are_counted_and_what_passes_through_them_is_not_counted_again()
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/io", Io(1000, 4096, 0)).With("proc/net/dev", Net(("lo", 7, 7), ("eth0", 100, 10), ("docker0", 100, 10), ("veth1", 100, 10)))
            .With("sys/class/net/eth0/device/vendor", "0x1af4\n");
        var counter = new DataTrafficCounter(disk.Tree);

        disk.With("proc/self/io", Io(3000, 12_288, 4096)).With("proc/net/dev", Net(("lo", 9000, 9000), ("eth0", 1100, 40), ("docker0", 1100, 40), ("veth1", 1100, 40)));

        Assert.Equal(new DataTraffic(2000, 4096, 1000, 30), counter.Count());
    }

    [Fact]
    public void Without_hardware_every_interface_but_loopback_is_counted()
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/net/dev", Net(("lo", 0, 0), ("eth0", 1, 2), ("eth1", 3, 4)));
        var counter = new DataTrafficCounter(disk.Tree);

        disk.With("proc/net/dev", Net(("lo", 50, 50), ("eth0", 11, 22), ("eth1", 33, 44)));

        Assert.Equal(new DataTraffic(null, null, 40, 60), counter.Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("a\nb\neth0: -1 2 3\n: 1 2 3 4 5 6 7 8 9\neth0: x x x x x x x x x\n")]
    public void What_is_not_there_or_not_readable_is_not_counted(string text)
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/self/io", text).With("proc/net/dev", text);

        Assert.Null(new DataTrafficCounter(disk.Tree).Count());
    }

    // An interface that was made anew counts from 0 again: what was moved is unknown, not negative.
    [Fact]
    public void A_counter_that_became_smaller_is_unknown()
    {
        using var disk = new TreeOnDisk();
        disk.With("proc/net/dev", Net(("eth0", 500, 500)));
        var counter = new DataTrafficCounter(disk.Tree);

        disk.With("proc/net/dev", Net(("eth0", 5, 600)));

        Assert.Equal(new DataTraffic(NetworkSent: 100), counter.Count());
    }
}
