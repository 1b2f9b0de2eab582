using System.Numerics;
using System.Runtime.InteropServices;

namespace Tonne.Planning;

/// <summary>The true course of ln(intensity) given a forecast of it, as a mixture of multivariate normal distributions.</summary>
/// <remarks>
/// Forecast y = x + e. The error e has the given spreads and correlation. The truth x has a level of spread 0.3 around the mean of y,
/// and around it a course of variance τ² with the correlation
/// w · exp(−2 sin²(πΔ/24 h)) + (1 − w) · (0.9 · Matérn 3/2 of 8 h + 0.1 · exp(−Δ/3 h)): a daily course and weather.
/// τ is not known. Its prior is log-normal with median 0.1 and spread 1; the spread within 96 h of eight authorities of the United
/// States in 2022 is 0.02 to 0.4, with a median of 0.085. w is 0.15, 0.5 or 0.85. Both are weighted by the likelihood of the forecast, and
/// the heaviest components are kept. Draws have 1.1 times the spread: real courses are less regular than a normal process.
/// Source: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), chapters 2 and 5.
/// </remarks>
sealed class GaussianPosterior
{
    const double LevelVariance = 0.09;
    const double Inflation = 1.1;
    const double MedianSpread = 0.1;
    const double PriorSpread = 1;
    const int MaxComponents = 7;
    const double LeastWeight = 0.03;

    static readonly double[] _spreads = [0.02, 0.033, 0.053, 0.086, 0.14, 0.22, 0.36];
    static readonly double[] _dailyShares = [0.15, 0.5, 0.85];

    readonly List<Component> _components = [];
    readonly double _mean;

