using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Tonne.Statistics;

namespace Tonne.Quantities;

/// <summary>Derives the 95 % bounds of a figure from its derivation.</summary>
/// <remarks>
/// First-order method: F is the figure and x_k the factor with id k. The sensitivity is s_k = ∂lnF/∂lnx_k, and
/// high = F·exp(1.96·√Σ(s_k σ_k±)²), with σ+ (from best to high) where s_k &gt; 0 and σ− (from low to best) otherwise. The low bound uses
/// the opposite sides.
/// Monte Carlo method (JCGM 101:2008): random draws with a fixed seed, each factor log-normal with its own σ on either side of its best
/// value. It is used with 20,000 draws if the total σ is above 0.3 or the low bound of a factor is 0, and with 5,000 draws if only the
/// nonlinearity of the formula requires it.
/// A factor that appears several times is one random variable, identified by its id.
/// The sample sequence of a factor depends only on its id, so all figures that use the factor use the same samples. Thread safe: the same
/// derivation has the same bounds on every thread, whatever was computed before.
/// </remarks>
public sealed class UncertaintyPropagator
{
    /// <summary>Number of draws if the total σ is too large for the first-order method.</summary>
    public const int DrawCount = 20_000;

    /// <summary>
    /// Number of draws if the total σ is small and only the nonlinearity of the formula requires draws: a figure with narrow bounds needs
    /// fewer samples.
    /// </summary>
    const int DrawCountIfNarrow = 5_000;

    /// <summary>Total σ above which draws replace the first-order method.</summary>
    public const double FirstOrderLimit = 0.3;

    /// <summary>Largest relative error of a bound that nonlinearity may cause. Above it, samples replace the first-order method.</summary>
    const double NonlinearityLimit = 0.02;

    // Number of draws of a figure whose bounds need none.
    const int NoDraws = 0;

    // Figures whose shape is remembered.
    const int MostShapes = 256;

    readonly FactorDraws _draws;
    readonly BranchDraws _branches;

    // By the kind of a figure: its spread in draws ÷ the spread of the first order. It only says where to look for a bound.
    readonly ConcurrentDictionary<int, (double Low, double High)> _shapes = new();

    /// <summary>A propagator that has drawn nothing yet.</summary>
    public UncertaintyPropagator()
    {
        _draws = new();
        _branches = new(_draws);
    }

    /// <summary>
    /// Keeps the draws of a branch that many derivations have in common, once they are needed. Their bounds are the same as without it.
    /// </summary>
    internal void KeepDraws(Derivation branch) => _branches.Add(branch);

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
    /// <param name="bounds">Receives their bounds, in the same order.</param>
    /// <exception cref="ArgumentException">A value is negative or not finite.</exception>
    internal void ComputeBounds(ReadOnlySpan<Derivation> derivations, Span<Bounds> bounds)
    {
        Span<DrawPlan> plans = stackalloc DrawPlan[derivations.Length];
        for (var i = 0; i < derivations.Length; i++)
            (plans[i], bounds[i]) = TryComputeWithoutDraws(derivations[i]);
        DrawBounds(derivations, plans, DrawCount, bounds);
        DrawBounds(derivations, plans, DrawCountIfNarrow, bounds);
    }

    /// <summary>How the bounds of a figure are drawn.</summary>
    /// <param name="Count">Number of draws; 0 if none are needed.</param>
    /// <param name="SigmaLow">Total σ of ln F below the best value, by the first-order method; 0 if unknown.</param>
    /// <param name="SigmaHigh">The same above.</param>
    /// <param name="Shape">Identifies the kind of the figure.</param>
    readonly record struct DrawPlan(int Count, double SigmaLow = 0, double SigmaHigh = 0, int Shape = 0);

    /// <summary>Checks that a derivation gives a figure.</summary>
    /// <exception cref="ArgumentException">The value is negative or not finite.</exception>
    internal static void Validate(Derivation derivation)
    {
        if (!double.IsFinite(derivation.Value) || derivation.Value < 0)
            throw new ArgumentException($"'{derivation.Label}' is {derivation.Value} {derivation.Unit}, but a figure cannot be negative.",
                nameof(derivation));
    }

