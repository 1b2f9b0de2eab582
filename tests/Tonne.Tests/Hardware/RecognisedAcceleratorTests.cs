using Tonne.Hardware;
using Tonne.Quantities;

namespace Tonne.Tests.Hardware;

public sealed class RecognisedAcceleratorTests
{
    [Theory]
    [InlineData("NVIDIA H100 80GB HBM3", "NVIDIA H100 SXM5 80GB")]
    [InlineData("NVIDIA H100 PCIe", "NVIDIA H100 PCIe")]
    [InlineData("NVIDIA H100 NVL", "NVIDIA H100 NVL")]
    [InlineData("NVIDIA H200", "NVIDIA H200 SXM")]
    [InlineData("NVIDIA GH200 480GB", "NVIDIA GH200")]
    [InlineData("NVIDIA B200", "NVIDIA B200")]
    [InlineData("NVIDIA GB200", "NVIDIA GB200")]
    [InlineData("NVIDIA A100-SXM4-80GB", "NVIDIA A100 SXM4 80 GB")]
    [InlineData("NVIDIA A100-SXM4-40GB", "NVIDIA A100 SXM4 40 GB")]
    [InlineData("A100-SXM4-40GB", "NVIDIA A100 SXM4 40 GB")]
    [InlineData("NVIDIA A100-PCIE-40GB", "NVIDIA A100 PCIe")]
    [InlineData("NVIDIA A100 80GB PCIe", "NVIDIA A100 80GB PCIe")]
    [InlineData("NVIDIA A800-SXM4-80GB", "NVIDIA A800 SXM")]
    [InlineData("NVIDIA A800 80GB PCIe", "NVIDIA A800 PCIe 80 GB")]
    [InlineData("Tesla V100-SXM2-16GB", "NVIDIA Tesla V100 SXM2 16 GB")]
    [InlineData("Tesla V100-SXM2-32GB", "NVIDIA Tesla V100 SXM2 32 GB")]
    [InlineData("Tesla V100-SXM3-32GB", "NVIDIA Tesla V100 SXM3 32 GB")]
    [InlineData("Tesla V100-PCIE-16GB", "NVIDIA Tesla V100 PCIe 16 GB")]
    [InlineData("Tesla V100S-PCIE-32GB", "NVIDIA Tesla V100S PCIe 32 GB")]
    [InlineData("Tesla V100-DGXS-32GB", "NVIDIA Tesla V100 DGXS 32 GB")]
    [InlineData("Tesla P100-PCIE-16GB", "NVIDIA Tesla P100 PCIe 16GB")]
    [InlineData("Tesla P100-SXM2-16GB", "NVIDIA Tesla P100 SXM2")]
    [InlineData("Tesla K80", "NVIDIA Tesla K80")]
    [InlineData("Tesla P40", "NVIDIA P40")]
    [InlineData("Tesla T4", "NVIDIA Tesla T4")]
    [InlineData("NVIDIA A10G", "NVIDIA A10G")]
    [InlineData("NVIDIA A10", "NVIDIA A10 PCIe")]
    [InlineData("NVIDIA A30", "NVIDIA A30")]
    [InlineData("NVIDIA A40", "NVIDIA A40 PCIe")]
    [InlineData("NVIDIA L4", "NVIDIA L4")]
    [InlineData("NVIDIA L40", "NVIDIA L40")]
    [InlineData("NVIDIA L40S", "NVIDIA L40S")]
    [InlineData("NVIDIA RTX A6000", "NVIDIA RTX A6000")]
    [InlineData("NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090")]
    [InlineData("NVIDIA GeForce RTX 3090", "NVIDIA GeForce RTX 3090")]
    [InlineData("NVIDIA GeForce RTX 3090 Ti", "NVIDIA GeForce RTX 3090 Ti")]
    [InlineData("NVIDIA GeForce RTX 2080 Ti", "NVIDIA GeForce RTX 2080 Ti 11GB")]
    [InlineData("GeForce GTX 1080 Ti", "NVIDIA GeForce GTX 1080 Ti")]
    [InlineData("Quadro RTX 6000", "NVIDIA Quadro RTX 6000")]
    [InlineData("NVIDIA TITAN V", "NVIDIA Titan V")]
    [InlineData("AMD Instinct MI250X", "AMD Radeon Instinct MI250X")]
    [InlineData("AMD INSTINCT MI250 (MCM) OAM AC MBA", "AMD Instinct MI250")]
    [InlineData("AMD Instinct MI250X/MI250X OAM", null)]
    [InlineData("AMD Instinct MI300X OAM", "AMD Instinct MI300X")]
    [InlineData("AMD Instinct MI210", "AMD Instinct MI210")]
    [InlineData("AMD Radeon RX 7900 XTX", "AMD Radeon RX 7900 XTX")]
    [InlineData("Intel(R) Data Center GPU Max 1550", "Intel Data Center GPU Max 1550")]
    [InlineData("NVIDIA A100-SXM4-40GB MIG 1g.5gb", "NVIDIA A100 SXM4 40 GB")]
    public void A_card_is_found_by_the_name_its_driver_gives(string name, string? expected)
    {
        var card = AcceleratorCatalog.Recognise(name);

        if (expected is null)
            Assert.All(new[] { card.IdlePower, card.TrainingPower }, factor => Assert.Equal(Quality.Assumed, factor.Quality));
        else
            Assert.Same(AcceleratorCatalog.All.Single(row => row.Name == expected), card);
    }

