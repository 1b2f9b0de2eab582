using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Tests.Hardware;

public sealed class AcceleratorCatalogTests
{
    [Theory]
    [InlineData("a100", "NVIDIA A100 SXM4 80 GB", 400)]
    [InlineData("A100 80GB", "NVIDIA A100 SXM4 80 GB", 400)]
    [InlineData("NVIDIA A100-SXM4-40GB", "NVIDIA A100 SXM4 40 GB", 400)]
    [InlineData("NVIDIA A100 80GB PCIe", "NVIDIA A100 80GB PCIe", 300)]
    [InlineData("NVIDIA H100 80GB HBM3", "NVIDIA H100 SXM5 80GB", 700)]
    [InlineData("h100", "NVIDIA H100 SXM5 80GB", 700)]
    [InlineData("H100 PCIe", "NVIDIA H100 PCIe", 350)]
    [InlineData("TPU v4", "Google TPU v4", 340)]
    [InlineData("tpuv4", "Google TPU v4", 340)]
    [InlineData("v100", "NVIDIA Tesla V100 SXM2 16 GB", 300)]
    [InlineData("Tesla V100-SXM2-32GB", "NVIDIA Tesla V100 SXM2 32 GB", 300)]
    [InlineData("Tesla T4", "NVIDIA Tesla T4", 70)]
    [InlineData("NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090", 450)]
    [InlineData("rtx4090", "NVIDIA GeForce RTX 4090", 450)]
    [InlineData("AMD Instinct MI300X", "AMD Instinct MI300X", 750)]
    [InlineData("mi250x", "AMD Radeon Instinct MI250X", 560)]
    [InlineData("NVIDIA L40S", "NVIDIA L40S", 350)]
    [InlineData("gaudi2", "Intel Habana Gaudi2", 600)]
    public void An_accelerator_is_found_as_people_write_it(string name, string expected, double tdp)
    {
        var accelerator = AcceleratorCatalog.Find(name).ValueOrThrow;

        Assert.Equal(expected, accelerator.Name);
        Assert.Equal(tdp, accelerator.Tdp.Bounds.Best);
        Assert.Equal(Quality.Assumed, accelerator.Tdp.Quality);
    }

    [Fact]
    public void Every_name_of_the_table_finds_itself() => Assert.All(AcceleratorCatalog.All, row => Assert.Same(row, AcceleratorCatalog.Find(row.Name).Value));

    [Fact]
    public void What_is_ambiguous_or_unknown_lists_the_nearest()
    {
        var ambiguous = AcceleratorCatalog.Find("rtx").Unknown;
        Assert.True(ambiguous?.Ambiguous);
        Assert.Contains("NVIDIA GeForce RTX 3090", ambiguous!.Nearest);

        var unknown = AcceleratorCatalog.Find("h1000").Unknown;
        Assert.False(unknown?.Ambiguous);
        Assert.Contains("NVIDIA H100 SXM5 80GB", unknown!.Nearest);
    }

    [Fact]
    public void Measured_power_is_carried_over_and_the_rest_is_a_fraction_of_the_tdp()
    {
        // Vadari 2026: H100 71.8 W idle, 121.7 W with a context.
        var h100 = AcceleratorCatalog.Find("h100").ValueOrThrow;
        Assert.Equal((71.8, 121.7), (h100.IdlePower.Bounds.Best, h100.IdlePowerWithContext.Bounds.Best));
        Assert.Equal((Quality.Modelled, Quality.Assumed), (h100.IdlePower.Quality, h100.TrainingPower.Quality));
        Assert.Equal(531, h100.InferencePower?.Bounds.Best);
        // The vendor measured 170 W on average per TPU v4 chip.
        Assert.Equal((170, Quality.Modelled), (AcceleratorCatalog.Find("tpu v4").ValueOrThrow.TrainingPower.Bounds.Best, AcceleratorCatalog.Find("tpu v4").ValueOrThrow.TrainingPower.Quality));

        var titan = AcceleratorCatalog.Find("titan v").ValueOrThrow;
        // 250 W TDP, 0.092 of it idle (geometric mean of the fifteen measured).
        Assert.Equal(23, titan.IdlePower.Bounds.Best, 1e-9);
        Assert.Equal(Quality.Assumed, titan.IdlePower.Quality);
    }

    [Fact]
    public void Any_text_gives_an_accelerator_or_an_answer()
    {
        var random = new Random(3);
        const string Alphabet = "ahvt 10048gbsxm-()é";
        for (var round = 0; round < 1000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(20)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var found = AcceleratorCatalog.Find(text);
            Assert.True(found.IsFound ^ found.Unknown is not null);
        }
    }
}
