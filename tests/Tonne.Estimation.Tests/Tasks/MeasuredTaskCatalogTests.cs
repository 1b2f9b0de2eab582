using Tonne.Accounting;
using Tonne.Catalogs;
using Tonne.Estimation.Tasks;
using Tonne.Facilities;
using Tonne.Runs;

namespace Tonne.Estimation.Tests.Tasks;

public class MeasuredTaskCatalogTests
{
    [Theory]
    [InlineData("image-generation", "sdxl", "SDXL base", 1.640)]
    [InlineData("Image generation", "SDXL base 1.0", "SDXL base 1.0", 11.49)]
    [InlineData("video generation", "mochi", "Mochi 1", 52.10)]
    [InlineData("image-generation", null, "", 2.907)]
    [InlineData("text classification", null, "", 0.002)]
    // ML.ENERGY Benchmark v3, one H100: 28 steps of 1024 x 1024; 81 frames of 832 x 480, 50 steps.
    [InlineData("image-generation", "stable diffusion 3.5 large", "Stable Diffusion 3.5 large", 1.167)]
    [InlineData("embedding", null, "", 0.0005904)]
    [InlineData("speech recognition", null, "", 0.01655)]
    public void A_task_is_found_as_people_write_it(string task, string? model, string found, double wattHours)
    {
        // AI Energy Score, February 2025; Luccioni et al. 2024, tables 2 and section 4.1; Delavande et al. 2025, table 4.
        var row = MeasuredTaskCatalog.Find(task, model).ValueOrThrow;

        Assert.Equal(found, row.Model);
        Assert.Equal(wattHours, row.Energy.Bounds.Best);
    }

    [Theory]
    [InlineData("video-generation", null, "WAN 2.1 T2V 14B")]
    [InlineData("video-generation", "cogvideox", "CogVideoX 5B")]
    [InlineData("image-genration", null, "image-generation")]
    [InlineData("image-generation", "dall-e", "SDXL base")]
    public void What_is_ambiguous_or_unknown_names_the_nearest(string task, string? model, string named)
    {
        var error = Assert.Throws<UnknownNameException>(() => MeasuredTaskCatalog.Find(task, model).ValueOrThrow);

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bounds_of_a_mean_are_those_of_a_lognormal_with_its_spread()
    {
        // Image generation, 2.907 ± 3.31 Wh: σ² = ln(1 + (3.31/2.907)²) = 0.8314, median 2.907/√(1 + 1.2965) = 1.9183; × exp(±1.96 · 0.9118) = 0.3212 and 11.456.
        var bounds = MeasuredTaskCatalog.Find("image-generation", null).ValueOrThrow.Energy.Bounds;

        Assert.Equal(0.3212, bounds.Low, 1e-3);
        Assert.Equal(11.456, bounds.High, 1e-2);
    }

    [Fact]
    public void A_figure_is_carried_from_its_own_boundary_outwards()
    {
        var factors = FactorSelector.SelectFactors(new Place(IntensityGramsPerKwh: 100, Pue: 1.1), FacilityKind.UnknownCloud);
        var gpu = TaskEstimator.Estimate(MeasuredTaskCatalog.Find("image-generation", "sdxl").ValueOrThrow, factors);
        var whole = TaskEstimator.Estimate(MeasuredTaskCatalog.Find("video-generation", "mochi").ValueOrThrow, factors);

        // GPU alone: half as much again; with processor and memory: a quarter.
        Assert.Equal(1.640 * 1.5, gpu.ItEnergy.Value, 1e-9);
        Assert.Equal(52.10 * 1.25, whole.ItEnergy.Value, 1e-9);
        Assert.Equal(1.640 * 1.5 * 1.1, gpu.FacilityEnergy.Value, 1e-9);
        Assert.Equal(1.640 * 1.5 * 1.1 * 0.1, gpu.Operational.Value, 1e-9);
    }
}
