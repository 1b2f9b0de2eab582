using System.Text;
using Tonne.Catalogs;
using Tonne.Statistics;

namespace Tonne.Estimation.Serving;

/// <summary>Fits the serving model to measurements.</summary>
/// <remarks>
/// Least squares of ln(measured ÷ predicted), with the logarithms of the coefficients as unknowns. Every model family has the same weight.
/// A ridge penalty (0.3 per coefficient, 1 per ratio) pulls each unknown towards its prior value, so that coefficients that the
/// measurements do not determine stay physically plausible. The spread is the error for each family when it is left out of the fit.
/// Deterministic; takes about 1 s.
/// </remarks>
public static class ServingCalibration
{
    const int CoefficientCount = ServingEnergyModel.TermCount;

    // The logarithms of the coefficients, of the ratio of older software and of the ratio of Ampere.
    const int UnknownCount = CoefficientCount + 2;
    const double RidgePenalty = 0.3;
    const double RatioRidgePenalty = 1;
    const int MaxSteps = 100;

    // Weight of the kind of model before in the spread of a kind, in families: mixtures at sixteen and four bits are predicted about as well
    // as dense models. Those at eight bits are not: their kernels differ more, so their mean square is taken as 2.5 times that of the other
    // mixtures before any is measured.
    const int PriorFamilies = 8;
    const int PriorFamiliesAtEightBits = 6;
    const double EightBitVarianceRatio = 2.5;

    // Prior value of each coefficient: 1 for a time from the data sheet at full power, 2 for arithmetic, which seldom reaches the peak
    // rate, and about 10 µs for overheads of which the data sheet states nothing.
    static readonly double[] PriorCoefficients = [2e-5, 2e-5, 1, 1, 1e-8, 2, 2, 2, 1, 1e-5, 2e-5];

    /// <summary>Fits a file of measurements and stores its hash in the fit.</summary>
    /// <param name="name">Name of the file, for errors.</param>
    /// <param name="file">Bytes of the file, as <see cref="ServingMeasurementReader.Read"/> expects them.</param>
    public static ServingFit Fit(string name, ReadOnlySpan<byte> file) =>
        Fit(ServingMeasurementReader.Read(name, Encoding.UTF8.GetString(file)), Sha256.ComputeHash(file));

    /// <summary>Fits all usable measurements, and computes the spread by leaving out each family in turn.</summary>
    /// <param name="cases">The measurements.</param>
    /// <param name="inputHash">SHA-256 of the file they come from.</param>
    /// <exception cref="ArgumentException">There are fewer than three families.</exception>
    public static ServingFit Fit(IReadOnlyList<ServingMeasurement> cases, string inputHash)
    {
        List<ServingMeasurement> usable = [.. cases.Where(row => row.IsUsedForFit)];
        var families = usable.Select(row => row.Family).Distinct(StringComparer.Ordinal).ToList();
        if (families.Count < 3)
            throw new ArgumentException("Fewer than three model families can be calibrated with.", nameof(cases));
        var model = FitModel(usable, null);
        var errors = new List<(string Family, ServedModelKind Kind, double LogError)>();
        var errorsFromSize = new List<(string Family, ServedModelKind Kind, double LogError)>();
        foreach (var family in families)
        {
            // Starting from the fit of all families saves steps and gives the same result.
            var modelOfOthers = FitModel([.. usable.Where(row => row.Family != family)], model);
            foreach (var row in usable.Where(row => row.Family == family))
            {
                errors.Add((family, row.Kind, ComputeLogError(row.Configuration)));
                errorsFromSize.Add((family, row.Kind, ComputeLogError(row.ConfigurationFromSize)));

                double ComputeLogError(in ServingConfiguration point) =>
                    Math.Log(row.JoulesPerToken / modelOfOthers.ComputeJoulesPerToken(point));
            }
        }

        return new ServingFit(
            model, ComputeHalfWidths(errors), ComputeHalfWidths(errorsFromSize), usable.Count, families.Count, inputHash);
    }

