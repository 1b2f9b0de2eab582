using System.Collections.Concurrent;
using Tonne.Statistics;

namespace Tonne.Quantities;

/// <summary>The seeded draws of factors. The draws of a factor depend on its id and bounds alone. Thread safe.</summary>
/// <remarks>
/// Each factor takes the same standard normals in an order that its id seeds, so that one id is one unknown in every figure.
/// Draws are kept by id, those of the latest bounds only; at most <see cref="Capacity"/> ids are kept.
/// </remarks>
sealed class FactorDraws
{
    const int Capacity = 96;

    const int Count = UncertaintyPropagator.DrawCount;

    // Immutable once made; the same for every factor.
    static readonly Lazy<double[]> Normals = new(CreateNormals);

    readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    /// <summary>The draws of a factor, in its unit.</summary>
    public double[] GetDraws(Factor factor)
    {
        if (_kept.TryGetValue(factor.Id, out var kept) && kept.Bounds == factor.Bounds)
            return kept.Draws;
        var order = kept?.Order ?? CreateOrder(factor.Id);
        var draws = Draw(factor.Bounds, order);
        if (kept is null && _kept.Count >= Capacity)
            _kept.Clear();
        _kept[factor.Id] = new Kept(factor.Bounds, draws, order);
        return draws;
    }

    /// <summary>Split log-normal draws; below the best value linear towards 0 if the low is 0.</summary>
    static double[] Draw(Bounds bounds, ushort[] order)
    {
        var normals = Normals.Value;
        var (down, up) = (bounds.SigmaLow, bounds.SigmaHigh);
        var finite = double.IsFinite(down);
        var draws = new double[Count];
        for (var i = 0; i < draws.Length; i++)
        {
            var z = normals[order[i]];
            draws[i] = z >= 0 ? bounds.Best * Math.Exp(z * up)
                : finite ? bounds.Best * Math.Exp(z * down)
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

    /// <summary>Standard normals and their mirror images.</summary>
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

    sealed record Kept(Bounds Bounds, double[] Draws, ushort[] Order);
}
