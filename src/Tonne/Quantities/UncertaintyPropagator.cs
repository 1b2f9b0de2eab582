using System.Buffers;
using System.Runtime.InteropServices;
using Tonne.Statistics;

namespace Tonne.Quantities;

/// <summary>Derives the 95 % bounds of a figure from its derivation.</summary>
/// <remarks>
/// First order: for F over the derivation, s_k = ∂lnF/∂lnx_k per factor id, and
/// high = F·exp(1.96·√Σ(s_k σ_k±)²) with σ+ where s_k &gt; 0, else σ−; low mirrored. Above a total σ of 0.3, where a low is 0, or where
/// the figure curves between the bounds of a factor
/// by more than the first order allows, seeded draws of split log-normal factors decide instead (JCGM 101:2008): 20,000, or 5,000 where
/// only curvature requires them. A factor that appears several times is one random variable, identified by its id.
/// The sample sequence of a factor depends only on its id, so all figures that use the factor use the same samples. Thread safe: the same
/// derivation has the same bounds on every thread, whatever was computed before.
/// </remarks>
public sealed class UncertaintyPropagator
{
    /// <summary>Number of draws where the first order does not hold.</summary>
    public const int DrawCount = 20_000;

    /// <summary>
    /// Number of draws where the total σ is small and draws are used only because of curvature: a figure with narrow bounds needs fewer
    /// samples.
    /// </summary>
    const int FewDraws = 5_000;

    /// <summary>Total σ above which draws replace the first order.</summary>
    public const double FirstOrderLimit = 0.3;

    /// <summary>Largest relative error of a bound that nonlinearity may cause. Above it, samples replace the first-order method.</summary>
    const double NonlinearityLimit = 0.02;

    // The argument of DrawBounds if no draws are needed.
    const int NoDraws = 0;

    readonly FactorDraws _draws = new();

    /// <summary>The 95 % bounds of a derivation. A value of zero has no spread; a negative value is an error.</summary>
    /// <exception cref="ArgumentException">The value is negative or not finite.</exception>
    public Bounds ComputeBounds(Derivation derivation)
    {
        Span<Bounds> bounds = [default];
        ComputeBounds([derivation], bounds);
        return bounds[0];
    }

    /// <summary>The 95 % bounds of several derivations. Branches that they share are drawn once.</summary>
    /// <param name="derivations">The derivations.</param>
    /// <param name="into">Receives their bounds, in the same order.</param>
    /// <exception cref="ArgumentException">A value is negative or not finite.</exception>
    internal void ComputeBounds(ReadOnlySpan<Derivation> derivations, Span<Bounds> into)
    {
        Span<int> draws = stackalloc int[derivations.Length];
        for (var i = 0; i < derivations.Length; i++)
            (draws[i], into[i]) = ComputeDirectBounds(derivations[i]);
        DrawBounds(derivations, draws, DrawCount, into);
        DrawBounds(derivations, draws, FewDraws, into);
    }

    /// <summary>The bounds where no draws are needed, else the number of draws.</summary>
    static (int Draws, Bounds Bounds) ComputeDirectBounds(Derivation derivation)
    {
        var best = derivation.Value;
        if (!double.IsFinite(best) || best < 0)
            throw new ArgumentException($"'{derivation.Label}' is {best} {derivation.Unit}, but a figure cannot be negative.",
                nameof(derivation));
        if (best == 0)
            return (NoDraws, Bounds.FromExact(0));
        var factors = derivation.GetFactors();
        if (factors.All(factor => factor.Bounds.IsExact))
            return (NoDraws, Bounds.FromExact(best));
        var (down, up) = FirstOrderSigmas(derivation, best, factors);
        if (Math.Max(down, up) > FirstOrderLimit)
            return (DrawCount, default);
        return IsNearlyLinear(derivation, best, factors, down, up)
            ? (NoDraws, new Bounds(best * Math.Exp(-Bounds.ZScore95 * down), best, best * Math.Exp(Bounds.ZScore95 * up)))
            : (FewDraws, default);
    }

    /// <summary>The first-order bounds for any σ, for comparison with draws.</summary>
    public static Bounds ComputeFirstOrderBounds(Derivation derivation)
    {
        var best = derivation.Value;
        var (down, up) = FirstOrderSigmas(derivation, best, derivation.GetFactors());
        return new Bounds(best * Math.Exp(-Bounds.ZScore95 * down), best, best * Math.Exp(Bounds.ZScore95 * up));
    }

    /// <summary>The bounds by draws whatever σ is. The best value is the formula at the best factors, not a statistic of the
    /// samples.</summary>
    public Bounds ComputeMonteCarloBounds(Derivation derivation)
    {
        Span<Bounds> bounds = [default];
        DrawBounds([derivation], [DrawCount], DrawCount, bounds);
        return bounds[0];
    }

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

    /// <summary>
    /// The 95 % interval of a difference of two derivations of one unit; it may be negative, and a shared factor has the same sampled
    /// value in both terms.
    /// </summary>
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
        var (low, high) = OrderStatistic.CentralInterval95(drawn);
        return (Math.Min(best, low), best, Math.Max(best, high));
    }

    /// <summary>
    /// s_k = ∂lnF/∂lnx_k per factor id at best factors: by how many per cent the figure changes if the factor changes by 1 %. Empty for a
    /// value of zero.
    /// </summary>
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
    /// Whether ln F is nearly linear between the bounds of every factor: √Σ of the change of ln F by each bound alone, against
    /// 1.96·√Σ(s_k σ_k)². A wide factor under a sum, or under a difference that
    /// nearly cancels, curves it although the total σ is small.
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

        // NaN if the figure becomes negative.
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

    double[] DrawValues(Derivation derivation)
    {
        var program = new DrawProgram(_draws);
        return program.Evaluate(program.Add(derivation), DrawCount);
    }

    /// <summary>Draws the derivations that need as many draws, all at once; branches that they share are drawn once.</summary>
    void DrawBounds(ReadOnlySpan<Derivation> derivations, ReadOnlySpan<int> needed, int draws, Span<Bounds> into)
    {
        var program = new DrawProgram(_draws);
        var (steps, at) = (new List<int>(), new List<int>());
        for (var i = 0; i < derivations.Length; i++)
        {
            if (needed[i] != draws)
                continue;
            steps.Add(program.Add(derivations[i]));
            at.Add(i);
        }

        if (at.Count == 0)
            return;
        var values = new double[at.Count][];
        for (var i = 0; i < values.Length; i++)
            values[i] = ArrayPool<double>.Shared.Rent(draws);
        program.Evaluate(CollectionsMarshal.AsSpan(steps), draws, values);
        for (var i = 0; i < values.Length; i++)
        {
            var best = derivations[at[i]].Value;
            var (low, high) = OrderStatistic.CentralInterval95(values[i].AsSpan(0, draws));
            into[at[i]] = new Bounds(Math.Clamp(low, 0, best), best, Math.Max(best, high));
            ArrayPool<double>.Shared.Return(values[i]);
        }
    }
}
