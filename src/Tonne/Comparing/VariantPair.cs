namespace Tonne.Comparing;

/// <summary>Two variants, the second against the first, over all rounds so far.</summary>
public sealed class VariantPair
{
    readonly Dictionary<ComparedFigure, RatioTest> _tests = [];
    readonly HashSet<ComparedFigure> _uncountable = [];
    readonly ComparisonPlan _plan;

    internal VariantPair(int first, int second, ComparisonPlan plan, double risk)
    {
        (First, Second, _plan) = (first, second, plan);
        foreach (var figure in Enum.GetValues<ComparedFigure>())
            _tests[figure] = new RatioTest(risk, plan.Rounds, plan.Margin);
    }

    /// <summary>Index of the variant compared with.</summary>
    public int First { get; }

    /// <summary>Index of the variant compared.</summary>
    public int Second { get; }

    /// <summary>The verdict by the figure that decides.</summary>
    public PairVerdict Verdict => DecisionTest.Differs ? PairVerdict.Difference : DecisionTest.IsWithinMargin ? PairVerdict.WithinMargin : PairVerdict.NoDifferenceSeen;

    /// <summary>Rounds after which it was decided; null while it is not.</summary>
    public int? DecidedAfter => DecisionTest.DecidedAfter;

    /// <summary>The test of the figure that decides.</summary>
    public RatioTest DecisionTest => _tests[_plan.DecisionFigure];

    /// <summary>A figure of the second ÷ that of the first, its interval at the risk of the deciding figure but by itself.</summary>
    /// <returns>Null before the first round, or where a run used none of it and there is no ratio.</returns>
    public RatioInterval? GetRatio(ComparedFigure figure) => _uncountable.Contains(figure) ? null : _tests[figure].ComputeInterval();

    internal void Add(VariantRun first, VariantRun second)
    {
        foreach (var (figure, test) in _tests)
        {
            if (first[figure] > 0 && second[figure] > 0 && !_uncountable.Contains(figure))
                test.Add(first[figure], second[figure]);
            else
                _uncountable.Add(figure);
        }
    }
}
