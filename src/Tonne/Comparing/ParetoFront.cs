using System.Collections.Immutable;

namespace Tonne.Comparing;

/// <summary>The Pareto front of some choices: those that no other choice dominates.</summary>
/// <remarks>
/// a dominates b where a is at least as good in every objective and better in one; the front has the choices that none dominates. Equal
/// choices are both on the front, or neither is.
/// Source: V. Pareto, Manuale di economia politica (1906); H. Kung, F. Luccio, F. Preparata, On finding the maxima of a set of vectors, J.
/// ACM 22 (1975). Here by comparison of every two.
/// </remarks>
/// <typeparam name="T">What is chosen.</typeparam>
public sealed class ParetoFront<T>
{
    readonly int?[] _beatenBy;

    /// <summary>Finds the front.</summary>
    /// <param name="items">The choices.</param>
    /// <param name="objectives">The objectives by which the items are compared; at least one.</param>
    /// <exception cref="ArgumentException">No objective; or a value is no finite number.</exception>
    public ParetoFront(IReadOnlyList<T> items, params IReadOnlyList<ParetoObjective<T>> objectives)
    {
        if (objectives.Count == 0)
            throw new ArgumentException("A Pareto front needs at least one objective.", nameof(objectives));
        (Items, Objectives) = ([.. items], [.. objectives]);
        var values = items.Select(item => objectives.Select(objective => GetValue(objective, item)).ToArray()).ToArray();
        _beatenBy = [.. Enumerable.Range(0, items.Count).Select(i => FindDominating(values, i))];
        Front = [.. Enumerable.Range(0, items.Count).Where(IsOnFront).OrderByDescending(i => values[i][0]).Select(i => items[i])];
    }

    /// <summary>All choices, as given.</summary>
    public ImmutableArray<T> Items { get; }

    /// <summary>The objectives by which the items are compared.</summary>
    public ImmutableArray<ParetoObjective<T>> Objectives { get; }

    /// <summary>The choices that nothing dominates, the best by the first objective first.</summary>
    public ImmutableArray<T> Front { get; }

    /// <summary>Whether nothing dominates a choice.</summary>
    /// <param name="index">Index of the item in <see cref="Items"/>.</param>
    public bool IsOnFront(int index) => _beatenBy[index] is null;

    /// <summary>Index of a choice on the front that dominates it; null if nothing does.</summary>
    /// <param name="index">Index of the item in <see cref="Items"/>.</param>
    public int? DominatedBy(int index) => _beatenBy[index];

    static double GetValue(ParetoObjective<T> objective, T item)
    {
        var value = objective.Value(item);
        return !double.IsFinite(value)
            ? throw new ArgumentException($"{objective.Name} of {item} is {value}; every choice needs a finite number.", nameof(item))
            : objective.MoreIsBetter ? value : -value;
    }

    /// <summary>Among the choices that dominate this one, at least one is itself not dominated, because dominance is transitive.</summary>
    static int? FindDominating(double[][] values, int index)
    {
        int? best = null;
        for (var other = 0; other < values.Length; other++)
        {
            if (Dominates(values[other], values[best ?? index]))
                best = other;
        }

        return best;
    }

    static bool Dominates(double[] a, double[] b)
    {
        var better = false;
        for (var k = 0; k < a.Length; k++)
        {
            if (a[k] < b[k])
                return false;
            better |= a[k] > b[k];
        }

        return better;
    }
}
