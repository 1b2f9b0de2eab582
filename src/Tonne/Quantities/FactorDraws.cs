using System.Collections.Concurrent;
using Tonne.Statistics;

namespace Tonne.Quantities;

/// <summary>
/// Random samples ("draws") of factors with a fixed seed. The draws of a factor depend on its id and bounds alone. Thread safe.
/// </summary>
/// <remarks>
/// All factors use the same standard normal samples, each factor in an order of its own that is seeded by its id. So a factor is the same
/// random variable in every figure. The draws of at most <see cref="Capacity"/> ids are cached, for the latest bounds of each id.
/// </remarks>
sealed class FactorDraws
{
    const int Capacity = 96;

    const int Count = UncertaintyPropagator.DrawCount;

    // The standard normal samples, the same for every factor; never changed after creation.
    static readonly Lazy<double[]> Normals = new(CreateNormals);

    readonly ConcurrentDictionary<string, CachedDraws> _cache = new(StringComparer.Ordinal);

    /// <summary>The draws of a factor, in its unit.</summary>
    public double[] GetDraws(Factor factor)
    {
        if (_cache.TryGetValue(factor.Id, out var cached) && cached.Bounds == factor.Bounds)
            return cached.Draws;
        var order = cached?.Order ?? CreateOrder(factor.Id);
        var draws = Draw(factor.Bounds, order);
        if (cached is null && _cache.Count >= Capacity)
            _cache.Clear();
        _cache[factor.Id] = new CachedDraws(factor.Bounds, draws, order);
        return draws;
    }

    /// <summary>
    /// Log-normal draws with one σ below the best value and another above. If the low bound is 0, the draws below the best value are
    /// linear in the normal sample instead, and never negative.
    /// </summary>
    static double[] Draw(Bounds bounds, ushort[] order)
    {
        var normals = Normals.Value;
        var (sigmaLow, sigmaHigh) = (bounds.SigmaLow, bounds.SigmaHigh);
        var isLogNormalBelow = double.IsFinite(sigmaLow);
        var draws = new double[Count];
        for (var i = 0; i < draws.Length; i++)
        {
            var z = normals[order[i]];
            draws[i] = z >= 0 ? bounds.Best * Math.Exp(z * sigmaHigh)
                : isLogNormalBelow ? bounds.Best * Math.Exp(z * sigmaLow)
                : bounds.Best * Math.Max(0, 1 + (z / Bounds.ZScore95));
        }

        return draws;
    }

    static ushort[] CreateOrder(string id)
    {
        var order = new ushort[Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = (ushort)i;
        new Random(CreateSeed(id)).Shuffle(order);
        return order;
    }

    /// <summary>Standard normal samples; half of them are the others with the opposite sign, so that their mean is exactly 0.</summary>
    static double[] CreateNormals()
    {
        var random = new Random(1958);
        var normals = new double[Count];
        for (var i = 0; i < Count; i += 4)
        {
            var (first, second) = StandardNormal.DrawPair(random);
            (normals[i], normals[i + 1], normals[i + 2], normals[i + 3]) = (first, second, -first, -second);
        }

        return normals;
    }

    static int CreateSeed(string id)
    {
        // FNV-1a, 32 bit: stable across runs and machines, unlike string.GetHashCode.
        var hash = 2166136261u;
        foreach (var c in id)
            hash = unchecked((hash ^ c) * 16777619u);
        return unchecked((int)hash);
    }

    sealed record CachedDraws(Bounds Bounds, double[] Draws, ushort[] Order);
}
