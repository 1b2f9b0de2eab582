using System.Globalization;
using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Estimation.Training;

/// <summary>
/// Predicts the utilisation of a training: the share of the peak rate that it reaches. A training that repeats the setup of a published one
/// is predicted from its siblings, with narrow bounds; any other one from the level of all, with the spread between publishers.
/// </summary>
/// <remarks>
/// A hierarchical model of ln u: a Gaussian process (Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press 2006) with
/// effects that all trainings share, effects of a publisher and of a series of its models, and noise:
/// <code>
/// k(a, b) = common² + small² z_a z_b + peak² p_a p_b + experts² e_a e_b + distilled² d_a d_b            shared by all
///         + [same publisher] · (small² z_a z_b + share · spread² · S(a, b))                            of the publisher
///         + [same series] · (1 − share) · spread² · S(a, b)                                            of the series
/// S(a, b) = exp(−½ Σ ((a_i − b_i) ÷ scale_i)²)
/// ln u ~ N(ln prior + d · ln distilled factor − t, k + noise² + (0.4 t)² + (spread of the published hours)²)
/// </code>
/// u: utilisation; z: <see cref="TrainingFeatures.SmallModelOnFastChip"/>; p: ln(peak ÷ that of an A100); e: <see cref="TrainingFeatures.MixtureDegree"/>;
/// d: 1 for a distilled training, else 0; a_i: ln size, ln peak, ln memory, e; t = ln(1 + fixed · peak ÷ that of an A100 ÷ size): a step
/// takes the time of its operations and a fixed time that does not depend on the size of the model, so that a chip-hour does fewer
/// operations of a very small model, without a floor. No term depends on the tokens: hours and energy are proportional to them. The shared effects are shrunk towards zero by
/// their prior spreads, so few rows change them little. Hours that are upper or lower bounds enter as censored values
/// (<see cref="CensoredGaussianProcess"/>). Prior and scales are round numbers; <c>spread</c>, <c>share</c> and <c>noise</c> maximise the
/// marginal likelihood on a grid, one after the other until none changes. They are estimated from few publishers and trainings, so σ is
/// multiplied by Student's 97.5 % quantile ÷ 1.96: with the number of publishers − 1 degrees of freedom for an unknown series, and with the
/// number of trainings − 3 for a known one. Immutable, thread safe.
/// </remarks>
public sealed class UtilisationModel
{
    static readonly double[] SpreadGrid = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6];
    static readonly double[] ShareGrid = [0, 0.25, 0.5, 0.75, 1];
    static readonly double[] NoiseGrid = [0.05, 0.06, 0.08, 0.1, 0.12, 0.14, 0.17, 0.2, 0.25];

    static readonly Lazy<UtilisationModel> ShippedModel = new(static () =>
        new UtilisationModel(TrainingFit.Instance.Prior, TrainingFit.Instance.Spreads, UtilisationCase.All()));

    const int FeatureCount = 4;

    // Spread, share and noise.
    const int FittedParameterCount = 3;

    readonly UtilisationPrior _prior;
    readonly UtilisationSpreads _spreads;
    readonly IReadOnlyList<UtilisationCase> _cases;
    // Features of each training, each divided by its scale.
    readonly double[][] _scaledFeatures;

    // K⁻¹ · (ln u − mean) and K⁻¹, K being the covariance of the published trainings.
    readonly double[] _weights;
    readonly double[] _inverse;

    // Factors by which σ is multiplied because few publishers or trainings were fitted.
    readonly double _unknownSeriesFactor;
    readonly double _knownSeriesFactor;

    UtilisationModel(UtilisationPrior prior, UtilisationSpreads spreads, IReadOnlyList<UtilisationCase> cases)
    {
        (_prior, _spreads, _cases) = (prior, spreads, cases);
        _scaledFeatures = [.. cases.Select(item => ScaleFeatures(item.Features))];
        var n = cases.Count;
        var publishers = cases.Select(item => item.Training.Organisation).Distinct(StringComparer.Ordinal).Count();
        _unknownSeriesFactor = GetSmallSampleFactor(publishers - 1);
        _knownSeriesFactor = GetSmallSampleFactor(n - FittedParameterCount);
        var residuals = new double[n];
        var sides = new int[n];
        var noises = new double[n];
        for (var i = 0; i < n; i++)
        {
            var training = cases[i].Training;
            residuals[i] = Math.Log(cases[i].Utilisation) - GetPriorMean(cases[i].Features);
            sides[i] = training.HoursBound switch { HoursBound.Upper => 1, HoursBound.Lower => -1, _ => 0 };
            noises[i] = GetNoiseVariance(cases[i].Features) + (training.HoursSpread * training.HoursSpread);
        }

        var process = new CensoredGaussianProcess(ComputeCovariance(), residuals, sides, noises);
        (_weights, _inverse, LogLikelihood) = (process.Weights, process.Inverse, process.LogEvidence);
    }

    /// <summary>The model that ships with this version.</summary>
    public static UtilisationModel Shipped => ShippedModel.Value;

    /// <summary>Fitted standard deviation of ln utilisation between trainings of different publishers with the same features.</summary>
    public double Spread => _spreads.Spread;

    /// <summary>Fitted share of the variance <see cref="Spread"/>² that all series of one publisher have in common, 0 to 1.</summary>
    public double PublisherShare => _spreads.PublisherShare;

    /// <summary>Fitted standard deviation of ln utilisation between trainings of one series with the same features.</summary>
    public double Noise => _spreads.Noise;

    /// <summary>The published trainings from which the model predicts.</summary>
    public IReadOnlyList<UtilisationCase> Cases => _cases;

    /// <summary>Logarithm of the likelihood of the trainings under the model.</summary>
    internal double LogLikelihood { get; }

    /// <summary>Fits the spreads to trainings, for example to all but those of one publisher.</summary>
    /// <param name="cases">The trainings.</param>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    public static UtilisationModel Fit(IReadOnlyList<UtilisationCase> cases) => Fit(cases, [TrainingFit.Instance.Prior]);

    /// <summary>Fits the spreads, and chooses one of several priors by the same likelihood.</summary>
    internal static UtilisationModel Fit(IReadOnlyList<UtilisationCase> cases, IReadOnlyList<UtilisationPrior> priors)
    {
        if (cases.Count == 0)
            throw new ArgumentException("A fit needs at least one training.", nameof(cases));
        return priors.Select(prior => FitSpreads(prior, cases)).MaxBy(model => model.LogLikelihood)!;
    }

    /// <summary>Predicts the utilisation of a training with its 95 % bounds.</summary>
    /// <param name="features">The training.</param>
    /// <param name="sibling">A published training whose setup it repeats (publisher, series, software); null for an unknown
    /// publisher.</param>
    public Bounds Predict(TrainingFeatures features, PublishedTraining? sibling = null)
    {
        var (mean, sigma) = PredictLog(features, sibling);
        return new Bounds(Math.Exp(mean - (Bounds.ZScore95 * sigma)), Math.Exp(mean), Math.Exp(mean + (Bounds.ZScore95 * sigma)));
    }

    /// <summary>Predicts mean and standard deviation of ln utilisation for a training, without allocation.</summary>
    /// <param name="features">The training.</param>
    /// <param name="sibling">A published training whose setup it repeats (publisher, series, software); null for an unknown
    /// publisher.</param>
    public (double Mean, double Sigma) PredictLog(TrainingFeatures features, PublishedTraining? sibling = null)
    {
        var n = _weights.Length;
        Span<double> covariances = n <= 128 ? stackalloc double[n] : new double[n];
        Span<double> scaled = stackalloc double[FeatureCount];
        ScaleFeatures(features, scaled);
        var hasSeries = false;
        for (var i = 0; i < n; i++)
        {
            var (samePublisher, sameSeries) = sibling is null ? (false, false) : Compare(sibling, _cases[i].Training);
            hasSeries |= sameSeries;
            var similarity = samePublisher ? ComputeSimilarity(scaled, _scaledFeatures[i]) : 0;
            covariances[i] = ComputeCovariance(features, _cases[i].Features, similarity, samePublisher, sameSeries);
        }

        var mean = GetPriorMean(features);
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

        var priorVariance = ComputeCovariance(features, features, 1, samePublisher: true, sameSeries: true);
        var sigma = Math.Sqrt(Math.Max(0, priorVariance - explainedVariance) + GetNoiseVariance(features));
        return (mean, sigma * (hasSeries ? _knownSeriesFactor : _unknownSeriesFactor));
    }

    /// <summary>
    /// Finds the published trainings most similar to a training in size, hardware and kind, most similar first. A similarity of 1
    /// means the same features, 0 very different ones.
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

    /// <summary>Share of the time of a training that does not depend on the size of the model, 0 to 1.</summary>
    /// <param name="features">The training.</param>
    internal double GetFixedTimeShare(in TrainingFeatures features) => 1 - Math.Exp(-GetFixedTimeEffect(features));

    /// <summary>
    /// Whether a training is a sibling of another one: same publisher and series, same kind of hardware, both distilled or neither.
    /// </summary>
    internal static bool AreSiblings(UtilisationCase a, UtilisationCase b) =>
        Compare(a.Training, b.Training).SameSeries && a.Training.Hardware == b.Training.Hardware
        && a.Features.IsDistilled == b.Features.IsDistilled;

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
        var fitted = Fit(cases)._spreads;
        if (fitted != shipped.Spreads)
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{TrainingFit.Table}: a new fit gives a spread of {fitted.Spread}, a share of {fitted.PublisherShare} ")
                + string.Create(CultureInfo.InvariantCulture, $"and a noise of {fitted.Noise}");
    }

    static UtilisationModel FitSpreads(UtilisationPrior prior, IReadOnlyList<UtilisationCase> cases)
    {
        var tried = new Dictionary<UtilisationSpreads, UtilisationModel>();
        var best = Create(new UtilisationSpreads(0.3, 0.5, 0.12));
        UtilisationModel start;
        do
        {
            start = best;
            foreach (var spread in SpreadGrid)
                Try(best._spreads with { Spread = spread });
            foreach (var share in ShareGrid)
                Try(best._spreads with { PublisherShare = share });
            foreach (var noise in NoiseGrid)
                Try(best._spreads with { Noise = noise });
        }
        while (!ReferenceEquals(start, best));
        return best;

        void Try(UtilisationSpreads spreads)
        {
            if (Create(spreads) is var model && model.LogLikelihood > best.LogLikelihood)
                best = model;
        }

        UtilisationModel Create(UtilisationSpreads spreads)
        {
            if (!tried.TryGetValue(spreads, out var model))
                tried.Add(spreads, model = new UtilisationModel(prior, spreads, cases));
            return model;
        }
    }

    static double GetSmallSampleFactor(int degreesOfFreedom) =>
        StudentTDistribution.GetCriticalValue95(Math.Max(1, degreesOfFreedom)) / Bounds.ZScore95;

    static (bool SamePublisher, bool SameSeries) Compare(PublishedTraining a, PublishedTraining b)
    {
        var samePublisher = string.Equals(a.Organisation, b.Organisation, StringComparison.Ordinal);
        return (samePublisher, samePublisher && string.Equals(a.Series, b.Series, StringComparison.Ordinal));
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
        scaled[1] = Math.Log(features.PeakTeraflops) / _prior.PeakScale;
        scaled[2] = Math.Log(features.MemoryGigabytes) / _prior.MemoryScale;
        scaled[3] = features.MixtureDegree / _prior.ExpertsScale;
    }

    /// <summary>Mean of ln utilisation before any training is known.</summary>
    double GetPriorMean(in TrainingFeatures features) =>
        Math.Log(_prior.Utilisation) + (features.IsDistilled ? Math.Log(_prior.DistilledFactor) : 0) - GetFixedTimeEffect(features);

    /// <summary>ln(time of a step ÷ time of its operations), at least 0; see <see cref="UtilisationPrior.FixedTimeParameters"/>.</summary>
    double GetFixedTimeEffect(in TrainingFeatures features) =>
        Math.Log(1 + (_prior.FixedTimeParameters * Math.Exp(features.LogPeakRatio) / features.ActiveParameters));

    /// <summary>Variance of ln utilisation between trainings of one series with the same features.</summary>
    double GetNoiseVariance(in TrainingFeatures features)
    {
        var ofFixedTime = _prior.FixedTimeSpread * GetFixedTimeEffect(features);
        return (Noise * Noise) + (ofFixedTime * ofFixedTime);
    }

    static double ComputeSimilarity(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0d;
        for (var i = 0; i < FeatureCount; i++)
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        return Math.Exp(-0.5 * sum);
    }

    /// <summary>Covariance of ln utilisation between two trainings, without noise.</summary>
    double ComputeCovariance(in TrainingFeatures a, in TrainingFeatures b, double similarity, bool samePublisher, bool sameSeries)
    {
        var small = _prior.SmallModelSpread * _prior.SmallModelSpread * a.SmallModelOnFastChip * b.SmallModelOnFastChip;
        var covariance = (_prior.CommonSpread * _prior.CommonSpread)
            + small
            + (_prior.PeakSpread * _prior.PeakSpread * a.LogPeakRatio * b.LogPeakRatio)
            + (_prior.ExpertsSpread * _prior.ExpertsSpread * a.MixtureDegree * b.MixtureDegree)
            + (a.IsDistilled && b.IsDistilled ? _prior.DistilledSpread * _prior.DistilledSpread : 0);
        if (!samePublisher)
            return covariance;
        var shared = _spreads.PublisherShare + (sameSeries ? 1 - _spreads.PublisherShare : 0);
        return covariance + small + (shared * Spread * Spread * similarity);
    }

    /// <summary>Covariance of ln utilisation between the published trainings, row by row, without noise.</summary>
    double[] ComputeCovariance()
    {
        var n = _cases.Count;
        var covariance = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var (samePublisher, sameSeries) = Compare(_cases[i].Training, _cases[j].Training);
                var similarity = samePublisher ? ComputeSimilarity(_scaledFeatures[i], _scaledFeatures[j]) : 0;
                covariance[(i * n) + j] = ComputeCovariance(_cases[i].Features, _cases[j].Features, similarity, samePublisher, sameSeries);
                covariance[(j * n) + i] = covariance[(i * n) + j];
            }
        }

        return covariance;
    }
}
