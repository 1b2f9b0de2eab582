using Tonne.Quantities;
using Tonne.Statistics;

namespace Tonne.Estimation.Validation;

/// <summary>Scores of estimates with 95 % bounds against published values.</summary>
/// <remarks>
/// error = |estimate ÷ truth − 1|. Width = high ÷ low. Interval score on natural logarithms, with α = 0.05:
/// (u − l) + 2/α · (l − x) if x is below, + 2/α · (x − u) if it is above; smaller is better.
/// Source: Gneiting and Raftery, Strictly Proper Scoring Rules, Prediction, and Estimation, JASA 102(477), 2007, eq. 43.
/// </remarks>
/// <param name="Cases">Number of cases.</param>
/// <param name="MeanError">Mean absolute error relative to the true value; 0.1 is 10 %.</param>
/// <param name="MedianError">Median absolute error relative to the true value.</param>
/// <param name="WorstError">Largest absolute error relative to the true value.</param>
/// <param name="CoveredCount">Number of true values inside their bounds.</param>
/// <param name="CoveragePValue">Two-sided p of <see cref="BinomialTest"/> against 95 %: below 0.05 the bounds are wrong.</param>
/// <param name="MedianWidth">Median of high ÷ low.</param>
/// <param name="IntervalScore">Mean interval score on natural logarithms.</param>
public sealed record EstimateScore(int Cases, double MeanError, double MedianError, double WorstError, int CoveredCount, double CoveragePValue, double MedianWidth, double IntervalScore)
{
    /// <summary>The share of true values that should be inside their bounds.</summary>
    public const double Level = 0.95;

    const double Alpha = 1 - Level;

    /// <summary>Share of true values inside their bounds.</summary>
    public double Coverage => CoveredCount / (double)Cases;

    /// <summary>Scores our estimates.</summary>
    /// <exception cref="ArgumentException">There is no case, or a true value or bound is not above 0.</exception>
    public static EstimateScore ScoreEstimates(IReadOnlyCollection<ScoredCase> cases) => Score(cases, static one => one.Estimate);

    /// <summary>Scores the baseline.</summary>
    /// <exception cref="ArgumentException">There is no case, or a true value or bound is not above 0.</exception>
    public static EstimateScore ScoreBaseline(IReadOnlyCollection<ScoredCase> cases) => Score(cases, static one => one.Baseline);

    /// <summary>The interval score of one case on natural logarithms.</summary>
    /// <param name="bounds">95 % bounds, above 0.</param>
    /// <param name="truth">The published value, above 0.</param>
    public static double ComputeIntervalScore(Bounds bounds, double truth)
    {
        var (low, high, x) = (Math.Log(bounds.Low), Math.Log(bounds.High), Math.Log(truth));
        return high - low + (2 / Alpha * (Math.Max(0, low - x) + Math.Max(0, x - high)));
    }

    static EstimateScore Score(IReadOnlyCollection<ScoredCase> cases, Func<ScoredCase, Bounds> pick)
    {
        if (cases.Count == 0 || cases.Any(one => !(one.Truth > 0 && pick(one).Low > 0)))
            throw new ArgumentException("Scores need at least one case, and true values and bounds above 0.", nameof(cases));
        var errors = cases.Select(one => Math.Abs((pick(one).Best / one.Truth) - 1)).ToArray();
        var widths = cases.Select(one => pick(one).High / pick(one).Low).ToArray();
        var inside = cases.Count(one => pick(one).Low <= one.Truth && one.Truth <= pick(one).High);
        return new EstimateScore(
            cases.Count, errors.Average(), OrderStatistic.Median(errors), errors.Max(), inside, BinomialTest.ComputeTwoSidedPValue(inside, cases.Count, Level),
            OrderStatistic.Median(widths),
            cases.Average(one => ComputeIntervalScore(pick(one), one.Truth)));
    }
}
