using Tonne.Instruments.MacAndWindows;

namespace Tonne.Instruments.Tests.MacAndWindows;

public class WindowsProcessorTests
{
    // Texts as Windows writes them: an Intel Core i7-10750H (family 6, model 165, stepping 2: Comet Lake, 6 cores of 2 threads), and a
    // Snapdragon X.
    [Fact]
    public void Family_model_and_stepping_of_x86_are_read()
    {
        var cpu = WindowsProcessor.Parse("Intel(R) Core(TM) i7-10750H CPU @ 2.60GHz ", "GenuineIntel",
            "Intel64 Family 6 Model 165 Stepping 2", 12, 1, 6);

        Assert.Equal(("Intel(R) Core(TM) i7-10750H CPU @ 2.60GHz", "GenuineIntel", 6, 165, 2, 2),
            (cpu.Name, cpu.VendorId, cpu.Family, cpu.Model, cpu.Stepping, cpu.ThreadsPerCore));
    }

    [Fact]
    public void The_variable_PROCESSOR_IDENTIFIER_has_the_same_with_the_vendor_behind() =>
        Assert.Equal(2, WindowsProcessor.Parse(null, null, "AMD64 Family 25 Model 17 Stepping 2, AuthenticAMD", 4, null, null).Stepping);

    [Theory]
    [InlineData("ARMv8 (64-bit) Family 8 Model D4B Revision 0, Qualcomm")]
    [InlineData("Family 6 Model")]
    [InlineData("")]
    [InlineData(null)]
    public void What_is_no_x86_model_is_none(string? identifier) =>
        Assert.Null(WindowsProcessor.Parse("Snapdragon(R) X Elite", null, identifier, 12, 1, 12).Model);
}
