using Tonne.Hardware;

namespace Tonne.Tests.Hardware;

public class HardwareNameTests
{
    [Theory]
    [InlineData("2 x NVIDIA A100-SXM4-80GB", "2 x NVIDIA A100-SXM4-80GB")]
    [InlineData("1 x Tesla T4, 2 x NVIDIA L4", "1 x Tesla T4, 2 x NVIDIA L4")]
    [InlineData("Tesla T4", "1 x Tesla T4")]
    [InlineData("0 x Tesla T4", "1 x 0 x Tesla T4")]
    [InlineData("Max 1550 x", "1 x Max 1550 x")]
    public void A_name_that_is_counted_already_is_counted_once(string name, string expected) =>
        Assert.Equal(expected, HardwareName.Format([name]));

    [Fact]
    public void Names_are_counted() =>
        Assert.Equal("3 x NVIDIA L4, 1 x Tesla T4", HardwareName.Format(["NVIDIA L4", "2 x NVIDIA L4", "Tesla T4"]));
}