    /// <summary>Computes the bounds without draws if possible; otherwise returns how to draw, and no bounds.</summary>
    static (DrawPlan Plan, Bounds Bounds) TryComputeWithoutDraws(Derivation derivation)
    {
        Validate(derivation);
        var best = derivation.Value;
        if (best == 0)
            return (new(NoDraws), Bounds.FromExact(0));
        var factors = derivation.GetFactors();
        if (factors.All(factor => factor.Bounds.IsExact))
            return (new(NoDraws), Bounds.FromExact(best));
        var (sigmaLow, sigmaHigh) = ComputeFirstOrderSigmas(derivation, best, factors);
        if (Math.Max(sigmaLow, sigmaHigh) > FirstOrderLimit)
            return (new(DrawCount, sigmaLow, sigmaHigh, GetShape(derivation, factors)), default);
        return IsNearlyLinear(derivation, best, factors, sigmaLow, sigmaHigh)
            ? (new(NoDraws), CreateLogNormalBounds(best, sigmaLow, sigmaHigh))
            : (new(DrawCountIfNarrow, sigmaLow, sigmaHigh, GetShape(derivation, factors)), default);
    }

    /// <summary>A number for figures of one kind: the same factors, and the same label up to a number in it.</summary>
    static int GetShape(Derivation derivation, IReadOnlyList<Factor> factors)
    {
        var hash = new HashCode();
        var kind = derivation.Label.AsSpan();
        if (kind.IndexOfAnyInRange('0', '9') is >= 0 and var number)
            kind = kind[..number];
        hash.AddBytes(MemoryMarshal.AsBytes(kind));
        foreach (var factor in factors)
            hash.Add(factor.Id, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    /// <summary>Ranges in which the bounds may be, from the last figure of the same kind; null if that is not known.</summary>
    ((double From, double To) Low, (double From, double To) High)? Guess(DrawPlan plan, double best)
    {
        // Of a log-normal figure, each range has some 2 % of the draws.
        const double tolerance = 0.15;
        if (!_shapes.TryGetValue(plan.Shape, out var shape))
            return null;
        return ((Low(shape.Low + tolerance), Low(shape.Low - tolerance)), (High(shape.High - tolerance), High(shape.High + tolerance)));

        double Low(double sigmas) => best * Math.Exp(-plan.SigmaLow * sigmas);

        double High(double sigmas) => best * Math.Exp(plan.SigmaHigh * sigmas);
    }

    void Remember(DrawPlan plan, double best, double low, double high)
    {
        var shape = (Low: Math.Log(best / low) / plan.SigmaLow, High: Math.Log(high / best) / plan.SigmaHigh);
        if (!double.IsFinite(shape.Low) || !double.IsFinite(shape.High))
            return;
        if (!_shapes.ContainsKey(plan.Shape) && _shapes.Count >= MostShapes)
            _shapes.Clear();
        _shapes[plan.Shape] = shape;
    }

    /// <summary>The bounds by the first-order method, however large σ is, for comparison with the Monte Carlo method.</summary>
    public static Bounds ComputeFirstOrderBounds(Derivation derivation)
    {
        var best = derivation.Value;
        var (sigmaLow, sigmaHigh) = ComputeFirstOrderSigmas(derivation, best, derivation.GetFactors());
        return CreateLogNormalBounds(best, sigmaLow, sigmaHigh);
    }

    static Bounds CreateLogNormalBounds(double best, double sigmaLow, double sigmaHigh) =>
        new(best * Math.Exp(-Bounds.ZScore95 * sigmaLow), best, best * Math.Exp(Bounds.ZScore95 * sigmaHigh));

    /// <summary>
    /// The bounds by the Monte Carlo method, however small σ is. The best value is the formula at the best factors, not a statistic of
    /// the samples.
    /// </summary>
    public Bounds ComputeMonteCarloBounds(Derivation derivation)
    {
        Span<Bounds> bounds = [default];
        DrawBounds([derivation], [new(DrawCount)], DrawCount, bounds);
        return bounds[0];
    }

    /// <summary>
    /// The 95 % interval of the ratio of two derivations. A factor of both has the same sampled value in both, so it cancels.
    /// </summary>
    public (double Low, double Best, double High) ComputeRatio(Derivation numerator, Derivation denominator)
    {
        var numerators = DrawValues(numerator);
        var denominators = DrawValues(denominator);
        var ratios = new double[DrawCount];
        for (var i = 0; i < DrawCount; i++)
            ratios[i] = numerators[i] / denominators[i];
        return ComputeInterval(ratios, numerator.Value / denominator.Value);
    }

    /// <summary>
    /// The 95 % interval of the difference of two derivations of one unit; it may be negative. A factor of both has the same sampled
    /// value in both.
    /// </summary>
    public (double Low, double Best, double High) ComputeDifference(Derivation minuend, Derivation subtrahend)
    {
        var minuends = DrawValues(minuend);
        var subtrahends = DrawValues(subtrahend);
        var differences = new double[DrawCount];
        for (var i = 0; i < DrawCount; i++)
            differences[i] = minuends[i] - subtrahends[i];
        return ComputeInterval(differences, minuend.Value - subtrahend.Value);
    }

    static (double Low, double Best, double High) ComputeInterval(double[] samples, double best)
    {
        var (low, high) = OrderStatistic.CentralInterval95(samples);
        return (Math.Min(best, low), best, Math.Max(best, high));
    }

    /// <summary>
    /// The sensitivity ∂lnF/∂lnx_k of a figure to each factor, by factor id, at the best values: by how many per cent the figure changes
    /// if the factor changes by 1 %. Empty if the figure is zero.
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

    /// <summary>The total σ of ln F below and above the best value, by the first-order method.</summary>
    static (double SigmaLow, double SigmaHigh) ComputeFirstOrderSigmas(Derivation derivation, double best, IReadOnlyList<Factor> factors)
    {
        var slopes = new Dictionary<string, double>(StringComparer.Ordinal);
        AddDerivatives(derivation, 1, slopes);
        double varianceLow = 0, varianceHigh = 0;
        foreach (var factor in factors)
        {
            if (!slopes.TryGetValue(factor.Id, out var slope) || slope == 0)
                continue;
            var sensitivity = slope * factor.Bounds.Best / best;
            var rises = sensitivity > 0;
            varianceHigh += Square(sensitivity * (rises ? factor.Bounds.SigmaHigh : factor.Bounds.SigmaLow));
            varianceLow += Square(sensitivity * (rises ? factor.Bounds.SigmaLow : factor.Bounds.SigmaHigh));
        }

        return (Math.Sqrt(varianceLow), Math.Sqrt(varianceHigh));
    }

    static double Square(double x) => x * x;

    /// <summary>
    /// Whether ln F is nearly linear between the bounds of every factor. Each factor alone is set to each of its bounds; the root of the
    /// summed squares of the changes of ln F is compared with the 1.96·σ of the first-order method. A factor with wide bounds in a sum, or
    /// in a difference of two nearly equal terms, makes F nonlinear although the total σ is small.
    /// </summary>
    static bool IsNearlyLinear(
        Derivation derivation, double best, IReadOnlyList<Factor> factors, double sigmaLow, double sigmaHigh)
    {
        double decreases = 0, increases = 0;
        foreach (var factor in factors)
        {
            if (factor.Bounds.IsExact)
                continue;
            var changeAtLow = ComputeChange(factor, factor.Bounds.Low);
            var changeAtHigh = ComputeChange(factor, factor.Bounds.High);
            if (!(double.IsFinite(changeAtLow) && double.IsFinite(changeAtHigh)))
                return false;
            decreases += Square(Math.Min(0, Math.Min(changeAtLow, changeAtHigh)));
            increases += Square(Math.Max(0, Math.Max(changeAtLow, changeAtHigh)));
        }

        return Math.Abs(Math.Sqrt(decreases) - (Bounds.ZScore95 * sigmaLow)) <= NonlinearityLimit
            && Math.Abs(Math.Sqrt(increases) - (Bounds.ZScore95 * sigmaHigh)) <= NonlinearityLimit;

        // The change of ln F if one factor has another value; NaN if the figure becomes negative.
        double ComputeChange(Factor factor, double value) =>
            Math.Log(derivation.Evaluate(
                each => string.Equals(each.Id, factor.Id, StringComparison.Ordinal) ? value : each.Bounds.Best) / best);
    }

    /// <summary>Adds ∂F/∂x of every factor below a node to the slopes, by the chain rule.</summary>
    /// <param name="node">The node.</param>
    /// <param name="slopeOfNode">∂F/∂node.</param>
    /// <param name="slopes">∂F/∂x by factor id.</param>
    static void AddDerivatives(Derivation node, double slopeOfNode, Dictionary<string, double> slopes)
    {
        switch (node)
        {
            case Derivation.FactorNode given:
                slopes[given.Factor.Id] = slopes.GetValueOrDefault(given.Factor.Id) + slopeOfNode;
                break;
            case Derivation.Sum sum:
                foreach (var term in sum.Terms)
                    AddDerivatives(term, slopeOfNode, slopes);
                break;
            case Derivation.Difference difference:
                AddDerivatives(difference.Minuend, slopeOfNode, slopes);
                AddDerivatives(difference.Subtrahend, -slopeOfNode, slopes);
                break;
            case Derivation.Product product:
                for (var i = 0; i < product.Of.Length; i++)
                {
                    if (product.Of[i] is Derivation.Count)
                        continue;
                    var productOfOthers = product.Scale;
                    for (var j = 0; j < product.Of.Length; j++)
                    {
                        if (j != i)
                            productOfOthers *= product.Of[j].Value;
                    }

                    AddDerivatives(product.Of[i], slopeOfNode * productOfOthers, slopes);
                }

                break;
            case Derivation.Quotient quotient:
                var denominator = quotient.Denominator.Value;
                AddDerivatives(quotient.Numerator, slopeOfNode / denominator, slopes);
                AddDerivatives(
                    quotient.Denominator, -slopeOfNode * quotient.Numerator.Value / (denominator * denominator), slopes);
                break;
            default:
                break;
        }
    }

    double[] DrawValues(Derivation derivation)
    {
        var program = new DrawProgram(_draws, _branches);
        return program.Evaluate(program.Add(derivation), DrawCount);
    }

    /// <summary>
    /// Computes the bounds of the derivations that need one number of draws. Branches that they share are evaluated once.
    /// </summary>
    /// <param name="derivations">All derivations.</param>
    /// <param name="plans">How each derivation is drawn.</param>
    /// <param name="drawCount">The number of draws; derivations that need another number are left out.</param>
    /// <param name="bounds">Receives the bounds of the derivations computed here.</param>
    void DrawBounds(ReadOnlySpan<Derivation> derivations, ReadOnlySpan<DrawPlan> plans, int drawCount, Span<Bounds> bounds)
    {
        var program = new DrawProgram(_draws, _branches);
        var (steps, indices) = (new List<int>(), new List<int>());
        for (var i = 0; i < derivations.Length; i++)
        {
            if (plans[i].Count != drawCount)
                continue;
            steps.Add(program.Add(derivations[i]));
            indices.Add(i);
        }

        if (indices.Count == 0)
            return;
        if (program.HasConflict && indices.Count > 1)
        {
            // In one program, the factor of one derivation would be used for that of another.
            foreach (var i in indices)
                DrawBounds(derivations.Slice(i, 1), plans.Slice(i, 1), drawCount, bounds.Slice(i, 1));
            return;
        }

        var values = new double[indices.Count][];
        for (var i = 0; i < values.Length; i++)
            values[i] = ArrayPool<double>.Shared.Rent(drawCount);
        program.Evaluate(CollectionsMarshal.AsSpan(steps), drawCount, values);
        for (var i = 0; i < values.Length; i++)
        {
            var (plan, best) = (plans[indices[i]], derivations[indices[i]].Value);
            var (low, high) = OrderStatistic.CentralInterval95(values[i].AsSpan(0, drawCount), Guess(plan, best));
            Remember(plan, best, low, high);
            bounds[indices[i]] = new Bounds(Math.Clamp(low, 0, best), best, Math.Max(best, high));
            ArrayPool<double>.Shared.Return(values[i]);
        }
    }
}
