using Tonne.Statistics;

namespace Tonne.Estimation.Training;

/// <summary>
/// The posterior of a Gaussian process of which some values were observed and others are only known to lie above or below a bound.
/// </summary>
/// <remarks>
/// A bound b on y = f + noise has the likelihood Φ(± (f − b) ÷ noise), that of a censored regression (Tobin, Econometrica 26, 1958). It is
/// replaced by a normal likelihood with the same moments (expectation propagation; Rasmussen and Williams, Gaussian Processes for Machine
/// Learning, MIT Press 2006, algorithm 3.5 and equations 3.58 and 3.65). Without bounds the result is exact.
/// </remarks>
sealed class CensoredGaussianProcess
{
    const int MaxSweeps = 100;
    const double Tolerance = 1e-6;
    const double LeastPrecision = 1e-10;

    /// <summary>Computes the posterior.</summary>
    /// <param name="covariance">Prior covariance of f, [n, n], by rows.</param>
    /// <param name="values">Values or bounds of y, the prior mean subtracted.</param>
    /// <param name="sides">For each value 0 if y was observed, 1 if y lies above the value, −1 if below.</param>
    /// <param name="noises">Variance of the noise of each value, above 0.</param>
    public CensoredGaussianProcess(double[] covariance, double[] values, int[] sides, double[] noises)
    {
        var n = values.Length;
        var precisions = new double[n];
        var shifts = new double[n];
        for (var i = 0; i < n; i++)
        {
            precisions[i] = sides[i] == 0 ? 1 / noises[i] : LeastPrecision;
            shifts[i] = sides[i] == 0 ? values[i] / noises[i] : 0;
        }

        var (posterior, means) = ComputePosterior(covariance, precisions, shifts);
        var cavities = new (double Mean, double Variance)[n];
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            var change = 0d;
            for (var i = 0; i < n; i++)
            {
                if (sides[i] == 0)
                    continue;
                var variance = posterior[(i * n) + i];
                var cavityPrecision = Math.Max((1 / variance) - precisions[i], LeastPrecision);
                var cavityMean = ((means[i] / variance) - shifts[i]) / cavityPrecision;
                cavities[i] = (cavityMean, 1 / cavityPrecision);
                var (mean, matched) = MatchMoments(cavities[i], values[i], sides[i], noises[i]);
                var precision = Math.Max((1 / matched) - cavityPrecision, LeastPrecision);
                var step = precision - precisions[i];
                change = Math.Max(change, Math.Abs(step) * matched);
                precisions[i] = precision;
                shifts[i] = (mean / matched) - (cavityMean * cavityPrecision);
                UpdatePosterior(posterior, i, step / (1 + (step * variance)));
                Multiply(posterior, shifts, means);
            }

            if (change < Tolerance)
                break;
        }

        var targets = new double[n];
        var observed = (double[])covariance.Clone();
        for (var i = 0; i < n; i++)
        {
            targets[i] = shifts[i] / precisions[i];
            observed[(i * n) + i] += 1 / precisions[i];
        }

        var factor = new CholeskyFactor(observed, n);
        Weights = factor.Solve(targets);
        Inverse = Invert(factor, n);
        LogEvidence = -0.5 * (Dot(targets, Weights) + factor.LogDeterminant + (n * Math.Log(2 * Math.PI)));
        for (var i = 0; i < n; i++)
        {
            if (sides[i] == 0)
                continue;
            var (cavityMean, cavityVariance) = cavities[i];
            var spread = cavityVariance + (1 / precisions[i]);
            var distance = cavityMean - targets[i];
            LogEvidence += StandardNormal.ComputeLogCumulative(sides[i] * (cavityMean - values[i]) / Math.Sqrt(noises[i] + cavityVariance))
                + (0.5 * (Math.Log(2 * Math.PI * spread) + (distance * distance / spread)));
        }
    }

    /// <summary>(K + Σ)⁻¹ · targets: the posterior mean at a new place is its covariances with the values · these weights.</summary>
    public double[] Weights { get; }

    /// <summary>(K + Σ)⁻¹, [n, n], by rows.</summary>
    public double[] Inverse { get; }

    /// <summary>Logarithm of the probability of the values and bounds, all parameters given; approximate if there are bounds.</summary>
    public double LogEvidence { get; }

    /// <summary>Mean and variance of f under its cavity distribution times the likelihood of a bound.</summary>
    static (double Mean, double Variance) MatchMoments((double Mean, double Variance) cavity, double bound, int side, double noise)
    {
        var total = noise + cavity.Variance;
        var z = side * (cavity.Mean - bound) / Math.Sqrt(total);
        var ratio = Math.Exp(StandardNormal.ComputeLogDensity(z) - StandardNormal.ComputeLogCumulative(z));
        return (cavity.Mean + (side * cavity.Variance * ratio / Math.Sqrt(total)),
            cavity.Variance - (cavity.Variance * cavity.Variance * ratio / total * (z + ratio)));
    }

    /// <summary>Σ = K − K S (I + S K S)⁻¹ S K with S the roots of the precisions, and its mean.</summary>
    static (double[] Covariance, double[] Mean) ComputePosterior(double[] prior, double[] precisions, double[] shifts)
    {
        var n = precisions.Length;
        var scaled = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
                scaled[(i * n) + j] = (Math.Sqrt(precisions[i] * precisions[j]) * prior[(i * n) + j]) + (i == j ? 1 : 0);
        }

        var factor = new CholeskyFactor(scaled, n);
        var posterior = new double[n * n];
        var column = new double[n];
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < n; i++)
                column[i] = Math.Sqrt(precisions[i]) * prior[(j * n) + i];
            var solved = factor.Solve(column);
            for (var i = 0; i < n; i++)
                solved[i] *= Math.Sqrt(precisions[i]);
            for (var i = 0; i < n; i++)
                posterior[(j * n) + i] = prior[(j * n) + i] - Dot(prior.AsSpan(i * n, n), solved);
        }

        var mean = new double[n];
        Multiply(posterior, shifts, mean);
        return (posterior, mean);
    }

    static void UpdatePosterior(double[] posterior, int changed, double factor)
    {
        var n = (int)Math.Sqrt(posterior.Length);
        var column = posterior.AsSpan(changed * n, n).ToArray();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
                posterior[(i * n) + j] -= factor * column[i] * column[j];
        }
    }

    static void Multiply(double[] matrix, double[] vector, double[] product)
    {
        var n = vector.Length;
        for (var i = 0; i < n; i++)
            product[i] = Dot(matrix.AsSpan(i * n, n), vector);
    }

    static double[] Invert(CholeskyFactor factor, int n)
    {
        var inverse = new double[n * n];
        var unitVector = new double[n];
        for (var j = 0; j < n; j++)
        {
            Array.Clear(unitVector);
            unitVector[j] = 1;
            factor.Solve(unitVector).CopyTo(inverse.AsSpan(j * n));
        }

        return inverse;
    }

    static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0d;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }
}
