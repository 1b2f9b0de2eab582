using System.Collections.Immutable;
using Tonne.Statistics;

namespace Tonne.Quantities;

/// <summary>Derives the 95 % bounds of a figure from its derivation.</summary>
/// <remarks>
/// First order: for F over the derivation, s_k = ∂lnF/∂lnx_k per factor id, and
/// high = F·exp(1.96·√Σ(s_k σ_k±)²) with σ+ where s_k &gt; 0, else σ−; low mirrored. Above a total σ of 0.3, where a low is 0, or where a factor bends the figure
/// between its own bounds by more than the first order can say, seeded draws of split log-normal factors decide instead (JCGM 101:2008): 20,000, or 5,000 where only the bend asks for them. One factor id is one unknown however often it appears.
/// The draws of a factor depend on its id alone, so figures that share factors share their draws. Not thread safe.
/// </remarks>
public sealed class UncertaintyPropagator
{
    /// <summary>Number of draws where the first order does not hold.</summary>
    public const int DrawCount = 20_000;

    /// <summary>Number of draws where the total σ is small and only a bend asks for them: the limits of a narrow figure need fewer.</summary>
    const int FewDraws = 5_000;

    /// <summary>Total σ above which draws replace the first order.</summary>
    public const double FirstOrderLimit = 0.3;

    /// <summary>By how much of a limit the bends of all factors together may miss it before draws replace the first order.</summary>
    const double NonlinearityLimit = 0.02;

    const int Block = 250;

    readonly Dictionary<string, double[]> _draws = new(StringComparer.Ordinal);
    double[]? _normals;

    /// <summary>The 95 % bounds of a derivation. A value of zero has no spread; a negative value is an error.</summary>
    /// <exception cref="ArgumentException">The value is negative or not finite.</exception>
    public Bounds ComputeBounds(Derivation derivation)
    {
        var best = derivation.Value;
        if (!double.IsFinite(best) || best < 0)
            throw new ArgumentException($"'{derivation.Label}' comes to {best} {derivation.Unit}; a figure cannot be negative.", nameof(derivation));
        if (best == 0)
            return Bounds.FromExact(0);
        var factors = derivation.GetFactors();
        if (factors.All(factor => factor.Bounds.IsExact))
            return Bounds.FromExact(best);
        var (down, up) = FirstOrderSigmas(derivation, best, factors);
        if (Math.Max(down, up) > FirstOrderLimit)
            return ComputeMonteCarloBounds(derivation, best, DrawCount);
        return IsNearlyLinear(derivation, best, factors, down, up)
            ? new Bounds(best * Math.Exp(-Bounds.ZScore95 * down), best, best * Math.Exp(Bounds.ZScore95 * up))
            : ComputeMonteCarloBounds(derivation, best, FewDraws);
    }

    /// <summary>The first-order bounds whatever σ comes to: for comparison with draws.</summary>
    public static Bounds ComputeFirstOrderBounds(Derivation derivation)
    {
        var best = derivation.Value;
        var (down, up) = FirstOrderSigmas(derivation, best, derivation.GetFactors());
        return new Bounds(best * Math.Exp(-Bounds.ZScore95 * down), best, best * Math.Exp(Bounds.ZScore95 * up));
    }

    /// <summary>The bounds by draws whatever σ is. The best value stays that of the plain formula.</summary>
    public Bounds ComputeMonteCarloBounds(Derivation derivation) => ComputeMonteCarloBounds(derivation, derivation.Value, DrawCount);

    /// <summary>The 95 % interval of a ratio of two derivations; factors that both share cancel.</summary>
    public (double Low, double Best, double High) ComputeRatio(Derivation numerator, Derivation denominator)
    {
        var top = DrawValues(numerator);
        var bottom = DrawValues(denominator);
        var ratios = new double[DrawCount];
        for (var i = 0; i < DrawCount; i++)
            ratios[i] = top[i] / bottom[i];
        return Interval(ratios, numerator.Value / denominator.Value);
    }

    /// <summary>The 95 % interval of a difference of two derivations of one unit; it may be negative, and factors that both share move both.</summary>
    public (double Low, double Best, double High) ComputeDifference(Derivation minuend, Derivation subtrahend)
    {
        var from = DrawValues(minuend);
        var away = DrawValues(subtrahend);
        var differences = new double[DrawCount];
        for (var i = 0; i < DrawCount; i++)
            differences[i] = from[i] - away[i];
        return Interval(differences, minuend.Value - subtrahend.Value);
    }

    static (double Low, double Best, double High) Interval(double[] drawn, double best)
    {
        return (Math.Min(best, OrderStatistic.Quantile(drawn, 0.025)), best, Math.Max(best, OrderStatistic.Quantile(drawn, 0.975)));
    }

