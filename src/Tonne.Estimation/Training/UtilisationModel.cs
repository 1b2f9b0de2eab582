using System.Globalization;
using Tonne.Estimation.Serving;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Estimation.Training;

/// <summary>
/// Predicts the utilisation of a training: the share of the peak rate that it reaches. The prediction is an average of published
/// trainings in which similar trainings have more weight.
/// </summary>
/// <remarks>
/// A Gaussian process on ln u (Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, algorithm 2.1):
/// <code>
/// k(a, b) = common² + spread² · exp(−½ Σ ((a_i − b_i) ÷ scale_i)²) + distilled² · d_a · d_b
/// ln u ~ N(ln prior + d · ln distilled factor, k + noise² + (spread of the published hours)²)
/// </code>
/// u: utilisation; a, b: two trainings; a_i: their features ln size, ln tokens, ln peak, ln memory, mixture of experts (0 or 1); d: 1 for a
/// distilled training, else 0; noise: spread between trainings with the same features; spread of the published hours: their rounding.
/// The scales are round numbers chosen once; <c>spread</c> and <c>noise</c> maximise the marginal likelihood (ibid. eq. 5.8) on a grid.
/// Level, spread and noise are estimated from few trainings, so σ is multiplied by Student's 97.5 % quantile with n − 3 degrees of freedom
/// ÷ 1.96. The prediction for a training unlike all others is the common level, with wide bounds. Immutable, thread safe.
/// </remarks>
public sealed class UtilisationModel
{
    static readonly double[] SpreadGrid = [0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7];
    static readonly double[] NoiseGrid = [0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.12, 0.14, 0.16, 0.2, 0.25];

    static readonly Lazy<UtilisationModel> ShippedModel = new(static () => new UtilisationModel(
        TrainingFit.Instance.Prior, TrainingFit.Instance.Spread, TrainingFit.Instance.Noise, UtilisationCase.All()));

    const int FeatureCount = 5;

    // Level, spread and noise.
    const int FittedParameterCount = 3;

    readonly UtilisationPrior _prior;
    readonly IReadOnlyList<UtilisationCase> _cases;
    // Features of each training, each divided by its scale.
    readonly double[][] _scaledFeatures;
    readonly bool[] _distilled;

    // K⁻¹ · (ln u − mean) and K⁻¹, K being the covariance of the published trainings.
    readonly double[] _weights;
    readonly double[] _inverse;

    // Factor by which σ is multiplied because few trainings were fitted.
    readonly double _smallSampleFactor;

    UtilisationModel(UtilisationPrior prior, double spread, double noise, IReadOnlyList<UtilisationCase> cases)
    {
        (_prior, Spread, Noise, _cases) = (prior, spread, noise, cases);
        _scaledFeatures = [.. cases.Select(item => ScaleFeatures(item.Features))];
        _distilled = [.. cases.Select(item => item.Features.IsDistilled)];
        var n = cases.Count;
        _smallSampleFactor = StudentTDistribution.GetCriticalValue95(Math.Max(1, n - FittedParameterCount)) / Bounds.ZScore95;
        var factor = new CholeskyFactor(ComputeCovariance(), n);
        var residuals = new double[n];
        for (var i = 0; i < n; i++)
            residuals[i] = Math.Log(cases[i].Utilisation) - GetPriorMean(_distilled[i]);
        _weights = factor.Solve(residuals);
        _inverse = new double[n * n];
        var unitVector = new double[n];
        for (var j = 0; j < n; j++)
        {
            Array.Clear(unitVector);
            unitVector[j] = 1;
            factor.Solve(unitVector).CopyTo(_inverse.AsSpan(j * n));
        }

        var weightedSquares = 0d;
        for (var i = 0; i < n; i++)
            weightedSquares += residuals[i] * _weights[i];
        LogLikelihood = -0.5 * (weightedSquares + factor.LogDeterminant + (n * Math.Log(2 * Math.PI)));
    }

    /// <summary>The model that ships with this version.</summary>
    public static UtilisationModel Shipped => ShippedModel.Value;

    /// <summary>Fitted standard deviation of ln utilisation between trainings with very different features.</summary>
    public double Spread { get; }

    /// <summary>Fitted standard deviation of ln utilisation between trainings with the same features.</summary>
    public double Noise { get; }

    /// <summary>The published trainings from which the model predicts.</summary>
    public IReadOnlyList<UtilisationCase> Cases => _cases;

    /// <summary>Logarithm of the likelihood of the trainings under the model.</summary>
    internal double LogLikelihood { get; }

    /// <summary>Fits spread and noise to trainings, for example to all but one.</summary>
    /// <param name="cases">The trainings.</param>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public static UtilisationModel Fit(IReadOnlyList<UtilisationCase> cases) => Fit(cases, [TrainingFit.Instance.Prior]);

    /// <summary>Fits spread and noise, and chooses one of several priors by the same likelihood.</summary>
    internal static UtilisationModel Fit(IReadOnlyList<UtilisationCase> cases, IReadOnlyList<UtilisationPrior> priors)
    {
        if (cases.Count == 0)
            throw new ArgumentException("A fit needs at least one training.", nameof(cases));
        UtilisationModel? best = null;
        foreach (var prior in priors)
        {
            foreach (var spread in SpreadGrid)
            {
                foreach (var noise in NoiseGrid)
                {
                    var model = new UtilisationModel(prior, spread, noise, cases);
                    if (best is null || model.LogLikelihood > best.LogLikelihood)
                        best = model;
                }
            }
        }

        return best!;
    }

