using System.Text;
using Tonne.Catalogs;
using Tonne.Statistics;

namespace Tonne.Estimation.Serving;

/// <summary>Fits the serving model to measurements.</summary>
/// <remarks>
/// Least squares of ln(measured ÷ predicted) over ln θ. Every model family has the same weight. A ridge (0.3 per ln θ, 1 per ratio) pulls
/// coefficients towards the data sheet:
/// coefficients that the measurements do not determine stay physical. The spread is that of families left out one at a time.
/// Deterministic; takes about 1 s.
/// </remarks>
public static class ServingCalibration
{
    const int Coefficients = ServingEnergyModel.TermCount;
    const int Unknowns = Coefficients + 2;
    const double RidgePenalty = 0.3;
    const double RatioRidgePenalty = 1;
    const int MaxSteps = 100;

    // Prior value of each coefficient: 1 for times of the data sheet at full power, 2 for arithmetic, which seldom reaches its peak, and
    // some 10 µs per layer and token for terms without a data sheet value.
    static readonly double[] PriorCoefficients = [2e-5, 2e-5, 1, 1, 1e-8, 2, 2, 2, 1, 1e-5];

    /// <summary>Fits a file of measurements and stores its hash in the fit.</summary>
    /// <param name="name">Name of the file, for errors.</param>
    /// <param name="file">Bytes of the file, as <see cref="ServingMeasurementReader.Read"/> expects them.</param>
    public static ServingFit Fit(string name, ReadOnlySpan<byte> file) => Fit(ServingMeasurementReader.Read(name, Encoding.UTF8.GetString(file)), Sha256.ComputeHash(file));

    /// <summary>Fits all calibrating cases, and finds the spread by leaving each family out.</summary>
    /// <param name="cases">The measurements.</param>
    /// <param name="inputHash">SHA-256 of the file they come from.</param>
    /// <exception cref="ArgumentException">There are fewer than three families.</exception>
    public static ServingFit Fit(IReadOnlyList<ServingMeasurement> cases, string inputHash)
    {
        List<ServingMeasurement> usable = [.. cases.Where(row => row.IsUsedForFit)];
        var families = usable.Select(row => row.Family).Distinct(StringComparer.Ordinal).ToList();
        if (families.Count < 3)
            throw new ArgumentException("Fewer than three model families can be calibrated with.", nameof(cases));
        var whole = FitModel(usable, null);
        var errors = new List<(string Family, ServedModelKind Kind, double Log)>();
        foreach (var family in families)
        {
            // Starting from the result of the whole fit saves steps and gives the same result.
            var model = FitModel([.. usable.Where(row => row.Family != family)], whole);
            errors.AddRange(usable.Where(row => row.Family == family).Select(row => (family, row.Kind, Math.Log(row.JoulesPerToken / model.ComputeJoulesPerToken(row.Configuration)))));
        }

        return new ServingFit(whole, HalfWidths(errors), usable.Count, families.Count, inputHash);
    }

    /// <summary>
    /// t · √((1 + 1/n) · mean square over n families), as for one further family; a kind with few families includes the previous kind as
    /// one family.
    /// </summary>
    static double[] HalfWidths(List<(string Family, ServedModelKind Kind, double Log)> errors)
    {
        var widths = new double[3];
        double? before = null;
        foreach (var kind in Enum.GetValues<ServedModelKind>())
        {
            var squares = errors.Where(error => error.Kind == kind).GroupBy(error => error.Family, StringComparer.Ordinal).Select(family => family.Average(error => error.Log * error.Log)).ToList();
            var variance = before is { } known ? (squares.Sum() + known) / (squares.Count + 1) : squares.Count > 0 ? squares.Average() : 1;
            var families = Math.Max(2, squares.Count);
            widths[(int)kind] = StudentTDistribution.GetCriticalValue95(families) * Math.Sqrt(variance * (1 + (1d / families)));
            before = variance;
        }

        return widths;
    }