    [Fact]
    public void A_card_whose_memory_size_is_not_in_the_table_covers_its_family()
    {
        // No V100 SXM2 has 24 GB: either of the two, 34 W (low of the 16 GB part) to 57 W (high of the 32 GB part) idle.
        var card = AcceleratorCatalog.Recognise("Tesla V100-SXM2-24GB");

        Assert.Equal((34d, 57d), (card.IdlePower.Bounds.Low, card.IdlePower.Bounds.High));
        Assert.Equal(Math.Sqrt(40 * 42), card.IdlePower.Bounds.Best, 1e-9);
        Assert.Equal(Quality.Assumed, card.IdlePower.Quality);
        Assert.Contains("indistinguishable from", card.IdlePower.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void The_laptops_part_is_not_the_desktops_of_its_name()
    {
        // NVIDIA's RTX 4090 Laptop GPU holds 80 to 150 W, its desktop namesake 450 W.
        var card = AcceleratorCatalog.Recognise("NVIDIA GeForce RTX 4090 Laptop GPU", 150);

        Assert.Equal(150, card.Tdp.Bounds.Best);
        Assert.True(card.TrainingPower.Bounds.High <= 150 + 1e-9);
    }

    [Fact]
    public void An_unknown_card_has_wide_bounds_from_its_power_limit()
    {
        var card = AcceleratorCatalog.Recognise("NVIDIA Z9000 Ultra", 250);

        Assert.Equal(250, card.Tdp.Bounds.Best);
        Assert.Equal(0.8 * 250, card.TrainingPower.Bounds.Best, 1e-9);
        Assert.Equal(250, card.TrainingPower.Bounds.High, 1e-9);
        Assert.True(card.IdlePower.Bounds.High / card.IdlePower.Bounds.Low > 20);
        Assert.All(new[] { card.Tdp, card.IdlePower, card.IdlePowerWithContext, card.TrainingPower }, factor => Assert.Equal(Quality.Assumed, factor.Quality));
        Assert.Contains("power limit", card.IdlePower.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Graphics Device")]
    public void A_card_without_a_name_is_any_card(string? name)
    {
        var card = AcceleratorCatalog.Recognise(name);

        Assert.Equal(300, card.Tdp.Bounds.Best);
        Assert.True(card.TrainingPower.Bounds is { Low: < 100, High: > 800 });
    }

    [Fact]
    public void No_more_than_its_power_limit_is_drawn()
    {
        var free = AcceleratorCatalog.Recognise("NVIDIA GeForce RTX 4090");
        var capped = AcceleratorCatalog.Recognise("NVIDIA GeForce RTX 4090", 300);

        Assert.Equal(new Bounds(250, 300, 300), capped.TrainingPower.Bounds);
        Assert.Equal(free.IdlePower, capped.IdlePower);
        Assert.NotEqual(free.TrainingPower.Id, capped.TrainingPower.Id);
        Assert.Same(free, AcceleratorCatalog.Recognise("NVIDIA GeForce RTX 4090", 450));
    }

    [Fact]
    public void Any_text_and_any_limit_gives_a_card()
    {
        var random = new Random(7);
        const string Alphabet = "ahvtrx 10048gbsxm-()é/µ";
        double?[] limits = [null, 0, -1, double.NaN, double.PositiveInfinity, 1, 300, 1e9];
        for (var round = 0; round < 2000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(24)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var card = AcceleratorCatalog.Recognise(text, limits[random.Next(limits.Length)]);
            Assert.True(card.IdlePower.Bounds.Best > 0 && card.TrainingPower.Bounds.Best > 0);
        }
    }

    [Theory]
    [InlineData("gpu/idle-fraction", 0)]
    [InlineData("gpu/context-fraction", 1)]
    public void The_fractions_are_those_of_the_measured_cards(string id, int which)
    {
        // Geometric mean · exp(±1.96 s √(1 + 1/n)) over the rows that were measured or reported; the table's Idle of such a row is Modelled.
        var logs = AcceleratorCatalog.All.Select(row => (row.Tdp, Watts: which == 0 ? row.IdlePower : row.IdlePowerWithContext)).Where(row => row.Watts.Quality == Quality.Modelled)
            .Select(row => Math.Log(row.Watts.Bounds.Best / row.Tdp.Bounds.Best)).ToArray();
        var mean = logs.Average();
        var spread = Math.Sqrt(logs.Sum(log => (log - mean) * (log - mean)) / (logs.Length - 1)) * Math.Sqrt(1 + (1d / logs.Length));
        var bounds = HardwareCatalog.Search(id).Single(entry => entry.Id == id).Bounds!.Value;

        Assert.True(logs.Length >= 12);
        Assert.Equal(Math.Exp(mean), bounds.Best, 0.005);
        Assert.Equal(Math.Exp(mean - (1.96 * spread)), bounds.Low, 0.005);
        Assert.Equal(Math.Exp(mean + (1.96 * spread)), bounds.High, 0.02);
    }
}
