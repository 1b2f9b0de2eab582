namespace Tonne.Quantities;

/// <summary>Bounds from a spread given in natural logarithms.</summary>
public static class LogNormal
{
    /// <summary>best · exp(±1.96 σ).</summary>
    public static Bounds CreateBounds(double best, double sigma) => new(best * Math.Exp(-Bounds.ZScore95 * sigma), best, best * Math.Exp(Bounds.ZScore95 * sigma));

    /// <summary>Combines independent spreads: the root of the sum of squares.</summary>
    public static double CombineSigmas(params ReadOnlySpan<double> sigmas)
    {
        double sum = 0;
        foreach (var sigma in sigmas)
            sum += sigma * sigma;
        return Math.Sqrt(sum);
    }
}
