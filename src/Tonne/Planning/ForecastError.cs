using System.Collections.Immutable;
using Tonne.Grids;

namespace Tonne.Planning;

/// <summary>The relative error of a forecast by horizon, and how strongly errors of neighbouring hours go together.</summary>
/// <remarks>
/// ln(actual ÷ forecast) at horizon h is normal with spread σ(h) and correlation ρ^|Δh| between hours Δh apart: an autoregressive process
/// of first order. Immutable, thread safe.
/// </remarks>
public sealed record ForecastError
{
    static readonly TimeSpan _day = TimeSpan.FromDays(1);

    /// <summary>Creates an error.</summary>
    /// <param name="sigmaByDay">σ for the first day ahead, the second and so on; the last holds for all later ones. In natural
    /// logarithms, so 0.1 is about 10 %; 0 to 3.</param>
    /// <param name="hourlyCorrelation">ρ, 0 to below 1.</param>
    /// <param name="description">Where the figures come from, for reports.</param>
    /// <exception cref="ArgumentException">There is no σ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public ForecastError(ImmutableArray<double> sigmaByDay, double hourlyCorrelation, string description)
    {
        if (sigmaByDay.IsDefaultOrEmpty)
            throw new ArgumentException("An error has at least one spread.", nameof(sigmaByDay));
        foreach (var sigma in sigmaByDay)
        {
            if (sigma is not (>= 0 and <= 3))
                throw new ArgumentOutOfRangeException(nameof(sigmaByDay), sigma, "A spread is 0 to 3, in natural logarithms.");
        }

        if (hourlyCorrelation is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(hourlyCorrelation), hourlyCorrelation, "The correlation is 0 to below 1.");
        ArgumentNullException.ThrowIfNull(description);
        (SigmaByDay, HourlyCorrelation, Description) = (sigmaByDay, hourlyCorrelation, description);
    }

    /// <summary>
    /// The error where no pairs of forecast and observation are known: σ 0.16, 0.18, 0.23 and 0.26 on the first to fourth day, ρ 0.7.
    /// </summary>
    /// <remarks>
    /// Root mean square by day, and correlation about the mean, of two 96 h forecasts of CarbonCast 3.1 for California, issued 2023-06-23
    /// and 24, with a mean absolute error of 18.4 and 20.4 %. Method: Maji, Shenoy and Sitaraman, BuildSys 2022. Two issues of one zone
    /// are an illustration and no sample, and California is among the zones that are hardest to forecast: learn from pairs where there
    /// are any.
    /// </remarks>
    public static ForecastError Default { get; } = new([0.16, 0.18, 0.23, 0.26], 0.7, "two CarbonCast 3.1 forecasts for California, 2023");

    /// <summary>σ by day ahead.</summary>
    public ImmutableArray<double> SigmaByDay { get; }

    /// <summary>ρ of errors one hour apart.</summary>
    public double HourlyCorrelation { get; }

    /// <summary>Where the figures come from.</summary>
    public string Description { get; }

    /// <summary>An error known by its mean absolute relative error: σ = √(π/2) · error, as for a normal error.</summary>
    /// <param name="meanAbsoluteError">Mean of |actual ÷ forecast − 1|, for example 0.08.</param>
    /// <param name="hourlyCorrelation">ρ. Default: 0.7.</param>
    public static ForecastError FromMeanAbsoluteError(double meanAbsoluteError, double hourlyCorrelation = 0.7) =>
        new([Math.Sqrt(Math.PI / 2) * meanAbsoluteError], hourlyCorrelation, "a mean absolute error");

    /// <summary>Learns from forecasts and observations.</summary>
    /// <param name="pairs">Pairs in any order. Those without a positive forecast and observation, or for a time before the issue, are
    /// ignored.</param>
    /// <returns>
    /// For each day ahead the root mean square of ln(actual ÷ forecast), shrunk towards that of all days by a weight of 24 pairs, and the
    /// correlation of neighbouring steps of one issue, as of one hour. <see cref="Default"/> with fewer than 24 pairs.
    /// </returns>
    public static ForecastError Learn(IEnumerable<ForecastPair> pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var errors = pairs
            .Select(pair => (Issued: pair.Issued ?? pair.Target - pair.Length, pair.Target, pair.Forecast, pair.Actual))
            .Where(pair => pair.Forecast.GramsPerKilowattHour > 0 && pair.Actual.GramsPerKilowattHour > 0
                && pair.Target >= pair.Issued - TimeSpan.FromHours(1))
            .Select(pair => (pair.Issued, Horizon: pair.Target - pair.Issued,
                Error: Math.Log(pair.Actual.GramsPerKilowattHour / pair.Forecast.GramsPerKilowattHour)))
            .OrderBy(pair => pair.Issued).ThenBy(pair => pair.Horizon).ToList();
        if (errors.Count < 24)
            return Default;
        var days = Math.Max(1, (int)Math.Ceiling(errors.Max(pair => pair.Horizon) / _day));
        var all = errors.Sum(pair => pair.Error * pair.Error) / errors.Count;
        var (sums, counts) = (new double[days], new int[days]);
        foreach (var (_, horizon, error) in errors)
        {
            var day = DayOf(horizon, days);
            sums[day] += error * error;
            counts[day]++;
        }

        var sigmas = ImmutableArray.CreateRange(sums.Select((sum, day) => Math.Min(3, Math.Sqrt((sum + (24 * all)) / (counts[day] + 24)))));
        return new ForecastError(sigmas, LearnCorrelation(errors), $"{errors.Count} pairs of forecast and observation");
    }

    /// <summary>σ at a horizon.</summary>
    public double GetSigma(TimeSpan horizon) => SigmaByDay[DayOf(horizon, SigmaByDay.Length)];

    static int DayOf(TimeSpan horizon, int days) => Math.Clamp((int)Math.Floor(horizon / _day), 0, days - 1);

    static double LearnCorrelation(List<(DateTimeOffset Issued, TimeSpan Horizon, double Error)> errors)
    {
        var (products, squares, hours, count) = (0d, 0d, 0d, 0);
        for (var i = 1; i < errors.Count; i++)
        {
            var (before, after) = (errors[i - 1], errors[i]);
            if (before.Issued != after.Issued || after.Horizon <= before.Horizon || after.Horizon - before.Horizon > TimeSpan.FromHours(3))
                continue;
            products += before.Error * after.Error;
            squares += ((before.Error * before.Error) + (after.Error * after.Error)) / 2;
            hours += (after.Horizon - before.Horizon).TotalHours;
            count++;
        }

        if (count < 12 || squares == 0)
            return Default.HourlyCorrelation;
        return Math.Clamp(Math.Pow(Math.Max(0, products / squares), count / hours), 0, 0.995);
    }
}
