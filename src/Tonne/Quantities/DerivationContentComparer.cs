using System.Collections.Immutable;

namespace Tonne.Quantities;

/// <summary>
/// Compares derivations by all that they state: operations, labels, units, numbers and factors. The equality of the records compares
/// lists by reference, so it separates two derivations that were read from two files.
/// </summary>
sealed class DerivationContentComparer : IEqualityComparer<Derivation>
{
    public static readonly DerivationContentComparer Instance = new();

    /// <inheritdoc/>
    public bool Equals(Derivation? x, Derivation? y)
    {
        if (ReferenceEquals(x, y))
            return true;
        if (x is null || y is null || x.GetType() != y.GetType() || x.Label != y.Label || x.Unit != y.Unit || !x.Value.Equals(y.Value))
            return false;
        return (x, y) switch
        {
            (Derivation.FactorNode one, Derivation.FactorNode other) => one.Factor == other.Factor,
            (Derivation.Product one, Derivation.Product other) => one.Scale.Equals(other.Scale) && AreEqual(one.Of, other.Of),
            _ => AreEqual(x.Children, y.Children),
        };
    }

    /// <inheritdoc/>
    public int GetHashCode(Derivation obj)
    {
        var hash = new HashCode();
        Add(obj, ref hash);
        return hash.ToHashCode();
    }

    static void Add(Derivation node, ref HashCode hash)
    {
        hash.Add(node.Label, StringComparer.Ordinal);
        hash.Add(node.Value);
        foreach (var child in node.Children)
            Add(child, ref hash);
    }

    bool AreEqual(ImmutableArray<Derivation> one, ImmutableArray<Derivation> other)
    {
        if (one.Length != other.Length)
            return false;
        for (var i = 0; i < one.Length; i++)
        {
            if (!Equals(one[i], other[i]))
                return false;
        }

        return true;
    }
}
