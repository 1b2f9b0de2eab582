using Tonne.Statistics;

namespace Tonne.Comparing;

/// <summary>Tests sequentially whether one variant uses more than another, from pairs of runs, with a look after every pair.</summary>
/// <remarks>
/// <para>For every supposed ratio the evidence against it is kept (<see cref="ShiftEvidence"/>). A ratio is excluded when its evidence
/// reaches 1/risk; the interval is what is not excluded.
/// Looking after every round does not raise the error rate: the true ratio is ever excluded with a probability of at most the risk.</para>
/// <para>Up to 120 rounds, part of the risk is kept for one exact look at the planned end (<see cref="SignedScores"/>):</para>
/// <code>evidence = 0.3 · bets so far + 0.4 · [at the planned end, P ≤ 0.4 · risk] ÷ (0.4 · risk)</code>
/// <para>What is in brackets ÷ (0.4 · risk) is, like the bets, at most 1 on average, so the sum obeys the same bound, with some of the risk
/// kept back: at 1 % about 0.5 % is used, so that a count of 1,000 trials stays below ten as well.
/// Beyond 120 rounds the bets get the whole risk.</para>
/// <para>Assumed: log ratios of pairs lie symmetrically about the true one. Random order in each round makes that so where the variant
/// changes a run by a constant factor. Not thread safe.</para>
/// </remarks>
public sealed class RatioTest
{
    const int MaxRoundsForLastLook = 120;
    const double BetsShare = 0.3;
    const double LastLookShare = 0.4;

    readonly List<double> _logs = [];
    readonly SignedScores _lastLook = SignedScores.CreateNormal();
    readonly double[] _bets;
    readonly double _threshold;
    readonly double _margin;
    readonly ShiftEvidence _atOne;
    readonly ShiftEvidence _atLeast;
    readonly ShiftEvidence _atMost;
    bool _excludesLeast;
    bool _excludesMost;
    (double Low, double High) _known = (double.NegativeInfinity, double.PositiveInfinity);
    int _lookedAt;

