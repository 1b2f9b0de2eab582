using Tonne.Ledgers.Calls;

namespace Tonne.Ledgers.Tests.Calls;

public class CallTotalTests
{
    static readonly CallRow[] _rows =
    [
        new(SampleCalls.Key("a"), SampleCalls.Sum(0.001)), new(SampleCalls.Key("b", hour: 1), SampleCalls.Sum(0.005)),
            new(SampleCalls.Key("a", hour: 20), SampleCalls.Sum(0.002)),
        new(SampleCalls.Key("minilm", method: "measured/tonne-1"), SampleCalls.Sum(0.0001)),
    ];

    // By hand from the rows above.
    [Theory]
    [InlineData(CallGroup.Model, "b: 0.005; a: 0.003; minilm: 0.0001")]
    [InlineData(CallGroup.Hour, "2026-11-30T08:00Z: 0.0011; 2026-11-30T09:00Z: 0.005; 2026-12-01T04:00Z: 0.002")]
    [InlineData(CallGroup.Day, "2026-11-30: 0.0061; 2026-12-01: 0.002")]
    [InlineData(CallGroup.Service, "shop: 0.0081")]
    [InlineData(CallGroup.Provider, "openai: 0.0081")]
    public void Rows_are_grouped(CallGroup by, string expected)
    {
        var total = CallTotal.Of(_rows, by);

        Assert.Equal(expected,
            string.Join("; ", total.Rows.Select(row =>
            FormattableString.Invariant($"{row.Group}: {Math.Round(row.Sum.EnergyKwh.Best, 9)}"))));
        Assert.Equal(0.0081, total.Sum.Sum.EnergyKwh.Best, 1e-12);
    }

    [Fact]
    public void Measured_calls_are_apart_from_estimated_ones()
    {
        var sum = CallTotal.Of(_rows, CallGroup.Model).Sum;

        Assert.Equal((3, 1), (sum.Estimated.Requests, sum.Measured.Requests));
        Assert.Equal(0.0001, sum.Measured.EnergyKwh.Best, 1e-15);
    }

    [Fact]
    public void Texts_of_a_provider_are_cut_and_have_no_control_characters()
    {
        var key = SampleCalls.Key() with { Model = "a\nb\u001b[2J" + new string('x', 300) };

        Assert.Equal(200, key.Model.Length);
        Assert.StartsWith("a b [2Jxx", key.Model, StringComparison.Ordinal);
    }
}