    /// <summary>The coefficients for some cases, by damped Gauss-Newton steps (Levenberg 1944, Marquardt 1963).</summary>
    static ServingEnergyModel FitModel(List<ServingMeasurement> cases, ServingEnergyModel? near)
    {
        var terms = new double[cases.Count][];
        var target = new double[cases.Count];
        var weights = new double[cases.Count];
        var sizes = cases.GroupBy(row => row.Family, StringComparer.Ordinal).ToDictionary(family => family.Key, family => family.Count(), StringComparer.Ordinal);
        // Squared weights add up to the number of rows, so that the ridge has the same strength for any number.
        var scale = cases.Count / (double)sizes.Count;
        for (var i = 0; i < cases.Count; i++)
        {
            terms[i] = new double[Coefficients];
            ServingEnergyModel.Terms(cases[i].Configuration, terms[i]);
            target[i] = Math.Log(cases[i].JoulesPerToken);
            weights[i] = scale / sizes[cases[i].Family];
        }

        var start = Array.ConvertAll(PriorCoefficients, Math.Log);
        double[] at = near is null ? [.. start, 0, 0] : [.. near.Coefficients.Select(value => Math.Log(value)), Math.Log(near.OlderSoftwareRatio), Math.Log(near.AmpereRatio)];
        var loss = Loss(at, null, null);
        var damping = 1e-3;
        for (var step = 0; step < MaxSteps; step++)
        {
            var (normal, gradient) = (new double[Unknowns * Unknowns], new double[Unknowns]);
            Loss(at, normal, gradient);
            var moved = false;
            while (damping < 1e9)
            {
                var damped = (double[])normal.Clone();
                for (var k = 0; k < Unknowns; k++)
                    damped[(k * Unknowns) + k] += damping * normal[(k * Unknowns) + k];
                var change = new CholeskyFactor(damped, Unknowns).Solve(gradient);
                double[] next = [.. at.Zip(change, (a, d) => a - d)];
                var lower = Loss(next, null, null);
                if (lower < loss)
                {
                    moved = loss - lower > (near is null ? 1e-15 : 1e-9) * loss;
                    (at, loss, damping) = (next, lower, damping / 5);
                    break;
                }

                damping *= 4;
            }

            if (!moved)
                break;
        }

        return new ServingEnergyModel([.. at.Take(Coefficients).Select(Math.Exp)], Math.Exp(at[Coefficients]), Math.Exp(at[Coefficients + 1]));

        // Half the sum of squares; optionally also JᵀJ and Jᵀr.
        double Loss(double[] unknowns, double[]? normal, double[]? gradient)
        {
            Span<double> parts = stackalloc double[Unknowns];
            var theta = Array.ConvertAll(unknowns[..Coefficients], Math.Exp);
            var sum = 0d;
            for (var i = 0; i < cases.Count; i++)
            {
                var total = 0d;
                for (var k = 0; k < Coefficients; k++)
                    total += parts[k] = theta[k] * terms[i][k];
                for (var k = 0; k < Coefficients; k++)
                    parts[k] /= total;
                parts[Coefficients] = cases[i].Configuration.UsesOlderSoftware ? 1 : 0;
                parts[Coefficients + 1] = cases[i].Configuration.Generation == AcceleratorGeneration.Ampere ? 1 : 0;
                var residual = Math.Log(total) + (parts[Coefficients] * unknowns[Coefficients]) + (parts[Coefficients + 1] * unknowns[Coefficients + 1]) - target[i];
                sum += weights[i] * residual * residual;
                Add(parts, residual, weights[i], normal, gradient);
            }

            for (var k = 0; k < Unknowns; k++)
            {
                var pull = k < Coefficients ? RidgePenalty * RidgePenalty : RatioRidgePenalty * RatioRidgePenalty;
                var away = k < Coefficients ? unknowns[k] - start[k] : unknowns[k];
                sum += pull * away * away;
                if (normal is null || gradient is null)
                    continue;
                normal[(k * Unknowns) + k] += pull;
                gradient[k] += pull * away;
            }

            return sum / 2;
        }
    }

    static void Add(ReadOnlySpan<double> parts, double residual, double weight, double[]? normal, double[]? gradient)
    {
        if (normal is null || gradient is null)
            return;
        for (var a = 0; a < Unknowns; a++)
        {
            gradient[a] += weight * parts[a] * residual;
            for (var b = 0; b < Unknowns; b++)
                normal[(a * Unknowns) + b] += weight * parts[a] * parts[b];
        }
    }
}
