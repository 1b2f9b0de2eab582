using Tonne.Accounting;
using Tonne.Hardware;
using Tonne.Quantities;
using Tonne.Runs;

namespace Tonne.Tests.Hardware;

public sealed class EmbodiedModelTests
{
    static Accelerator Find(string name) => AcceleratorCatalog.Find(name).ValueOrThrow;

    // NVIDIA HGX H100 and HGX B200 Product Carbon Footprint Summaries: 1,312 and 2,274 kg for eight. Teardown of an A100 SXM 40 GB: 127.6 kg (arXiv 2509.00093).
    [Theory]
    [InlineData("NVIDIA H100 SXM5 80GB", 164)]
    [InlineData("NVIDIA B200", 284.25)]
    [InlineData("NVIDIA A100 SXM4 40 GB", 127.6)]
    public void From_its_parts_an_accelerator_comes_within_35_per_cent_of_what_is_published_and_the_bounds_hold_it(string name, double published)
    {
        var model = EmbodiedCatalog.EstimateFromParts(Find(name))!;
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {model.Bounds.Low:0} {model.Bounds.Best:0.0} {model.Bounds.High:0} against {published}; {model.Note}");

        Assert.InRange(model.Bounds.Best / published, 0.65, 1.35);
        Assert.InRange(published, model.Bounds.Low, model.Bounds.High);
        // Bounds that would hold anything would show nothing.
        Assert.True(model.Bounds.High / model.Bounds.Low < 6);
    }

    [Fact]
    public void The_bounds_hold_what_the_maker_of_a_TPU_says_too() =>
        // 323 kg for the accelerator without its server, from Google's own study (arXiv 2502.01671) as EcoLogits divides it.
        Assert.InRange(323, EmbodiedCatalog.EstimateFromParts(Find("TPU v6e"))!.Bounds.Low, EmbodiedCatalog.EstimateFromParts(Find("TPU v6e"))!.Bounds.High);

