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
    [InlineData("mi250x", "AMD Radeon Instinct MI250X", 500)]
    [InlineData("NVIDIA L40S", "NVIDIA L40S", 350)]
    [InlineData("gaudi2", "Intel Habana Gaudi2", 600)]
    public void An_accelerator_is_found_as_people_write_it(string name, string expected, double tdp)
    {
        var accelerator = AcceleratorCatalog.Find(name).ValueOrThrow;

        Assert.Equal(expected, accelerator.Name);
        Assert.Equal(tdp, accelerator.Tdp.Bounds.Best);
        Assert.Equal(Quality.Assumed, accelerator.Tdp.Quality);
    }

    // NVIDIA's data sheets and white papers (dense, accumulation at 32 bit); AMD's and Intel's data sheets for MI210 and Max 1550.
    [Theory]
    [InlineData("NVIDIA A10", 125)]
    [InlineData("NVIDIA A10G", 70)]
    [InlineData("NVIDIA RTX A4000", 76.7)]
    [InlineData("NVIDIA RTX A5000", 111.1)]
    [InlineData("NVIDIA RTX A6000", 154.8)]
    [InlineData("NVIDIA TITAN V", 110)]
    [InlineData("Quadro RTX 6000", 130.5)]
    [InlineData("Quadro RTX 8000", 130.5)]
    [InlineData("Tesla T4", 65)]
    [InlineData("NVIDIA A100 80GB PCIe", 312)]
    [InlineData("NVIDIA A30", 165)]
    [InlineData("NVIDIA H100 NVL", 835.5)]
    [InlineData("NVIDIA RTX 6000 Ada Generation", 364.2)]
    [InlineData("AMD Instinct MI210", 181)]
    [InlineData("Intel Data Center GPU Max 1550", 832)]
    public void The_peak_at_16_bit_is_that_of_the_matrix_units(string name, double teraflops) =>
        Assert.Equal(teraflops, AcceleratorDatasheet.Find(AcceleratorCatalog.Find(name).ValueOrThrow)!.Dense16BitTeraflops!.Value, 0.05);

    // Data sheets.
    [Theory]
    [InlineData("NVIDIA A2", 60)]
    [InlineData("NVIDIA GeForce RTX 4070", 200)]
    [InlineData("NVIDIA GeForce RTX 4070 Ti", 285)]
    [InlineData("Radeon RX 7900 XTX", 355)]
    [InlineData("NVIDIA A100-PCIE-40GB", 250)]
    [InlineData("AMD Instinct MI300A", 550)]
    [InlineData("NVIDIA GeForce RTX 3060", 170)]
    public void The_power_is_that_of_the_data_sheet(string name, double watts) => Assert.Equal(watts, AcceleratorCatalog.Find(name).ValueOrThrow.Tdp.Bounds.Best);

    // Rate of the matrix units at 16 bit with accumulation at 32 bit, over the 32-bit rate of the vector units. NVIDIA, white papers of
    // Turing (2018), Ampere GA102 (2021), Ada (2023), Blackwell GB202 (2025): GeForce cards have half the rate of workstation boards.
    [Theory]
    [InlineData("NVIDIA GeForce RTX 20", 4)]
    [InlineData("NVIDIA GeForce RTX 30", 2)]
    [InlineData("NVIDIA GeForce RTX 40", 2)]
    [InlineData("NVIDIA GeForce RTX 50", 2)]
    [InlineData("NVIDIA Quadro RTX", 8)]
    [InlineData("NVIDIA RTX A", 4)]
    [InlineData("NVIDIA RTX 2000 Ada", 4)]
    [InlineData("NVIDIA RTX 4000 Ada", 4)]
    [InlineData("NVIDIA RTX 4500 Ada", 4)]
    [InlineData("NVIDIA RTX 5000 Ada", 4)]
    [InlineData("NVIDIA RTX 5880 Ada", 4)]
    [InlineData("NVIDIA RTX PRO", 4)]
    [InlineData("NVIDIA Tesla V100", 8)]
    [InlineData("NVIDIA A100", 16)]
    public void Matrix_units_are_faster_than_vector_units_by_the_ratio_of_the_architecture(string prefix, double ratio)
    {
        // The RTX 5090 D is made slower.
        AcceleratorDatasheet[] peaks = [.. AcceleratorCatalog.All.Where(row => row.Name.StartsWith(prefix, StringComparison.Ordinal) && !row.Name.EndsWith(" D", StringComparison.Ordinal) || row.Name == "NVIDIA GeForce RTX 4090 D" && prefix.EndsWith("40", StringComparison.Ordinal))
            .Select(row => AcceleratorDatasheet.Find(row)!)];

        Assert.NotEmpty(peaks);
        Assert.All(peaks, sheet => Assert.Equal(ratio, sheet.Dense16BitTeraflops!.Value / sheet.Fp32Teraflops!.Value, 0.04 * ratio));
    }

    [Fact]
    public void A_board_that_was_not_read_in_a_data_sheet_has_wide_bounds()
    {
        var orin = AcceleratorCatalog.Find("Jetson AGX Orin").ValueOrThrow;

        Assert.Equal((15d, 60d), (orin.Tdp.Bounds.Low, orin.Tdp.Bounds.High));
        Assert.Contains("not read again", orin.Tdp.Note, StringComparison.Ordinal);
        Assert.True(AcceleratorDatasheet.Find(orin)!.Spread > 1);
    }

    [Fact]
    public void Every_name_of_the_table_finds_itself() => Assert.All(AcceleratorCatalog.All, row => Assert.Same(row, AcceleratorCatalog.Find(row.Name).Value));

    [Fact]
    public void What_is_ambiguous_or_unknown_lists_the_nearest()
    {
        var ambiguous = AcceleratorCatalog.Find("rtx").Unknown;
        Assert.True(ambiguous?.Ambiguous);
        Assert.Equal(8, ambiguous!.Nearest.Count);
        Assert.All(ambiguous.Nearest, name => Assert.Contains("RTX", name, StringComparison.Ordinal));

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
