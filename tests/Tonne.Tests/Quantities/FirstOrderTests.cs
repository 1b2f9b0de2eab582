using Tonne.Quantities;

namespace Tonne.Tests.Quantities;

/// <summary>Bounds against 200,000 draws of an evaluation of its own, on random derivations of every kind of node.</summary>
public sealed class FirstOrderTests
{
    const int Many = 200_000;
    const int Block = 2_000;
    const int Wells = 8;

    static readonly Source _here = new("TEST", "made up for this test");

    // Wells of standard normals that all derivations drink from: factor i of a derivation takes well i. Marsaglia's polar method, apart from the library's.
    static readonly Lazy<double[][]> _normals = new(() =>
    {
        var random = new Random(19790401);
        return [.. Enumerable.Range(0, Wells).Select(_ =>
        {
            var well = new double[Many];
            for (var i = 0; i < Many; i += 2)
            {
                double u, v, s;
                do
                {
                    (u, v) = ((2 * random.NextDouble()) - 1, (2 * random.NextDouble()) - 1);
                    s = (u * u) + (v * v);
                }
                while (s is >= 1 or 0);
                var scale = Math.Sqrt(-2 * Math.Log(s) / s);
                (well[i], well[i + 1]) = (u * scale, v * scale);
            }

            return well;
        })];
    });

    [Theory]
    // Factors of σ up to 0.25, differences among them; and wider ones whose sum is narrow, which is where the first order alone is wrong.
    [InlineData(20261122, 100, 0.25, true)]
    [InlineData(20261123, 50, 0.55, false)]
    public void Limits_agree_with_200000_draws_on_random_derivations_below_a_sigma_of_0_3(int seed, int derivations, double widest, bool differences)
    {
        var random = new Random(seed);
        var firstOrders = 0;
        for (var kept = 0; kept < derivations;)
        {
            var derivation = Any(random, kept, widest, differences, leaning: true);
            var first = UncertaintyPropagator.ComputeFirstOrderBounds(derivation);
            if (Math.Max(first.SigmaLow, first.SigmaHigh) > UncertaintyPropagator.FirstOrderLimit)
                continue;
            kept++;

            var bounds = new UncertaintyPropagator().ComputeBounds(derivation);

            var drawn = Drawn(derivation);
            Assert.InRange(bounds.Low / drawn[(int)(0.025 * Many)], 0.95, 1.05);
            Assert.InRange(bounds.High / drawn[(int)(0.975 * Many)], 0.95, 1.05);
            // The value is the plain formula, whichever way the limits were found.
            Assert.Equal(derivation.Value, bounds.Best);
            if (bounds == first)
                firstOrders++;
        }

        Assert.InRange(firstOrders, 10, derivations - 5);
    }

    [Fact]
    public void The_value_is_the_middle_of_200000_draws_within_1_per_cent_where_factors_do_not_lean()
    {
        var random = new Random(20261124);
        for (var kept = 0; kept < 40;)
        {
            var derivation = Any(random, kept, 0.12, differences: true, leaning: false);
            var bounds = new UncertaintyPropagator().ComputeBounds(derivation);
            if (Math.Max(bounds.SigmaLow, bounds.SigmaHigh) > UncertaintyPropagator.FirstOrderLimit)
                continue;
            kept++;

            Assert.InRange(bounds.Best / Drawn(derivation)[Many / 2], 0.99, 1.01);
        }
    }

    [Fact]
    public void Above_a_sigma_of_0_3_draws_are_used()
    {
        var random = new Random(20261125);
        for (var kept = 0; kept < 25;)
        {
            var derivation = Any(random, kept, 0.8, differences: false, leaning: true);
            var first = UncertaintyPropagator.ComputeFirstOrderBounds(derivation);
            if (Math.Max(first.SigmaLow, first.SigmaHigh) <= UncertaintyPropagator.FirstOrderLimit)
                continue;
            kept++;

            Assert.Equal(new UncertaintyPropagator().ComputeMonteCarloBounds(derivation), new UncertaintyPropagator().ComputeBounds(derivation));
        }
    }