    /// <summary>Predicts the utilisation of a training with its 95 % bounds.</summary>
    public Bounds Predict(TrainingFeatures features)
    {
        var (mean, sigma) = PredictLog(features);
        return new Bounds(Math.Exp(mean - (Bounds.ZScore95 * sigma)), Math.Exp(mean), Math.Exp(mean + (Bounds.ZScore95 * sigma)));
    }

    /// <summary>Predicts mean and standard deviation of ln utilisation for a training, without allocation.</summary>
    public (double Mean, double Sigma) PredictLog(TrainingFeatures features)
    {
        var n = _weights.Length;
        Span<double> covariances = n <= 128 ? stackalloc double[n] : new double[n];
        Span<double> scaled = stackalloc double[FeatureCount];
        ScaleFeatures(features, scaled);
        var commonVariance = _prior.CommonSpread * _prior.CommonSpread;
        var ownVariance = Spread * Spread;
        var distilledVariance = _prior.DistilledSpread * _prior.DistilledSpread;
        for (var i = 0; i < n; i++)
        {
            covariances[i] = commonVariance + (ownVariance * ComputeSimilarity(scaled, _scaledFeatures[i]))
                + (features.IsDistilled && _distilled[i] ? distilledVariance : 0);
        }

        var mean = GetPriorMean(features.IsDistilled);
        var explainedVariance = 0d;
        for (var i = 0; i < n; i++)
        {
            mean += covariances[i] * _weights[i];
            var row = _inverse.AsSpan(i * n, n);
            var sum = 0d;
            for (var j = 0; j < i; j++)
                sum += row[j] * covariances[j];
            // The inverse is symmetric, so one triangle of it is enough.
            explainedVariance += covariances[i] * ((2 * sum) + (row[i] * covariances[i]));
        }

        var priorVariance = commonVariance + ownVariance + (features.IsDistilled ? distilledVariance : 0);
        var sigma = Math.Sqrt(Math.Max(0, priorVariance - explainedVariance) + (Noise * Noise));
        return (mean, sigma * _smallSampleFactor);
    }

    /// <summary>
    /// Finds the published trainings most similar to a training, most similar first. A similarity of 1 means the same features, 0 very
    /// different ones.
    /// </summary>
    /// <param name="features">The training.</param>
    /// <param name="count">Number of trainings.</param>
    public IReadOnlyList<(UtilisationCase Case, double Similarity)> FindMostSimilar(TrainingFeatures features, int count)
    {
        var scaled = ScaleFeatures(features);
        return
        [
            .. _cases.Select((item, i) => (Case: item, Similarity: ComputeSimilarity(scaled, _scaledFeatures[i])))
                .OrderByDescending(pair => pair.Similarity).Take(count),
        ];
    }

    /// <summary>Lists what is wrong with the fit that ships with this version; empty if nothing.</summary>
    internal static IEnumerable<string> FindProblems()
    {
        var shipped = TrainingFit.Instance;
        if (!string.Equals(shipped.InputHash, TrainingCatalog.ComputeTableHash(), StringComparison.Ordinal))
            yield return $"{TrainingFit.Table}: it was fitted to another {TrainingCatalog.Table}: its hash is {shipped.InputHash}, "
                + $"that of the table is {TrainingCatalog.ComputeTableHash()}";
        var cases = UtilisationCase.All();
        if (cases.Count != shipped.Cases)
            yield return $"{TrainingFit.Table}: it was fitted to {shipped.Cases} trainings, but the table has {cases.Count}";
        var refitted = Fit(cases);
        if (Math.Abs(refitted.Spread - shipped.Spread) > 1e-9 || Math.Abs(refitted.Noise - shipped.Noise) > 1e-9)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{TrainingFit.Table}: a new fit gives a spread of {refitted.Spread} and a noise of {refitted.Noise}");
    }

    double[] ScaleFeatures(TrainingFeatures features)
    {
        var scaled = new double[FeatureCount];
        ScaleFeatures(features, scaled);
        return scaled;
    }

    void ScaleFeatures(TrainingFeatures features, Span<double> scaled)
    {
        scaled[0] = Math.Log(features.ActiveParameters) / _prior.SizeScale;
        scaled[1] = Math.Log(features.Tokens) / _prior.TokensScale;
        scaled[2] = Math.Log(features.PeakTeraflops) / _prior.PeakScale;
        scaled[3] = Math.Log(features.MemoryGigabytes) / _prior.MemoryScale;
        scaled[4] = features.IsMixtureOfExperts ? 1 / _prior.ExpertsScale : 0;
    }

    /// <summary>Mean of ln utilisation before any training is known.</summary>
    double GetPriorMean(bool distilled) =>
        Math.Log(_prior.Utilisation) + (distilled ? Math.Log(_prior.DistilledFactor) : 0);

    static double ComputeSimilarity(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0d;
        for (var i = 0; i < FeatureCount; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Exp(-0.5 * sum);
    }

    /// <summary>Covariance of ln utilisation between the published trainings, row by row.</summary>
    double[] ComputeCovariance()
    {
        var n = _cases.Count;
        var covariance = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                covariance[(i * n) + j] = (_prior.CommonSpread * _prior.CommonSpread)
                    + (Spread * Spread * ComputeSimilarity(_scaledFeatures[i], _scaledFeatures[j]))
                    + (_distilled[i] && _distilled[j] ? _prior.DistilledSpread * _prior.DistilledSpread : 0)
                    + (i == j ? (Noise * Noise) + (_cases[i].Training.HoursSpread * _cases[i].Training.HoursSpread) : 0);
            }
        }

        return covariance;
    }
}
