using System.Collections.Immutable;

namespace Tonne.Comparing;

/// <summary>Compares variants in pairs, round by round. Each round has one run of every variant.</summary>
/// <remarks>
/// The order of the runs inside a round must be drawn at random, each time anew: the tests rest on it. The risk of the plan is divided
/// among the pairs (Bonferroni), so that it holds for all verdicts together.
/// One figure decides; the others are shown with intervals of their own. Not thread safe.
/// </remarks>
public sealed class VariantComparison
{
    readonly List<ImmutableArray<VariantRun>> _rounds = [];

    /// <summary>A comparison before its first round.</summary>
    /// <param name="names">A name for each variant, two or more, all different.</param>
    /// <param name="plan">The plan of the comparison.</param>
    /// <exception cref="ArgumentException">Fewer than two names, or the same twice.</exception>
    public VariantComparison(IReadOnlyList<string> names, ComparisonPlan plan)
    {
        if (names.Count < 2 || names.Distinct(StringComparer.Ordinal).Count() < names.Count)
            throw new ArgumentException("A comparison needs two variants or more, of different names.", nameof(names));
        (Names, Plan) = ([.. names], plan);
        var pairs = names.Count * (names.Count - 1) / 2;
        Pairs = [.. from first in Enumerable.Range(0, names.Count) from second in Enumerable.Range(first + 1, names.Count - first - 1) select new VariantPair(first, second, plan, plan.Risk / pairs)];
    }

    /// <summary>Names of the variants.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>The plan of the comparison.</summary>
    public ComparisonPlan Plan { get; }

    /// <summary>Every two variants.</summary>
    public ImmutableArray<VariantPair> Pairs { get; }

    /// <summary>The rounds so far. Each has its runs in the order of the variants.</summary>
    public IReadOnlyList<ImmutableArray<VariantRun>> Rounds => _rounds;

    /// <summary>Whether every pair is decided. More rounds would only narrow the sizes of the differences.</summary>
    public bool IsDecided => Pairs.All(pair => pair.DecidedAfter is not null);

    /// <summary>Adds a round.</summary>
    /// <param name="runs">One run of each variant, in the order of the variants.</param>
    /// <exception cref="ArgumentException">Not one run of each.</exception>
    /// <exception cref="InvalidOperationException">All planned rounds were added.</exception>
    public void Add(IReadOnlyList<VariantRun> runs)
    {
        if (runs.Count != Names.Length)
            throw new ArgumentException($"A round has one run of each of the {Names.Length} variants, not {runs.Count}.", nameof(runs));
        if (_rounds.Count == Plan.Rounds)
            throw new InvalidOperationException($"All {Plan.Rounds} planned rounds were added.");
        _rounds.Add([.. runs]);
        foreach (var pair in Pairs)
            pair.Add(runs[pair.First], runs[pair.Second]);
    }
}