    /// <summary>
    /// Half the width of the 95 % prediction interval of ln(measured ÷ predicted) for a further family, by kind of model:
    /// t · √((1 + 1/n) · mean square error over n families). The mean square of the kind before enters as several more families, because
    /// few mixtures were measured.
    /// </summary>
    static double[] ComputeHalfWidths(List<(string Family, ServedModelKind Kind, double LogError)> errors)
    {
        var widths = new double[3];
        double? varianceOfKindBefore = null;
        foreach (var kind in Enum.GetValues<ServedModelKind>())
        {
            var squares = errors.Where(error => error.Kind == kind)
                .GroupBy(error => error.Family, StringComparer.Ordinal)
                .Select(family => family.Average(error => error.LogError * error.LogError)).ToList();
            var (priorFamilies, ratio) = kind == ServedModelKind.EightBitMixtureOfExperts
                ? (PriorFamiliesAtEightBits, EightBitVarianceRatio)
                : (PriorFamilies, 1);
            var variance = varianceOfKindBefore is { } before
                ? (squares.Sum() + (priorFamilies * before * ratio)) / (squares.Count + priorFamilies)
                : squares.Count > 0 ? squares.Average()
                : 1;
            var families = Math.Max(2, squares.Count + (varianceOfKindBefore is null ? 0 : priorFamilies));
            widths[(int)kind] = StudentTDistribution.GetCriticalValue95(families) * Math.Sqrt(variance * (1 + (1d / families)));
            varianceOfKindBefore = variance;
        }

        return widths;
    }

    /// <summary>Fits the model by damped Gauss-Newton steps (Levenberg 1944, Marquardt 1963).</summary>
    /// <param name="cases">The measurements.</param>
    /// <param name="initial">The model to start from; null to start from the prior.</param>
    static ServingEnergyModel FitModel(List<ServingMeasurement> cases, ServingEnergyModel? initial)
    {
        var problem = new LeastSquaresProblem(cases);
        double[] unknowns = initial is null
            ? [.. PriorCoefficients.Select(value => Math.Log(value)), 0, 0]
            : [
                .. initial.Coefficients.Select(value => Math.Log(value)),
                Math.Log(initial.OlderSoftwareRatio),
                Math.Log(initial.AmpereRatio),
            ];
        var relativeTolerance = initial is null ? 1e-15 : 1e-9;
        var loss = problem.ComputeLoss(unknowns, null, null);
        var damping = 1e-3;
        for (var step = 0; step < MaxSteps; step++)
        {
            var (normal, gradient) = (new double[UnknownCount * UnknownCount], new double[UnknownCount]);
            problem.ComputeLoss(unknowns, normal, gradient);
            var hasImproved = false;
            while (damping < 1e9)
            {
                var damped = (double[])normal.Clone();
                for (var k = 0; k < UnknownCount; k++)
                    damped[(k * UnknownCount) + k] += damping * normal[(k * UnknownCount) + k];
                var change = new CholeskyFactor(damped, UnknownCount).Solve(gradient);
                double[] candidate = [.. unknowns.Zip(change, (value, difference) => value - difference)];
                var candidateLoss = problem.ComputeLoss(candidate, null, null);
                if (candidateLoss < loss)
                {
                    hasImproved = loss - candidateLoss > relativeTolerance * loss;
                    (unknowns, loss, damping) = (candidate, candidateLoss, damping / 5);
                    break;
                }

                damping *= 4;
            }

            if (!hasImproved)
                break;
        }

        return new ServingEnergyModel(
            [.. unknowns.Take(CoefficientCount).Select(Math.Exp)],
            Math.Exp(unknowns[CoefficientCount]),
            Math.Exp(unknowns[CoefficientCount + 1]));
    }

