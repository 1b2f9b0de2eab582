using Tonne.Estimation.Training;
using Tonne.Hardware;

namespace Tonne.Estimation.Tests.Training;

public class ChipPowerTests
{
    // Chowdhery et al. 2022 (PaLM) and Du et al. 2022 (GLaM): 378.5 and 326 W a TPU v4; Patterson et al. 2021: 330 W a V100.
    // By hand, for a further system at a spread of 0.12:
    // exp(1.96 · 0.12 · √(1 + 1/2)) = 1.333837 and exp(1.96 · 0.12 · √(1 + 1/1)) = 1.394621.
    [Theory]
    [InlineData("TPU v4", 351.2705, 1.333837)]
    [InlineData("v100", 330, 1.394621)]
    public void Bounds_of_measured_power_are_those_of_a_further_system(string name, double watts, double factor)
    {
        var bounds = Assert.Single(ChipPower.Derive(AcceleratorCatalog.Find(name).ValueOrThrow).GetFactors()).Bounds;

        Assert.Equal(watts, bounds.Best, 1e-4);
        Assert.Equal(factor, bounds.High / bounds.Best, 2e-6);
        Assert.Equal(factor, bounds.Best / bounds.Low, 2e-6);
    }
}
