using System.Globalization;
using Tonne.Estimation.Serving;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Estimation.Training;

/// <summary>
/// Estimates the share of the peak rate that a training reaches from published trainings. More similar trainings have more weight.
/// </summary>
/// <remarks>
/// A Gaussian process on ln u (Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006, algorithm 2.1):
/// <code>
/// k(a, b) = common² + spread² · exp(−½ Σ ((a_i − b_i) ÷ scale_i)²) + distilled² · d_a · d_b        i: ln size, ln tokens, ln peak, ln memory, experts
/// ln u ~ N(ln prior + d · ln distilled factor, k + noise² + (spread of the hours as printed)²)
/// </code>
/// The scales are round numbers chosen once; <c>spread</c> and <c>noise</c> maximise the marginal likelihood (ibid. eq. 5.8) on a grid.
/// Level, spread and noise are estimated from few trainings: σ is widened by Student's quantile with n − 3 degrees over 1.96.
/// Far from every training the estimate returns to the common level, with wide bounds. Immutable, thread safe.
/// </remarks>
public sealed class UtilisationModel
{
    static readonly double[] SpreadGrid = [0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7];
    static readonly double[] NoiseGrid = [0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.12, 0.14, 0.16, 0.2, 0.25];

    static readonly Lazy<UtilisationModel> FromTables = new(static () => new UtilisationModel(TrainingFit.Instance.Prior, TrainingFit.Instance.Spread, TrainingFit.Instance.Noise, UtilisationCase.All()));

    readonly UtilisationPrior _prior;
    readonly IReadOnlyList<UtilisationCase> _cases;
    readonly double[][] _at;
    readonly bool[] _distilled;
    readonly double[] _weights;
    readonly double[] _inverse;
    readonly double _widening;

    UtilisationModel(UtilisationPrior prior, double spread, double noise, IReadOnlyList<UtilisationCase> cases)
    {
        (_prior, Spread, Noise, _cases) = (prior, spread, noise, cases);
        _at = [.. cases.Select(one => Scaled(one.Features))];
        _distilled = [.. cases.Select(one => one.Features.IsDistilled)];
        var n = cases.Count;
        _widening = StudentTDistribution.GetCriticalValue95(Math.Max(1, n - Fitted)) / Bounds.ZScore95;
        var factor = new CholeskyFactor(Covariance(), n);
        LogDeterminant = factor.LogDeterminant;
        var residuals = new double[n];
        for (var i = 0; i < n; i++)
            residuals[i] = Math.Log(cases[i].Utilisation) - Mean(_distilled[i]);
        _weights = factor.Solve(residuals);
        _inverse = new double[n * n];
        var unit = new double[n];
        for (var j = 0; j < n; j++)
        {
            Array.Clear(unit);
            unit[j] = 1;
            factor.Solve(unit).CopyTo(_inverse.AsSpan(j * n));
        }

        var fit = 0d;
        for (var i = 0; i < n; i++)
            fit += residuals[i] * _weights[i];
        LogLikelihood = -0.5 * (fit + LogDeterminant + (n * Math.Log(2 * Math.PI)));
    }

    /// <summary>The model as shipped.</summary>
    public static UtilisationModel Shipped => FromTables.Value;

    /// <summary>Fitted spread of utilisation between unlike trainings, natural logarithm.</summary>
    public double Spread { get; }

    /// <summary>Fitted spread between like trainings, natural logarithm.</summary>
    public double Noise { get; }

    /// <summary>The trainings of the fit.</summary>
    public IReadOnlyList<UtilisationCase> Cases => _cases;

    /// <summary>Logarithm of the likelihood of the trainings under the model.</summary>
    internal double LogLikelihood { get; }

    double LogDeterminant { get; }

    /// <summary>Fits spread and noise to some trainings, for example to all but one.</summary>
    /// <param name="cases">The trainings.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static UtilisationModel Fit(IReadOnlyList<UtilisationCase> cases) => Fit(cases, [TrainingFit.Instance.Prior]);

    /// <summary>Fits spread and noise, and also chooses among several priors by the same likelihood.</summary>
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

    /// <summary>The utilisation of a further training with its 95 % bounds, 0 to 1 (the upper bound at most 1).</summary>
    public Bounds Predict(TrainingFeatures features)
    {
        var (mean, sigma) = PredictLog(features);
        return new Bounds(Math.Exp(mean - (Bounds.ZScore95 * sigma)), Math.Exp(mean), Math.Exp(mean + (Bounds.ZScore95 * sigma)));
    }