    /// <summary>The sum of weighted squared residuals and of the ridge penalty, as a function of the unknowns.</summary>
    sealed class LeastSquaresProblem
    {
        readonly List<ServingMeasurement> _cases;
        readonly double[][] _terms;
        readonly double[] _logMeasured;
        readonly double[] _weights;
        readonly double[] _priors = Array.ConvertAll(PriorCoefficients, Math.Log);

        public LeastSquaresProblem(List<ServingMeasurement> cases)
        {
            _cases = cases;
            _terms = new double[cases.Count][];
            _logMeasured = new double[cases.Count];
            _weights = new double[cases.Count];
            var caseCounts = cases.GroupBy(row => row.Family, StringComparer.Ordinal)
                .ToDictionary(family => family.Key, family => family.Count(), StringComparer.Ordinal);
            // The weights add up to the number of measurements, so that the ridge has the same strength for any number of them.
            var casesPerFamily = cases.Count / (double)caseCounts.Count;
            for (var i = 0; i < cases.Count; i++)
            {
                _terms[i] = new double[CoefficientCount];
                ServingEnergyModel.ComputeTerms(cases[i].Configuration, _terms[i]);
                _logMeasured[i] = Math.Log(cases[i].JoulesPerToken);
                _weights[i] = casesPerFamily / caseCounts[cases[i].Family];
            }
        }

        /// <summary>Computes half the weighted sum of squares.</summary>
        /// <param name="unknowns">The unknowns.</param>
        /// <param name="normal">Receives JᵀJ, J being the derivatives of the residuals; null if not wanted.</param>
        /// <param name="gradient">Receives Jᵀr, r being the residuals; null if not wanted.</param>
        public double ComputeLoss(double[] unknowns, double[]? normal, double[]? gradient)
        {
            Span<double> derivatives = stackalloc double[UnknownCount];
            var coefficients = Array.ConvertAll(unknowns[..CoefficientCount], Math.Exp);
            var sum = 0d;
            for (var i = 0; i < _cases.Count; i++)
            {
                var total = 0d;
                for (var k = 0; k < CoefficientCount; k++)
                    total += derivatives[k] = coefficients[k] * _terms[i][k];
                for (var k = 0; k < CoefficientCount; k++)
                    derivatives[k] /= total;
                derivatives[CoefficientCount] = _cases[i].Configuration.UsesOlderSoftware ? 1 : 0;
                derivatives[CoefficientCount + 1] = _cases[i].Configuration.Generation == AcceleratorGeneration.Ampere ? 1 : 0;
                var residual = Math.Log(total)
                    + (derivatives[CoefficientCount] * unknowns[CoefficientCount])
                    + (derivatives[CoefficientCount + 1] * unknowns[CoefficientCount + 1])
                    - _logMeasured[i];
                sum += _weights[i] * residual * residual;
                AddCase(derivatives, residual, _weights[i], normal, gradient);
            }

            AddRidge(unknowns, ref sum, normal, gradient);
            return sum / 2;
        }

        void AddRidge(double[] unknowns, ref double sum, double[]? normal, double[]? gradient)
        {
            for (var k = 0; k < UnknownCount; k++)
            {
                var penalty = k < CoefficientCount ? RidgePenalty * RidgePenalty : RatioRidgePenalty * RatioRidgePenalty;
                var distance = k < CoefficientCount ? unknowns[k] - _priors[k] : unknowns[k];
                sum += penalty * distance * distance;
                if (normal is null || gradient is null)
                    continue;
                normal[(k * UnknownCount) + k] += penalty;
                gradient[k] += penalty * distance;
            }
        }

        static void AddCase(
            ReadOnlySpan<double> derivatives, double residual, double weight, double[]? normal, double[]? gradient)
        {
            if (normal is null || gradient is null)
                return;
            for (var a = 0; a < UnknownCount; a++)
            {
                gradient[a] += weight * derivatives[a] * residual;
                for (var b = 0; b < UnknownCount; b++)
                    normal[(a * UnknownCount) + b] += weight * derivatives[a] * derivatives[b];
            }
        }
    }
}
