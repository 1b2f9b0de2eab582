using Tonne.Quantities;

namespace Tonne.Reporting.Explaining;

/// <summary>The share of one factor in a figure's uncertainty.</summary>
/// <remarks>Share of variance, first order: s_k² σ_k² ÷ Σ s_i² σ_i², with σ_k² the mean of (σ−)² and (σ+)². A low of 0 counts as σ− = 1/1.96: it spans the value itself.</remarks>
/// <param name="Factor">The factor.</param>
/// <param name="Sensitivity">s_k = ∂lnF/∂lnx_k: per cent of the figure per per cent of the factor.</param>
/// <param name="Share">Share of the variance, 0 to 1.</param>
public sealed record FactorContribution(Factor Factor, double Sensitivity, double Share)
{
    /// <summary>Returns every factor of a derivation, the largest share first; all shares are 0 if nothing is uncertain.</summary>
    public static IReadOnlyList<FactorContribution> ComputeAll(Derivation derivation)
    {
        var sensitivities = UncertaintyPropagator.ComputeSensitivities(derivation);
        var variances = derivation.GetFactors()
            .Select(factor => (Factor: factor, Sensitivity: sensitivities.GetValueOrDefault(factor.Id), Variance: VarianceOf(factor)))
            .Select(item => (item.Factor, item.Sensitivity, Part: item.Sensitivity * item.Sensitivity * item.Variance))
            .ToList();
        var total = variances.Sum(item => item.Part);
        return [.. variances
            .Select(item => new FactorContribution(item.Factor, item.Sensitivity, total > 0 ? item.Part / total : 0))
            .OrderByDescending(weight => weight.Share)];
    }

    static double VarianceOf(Factor factor)
    {
        var (down, up) = (factor.Bounds.SigmaLow, factor.Bounds.SigmaHigh);
        if (double.IsPositiveInfinity(down))
            down = 1 / Bounds.ZScore95;
        return ((down * down) + (up * up)) / 2;
    }
}