    [Theory]
    [InlineData("NVIDIA H100 SXM5 80GB", "H100 SXM")]
    [InlineData("NVIDIA B200", "B200")]
    [InlineData("NVIDIA A100 SXM4 40 GB", "A100 SXM 40 GB")]
    public void The_method_page_prints_what_the_model_says(string name, string row)
    {
        var bounds = EmbodiedCatalog.EstimateFromParts(Find(name))!.Bounds;

        Assert.Contains($"| {row} | {bounds.Best:0} [{bounds.Low:0}, {bounds.High:0}]", File.ReadAllText(Path.Combine(Architecture.Repository.Root, "docs", "methods", "embodied.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void No_factor_of_the_model_rests_on_a_footprint_that_it_predicts() =>
        Assert.All(EmbodiedCatalog.ModelTable.All, factor => Assert.DoesNotContain(factor.Source.Id.Split(';'), id => id is "NVIDIA-PCF-H100" or "NVIDIA-PCF-B200" or "MORE-THAN-CARBON-2025" or "GOOGLE-TPU-LCA-2025" or "DELL-PCF" or "HPE-PCF"));

    [Fact]
    public void An_H100_by_hand()
    {
        // Die 8.14 cm², 5 nm: 2.07 kg/cm²; 1 + 8.14 · 0.06 = 1.4884 dies started for a good one; of a 300 mm wafer dies of 814 mm² fill 1 − 2·√1628 ÷ 300 = 0.731011:
        //   8.14 · 2.07 · 1.4884 ÷ 0.731011 = 34.3077.
        // Memory 80 GB of HBM3: 80 · 0.62 = 49.6 cm²; · 0.823 ÷ 0.7 = 58.3154. Interposer (8.14 + 49.6 ÷ 9) · 1.2 · 0.7 = 11.4669.
        // Package 3.5, heat sink 700 · 0.003 · 9.3 = 19.53, board 296 · 0.05 = 14.8, baseboard 20, assembly 3, transport 1. Sum 165.92.
        Assert.Equal(34.3077 + 58.3154 + 11.4669 + 3.5 + 19.53 + 14.8 + 20 + 3 + 1, EmbodiedModel.DeriveAccelerator(Find("h100"))!.Value, 0.001);
    }

    [Fact]
    public void Dies_fill_less_of_a_wafer_the_larger_they_are()
    {
        // Gross dies of 826 mm²: π·300² ÷ (4·826) − π·300 ÷ √(2·826) = 85.576 − 23.188 = 62.388; · 826 ÷ (π·150²) = 0.72903.
        Assert.Equal(0.72903, EmbodiedModel.WaferShare(826), 0.00005);
        Assert.True(EmbodiedModel.WaferShare(100) > 0.9);
    }

    [Theory]
    // EPA · 0.583 + mean of the two gas tables + 0.5 (ACT); imec scope 1 and 2 + 0.5; LLMCarbon: g/cm² as printed. Geometric means.
    [InlineData("28", 0.9, 0.1375, 0.91, null)]
    [InlineData("20", 1.2, 0.15, 0.91, null)]
    [InlineData("14", 1.2, 0.1625, 0.97, 1.1)]
    [InlineData("10", 1.475, 0.195, 1.09, null)]
    [InlineData("7", 2.15, 0.275, 1.44, 1.6)]
    [InlineData("5", 2.75, 0.3275, 1.54, 1.8)]
    [InlineData("3", 3.25, 0.3725, 1.75, null)]
    public void The_making_of_a_wafer_is_the_middle_of_what_is_published(string node, double kilowattHours, double gases, double imec, double? third)
    {
        List<double> readings = [(kilowattHours * 0.583) + gases + 0.5, imec + 0.5];
        if (third is { } more)
            readings.Add(more);

        var best = EmbodiedCatalog.ModelTable["embodied/area/" + node].Bounds.Best;

        Assert.Equal(Math.Exp(readings.Average(Math.Log)), best, 0.01);
    }

    [Fact]
    public void Memory_dies_are_the_middle_of_four_readings_with_twice_its_standard_error()
    {
        double[] logs = [Math.Log(2.20), Math.Log(1.414), Math.Log(0.4 / 0.42), Math.Log(0.065 / 0.42)];
        var mean = logs.Average();
        var error = Math.Sqrt(logs.Sum(x => (x - mean) * (x - mean)) / 3 / 4);

        var bounds = EmbodiedCatalog.ModelTable["embodied/dram-area"].Bounds;

        Assert.Equal(Math.Exp(mean), bounds.Best, 0.002);
        Assert.Equal(Math.Exp(mean - (1.96 * error)), bounds.Low, 0.005);
        Assert.Equal(Math.Exp(mean + (1.96 * error)), bounds.High, 0.02);
    }

    [Fact]
    public void The_area_of_unpublished_dies_comes_from_those_of_the_catalog()
    {
        var logs = AcceleratorCatalog.All.Where(row => row.Year >= 2016 && AcceleratorConstruction.Find(row)?.Die is not null)
            .Select(row => Math.Log(AcceleratorConstruction.Find(row)!.Die!.Value.Best * AcceleratorConstruction.Find(row)!.Dies / row.Tdp.Bounds.Best)).ToList();
        var mean = logs.Average();
        var sigma = Math.Sqrt(logs.Sum(x => (x - mean) * (x - mean)) / (logs.Count - 1));

        var bounds = EmbodiedCatalog.ModelTable["embodied/die-per-watt"].Bounds;

        Assert.Equal(Math.Exp(mean), bounds.Best, 0.01);
        Assert.Equal(Math.Exp(mean - (1.96 * sigma)), bounds.Low, 0.01);
        Assert.Equal(Math.Exp(mean + (1.96 * sigma)), bounds.High, 0.03);
    }

    [Fact]
    public void Every_accelerator_of_the_catalog_has_a_footprint_and_says_what_it_rests_on()
    {
        var bases = AcceleratorCatalog.All.ToDictionary(row => row.Name, EmbodiedCatalog.GetBasis);

        Assert.Equal(EmbodiedBasis.Vendor, bases["NVIDIA H100 SXM5 80GB"]);
        Assert.Equal(EmbodiedBasis.Vendor, bases["NVIDIA B200"]);
        Assert.Equal(EmbodiedBasis.Vendor, bases["Google TPU v6e Trillium"]);
        Assert.Equal(EmbodiedBasis.Teardown, bases["NVIDIA A100 SXM4 40 GB"]);
        Assert.Equal(EmbodiedBasis.BottomUp, bases["NVIDIA H200 SXM"]);
        Assert.Equal(EmbodiedBasis.BottomUp, bases["Google TPU v4"]);
        // Its memory is not published either.
        Assert.Equal(["Huawei Ascend 800T A2"], bases.Where(pair => pair.Value == EmbodiedBasis.Unknown).Select(pair => pair.Key));
        Assert.All(AcceleratorCatalog.All, row => Assert.InRange(EmbodiedCatalog.GetAcceleratorEmissions(row).Bounds.Best, 5, 1500));
    }

    [Theory]
    [InlineData("h200 parts")]
    [InlineData("bottom-up")]
    [InlineData("mi300x interposer")]
    [InlineData("ACT-2022 l40s")]
    [InlineData("embodied/accelerator/nvidia-l4/bottom-up")]
    public void A_search_that_makes_only_what_it_may_mean_finds_what_one_through_all_finds(string search) =>
        Assert.Equal(
            EmbodiedCatalog.Entries().Where(entry => entry.Matches(search)).Select(entry => entry.Id),
            EmbodiedCatalog.Entries(search).Where(entry => entry.Matches(search)).Select(entry => entry.Id));

    [Fact]
    public void What_is_not_published_of_a_die_widens_the_bounds()
    {
        double Width(string name) => EmbodiedCatalog.EstimateFromParts(Find(name))!.Bounds is var bounds ? bounds.High / bounds.Low : 0;

        Assert.True(Width("AMD Instinct MI355X") > 1.2 * Width("AMD Instinct MI325X"));
    }

    [Fact]
    public void A_die_derived_from_the_TDP_is_no_larger_than_one_exposure()
    {
        // 1400 W · 2.327 mm²/W = 3258 mm²: four dies of 814 mm² (8.14 cm²), 3 nm: 4 · 8.14 · 2.5 · (1 + 8.14 · 0.06) ÷ (1 − 2·√1628.9 ÷ 300 = 0.73094) = 165.9 kg.
        var chip = EmbodiedModel.DeriveAccelerator(Find("MI355X"))!.Children[0].Children.Single(part => part.Label == "chip");

        Assert.Equal(165.9, chip.Value, 0.2);
    }

    [Fact]
    public void More_memory_of_the_same_type_weighs_more() =>
        Assert.True(EmbodiedCatalog.EstimateFromParts(Find("V100 SXM2 32 GB"))!.Bounds.Best > EmbodiedCatalog.EstimateFromParts(Find("V100 SXM2 16 GB"))!.Bounds.Best + 5);

    [Fact]
    public void A_server_by_hand()
    {
        // Two processors and 384 GB of DDR4: 550 + 2 · 45 + 384 · 0.42 · 0.823 + 384 · 0.2 + 120 = 969.53. Dell prints 1313 for an R740 as sold.
        var server = EmbodiedModel.DeriveHost(MachineKind.Server, 2, 384, MemoryType.Ddr4);
        var bounds = new UncertaintyPropagator().ComputeBounds(server);

        Assert.Equal(550 + 90 + (384 * 0.42 * 0.823) + (384 * 0.2) + 120, server.Value, 0.01);
        Assert.InRange(1313, bounds.Low, bounds.High);
        // HPE prints 559 for a DL380 Gen10, 740 for a DL385 Gen10, the BLOOM paper 2500 for a DL345 Gen10 Plus.
        Assert.InRange(559, bounds.Low, bounds.High);
        Assert.InRange(740, bounds.Low, bounds.High);
        Assert.InRange(2500, bounds.Low, bounds.High);
        TestContext.Current.TestOutputHelper?.WriteLine($"{bounds.Low:0} {bounds.Best:0} {bounds.High:0}");
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbodiedModel.DeriveHost(MachineKind.Server, 0, 64));
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbodiedModel.DeriveHost(MachineKind.Server, 1, 0));
    }

    [Fact]
    public void A_server_around_accelerators_holds_what_others_say_of_one()
    {
        // Without GPUs: 5,700 and 6,000 kg (EcoLogits, models of a p5.48xlarge and a DGX H200, 2 TB).
        var bounds = new UncertaintyPropagator().ComputeBounds(EmbodiedModel.DeriveHost(MachineKind.GpuServer, 2, 2048, MemoryType.Ddr5));

        Assert.InRange(5700, bounds.Low, bounds.High);
        Assert.InRange(6000, bounds.Low, bounds.High);
    }

    [Fact]
    public void A_server_that_shows_its_parts_is_made_from_them_and_one_with_a_published_footprint_is_not()
    {
        var seen = new Machine(HostKind.Server, "AMD EPYC 9654", null, 192, 2, 809_240_000_000, "Linux", false, "boot");

        // 809.24e9 B ÷ 2^30 = 753.7: 754 GB.
        Assert.Equal("embodied/server/bottom-up/2x754gb", EmbodiedCatalog.FindMachineEmissions(MachineKind.Server, seen)!.Id);
        Assert.Equal("embodied/gpu-server/bottom-up/2x754gb", EmbodiedCatalog.FindMachineEmissions(MachineKind.GpuServer, seen)!.Id);
        Assert.Equal("embodied/server/dell-poweredge-r740", EmbodiedCatalog.FindMachineEmissions(MachineKind.Server, seen with { Product = "PowerEdge R740" })!.Id);
        Assert.Equal("embodied/server/unknown", EmbodiedCatalog.FindMachineEmissions(MachineKind.Server, seen with { Virtual = true })!.Id);
        Assert.Null(EmbodiedCatalog.FindMachineEmissions(MachineKind.Laptop, seen));
    }

    [Theory]
    [InlineData(1, "NVIDIA H100 80GB HBM3", 1 / 8d)]
    [InlineData(8, "NVIDIA H100 80GB HBM3", 1)]
    [InlineData(16, "Tesla V100-SXM3-32GB", 1)]
    public void A_virtual_machine_carries_the_part_of_its_host_that_its_accelerators_are(int gpus, string name, double share)
    {
        var host = new Factor("cpu/host-threads", "threads", "1", new Bounds(128, 192, 256), Quality.Assumed, new Source("TEST", "test"));
        var machine = new Machine(HostKind.Vm, "Intel Xeon", null, 16, 1, 200_000_000_000, "Linux", true, "boot", null, [.. Enumerable.Repeat(name, gpus)], null, host);

        var factors = FactorSelector.SelectFactors(new Place("FR", How: PlaceOrigin.Given), machine);

        var part = factors.Embodied[0];
        Assert.Equal("embodied/gpu-server/unknown", part.Manufacturing.Id);
        Assert.Equal("GPUs", part.HostThreads!.Unit);
        Assert.Equal(share, part.Threads / part.HostThreads.Bounds.Best, 12);
        Assert.Equal(gpus, factors.Embodied.Count(each => each.Device is not null));
    }

    [Fact]
    public void A_virtual_machine_without_accelerators_carries_the_part_that_its_threads_are()
    {
        var host = new Factor("cpu/host-threads", "threads", "1", new Bounds(128, 192, 256), Quality.Assumed, new Source("TEST", "test"));
        var machine = new Machine(HostKind.Vm, "Intel Xeon", null, 16, 1, 64_000_000_000, "Linux", true, "boot", null, [], null, host);

        var part = Assert.Single(FactorSelector.SelectFactors(new Place("FR", How: PlaceOrigin.Given), machine).Embodied);

        Assert.Equal("embodied/server/unknown", part.Manufacturing.Id);
        Assert.Equal(16 / 192d, part.Threads / part.HostThreads!.Bounds.Best, 12);
    }

    [Fact]
    public void A_host_of_TPUs_has_four_chips_and_a_board_of_modules_eight()
    {
        // Google Cloud's documentation of TPU v4: four chips to a host. NVIDIA's HGX H100: eight modules on a baseboard.
        Assert.Equal(4, EmbodiedCatalog.EstimateAcceleratorsPerHost(1, AcceleratorCatalog.Find("TPU v4").ValueOrThrow).Bounds.Best);
        Assert.Equal(Bounds.FromExact(8), EmbodiedCatalog.EstimateAcceleratorsPerHost(1, AcceleratorCatalog.Find("h100").ValueOrThrow).Bounds);
    }
}