    /// <summary>Conditions on a forecast.</summary>
    /// <param name="hours">Times, in hours, ascending.</param>
    /// <param name="forecast">ln(forecast) at each.</param>
    /// <param name="sigmas">Spread of the error at each.</param>
    /// <param name="correlation">Correlation of errors one hour apart.</param>
    internal GaussianPosterior(double[] hours, double[] forecast, double[] sigmas, double correlation)
    {
        var n = forecast.Length;
        _mean = forecast.Average();
        var centered = Array.ConvertAll(forecast, value => value - _mean);
        var (daily, weather, noise) = (new double[n * n], new double[n * n], new double[n * n]);
        // Times are at equal steps but for gaps, so the correlations of a lag are mostly those of the row before.
        var known = new (double Distance, double Daily, double Weather, double Noise)[n];
        Array.Fill(known, (double.NaN, 0, 0, 0));
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var distance = hours[i] - hours[j];
                ref var lag = ref known[i - j];
                if (Math.Abs(lag.Distance - distance) is not < 1e-9)
                    lag = (distance, GetDaily(distance), GetWeather(distance), Math.Pow(correlation, distance));
                var (at, mirrored) = ((i * n) + j, (j * n) + i);
                daily[at] = daily[mirrored] = lag.Daily;
                weather[at] = weather[mirrored] = lag.Weather;
                noise[at] = noise[mirrored] = (sigmas[i] * sigmas[j] * lag.Noise) + (i == j ? 1e-8 : 0);
            }
        }

        Weigh(centered, daily, weather, noise);
    }

    GaussianPosterior(double mean, Component component)
    {
        _mean = mean;
        _components.Add(component);
    }

    /// <summary>The truth around values that are its mean already, such as those of a profile of months and hours: nothing is conditioned.</summary>
    /// <param name="hours">Times, in hours, ascending.</param>
    /// <param name="means">ln(mean of the truth) at each.</param>
    /// <param name="sigmas">Spread of the truth around it at each.</param>
    /// <param name="correlation">Correlation of the truth one hour apart.</param>
    internal static GaussianPosterior AroundMean(double[] hours, double[] means, double[] sigmas, double correlation)
    {
        var n = means.Length;
        var covariance = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                covariance[(i * n) + j] = covariance[(j * n) + i] =
                    (sigmas[i] * sigmas[j] * Math.Pow(correlation, hours[i] - hours[j])) + (i == j ? 1e-9 : 0);
            }
        }

        Factorise(covariance, n);
        var mean = means.Average();
        // The mean of exp(x) is exp(μ + σ² ÷ 2).
        return new GaussianPosterior(mean, new Component(1, [.. means.Select((value, i) => value - mean - (sigmas[i] * sigmas[i] / 2))], covariance));
    }

    /// <summary>A draw of ln(truth) at each time; the components take turns by their weights.</summary>
    /// <param name="number">Number of the draw.</param>
    /// <param name="normals">As many standard normal values as there are times, or more.</param>
    internal double[] Draw(int number, ReadOnlySpan<double> normals)
    {
        var n = _components[0].Mean.Length;
        var at = ((number + 0.5) * 0.6180339887498949) % 1;
        var chosen = _components[^1];
        foreach (var component in _components)
        {
            if (at < component.Weight)
            {
                chosen = component;
                break;
            }

            at -= component.Weight;
        }

        var drawn = new double[n];
        for (var i = 0; i < n; i++)
            drawn[i] = _mean + chosen.Mean[i] + (Inflation * Dot(chosen.Root.AsSpan(i * n, i + 1), normals));
        return drawn;
    }

    /// <summary>Expected value of exp(truth) at each time.</summary>
    internal double[] GetExpected()
    {
        var n = _components[0].Mean.Length;
        var expected = new double[n];
        foreach (var component in _components)
        {
            for (var i = 0; i < n; i++)
            {
                var row = component.Root.AsSpan(i * n, i + 1);
                expected[i] += component.Weight * Math.Exp(_mean + component.Mean[i] + (Dot(row, row) / 2));
            }
        }

        return expected;
    }

    static double GetDaily(double distance)
    {
        var sin = Math.Sin(Math.PI * distance / 24);
        return Math.Exp(-2 * sin * sin);
    }

    static double GetWeather(double distance)
    {
        var scaled = Math.Sqrt(3) * distance / 8;
        return (0.9 * (1 + scaled) * Math.Exp(-scaled)) + (0.1 * Math.Exp(-distance / 3));
    }

    void Weigh(double[] centered, double[] daily, double[] weather, double[] noise)
    {
        var n = centered.Length;
        var candidates = new List<(double LogWeight, double Spread, double Share)>();
        var matrix = new double[n * n];
        foreach (var spread in _spreads)
        {
            foreach (var share in _dailyShares)
            {
                FillPrior(matrix, daily, weather, spread, share);
                for (var i = 0; i < matrix.Length; i++)
                    matrix[i] += noise[i];
                var halfDeterminant = Factorise(matrix, n);
                var solved = SolveForward(matrix, centered);
                var prior = Math.Log(spread / MedianSpread) / PriorSpread;
                candidates.Add((-(Dot(solved, solved) / 2) - halfDeterminant - (prior * prior / 2), spread, share));
            }
        }

        var ordered = candidates.OrderByDescending(candidate => candidate.LogWeight).Take(MaxComponents).ToList();
        var weights = ordered.Select(candidate => Math.Exp(candidate.LogWeight - ordered[0].LogWeight)).ToArray();
        var total = weights.Sum();
        var kept = weights.Count(weight => weight >= LeastWeight * total);
        total = weights.Take(kept).Sum();
        for (var i = 0; i < kept; i++)
            _components.Add(Condition(weights[i] / total, ordered[i].Spread, ordered[i].Share, centered, daily, weather, noise));
    }

    /// <summary>Mean Σx V⁻¹ y and root of the covariance Σx − Σx V⁻¹ Σx, with V = Σx + Σe.</summary>
    static Component Condition(
        double weight, double spread, double share, double[] centered, double[] daily, double[] weather, double[] noise)
    {
        var n = centered.Length;
        var prior = new double[n * n];
        FillPrior(prior, daily, weather, spread, share);
        var factor = new double[n * n];
        for (var i = 0; i < factor.Length; i++)
            factor[i] = prior[i] + noise[i];
        Factorise(factor, n);
        var solved = SolveForward(factor, centered);
        // Rows of `half` are L⁻¹ times the columns of Σx: with them mean and covariance are dot products.
        var half = new double[n * n];
        for (var i = 0; i < n; i++)
            SolveForward(factor, prior.AsSpan(i * n, n)).CopyTo(half, i * n);
        var mean = new double[n];
        for (var i = 0; i < n; i++)
        {
            var row = half.AsSpan(i * n, n);
            mean[i] = Dot(row, solved);
            for (var j = 0; j <= i; j++)
                prior[(i * n) + j] -= Dot(row, half.AsSpan(j * n, n));
            prior[(i * n) + i] += 1e-9;
        }

        Factorise(prior, n);
        return new Component(weight, mean, prior);
    }

    static void FillPrior(double[] matrix, double[] daily, double[] weather, double spread, double share)
    {
        var (first, second) = (spread * spread * share, spread * spread * (1 - share));
        for (var i = 0; i < matrix.Length; i++)
            matrix[i] = LevelVariance + (first * daily[i]) + (second * weather[i]);
    }

    /// <summary>The lower Cholesky factor in place of the lower triangle; half of the logarithm of the determinant.</summary>
    static double Factorise(double[] matrix, int n)
    {
        var sum = 0d;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var rest = matrix[(i * n) + j] - Dot(matrix.AsSpan(i * n, j), matrix.AsSpan(j * n, j));
                matrix[(i * n) + j] = i == j ? Math.Sqrt(Math.Max(rest, 1e-14)) : rest / matrix[(j * n) + j];
            }

            sum += Math.Log(matrix[(i * n) + i]);
        }

        return sum;
    }

    static double[] SolveForward(double[] factor, ReadOnlySpan<double> right)
    {
        var n = right.Length;
        var solved = new double[n];
        for (var i = 0; i < n; i++)
            solved[i] = (right[i] - Dot(factor.AsSpan(i * n, i), solved)) / factor[(i * n) + i];
        return solved;
    }

    /// <summary>Σ first · second over the length of the first.</summary>
    static double Dot(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        second = second[..first.Length];
        var lanes = MemoryMarshal.Cast<double, Vector<double>>(first);
        var others = MemoryMarshal.Cast<double, Vector<double>>(second);
        var sums = Vector<double>.Zero;
        for (var i = 0; i < lanes.Length; i++)
            sums += lanes[i] * others[i];
        var sum = Vector.Sum(sums);
        for (var i = lanes.Length * Vector<double>.Count; i < first.Length; i++)
            sum += first[i] * second[i];
        return sum;
    }

    readonly record struct Component(double Weight, double[] Mean, double[] Root);
}
