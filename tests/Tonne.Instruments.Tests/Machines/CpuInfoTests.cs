using Tonne.Instruments.Machines;

namespace Tonne.Instruments.Tests.Machines;

public class CpuInfoTests
{
    /// <summary>Two packages of two cores with two threads each.</summary>
    internal static string TwoSockets(string name = "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz") => string.Concat(Enumerable.Range(0, 8).Select(i => $"""
        processor	: {i}
        vendor_id	: GenuineIntel
        cpu family	: 6
        model		: 85
        model name	: {name}
        stepping	: 7
        physical id	: {i / 4}
        siblings	: 4
        cpu cores	: 2
        flags		: fpu vme hypervisors ht


        """));

    [Fact]
    public void An_x86_server_is_read()
    {
        var cpu = CpuInfo.Parse(TwoSockets());

        Assert.Equal(new CpuInfo("Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz", "GenuineIntel", 6, 85, 7, null, null, false, 8, 2, 2), cpu);
    }

    [Fact]
    public void The_hypervisor_flag_is_a_word_of_its_own()
    {
        Assert.False(CpuInfo.Parse("flags : hypervisors xhypervisor").Hypervisor);
        Assert.True(CpuInfo.Parse("flags\t\t: fpu hypervisor sse").Hypervisor);
    }

    [Fact]
    public void Arm_names_itself_by_implementer_and_part_and_the_most_frequent_core_counts()
    {
        const string text = """
            processor	: 0
            BogoMIPS	: 108.00
            CPU implementer	: 0x41
            CPU architecture: 8
            CPU part	: 0xd05

            processor	: 1
            CPU implementer	: 0x41
            CPU part	: 0xd0b

            processor	: 2
            CPU implementer	: 0x41
            CPU part	: 0xd0b

            Model		: Raspberry Pi 5 Model B Rev 1.0
            """;

        var cpu = CpuInfo.Parse(text);

        Assert.Equal((0x41, 0xd0b, 3), (cpu.Implementer, cpu.Part, cpu.Threads));
        Assert.Equal("Raspberry Pi 5 Model B Rev 1.0", cpu.Name);
        Assert.Null(cpu.Sockets);
    }

    [Theory]
    [InlineData("")]
    [InlineData("processor")]
    [InlineData("processor : x\n:::\n: \nmodel : -1\nstepping : 99999999999\nCPU part : 0x\nflags :")]
    public void Nonsense_leaves_everything_open(string text)
    {
        var cpu = CpuInfo.Parse(text);

        Assert.Equal(new CpuInfo(null, null, null, null, null, null, null, false, 0, null, null), cpu);
    }

    [Fact]
    public void Any_text_is_survived()
    {
        var random = new Random(85);
        var text = TwoSockets().ToCharArray();
        for (var i = 0; i < 2_000; i++)
        {
            var broken = text.ToArray();
            for (var changes = random.Next(1, 30); changes > 0; changes--)
                broken[random.Next(broken.Length)] = (char)random.Next(32, 300);
            var cpu = CpuInfo.Parse(new string(broken, 0, random.Next(broken.Length)));
            Assert.InRange(cpu.Threads, 0, 8);
        }
    }
}