    /// <summary>s_k = ∂lnF/∂lnx_k per factor id at best factors: by how many per cent the figure moves when the factor moves by one. Empty for a value of zero.</summary>
    public static IReadOnlyDictionary<string, double> ComputeSensitivities(Derivation derivation)
    {
        var slopes = new Dictionary<string, double>(StringComparer.Ordinal);
        var best = derivation.Value;
        if (best == 0)
            return slopes;
        AddDerivatives(derivation, 1, slopes);
        foreach (var factor in derivation.GetFactors())
        {
            if (slopes.TryGetValue(factor.Id, out var slope))
                slopes[factor.Id] = slope * factor.Bounds.Best / best;
        }

        return slopes;
    }

    static (double Down, double Up) FirstOrderSigmas(Derivation derivation, double best, IReadOnlyList<Factor> factors)
    {
        var slopes = new Dictionary<string, double>(StringComparer.Ordinal);
        AddDerivatives(derivation, 1, slopes);
        double down = 0, up = 0;
        foreach (var factor in factors)
        {
            if (!slopes.TryGetValue(factor.Id, out var slope) || slope == 0)
                continue;
            var s = slope * factor.Bounds.Best / best;
            var rises = s > 0;
            up += Square(s * (rises ? factor.Bounds.SigmaHigh : factor.Bounds.SigmaLow));
            down += Square(s * (rises ? factor.Bounds.SigmaLow : factor.Bounds.SigmaHigh));
        }

        return (Math.Sqrt(down), Math.Sqrt(up));
    }

    static double Square(double x) => x * x;

    /// <summary>
    /// Whether ln F goes straight between the bounds of every factor: √Σ of what each bound alone does to ln F, against 1.96·√Σ(s_k σ_k)². A wide factor under a sum, or under a difference that
    /// nearly cancels, bends it though the total σ is small.
    /// </summary>
    static bool IsNearlyLinear(Derivation derivation, double best, IReadOnlyList<Factor> factors, double down, double up)
    {
        double below = 0, above = 0;
        foreach (var factor in factors)
        {
            if (factor.Bounds.IsExact)
                continue;
            var (atLow, atHigh) = (Moved(factor, factor.Bounds.Low), Moved(factor, factor.Bounds.High));
            if (!(double.IsFinite(atLow) && double.IsFinite(atHigh)))
                return false;
            below += Square(Math.Min(0, Math.Min(atLow, atHigh)));
            above += Square(Math.Max(0, Math.Max(atLow, atHigh)));
        }

        return Math.Abs(Math.Sqrt(below) - (Bounds.ZScore95 * down)) <= NonlinearityLimit && Math.Abs(Math.Sqrt(above) - (Bounds.ZScore95 * up)) <= NonlinearityLimit;

        // Not a number where the figure falls below 0.
        double Moved(Factor factor, double value) =>
            Math.Log(derivation.Evaluate(each => string.Equals(each.Id, factor.Id, StringComparison.Ordinal) ? value : each.Bounds.Best) / best);
    }

    /// <summary>Adds ∂F/∂x of every factor below a node, given ∂F/∂node.</summary>
    static void AddDerivatives(Derivation node, double outer, Dictionary<string, double> slopes)
    {
        switch (node)
        {
            case Derivation.FactorNode given:
                slopes[given.Factor.Id] = slopes.GetValueOrDefault(given.Factor.Id) + outer;
                break;
            case Derivation.Sum sum:
                foreach (var term in sum.Terms)
                    AddDerivatives(term, outer, slopes);
                break;
            case Derivation.Difference difference:
                AddDerivatives(difference.Minuend, outer, slopes);
                AddDerivatives(difference.Subtrahend, -outer, slopes);
                break;
            case Derivation.Product product:
                for (var i = 0; i < product.Of.Length; i++)
                {
                    if (product.Of[i] is Derivation.Count)
                        continue;
                    var rest = product.Scale;
                    for (var j = 0; j < product.Of.Length; j++)
                    {
                        if (j != i)
                            rest *= product.Of[j].Value;
                    }

                    AddDerivatives(product.Of[i], outer * rest, slopes);
                }

                break;
            case Derivation.Quotient quotient:
                var bottom = quotient.Denominator.Value;
                AddDerivatives(quotient.Numerator, outer / bottom, slopes);
                AddDerivatives(quotient.Denominator, -outer * quotient.Numerator.Value / (bottom * bottom), slopes);
                break;
            default:
                break;
        }
    }

