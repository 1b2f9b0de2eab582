using Tonne.Estimation.Training;
using Tonne.Statistics;

namespace Tonne.Estimation.Tests.Training;

public class CensoredGaussianProcessTests
{
    [Fact]
    public void One_bound_has_the_moments_of_a_truncated_normal_distribution()
    {
        // f ~ N(0, 1), y = f + N(0, 0.25) above 1. With s² = 1.25 and z = −1 ÷ s: P = Φ(z), E f = φ(z) ÷ (s Φ(z)) (Azzalini 1985).
        // Φ(−0.894427) = 0.185547 and φ(−0.894427) = 0.267421 from a table: E f = 0.267421 ÷ (1.118034 · 0.185547) = 1.28912.
        var process = new CensoredGaussianProcess([1], [1], [1], [0.25]);

        Assert.Equal(1.28912, process.Weights[0], 1e-4);
        Assert.Equal(Math.Log(0.185547), process.LogEvidence, 1e-5);
        // Var f = 1 − r (r + z) ÷ s² with r = φ ÷ Φ = 1.441257: 1 − 1.441257 · 0.546830 ÷ 1.25 = 0.369500.
        Assert.Equal(0.3695, 1 - process.Inverse[0], 1e-4);
    }

    [Fact]
    public void A_bound_from_below_is_the_mirror_of_one_from_above()
    {
        double[] covariance = [1, 0.6, 0.6, 1];
        var above = new CensoredGaussianProcess(covariance, [0.3, 0.8], [0, 1], [0.04, 0.04]);
        var below = new CensoredGaussianProcess(covariance, [-0.3, -0.8], [0, -1], [0.04, 0.04]);

        Assert.Equal(above.Weights.Select(weight => -weight), below.Weights, (x, y) => Math.Abs(x - y) < 1e-9);
        Assert.Equal(above.LogEvidence, below.LogEvidence, 1e-9);
    }

    [Fact]
    public void A_bound_that_is_met_anyway_changes_nothing()
    {
        double[] covariance = [1, 0.5, 0.5, 1];
        var plain = new CensoredGaussianProcess([1], [0.7], [0], [0.1]);
        var bounded = new CensoredGaussianProcess(covariance, [0.7, -40], [0, 1], [0.1, 0.1]);

        Assert.Equal(plain.Weights[0], bounded.Weights[0], 1e-6);
        Assert.Equal(plain.LogEvidence, bounded.LogEvidence, 1e-6);
    }

    [Fact]
    public void Bounds_agree_with_an_integral_on_a_grid()
    {
        // Two correlated values, one observed at 0.2, one above 0.9: the posterior of the first by the trapezoidal rule.
        const double rho = 0.7;
        const double noise = 0.09;
        var process = new CensoredGaussianProcess([1, rho, rho, 1], [0.2, 0.9], [0, 1], [noise, noise]);
        var (total, first) = (0d, 0d);
        for (var f = -6d; f <= 6; f += 0.01)
        {
            for (var g = -6d; g <= 6; g += 0.01)
            {
                var prior = -0.5 * ((f * f) - (2 * rho * f * g) + (g * g)) / (1 - (rho * rho));
                var likelihood = (-0.5 * (f - 0.2) * (f - 0.2) / noise) + StandardNormal.ComputeLogCumulative((g - 0.9) / 0.3);
                var weight = Math.Exp(prior + likelihood);
                total += weight;
                first += weight * f;
            }
        }

        Assert.Equal(first / total, process.Weights[0] + (rho * process.Weights[1]), 0.005);
    }
}