    /// <summary>The value at every draw, sorted.</summary>
    static double[] Drawn(Derivation derivation)
    {
        var wells = derivation.GetFactors().Select((factor, i) => (factor.Id, Well: i)).ToDictionary(pair => pair.Id, pair => pair.Well, StringComparer.Ordinal);
        var values = new double[Many];
        for (var start = 0; start < Many; start += Block)
            Evaluated(derivation, start).CopyTo(values, start);
        Array.Sort(values);
        return values;

        double[] Evaluated(Derivation node, int start)
        {
            var into = new double[Block];
            switch (node)
            {
                case Derivation.Count counted:
                    Array.Fill(into, counted.Number);
                    return into;
                case Derivation.FactorNode { Factor: var factor }:
                    var well = _normals.Value[wells[factor.Id]].AsSpan(start, Block);
                    var (best, down, up) = (factor.Bounds.Best, factor.Bounds.SigmaLow, factor.Bounds.SigmaHigh);
                    for (var i = 0; i < Block; i++)
                        into[i] = best * Math.Exp(well[i] * (well[i] < 0 ? down : up));
                    return into;
                default:
                    Func<double, double, double> with = node switch
                    {
                        Derivation.Product => static (a, b) => a * b,
                        Derivation.Quotient => static (a, b) => a / b,
                        Derivation.Difference => static (a, b) => a - b,
                        _ => static (a, b) => a + b,
                    };
                    Evaluated(node.Children[0], start).CopyTo(into, 0);
                    foreach (var child in node.Children.Skip(1))
                    {
                        var part = Evaluated(child, start);
                        for (var i = 0; i < Block; i++)
                            into[i] = with(into[i], part[i]);
                    }

                    if (node is Derivation.Product { Scale: var scale })
                    {
                        for (var i = 0; i < Block; i++)
                            into[i] *= scale;
                    }

                    return into;
            }
        }
    }

    /// <summary>A figure as ours are: amounts × rates summed, times factors, over factors, less a part, some factors met twice.</summary>
    static Derivation Any(Random random, int trial, double widest, bool differences, bool leaning)
    {
        var factors = Enumerable.Range(0, 3 + random.Next(5)).Select(i =>
        {
            double Spread() => Math.Exp(Bounds.ZScore95 * (0.01 + ((widest - 0.01) * random.NextDouble())));
            var best = Math.Exp(4 * (random.NextDouble() - 0.5));
            var down = Spread();
            var up = leaning ? Spread() : down;
            return (Derivation)new Derivation.FactorNode(new Factor($"t{trial}/f{i}", $"f{i}", "1", new Bounds(best / down, best, best * up), Quality.Modelled, _here));
        }).ToList();
        Derivation One() => factors[random.Next(factors.Count)];
        Derivation Amount() => new Derivation.Count("amount", "1", 0.2 + (5 * random.NextDouble()));
        Derivation sum = new Derivation.Sum("sum", "1", [.. Enumerable.Range(0, 1 + random.Next(5)).Select(_ => (Derivation)new Derivation.Product("term", "1", [Amount(), One()]))]);
        Derivation figure = new Derivation.Product("times", "1", [new Derivation.Count("constant", "1", 1 / 3600d), sum, One()]);
        if (random.Next(2) == 0)
            figure = new Derivation.Quotient("over", "1", figure, One());
        if (differences && random.Next(3) == 0)
            figure = new Derivation.Difference("less", "1", figure, new Derivation.Product("part", "1", [new Derivation.Count("share", "1", 0.4 * random.NextDouble()), figure, new Derivation.Quotient("ratio", "1", One(), new Derivation.Count("its best", "1", factors.Max(f => f.Value)))]));
        return figure;
    }
}