    Bounds ComputeMonteCarloBounds(Derivation derivation, double best, int draws)
    {
        var values = DrawValues(derivation, draws);
        return new Bounds(
            Math.Clamp(OrderStatistic.Quantile(values, 0.025), 0, best),
            best,
            Math.Max(best, OrderStatistic.Quantile(values, 0.975)));
    }

    /// <summary>The derivation's value at every draw; evaluated in blocks, so that a tree needs no array per node.</summary>
    double[] DrawValues(Derivation derivation, int draws = DrawCount)
    {
        var values = new double[draws];
        var folded = FoldConstants(derivation);
        for (var start = 0; start < draws; start += Block)
            Evaluate(folded, start, values.AsSpan(start, Math.Min(Block, draws - start)));
        return values;
    }

    /// <summary>The tree with every branch that holds no spread as the one number it is at each draw: the same values, sooner.</summary>
    static Derivation FoldConstants(Derivation node)
    {
        if (node is Derivation.Count)
            return node;
        if (node is Derivation.FactorNode given)
            return given.Factor.Bounds.IsExact ? Constant(node) : node;
        ImmutableArray<Derivation> children = [.. node.Children.Select(FoldConstants)];
        if (children.All(static child => child is Derivation.Count))
            return Constant(node);
        return node switch
        {
            Derivation.Sum => new Derivation.Sum(node.Label, node.Unit, children),
            Derivation.Product product => new Derivation.Product(node.Label, node.Unit, children, product.Scale),
            Derivation.Difference => new Derivation.Difference(node.Label, node.Unit, children[0], children[1]),
            Derivation.Quotient => new Derivation.Quotient(node.Label, node.Unit, children[0], children[1]),
            _ => node,
        };

        // What is not finite cannot be counted, and stays what it is.
        static Derivation Constant(Derivation node) => double.IsFinite(node.Value) ? new Derivation.Count(node.Label, node.Unit, node.Value) : node;
    }

    void Evaluate(Derivation node, int start, Span<double> into)
    {
        switch (node)
        {
            case Derivation.Count counted:
                into.Fill(counted.Number);
                return;
            case Derivation.FactorNode given:
                GetFactorDraws(given.Factor).AsSpan(start, into.Length).CopyTo(into);
                return;
            case Derivation.Product product:
                into.Fill(product.Scale);
                break;
            default:
                into.Clear();
                break;
        }

        Span<double> part = stackalloc double[Block];
        part = part[..into.Length];
        var first = true;
        foreach (var child in node.Children)
        {
            Evaluate(child, start, part);
            switch (node)
            {
                case Derivation.Product:
                    for (var i = 0; i < part.Length; i++)
                        into[i] *= part[i];
                    break;
                case Derivation.Difference when !first:
                    for (var i = 0; i < part.Length; i++)
                        into[i] -= part[i];
                    break;
                case Derivation.Quotient when !first:
                    for (var i = 0; i < part.Length; i++)
                        into[i] /= part[i];
                    break;
                default:
                    for (var i = 0; i < part.Length; i++)
                        into[i] += part[i];
                    break;
            }

            first = false;
        }
    }

    double[] GetFactorDraws(Factor factor)
    {
        if (_draws.TryGetValue(factor.Id, out var have))
            return have;
        _normals ??= Normals();
        var values = (double[])_normals.Clone();
        new Random(SeedOf(factor.Id)).Shuffle(values);
        var bounds = factor.Bounds;
        var (down, up) = (bounds.SigmaLow, bounds.SigmaHigh);
        var finite = double.IsFinite(down);
        for (var i = 0; i < values.Length; i++)
        {
            var z = values[i];
            values[i] = z >= 0 ? bounds.Best * Math.Exp(z * up)
                : finite ? bounds.Best * Math.Exp(z * down)
                : bounds.Best * Math.Max(0, 1 + (z / Bounds.ZScore95));
        }

        return _draws[factor.Id] = values;
    }

    /// <summary>Standard normals and their mirror images (Box and Muller 1958): each factor takes all of them in an order of its own.</summary>
    static double[] Normals()
    {
        var random = new Random(1958);
        var normals = new double[DrawCount];
        for (var i = 0; i < DrawCount; i += 4)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            var (sin, cos) = Math.SinCos(2 * Math.PI * random.NextDouble());
            (normals[i], normals[i + 1], normals[i + 2], normals[i + 3]) = (radius * cos, radius * sin, -radius * cos, -radius * sin);
        }

        return normals;
    }

    static int SeedOf(string id)
    {
        // FNV-1a, 32 bit: stable across runs and machines, unlike string.GetHashCode.
        var hash = 2166136261u;
        foreach (var c in id)
            hash = unchecked((hash ^ c) * 16777619u);
        return unchecked((int)hash);
    }
}
