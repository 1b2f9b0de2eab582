using System.Collections.Concurrent;

namespace Tonne.Quantities;

/// <summary>
/// Draws of branches that many derivations have in common, for example the power of a processor in the energy of each epoch. Thread safe.
/// </summary>
/// <remarks>A branch is known by its node, not by its content. The draws of at most <see cref="Capacity"/> branches are kept.</remarks>
sealed class BranchDraws(FactorDraws factors)
{
    const int Capacity = 48;

    readonly ConcurrentDictionary<Derivation, Lazy<Branch>> _branches = new(ReferenceEqualityComparer.Instance);

    /// <summary>Keeps the draws of a branch when they are computed. A branch that is a leaf or has no factors needs none.</summary>
    public void Add(Derivation branch)
    {
        if (branch is Derivation.Count or Derivation.FactorNode || _branches.ContainsKey(branch))
            return;
        if (_branches.Count >= Capacity)
            _branches.Clear();
        _branches.TryAdd(branch, new Lazy<Branch>(() => Draw(branch)));
    }

    /// <summary>The draws of a branch; null if they are not kept.</summary>
    public Branch? Find(Derivation node) =>
        _branches.TryGetValue(node, out var branch) && branch.Value is { Factors.Count: > 0 } drawn ? drawn : null;

    Branch Draw(Derivation branch)
    {
        var uncertain = branch.GetFactors().Where(factor => !factor.Bounds.IsExact).ToList();
        var program = new DrawProgram(factors);
        return new Branch(uncertain, uncertain.Count == 0 ? [] : program.Evaluate(program.Add(branch), UncertaintyPropagator.DrawCount));
    }

    /// <summary>The draws of a branch.</summary>
    /// <param name="Factors">Its factors that are not exact, in the order of first use.</param>
    /// <param name="Draws">One value for each draw, in the unit of the branch.</param>
    public sealed record Branch(IReadOnlyList<Factor> Factors, double[] Draws);
}
