using System.Collections.Immutable;

namespace Tonne.Quantities;

/// <summary>What a figure includes. Every figure carries its boundary.</summary>
/// <remarks>Figures with different boundaries must not be compared without saying so.</remarks>
/// <param name="Extent">How far the figure reaches: a component, the machine at its plug, or the facility.</param>
/// <param name="Components">The components summed, for example cpu, memory, other.</param>
/// <param name="Policy">How the energy of a shared machine is divided among jobs.</param>
/// <param name="Embodied">Whether embodied emissions are included.</param>
/// <param name="Method">For emissions and water; null for energy.</param>
/// <param name="Basis">For emissions; null for energy and water.</param>
public sealed record Boundary(
    BoundaryExtent Extent,
    ImmutableArray<string> Components,
    AllocationPolicy Policy,
    bool Embodied = false,
    AccountingMethod? Method = null,
    IntensityBasis? Basis = null)
{
    /// <summary>The boundary as a name, for example <c>facility(cpu+memory+other), share, location, lifecycle</c>.</summary>
    public override string ToString()
    {
        var extent = EnumWords.Format(Extent);
        var parts = new List<string>
        {
            Components.IsDefaultOrEmpty ? extent : $"{extent}({string.Join('+', Components)})",
            EnumWords.Format(Policy),
        };
        if (Method is { } method)
            parts.Add(EnumWords.Format(method));
        if (Basis is { } basis)
            parts.Add(EnumWords.Format(basis));
        if (Embodied)
            parts.Add("with embodied");
        return string.Join(", ", parts);
    }

    /// <summary>Two boundaries are equal if their texts are equal.</summary>
    public bool Equals(Boundary? other) => other is not null && string.Equals(ToString(), other.ToString(), StringComparison.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());
}