    /// <summary>A test before its first pair.</summary>
    /// <param name="risk">Probability, over all looks, of excluding the true ratio; above 0, at most 0.5.</param>
    /// <param name="plannedRounds">Pairs at most, at least 1.</param>
    /// <param name="margin">Relative difference that does not matter, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is outside of its range.</exception>
    public RatioTest(double risk, int plannedRounds, double margin)
    {
        if (!(risk is > 0 and <= 0.5))
            throw new ArgumentOutOfRangeException(nameof(risk), risk, "The risk must be above 0 and at most 0.5.");
        ArgumentOutOfRangeException.ThrowIfLessThan(plannedRounds, 1);
        if (!(margin is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(margin), margin, "The margin must be between 0 and 1.");
        (Risk, PlannedRounds, _margin) = (risk, plannedRounds, Math.Log(1 + margin));
        _threshold = -Math.Log(risk);
        _bets = ShiftEvidence.ChooseBets(plannedRounds, risk);
        (_atOne, _atLeast, _atMost) = (new(0, _bets), new(-_margin, _bets), new(_margin, _bets));
    }

    /// <summary>Chance to exclude the true ratio, over all looks.</summary>
    public double Risk { get; }

    /// <summary>Pairs at most.</summary>
    public int PlannedRounds { get; }

    /// <summary>Pairs so far.</summary>
    public int Rounds => _logs.Count;

    /// <summary>Whether equality is excluded: there is a difference. Once so, it stays so.</summary>
    public bool Differs { get; private set; }

    /// <summary>
    /// Whether everything beyond the margin is excluded, and equality is not: no difference that matters. Once so, it stays so unless a
    /// difference shows.
    /// </summary>
    public bool IsWithinMargin { get; private set; }

    /// <summary>Rounds after which it was decided; null while it is not.</summary>
    public int? DecidedAfter { get; private set; }

    /// <summary>Natural logarithm of the present evidence against equality.</summary>
    public double LogEvidence => Evidence(_atOne, 0);

    /// <summary>
    /// Smallest number of rounds after which anything can be decided. With fewer, even the same sign in every round can be chance.
    /// </summary>
    public int MinRounds
    {
        get
        {
            for (var rounds = 1; rounds < PlannedRounds; rounds++)
            {
                if (GetUnanimousEvidence(rounds) >= _threshold)
                    return rounds;
            }

            // At the planned end a single sign has probability 2^(1 − n).
            return GetUnanimousEvidence(PlannedRounds) >= _threshold || HasLastLook && Math.Pow(2, 1 - PlannedRounds) <= LastLookShare * Risk ? PlannedRounds : int.MaxValue;
        }
    }

    bool HasLastLook => PlannedRounds <= MaxRoundsForLastLook;

    /// <summary>Adds a pair of runs of one round.</summary>
    /// <param name="first">Energy, time or emissions of the first variant in each run, above 0.</param>
    /// <param name="second">The same of the second variant, in the same unit, above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is not a positive number.</exception>
    /// <exception cref="InvalidOperationException">All planned pairs were added. More would make the stated risk wrong.</exception>
    public void Add(double first, double second)
    {
        if (!(first > 0 && double.IsFinite(first)))
            throw new ArgumentOutOfRangeException(nameof(first), first, "A ratio needs positive numbers.");
        if (!(second > 0 && double.IsFinite(second)))
            throw new ArgumentOutOfRangeException(nameof(second), second, "A ratio needs positive numbers.");
        if (Rounds == PlannedRounds)
            throw new InvalidOperationException($"All {PlannedRounds} planned rounds were added.");
        var log = Math.Log(second / first);
        _logs.Add(log);
        _atOne.Add(log);
        _atLeast.Add(log);
        _atMost.Add(log);
        Differs |= LogEvidence >= _threshold;
        _excludesLeast |= Evidence(_atLeast, -_margin) >= _threshold;
        _excludesMost |= Evidence(_atMost, _margin) >= _threshold;
        IsWithinMargin = !Differs && (IsWithinMargin || _excludesLeast && _excludesMost && Math.Abs(Centre()) < _margin);
        if (Differs || IsWithinMargin)
            DecidedAfter ??= Rounds;
    }

    /// <summary>
    /// The ratio second ÷ first: the median of all means of two log ratios (Hodges and Lehmann 1963) in what no look so far has excluded.
    /// </summary>
    /// <returns>Null before the first pair.</returns>
    public RatioInterval? ComputeInterval()
    {
        if (Rounds == 0)
            return null;
        var centre = Centre();
        if (_lookedAt < Rounds)
        {
            _lookedAt = Rounds;
            var (low, high) = (Math.Max(_known.Low, Bound(centre, -1)), Math.Min(_known.High, Bound(centre, 1)));
            // The interval becomes empty if the ratio drifts; the last interval that was not empty is kept.
            if (low <= high)
                _known = (low, high);
        }

        return new(Math.Exp(_known.Low), Math.Exp(Math.Clamp(centre, _known.Low, _known.High)), Math.Exp(_known.High));
    }

    double Evidence(ShiftEvidence bets, double shift)
    {
        if (!HasLastLook)
            return bets.Log;
        var log = bets.Log + Math.Log(BetsShare);
        if (Rounds < PlannedRounds)
            return log;
        var differences = _logs.Select(value => value - shift).ToArray();
        // 0.4 ÷ (0.4 · risk) is 1/risk: by itself enough.
        return _lastLook.ComputePValue(differences) <= LastLookShare * Risk ? _threshold + Math.Log(1 + Math.Exp(log - _threshold)) : log;
    }

    double EvidenceAgainst(double shift)
    {
        var bets = new ShiftEvidence(shift, _bets);
        foreach (var log in _logs)
            bets.Add(log);
        return Evidence(bets, shift);
    }

    /// <summary>The outermost log ratio on one side of the centre that is not excluded; infinite if all are possible.</summary>
    double Bound(double centre, int side)
    {
        var span = Math.Max(1e-9, _logs.Max(log => Math.Abs(log - centre)));
        if (EvidenceAgainst(centre + side * span * 1000) < _threshold)
            return side * double.PositiveInfinity;
        // Beyond the outermost log ratio all signs are equal and little changes. The search goes inwards from there, so that no separate
        // interval is missed.
        double outside = 1000, inside = 4;
        while (EvidenceAgainst(centre + side * span * inside) >= _threshold)
        {
            (outside, inside) = (inside, inside * 0.9);
            if (inside < 1e-4)
                return centre;
        }

        for (var i = 0; i < 24; i++)
        {
            var middle = (inside + outside) / 2;
            if (EvidenceAgainst(centre + side * span * middle) < _threshold)
                inside = middle;
            else
                outside = middle;
        }

        return centre + side * span * outside;
    }

    double Centre()
    {
        var means = new double[Rounds * (Rounds + 1) / 2];
        var at = 0;
        for (var i = 0; i < Rounds; i++)
        {
            for (var k = i; k < Rounds; k++)
                means[at++] = (_logs[i] + _logs[k]) / 2;
        }

        return OrderStatistic.Median(means);
    }

    /// <summary>Log evidence, without the last look, when so many pairs all differ by the same.</summary>
    double GetUnanimousEvidence(int rounds)
    {
        var bets = new ShiftEvidence(0, _bets);
        for (var i = 0; i < rounds; i++)
            bets.Add(1);
        return HasLastLook ? bets.Log + Math.Log(BetsShare) : bets.Log;
    }
}
