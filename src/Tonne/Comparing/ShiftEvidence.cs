namespace Tonne.Comparing;

/// <summary>Evidence, growing with each pair, against one supposed value of the difference between two variants.</summary>
/// <remarks>
/// <para>Supposed: the log ratio of a pair lies symmetrically about <c>shift</c>. Where the order inside each round is drawn at random and one variant is a constant times the other, this holds by design, whatever the noise.</para>
/// <code>
/// z = (d − shift) ÷ (mean |d − shift| so far × √(π/2)), kept within ±2.5
/// evidence = Σ over bets λ and −λ, of equal weight, of ∏ exp(λ z) ÷ cosh(λ z)
/// </code>
/// <para>Given all sizes |z|, each factor is 1 on average over the two signs: a martingale from 1, which under the supposition ever reaches 1/α with probability at most α (Ville 1939).
/// Sources: V. de la Peña, A general class of exponential inequalities for martingales and ratios, Ann. Probab. 27 (1999); A. Ramdas, J. Ruf, M. Larsson, W. Koolen, Admissible anytime-valid sequential inference must rely on nonnegative martingales, arXiv:2009.03167 (symmetric case); V. Vovk, R. Wang, Nonparametric e-tests of symmetry, New England J. Stat. Data Sci. 2 (2024).</para>
/// </remarks>
sealed class ShiftEvidence
{
    const double Widest = 2.5;

    /// <summary>Mean absolute value of a standard normal is √(2/π): the scale is that of a standard deviation, with less weight on outliers.</summary>
    static readonly double _toDeviation = Math.Sqrt(Math.PI / 2);

    readonly double _shift;
    readonly double[] _bets;
    readonly double[] _forward;
    readonly double[] _backward;
    double _sizes;
    int _count;

    internal ShiftEvidence(double shift, double[] bets) =>
        (_shift, _bets, _forward, _backward) = (shift, bets, new double[bets.Length], new double[bets.Length]);

    /// <summary>Natural logarithm of the evidence.</summary>
    internal double Log
    {
        get
        {
            var most = double.NegativeInfinity;
            for (var i = 0; i < _bets.Length; i++)
                most = Math.Max(most, Math.Max(_forward[i], _backward[i]));
            double sum = 0;
            for (var i = 0; i < _bets.Length; i++)
                sum += Math.Exp(_forward[i] - most) + Math.Exp(_backward[i] - most);
            return most + Math.Log(sum / (2 * _bets.Length));
        }
    }

    /// <summary>Bets for a given number of rounds: about the smallest difference that so many can show, and one for what shows at once.</summary>
    internal static double[] ChooseBets(int rounds, double risk)
    {
        var least = Math.Sqrt(2 * Math.Log(2 / risk) / Math.Max(1, rounds));
        return [.. new[] { 0.7, 1, 1.4, 2 }.Select(times => Math.Min(4, times * least)), 4];
    }

    internal void Add(double logRatio)
    {
        var difference = logRatio - _shift;
        _sizes += Math.Abs(difference);
        _count++;
        if (difference == 0)
            return;
        var z = Math.Clamp(difference / (_sizes / _count * _toDeviation), -Widest, Widest);
        for (var i = 0; i < _bets.Length; i++)
        {
            var x = _bets[i] * z;
            var cosh = Math.Abs(x) + Math.Log((1 + Math.Exp(-2 * Math.Abs(x))) / 2);
            _forward[i] += x - cosh;
            _backward[i] -= x + cosh;
        }
    }
}
