using Tonne.Server.Proxying;

namespace Tonne.Server.Tests.Proxying;

public class PercentileDocumentTests
{
    [Fact]
    public void Percentiles_are_by_nearest_rank()
    {
        // NIST e-Handbook 7.2.6.2, nearest rank: of 1 … 10 the 50th percentile is the 5th value, the 90th the 9th, the 99th the 10th.
        var document = PercentileDocument.From("measured", Enumerable.Range(1, 10).Select(static value => (double)value).Reverse());

        Assert.Equal((10, 5d, 9d, 10d), (document.N, document.P50, document.P90, document.P99));
        Assert.Equal((0, null, null), (PercentileDocument.From("measured", []).N, PercentileDocument.From("measured", []).P50, PercentileDocument.From("measured", []).P99));
    }
}