    /// <summary>Mean and spread of ln u for a further training: plain numbers, without allocation.</summary>
    public (double Mean, double Sigma) PredictLog(TrainingFeatures features)
    {
        var n = _weights.Length;
        Span<double> with = n <= 128 ? stackalloc double[n] : new double[n];
        Span<double> at = stackalloc double[Dimensions];
        Scale(features, at);
        var common = _prior.CommonSpread * _prior.CommonSpread;
        var own = Spread * Spread;
        var distilled = _prior.DistilledSpread * _prior.DistilledSpread;
        for (var i = 0; i < n; i++)
            with[i] = common + (own * ComputeSimilarity(at, _at[i])) + (features.IsDistilled && _distilled[i] ? distilled : 0);
        var mean = Mean(features.IsDistilled);
        var explained = 0d;
        for (var i = 0; i < n; i++)
        {
            mean += with[i] * _weights[i];
            var row = _inverse.AsSpan(i * n, n);
            var sum = 0d;
            for (var j = 0; j < i; j++)
                sum += row[j] * with[j];
            // The inverse is symmetric: one triangle of it is enough.
            explained += with[i] * ((2 * sum) + (row[i] * with[i]));
        }

        return (mean, Math.Sqrt(Math.Max(0, common + own + (features.IsDistilled ? distilled : 0) - explained) + (Noise * Noise)) * _widening);
    }

    /// <summary>
    /// The published trainings most similar to a further one, most similar first. Similarity 1 means the same features, 0 none in common.
    /// </summary>
    /// <param name="features">The further training.</param>
    /// <param name="count">Number of trainings.</param>
    public IReadOnlyList<(UtilisationCase Case, double Likeness)> FindMostSimilar(TrainingFeatures features, int count)
    {
        var at = Scaled(features);
        return [.. _cases.Select((one, i) => (one, ComputeSimilarity(at, _at[i]))).OrderByDescending(pair => pair.Item2).Take(count)];
    }

    /// <summary>What is wrong with the fit as shipped; empty if nothing.</summary>
    internal static IEnumerable<string> Problems()
    {
        var shipped = TrainingFit.Instance;
        if (!string.Equals(shipped.InputHash, TrainingCatalog.TableHash(), StringComparison.Ordinal))
            yield return $"{TrainingFit.Table}: it was fitted to another {TrainingCatalog.Table}: {shipped.InputHash}, here {TrainingCatalog.TableHash()}";
        var cases = UtilisationCase.All();
        if (cases.Count != shipped.Cases)
            yield return $"{TrainingFit.Table}: it was fitted to {shipped.Cases} trainings, here are {cases.Count}";
        var again = Fit(cases);
        if (Math.Abs(again.Spread - shipped.Spread) > 1e-9 || Math.Abs(again.Noise - shipped.Noise) > 1e-9)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{TrainingFit.Table}: a new fit gives: spread is {again.Spread} and "
                + $"noise {again.Noise}");
    }

    const int Dimensions = 5;
    const int Fitted = 3;

    double[] Scaled(TrainingFeatures features)
    {
        var at = new double[Dimensions];
        Scale(features, at);
        return at;
    }

    void Scale(TrainingFeatures features, Span<double> at)
    {
        at[0] = Math.Log(features.ActiveParameters) / _prior.SizeScale;
        at[1] = Math.Log(features.Tokens) / _prior.TokensScale;
        at[2] = Math.Log(features.PeakTeraflops) / _prior.PeakScale;
        at[3] = Math.Log(features.MemoryGigabytes) / _prior.MemoryScale;
        at[4] = features.IsMixtureOfExperts ? 1 / _prior.ExpertsScale : 0;
    }

    double Mean(bool distilled) => Math.Log(_prior.Utilisation) + (distilled ? Math.Log(_prior.DistilledFactor) : 0);

    static double ComputeSimilarity(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0d;
        for (var i = 0; i < Dimensions; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Exp(-0.5 * sum);
    }

    double[] Covariance()
    {
        var n = _cases.Count;
        var covariance = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                covariance[(i * n) + j] = (_prior.CommonSpread * _prior.CommonSpread) + (Spread * Spread * ComputeSimilarity(_at[i], _at[j]))
                    + (_distilled[i] && _distilled[j] ? _prior.DistilledSpread * _prior.DistilledSpread : 0)
                    + (i == j ? (Noise * Noise) + (_cases[i].Training.HoursSpread * _cases[i].Training.HoursSpread) : 0);
            }
        }

        return covariance;
    }
}
