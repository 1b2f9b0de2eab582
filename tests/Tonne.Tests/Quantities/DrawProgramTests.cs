using Tonne.Quantities;

namespace Tonne.Tests.Quantities;

/// <summary>Draws that are evaluated together or kept are those of each derivation alone, to the last bit.</summary>
public sealed class DrawProgramTests
{
    static readonly Source _here = new("TEST", "made up for this test");

    static Derivation.FactorNode Given(string id, double low, double best, double high) =>
        new(new Factor(id, id, "1", new Bounds(low, best, high), Quality.Modelled, _here));

    /// <summary>A derivation of random nodes, some of which occur in several places. It is above 0.</summary>
    static Derivation Any(Random random, List<Derivation> met, int depth)
    {
        if (met.Count > 0 && random.Next(5) == 0)
            return met[random.Next(met.Count)];
        var node = depth == 0 ? Leaf() : random.Next(4) switch
        {
            0 => new Derivation.Sum("sum", "1", [.. Several()]),
            1 => new Derivation.Quotient("quotient", "1", Any(random, met, depth - 1), Any(random, met, depth - 1)),
            _ => new Derivation.Product("product", "1", [.. Several()]),
        };
        met.Add(node);
        return node;

        IEnumerable<Derivation> Several() => Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(random, met, depth - 1)).ToList();

        Derivation Leaf() => random.Next(3) switch
        {
            0 => new Derivation.Count("counted", "1", 0.1 + (random.NextDouble() * 3)),
            1 => new Derivation.FactorNode(new Factor("exact", "exact", "1", Bounds.FromExact(1.7), Quality.Modelled, _here)),
            _ => Factor(random.Next(4)),
        };

        static Derivation Factor(int number) => Given("factor" + number, 0.3 / (number + 1), 1d / (number + 1), 2.5 / (number + 1));
    }

    [Fact]
    public void Each_value_is_that_of_the_formula_at_that_draw()
    {
        var draws = new FactorDraws();
        for (var seed = 0; seed < 200; seed++)
        {
            var (random, met) = (new Random(seed), new List<Derivation>());
            Derivation[] derivations = [Any(random, met, 4), Any(random, met, 3), Any(random, met, 2)];
            var branches = new BranchDraws(draws);
            foreach (var branch in met.Where(_ => random.Next(4) == 0))
                branches.Add(branch);
            foreach (var program in new[] { new DrawProgram(draws), new DrawProgram(draws, branches) })
            {
                var count = 300 + random.Next(300);
                double[][] values = [new double[count], new double[count], new double[count]];

                program.Evaluate([.. derivations.Select(program.Add)], count, values);

                for (var d = 0; d < derivations.Length; d++)
                {
                    for (var i = 0; i < count; i += 7)
                        Assert.Equal(derivations[d].Evaluate(factor => Draw(factor, i)), values[d][i]);
                }
            }
        }

        double Draw(Factor factor, int i) => factor.Bounds.IsExact ? factor.Bounds.Best : draws.GetDraws(factor)[i];
    }

    [Fact]
    public void Bounds_do_not_depend_on_what_was_computed_before_or_beside()
    {
        var shared = new UncertaintyPropagator();
        for (var seed = 0; seed < 60; seed++)
        {
            var (random, met) = (new Random(seed), new List<Derivation>());
            Derivation[] derivations = [Any(random, met, 4), Any(random, met, 4), Any(random, met, 3)];
            shared.KeepDraws(met[random.Next(met.Count)]);
            shared.KeepDraws(derivations[0]);
            var together = new Bounds[derivations.Length];

            shared.ComputeBounds(derivations, together);

            Assert.Equal(derivations.Select(new UncertaintyPropagator().ComputeBounds), together);
            Assert.Equal(derivations.Select(each => new UncertaintyPropagator().ComputeBounds(each)), together);
        }
    }

    [Fact]
    public void Two_derivations_that_give_one_id_different_bounds_are_drawn_apart()
    {
        var (narrow, wide) = (Given("x", 0.5, 1, 2), Given("x", 0.1, 1, 10));
        Derivation[] derivations = [new Derivation.Product("a", "1", [narrow]), new Derivation.Product("b", "1", [wide])];
        var propagator = new UncertaintyPropagator();
        propagator.KeepDraws(derivations[1]);
        var together = new Bounds[2];

        propagator.ComputeBounds(derivations, together);

        Assert.Equal(derivations.Select(each => new UncertaintyPropagator().ComputeBounds(each)), together);
        // The sampling error of 20,000 draws is some per cent.
        Assert.Equal(2, together[0].High, 0.1);
        Assert.Equal(10, together[1].High, 1.0);
    }

    [Fact]
    public void A_kept_branch_is_not_used_beside_another_factor_of_the_same_id()
    {
        var (narrow, wide) = (Given("x", 0.5, 1, 2), Given("x", 0.1, 1, 10));
        var branch = new Derivation.Product("branch", "1", [wide, Given("y", 0.5, 1, 2)]);
        var whole = new Derivation.Product("whole", "1", [narrow, branch]);
        var propagator = new UncertaintyPropagator();
        propagator.KeepDraws(branch);
        _ = propagator.ComputeBounds(branch);

        Assert.Equal(new UncertaintyPropagator().ComputeBounds(whole), propagator.ComputeBounds(whole));
    }

    [Fact]
    public void Content_and_not_identity_makes_derivations_equal()
    {
        var (one, other) = (Make(2, "y"), Make(2, "y"));
        var compare = DerivationContentComparer.Instance;

        Assert.NotEqual(one, other);
        Assert.Equal(one, other, compare);
        Assert.Equal(compare.GetHashCode(one), compare.GetHashCode(other));
        Assert.NotEqual(one, Make(3, "y"), compare);
        Assert.NotEqual(one, Make(2, "z"), compare);

        static Derivation Make(double high, string id) =>
            new Derivation.Sum("sum", "1", [Given("x", 0.5, 1, high), new Derivation.Product("product", "1", [Given(id, 0.5, 1, 2)])]);
    }
}
