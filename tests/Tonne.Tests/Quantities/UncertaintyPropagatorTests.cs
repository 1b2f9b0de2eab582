using System.Text.Json;
using Tonne.Accounting;
using Tonne.Quantities;

namespace Tonne.Tests.Quantities;

public class UncertaintyPropagatorTests
{
    static readonly Source _here = new("TEST", "made up for this test");

    static Derivation Given(string id, double low, double best, double high) =>
        new Derivation.FactorNode(new Factor(id, id, "1", new Bounds(low, best, high), Quality.Modelled, _here));

    static Derivation Times(params Derivation[] of) => new Derivation.Product("product", "1", [.. of]);

    static Derivation Counted(double value) => new Derivation.Count("counted", "1", value);

    [Fact]
    public void One_factor_alone_keeps_its_own_bounds()
    {
        var bounds = new UncertaintyPropagator().ComputeBounds(Times(Counted(10), Given("a", 0.9, 1, 1.2)));

        Assert.Equal(9, bounds.Low, 9);
        Assert.Equal(10, bounds.Best, 9);
        Assert.Equal(12, bounds.High, 9);
    }

    [Fact]
    public void Two_independent_factors_add_in_quadrature_of_logarithms()
    {
        // By hand: high = exp(√(ln 1.1² + ln 1.2²)) = exp(√(0.0953102² + 0.1823216²)) = exp(0.2057326) = 1.228424.
        var bounds = new UncertaintyPropagator().ComputeBounds(Times(Given("a", 1 / 1.1, 1, 1.1), Given("b", 1 / 1.2, 1, 1.2)));

        Assert.Equal(1.228424, bounds.High, 5);
        Assert.Equal(1 / 1.228424, bounds.Low, 5);
    }

    [Fact]
    public void The_same_factor_under_two_terms_is_one_unknown()
    {
        var factor = Given("grid", 0.8, 1, 1.25);
        var sum = new Derivation.Sum("sum", "1", [Times(Counted(3), factor), Times(Counted(7), factor)]);

        var bounds = new UncertaintyPropagator().ComputeBounds(sum);

        Assert.Equal(8, bounds.Low, 9);
        Assert.Equal(12.5, bounds.High, 9);
    }

    [Fact]
    public void A_factor_in_a_denominator_turns_its_bounds_around()
    {
        var bounds = new UncertaintyPropagator().ComputeBounds(new Derivation.Quotient("per year", "1", Counted(1), Given("life", 3, 4, 6)));

        Assert.Equal(1 / 6d, bounds.Low, 9);
        Assert.Equal(1 / 3d, bounds.High, 9);
    }

    // By hand, F = x ÷ (x + y) at 1 and 3: ∂lnF/∂lnx = 1 − x/(x + y) = 0.75 and ∂lnF/∂lny = −y/(x + y) = −0.75.
    [Fact]
    public void A_denominator_moves_the_figure_the_other_way()
    {
        var (x, y) = (Given("x", 0.95, 1, 1.1), Given("y", 2.8, 3, 3.1));
        var part = new Derivation.Quotient("part", "1", x, new Derivation.Sum("all", "1", [x, y]));

        var slopes = UncertaintyPropagator.ComputeSensitivities(part);

        Assert.Equal(0.75, slopes["x"], 1e-12);
        Assert.Equal(-0.75, slopes["y"], 1e-12);
    }

    // By hand: the smallest life, 3, gives the largest part: 1 ÷ 3, and the largest, 6, the smallest: 1 ÷ 6.
    [Fact]
    public void To_first_order_too_a_denominator_turns_its_bounds_around()
    {
        var perYear = new Derivation.Quotient("per year", "1", Counted(1), Given("life", 3, 4, 6));

        var bounds = UncertaintyPropagator.ComputeFirstOrderBounds(perYear);

        Assert.Equal(1 / 6d, bounds.Low, 1e-12);
        Assert.Equal(1 / 3d, bounds.High, 1e-12);
    }

    [Fact]
    public void A_shared_factor_cancels_in_a_ratio()
    {
        var grid = Given("grid", 10, 50, 500);
        var (low, best, high) = new UncertaintyPropagator().ComputeRatio(Times(Counted(2), grid), Times(Counted(4), grid));

        Assert.Equal(0.5, best, 12);
        Assert.Equal(0.5, low, 12);
        Assert.Equal(0.5, high, 12);
    }

    [Fact]
    public void A_factor_that_may_be_zero_is_drawn_and_its_low_stays_near_zero()
    {
        var bounds = new UncertaintyPropagator().ComputeBounds(Given("k", 0, 1, 2));

        Assert.Equal(1, bounds.Best);
        Assert.InRange(bounds.Low, 0, 0.05);
        Assert.InRange(bounds.High, 1.8, 2.2);
    }

    [Fact]
    public void Wide_factors_are_drawn_and_the_draws_agree_with_the_log_normal_they_stand_for()
    {
        // A product of two log-normals with 95 % factors of 2 and 3 has one of exp(√(ln 2² + ln 3²)) = exp(1.299005) = 3.665648.
        var bounds = new UncertaintyPropagator().ComputeBounds(Times(Given("a", 0.5, 1, 2), Given("b", 1 / 3d, 1, 3)));

        Assert.InRange(bounds.High, 3.665648 * 0.95, 3.665648 * 1.05);
        Assert.InRange(bounds.Low, 0.95 / 3.665648, 1.05 / 3.665648);
    }

    [Fact]
    public void First_order_and_draws_agree_on_random_derivations()
    {
        var random = new Random(20260301);
        for (var trial = 0; trial < 40; trial++)
        {
            var factors = Enumerable.Range(0, 2 + random.Next(4)).Select(i =>
            {
                var spread = Math.Exp(0.05 + (0.15 * random.NextDouble()));
                return Given($"t{trial}f{i}", 1 / spread, 1, spread);
            }).ToArray();
            var sum = new Derivation.Sum("sum", "1", [.. factors.Select(factor => Times(Counted(1 + (9 * random.NextDouble())), factor))]);
            var derivation = Times(sum, factors[0], Counted(random.NextDouble() + 0.1));

            var (first, drawn) = (UncertaintyPropagator.ComputeFirstOrderBounds(derivation), new UncertaintyPropagator().ComputeMonteCarloBounds(derivation));

            Assert.InRange(first.High / drawn.High, 0.95, 1.05);
            Assert.InRange(first.Low / drawn.Low, 0.95, 1.05);
        }
    }

    [Fact]
    public void The_same_derivation_has_the_same_bounds_every_time()
    {
        var derivation = Times(Given("a", 0.3, 1, 3), Given("b", 0.5, 1, 2));

        Assert.Equal(new UncertaintyPropagator().ComputeBounds(derivation), new UncertaintyPropagator().ComputeBounds(derivation));
    }

    [Fact]
    public void A_derivation_survives_json()
    {
        var derivation = new Derivation.Difference("d", "1", new Derivation.Quotient("q", "1", Times(Counted(6), Given("a", 1, 2, 3)), Counted(3)), Counted(1));

        var json = JsonSerializer.Serialize(derivation, LedgerJson.Default.Derivation);
        var back = JsonSerializer.Deserialize(json, LedgerJson.Default.Derivation)!;

        Assert.Equal(3, back.Value, 12);
        Assert.Equal(json, JsonSerializer.Serialize(back, LedgerJson.Default.Derivation));
    }
}
