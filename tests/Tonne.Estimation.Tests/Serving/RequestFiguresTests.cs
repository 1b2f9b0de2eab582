using Tonne.Estimation.Serving;
using Tonne.Quantities;

namespace Tonne.Estimation.Tests.Serving;

public class RequestFiguresTests
{
    [Fact]
    public void Five_hundred_requests_of_2_Wh_are_1_kWh_with_their_bounds()
    {
        var one = new Figure(
            "energy_wh", new Boundary(BoundaryExtent.It, [], AllocationPolicy.Machine), new Bounds(1, 2, 4), Quality.Modelled, 0, new Derivation.Count("energy of a request", "Wh", 2));

        var all = RequestFigures.MultiplyByRequests(one, "energy_kwh", 500, "kWh");

        Assert.Equal(new Bounds(0.5, 1, 2), all.Bounds);
        Assert.Equal(1, all.Derivation.Value, 1e-12);
        Assert.Equal("kWh", all.Unit.Symbol);
    }
}
