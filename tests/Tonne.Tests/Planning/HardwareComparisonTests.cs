using Tonne.Hardware;
using Tonne.Planning;

namespace Tonne.Tests.Planning;

public class HardwareComparisonTests
{
    static Accelerator Find(string name) => AcceleratorCatalog.Find(name).ValueOrThrow;

    /// <summary>
    /// Data sheets of NVIDIA: A100 SXM 312 · 10^12 operations/s at 16 bit without sparsity and 2,039 GB/s; H100 SXM 989 and 3,350.
    /// </summary>
    [Fact]
    public void An_H100_is_faster_by_its_operations_or_by_its_bandwidth()
    {
        var (present, other) = (Find("a100 sxm 80gb"), Find("h100 sxm"));

        var best = HardwareComparison.Compare(other, present)!;
        var (least, most) = HardwareComparison.GetInterval(other, present);

        Assert.Equal(312 / 989d, best.DurationFactor, 0.002);
        Assert.Equal(2039 / 3350d, most!.DurationFactor, 0.005);
        Assert.Equal(best.DurationFactor, least!.DurationFactor);
        Assert.True(least.PowerFactor <= best.PowerFactor && best.PowerFactor <= most.PowerFactor);
    }

    [Fact]
    public void The_same_accelerator_is_exactly_itself()
    {
        var chip = Find("h100 sxm");
        var (least, most) = HardwareComparison.GetInterval(chip, chip);

        Assert.Equal((1, 1), (least!.DurationFactor, least.PowerFactor));
        Assert.Equal(least, most);
    }
}
