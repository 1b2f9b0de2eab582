using Tonne.Instruments.MacAndWindows;

namespace Tonne.Instruments.Tests.MacAndWindows;

public class OtherSystemMetersTests
{
    [Theory]
    [InlineData("Darwin", "ioreport smc gpu")]
    [InlineData("Windows_NT", "emi gpu")]
    [InlineData("Linux", "")]
    public void Each_system_says_which_of_its_meters_are_not_read(string system, string expected)
    {
        using var tree = new TreeOnDisk().With("proc/sys/kernel/ostype", system + "\n");
        using var meters = new OtherSystemMeters(tree.Tree);

        Assert.Equal(expected, string.Join(' ', meters.Missing.Select(missing => missing.Id)));
        Assert.All(meters.Missing, missing => Assert.Contains("not", missing.Reason, StringComparison.Ordinal));
        Assert.Empty(meters.Meters);
    }
}
